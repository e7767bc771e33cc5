//! How long a file and a function may be. The caps are bells: what is over one is split by a noun that was hiding in
//! it, or stands in the list of exceptions with its reason.

use super::{nothing_to_say, project, rust};

/// Where, which ending, how many lines.
const CAPS: &[(&str, &str, usize)] = &[
    ("src/", ".rs", 400),
    ("tests/", ".rs", 400),
    ("templates/", ".html", 120),
    ("assets/js/", ".js", 200),
    ("assets/", ".js", 200),
    ("assets/", ".css", 250),
    ("tests/browser/", ".js", 400),
    ("migrations/", ".sql", 150),
];

const HANDLER: usize = 25;
const FUNCTION: usize = 50;

/// File, why it may be longer.
const EXCEPTIONS: &[(&str, &str)] = &[];

/// All embedded files together: a first visit loads most of them.
const ASSETS: usize = 4 * 1024 * 1024;

fn complaint(path: &str, lines: usize) -> Option<String> {
    if path.contains("/vendor/") {
        return None;
    }
    let cap = CAPS.iter().find(|(folder, ending, _)| path.starts_with(folder) && path.ends_with(ending))?.2;
    (lines > cap).then(|| format!("{path}: {lines} lines, {cap} at most: which noun is hiding in it?"))
}

fn long_functions(path: &str, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for function in rust::functions(&rust::without_tests(text)) {
        let cap = if function.is_async && is_a_door(path) { HANDLER } else { FUNCTION };
        if function.length > cap {
            let (name, line, length) = (function.name, function.line, function.length);
            found.push(format!("{path}:{line}: `{name}` has {length} lines, {cap} at most"));
        }
    }
    found
}

/// Rooms whose asynchronous functions are handlers of requests.
fn is_a_door(path: &str) -> bool {
    ["src/http/api/", "src/http/console/", "src/http/client/"].iter().any(|room| path.starts_with(room))
}

#[test]
fn files_keep_to_their_caps() {
    let mut found = Vec::new();
    let mut unused: Vec<&str> = EXCEPTIONS.iter().map(|(path, _)| *path).collect();
    for file in project::files(&["src", "tests", "templates", "assets", "migrations"]) {
        let Some(complaint) = complaint(&file.path, file.text().lines().count()) else {
            continue;
        };
        match unused.iter().position(|path| *path == file.path) {
            Some(place) => drop(unused.remove(place)),
            None => found.push(complaint),
        }
    }
    found.extend(unused.iter().map(|path| format!("{path}: needs no exception")));
    nothing_to_say(&found);
}

#[test]
fn functions_keep_to_their_caps() {
    let found: Vec<String> = project::rust(&["src"]).iter().flat_map(|file| long_functions(&file.path, &file.text())).collect();
    nothing_to_say(&found);
}

#[test]
fn assets_stay_small() {
    let bytes: usize = project::files(&["assets"]).iter().map(|file| file.bytes.len()).sum();
    assert!(bytes <= ASSETS, "assets/ has {bytes} bytes, {ASSETS} at most");
}

#[test]
fn a_long_file_is_named() {
    assert!(complaint("src/chat/message.rs", 401).is_some());
    assert!(complaint("src/chat/message.rs", 400).is_none());
    assert!(complaint("templates/console/app/show.html", 121).is_some());
    assert!(complaint("assets/js/store.js", 201).is_some());
    assert!(complaint("assets/css/base.css", 251).is_some());
    assert!(complaint("assets/vendor/preact.mjs", 9_000).is_none());
    assert!(complaint("migrations/0001_first.sql", 151).is_some());
    assert!(complaint("docs/protocol.md", 9_000).is_none());
}

#[test]
fn a_long_function_is_named() {
    let body = |lines| format!("async fn create() {{\n{}}}", "x;\n".repeat(lines));
    assert_eq!(long_functions("src/http/api/user.rs", &body(26)).len(), 1);
    assert_eq!(long_functions("src/http/api/user.rs", &body(25)).len(), 0);
    assert_eq!(long_functions("src/jobs/sweep.rs", &body(26)).len(), 0);
    assert_eq!(long_functions("src/jobs/sweep.rs", &body(51)).len(), 1);
}
