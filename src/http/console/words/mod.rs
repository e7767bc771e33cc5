//! The sentences of the console in Chinese, by page. What stands in `FAULTS` is said by other rooms, with names in the
//! places of `{}`.

mod application;
mod callback;
mod check;
mod door;
mod examination;
mod fault;
mod feed;
mod frame;
mod import;
mod message;
mod oidc;
mod operator;
mod user;

/// English, and the same in Chinese. `one|many` is chosen by number; Chinese has one form.
pub type Table = &'static [(&'static str, &'static str)];

pub const FAULTS: [Table; 2] = [examination::FAULTS, fault::FAULTS];

pub const CHINESE: [Table; 11] = [
    frame::WORDS,
    door::WORDS,
    application::WORDS,
    user::WORDS,
    callback::WORDS,
    message::WORDS,
    operator::WORDS,
    import::WORDS,
    oidc::WORDS,
    feed::WORDS,
    check::WORDS,
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{BTreeSet, HashSet};
    use std::path::{Path, PathBuf};

    fn files(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { files(&path, found) } else { found.push(path) }
        }
    }

    /// The code of the project without its tests and these tables.
    fn texts(folder: &str) -> Vec<String> {
        let mut found = Vec::new();
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        files(&root.join(folder), &mut found);
        found.retain(|path| !path.strip_prefix(root).unwrap().components().any(|part| part.as_os_str() == "words"));
        let text = |path: PathBuf| std::fs::read_to_string(path).unwrap().split("#[cfg(test)]").next().unwrap().to_string();
        found.into_iter().map(text).collect()
    }

    /// What stands in quotes after one of these beginnings.
    fn said(text: &str) -> Vec<String> {
        let begin = [".t(\"", ".with(\"", ".n(\"", " en(\"", "(en(\""];
        let begun = begin.iter().flat_map(|begin| text.match_indices(begin).map(|(at, found)| &text[at + found.len()..]));
        begun.map(|rest| rest.split('"').next().unwrap().to_string()).collect()
    }

    #[test]
    fn every_sentence_is_in_the_tables_and_none_too_many() {
        let code: Vec<String> = texts("templates/console").into_iter().chain(texts("src/http/console")).collect();
        let code = code.join("\n").split_whitespace().collect::<Vec<_>>().join(" ").replace("( \"", "(\"");
        let used: BTreeSet<String> = said(&code).into_iter().collect();
        assert!(used.len() > 300, "{}", used.len());
        let mut known = HashSet::new();
        for (english, chinese) in CHINESE.iter().flat_map(|table| table.iter()) {
            assert!(known.insert(english.to_string()), "twice: {english}");
            assert_eq!(english.split('|').next().unwrap().matches("{}").count(), chinese.matches("{}").count(), "{english}");
        }
        let missing: Vec<&String> = used.iter().filter(|english| !known.contains(*english)).collect();
        assert!(missing.is_empty(), "not in Chinese: {missing:#?}");
        let idle: Vec<&String> = known.iter().filter(|english| !used.contains(*english)).collect();
        assert!(idle.is_empty(), "said nowhere: {idle:#?}");
    }

    #[test]
    fn every_fault_is_said_somewhere() {
        // A sentence may run on in the next line.
        let all: String = texts("src").join("\n").split("\\\n").map(str::trim_start).collect();
        for (english, chinese) in FAULTS.iter().flat_map(|table| table.iter()) {
            assert_eq!(english.matches("{}").count(), chinese.matches("{}").count(), "{english}");
            let longest = english.split("{}").max_by_key(|part| part.len()).unwrap().trim_matches([':', ' ']);
            let noun =
                english.strip_prefix("there is no such ").is_some_and(|noun| all.contains(&format!("NotFound(\"{noun}\")")));
            assert!(noun || all.contains(longest), "nobody says: {english}");
        }
    }
}
