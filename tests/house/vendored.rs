//! The files of others under `assets/vendor/`: each is listed in `assets/vendor/vendored.toml` with where it comes
//! from, its licence and its checksum, and is still the file that was reviewed.

use super::{nothing_to_say, project, project::File};
use sha2::{Digest, Sha256};

const FOLDER: &str = "assets/vendor";
/// ```toml
/// [[file]]
/// name = "preact.mjs"
/// from = "preact 11.2.0, dist/preact.mjs"
/// licence = "MIT"
/// sha256 = "…"
/// ```
const LIST: &str = "assets/vendor/vendored.toml";

fn complaints(files: &[File]) -> Vec<String> {
    let vendored: Vec<&File> = files.iter().filter(|file| !is_ours(&file.path)).collect();
    if vendored.is_empty() {
        return Vec::new();
    }
    let Some(list) = files.iter().find(|file| file.path == LIST) else {
        return vec![format!("{LIST} is missing")];
    };
    let list: toml::Table = match list.text().parse() {
        Ok(list) => list,
        Err(error) => return vec![format!("{LIST}: {error}")],
    };
    let entries: Vec<toml::Value> = list.get("file").and_then(|file| file.as_array()).cloned().unwrap_or_default();
    let mut found: Vec<String> = vendored.iter().filter_map(|file| unlike(file, &entries)).collect();
    for entry in &entries {
        let path = format!("{FOLDER}/{}", member(entry, "name"));
        if !vendored.iter().any(|file| file.path == path) {
            found.push(format!("{path} is listed, but not there"));
        }
    }
    found
}

/// The list, and declarations of types that stand beside a vendored module.
fn is_ours(path: &str) -> bool {
    path == LIST || path.ends_with(".d.mts")
}

fn unlike(file: &File, entries: &[toml::Value]) -> Option<String> {
    let name = file.path.strip_prefix(FOLDER)?.trim_start_matches('/');
    let Some(entry) = entries.iter().find(|entry| member(entry, "name") == name) else {
        return Some(format!("{} is not listed in {LIST}", file.path));
    };
    if member(entry, "from").is_empty() || member(entry, "licence").is_empty() {
        return Some(format!("{}: the list does not say `from` and `licence`", file.path));
    }
    let sum: String = Sha256::digest(&file.bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    (member(entry, "sha256") != sum).then(|| format!("{}: its sha256 is {sum}, the list says another", file.path))
}

fn member<'a>(entry: &'a toml::Value, name: &str) -> &'a str {
    entry.get(name).and_then(|value| value.as_str()).unwrap_or_default()
}

#[test]
fn vendored_files_are_the_reviewed_ones() {
    nothing_to_say(&complaints(&project::files(&[FOLDER])));
}

#[test]
fn a_changed_unlisted_or_missing_file_is_named() {
    let file = |name: &str, text: &str| File { path: format!("{FOLDER}/{name}"), bytes: text.as_bytes().to_vec() };
    let list = "[[file]]\nname = 'a.js'\nfrom = 'a 1.0'\nlicence = 'MIT'\n\
        sha256 = '2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881'\n"; // of "x"
    let told = |files: &[File]| complaints(files).len();
    assert_eq!(told(&[file("vendored.toml", list), file("a.js", "x")]), 0);
    assert_eq!(told(&[file("vendored.toml", list), file("a.js", "changed")]), 1);
    assert_eq!(told(&[file("vendored.toml", list), file("a.js", "x"), file("b.js", "y")]), 1);
    assert_eq!(told(&[file("vendored.toml", list), file("b.js", "y")]), 2);
    assert_eq!(told(&[file("a.js", "x")]), 1);
}
