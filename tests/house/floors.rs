//! The arrows between the rooms of `src/`: each room names the rooms that it may know. A room that is not in the
//! list stands on no floor, and that is a complaint too.

use super::{nothing_to_say, project, rust};

const WORDS: [&str; 7] = ["config", "error", "id", "secret", "slots", "time", "wire"];

/// A room and what it may know besides itself and, where it stands above them, the words.
const ROOMS: &[(&str, &[&str])] = &[
    ("config", &[]),
    ("error", &[]),
    ("id", &[]),
    ("secret", &[]),
    ("slots", &[]),
    ("time", &[]),
    ("wire", &[]),
    ("store", &[]),
    ("accounts", &["store"]),
    ("apps", &["accounts", "store"]),
    ("directory", &["apps", "accounts", "store"]),
    ("chat", &["directory", "apps", "accounts", "store"]),
    ("live", &[]),
    ("callout", &["apps"]),
    ("jobs", &["callout", "chat", "directory", "apps", "accounts", "store"]),
    ("http", &["jobs", "callout", "live", "chat", "directory", "apps", "accounts", "store"]),
    ("server", &EVERYTHING),
    ("cli", &EVERYTHING),
    ("demo", &EVERYTHING),
    ("bench", &EVERYTHING),
    ("main", &EVERYTHING),
];

const EVERYTHING: [&str; 14] = [
    "main",
    "cli",
    "server",
    "demo",
    "bench",
    "http",
    "jobs",
    "callout",
    "live",
    "chat",
    "directory",
    "apps",
    "accounts",
    "store",
];

/// Somebody else's programs, which only happen to lie in this package: they speak the public interfaces and know
/// nothing of the house, not even its words.
const STRANGERS: [&str; 2] = ["demo/office", "bench/client"];

fn complaints(path: &str, text: &str) -> Vec<String> {
    let inside = path.trim_start_matches("src/").trim_end_matches(".rs");
    let module: Vec<&str> = inside.split('/').filter(|part| *part != "mod").collect();
    if module == ["lib"] {
        return Vec::new(); // the list of the rooms themselves
    }
    let code = rust::without_tests(text);
    let mut found = Vec::new();
    for known in known_paths(&module, &code) {
        if let Some(complaint) = complaint(path, &module, &known) {
            found.push(complaint);
        }
    }
    found.sort();
    found.dedup();
    found
}

fn complaint(path: &str, module: &[&str], known: &[String]) -> Option<String> {
    let target = known.first()?;
    if let Some(stranger) = STRANGERS.iter().find(|s| module.join("/").starts_with(**s)) {
        let own: Vec<&str> = stranger.split('/').collect();
        let at_home = known.iter().map(String::as_str).take(own.len()).eq(own.iter().copied());
        return (!at_home).then(|| format!("{path}: a stranger knows `{}`", known.join("::")));
    }
    let room = module[0];
    let Some((_, may_know)) = ROOMS.iter().find(|(name, _)| *name == room) else {
        return Some(format!("{path}: the room `{room}` stands on no floor (tests/house/floors.rs)"));
    };
    let allowed = target == room || WORDS.contains(&target.as_str()) || may_know.contains(&target.as_str());
    (!allowed).then(|| format!("{path}: `{room}` knows `{target}`: arrows only point down"))
}

/// The paths within the crate that the code names, each from the crate's root.
fn known_paths(module: &[&str], code: &str) -> Vec<Vec<String>> {
    let chars: Vec<char> = code.chars().collect();
    let mut found = Vec::new();
    for (at, word) in rust::words(&chars) {
        let begin: Vec<String> = match word.as_str() {
            "crate" => Vec::new(),
            "parlour" if module[0] == "main" => Vec::new(),
            "super" if !after_colons(&chars, at) => module[..module.len() - 1].iter().map(|s| s.to_string()).collect(),
            _ => continue,
        };
        let rest: String = chars[at + word.len()..].iter().collect();
        if let Some(rest) = rest.strip_prefix("::") {
            follow(&begin, rest, &mut found);
        }
    }
    found
}

fn after_colons(chars: &[char], at: usize) -> bool {
    at >= 2 && chars[at - 2..at] == [':', ':']
}

/// Follows one path, and each branch of `{…}`; goes no deeper than a stranger's own path needs.
fn follow(begin: &[String], rest: &str, found: &mut Vec<Vec<String>>) {
    let rest = rest.trim_start();
    if let Some(list) = rest.strip_prefix('{') {
        for branch in branches(list) {
            follow(begin, &branch, found);
        }
        return;
    }
    let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
    let (name, rest) = rest.split_at(end);
    let mut path = begin.to_vec();
    match name {
        "super" => drop(path.pop()),
        "self" => {}
        "" => return,
        _ => path.push(name.to_string()),
    }
    match rest.strip_prefix("::") {
        Some(rest) if path.len() < 2 || rest.starts_with("super") => follow(&path, rest, found),
        _ if path.is_empty() => {}
        _ => found.push(path),
    }
}

/// What stands between the commas of a list, up to its closing brace.
fn branches(list: &str) -> Vec<String> {
    let mut depth = 0_usize;
    let mut parts = vec![String::new()];
    for c in list.chars() {
        match c {
            '}' if depth == 0 => break,
            ',' if depth == 0 => {
                parts.push(String::new());
                continue;
            }
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        parts.last_mut().expect("one is there from the start").push(c);
    }
    parts
}

#[test]
fn arrows_only_point_down() {
    let found: Vec<String> = project::rust(&["src"]).iter().flat_map(|file| complaints(&file.path, &file.text())).collect();
    nothing_to_say(&found);
}

#[test]
fn an_arrow_that_points_up_is_named() {
    let text = "//! About crate::http.\nuse crate::{error::Error, directory::{User}, http::Guard};\n";
    assert_eq!(complaints("src/chat/message.rs", text), ["src/chat/message.rs: `chat` knows `http`: arrows only point down"]);
    assert_eq!(complaints("src/live/hub.rs", "fn a(b: crate::store::Db) {}").len(), 1);
    assert_eq!(complaints("src/live/hub.rs", "use super::super::chat::Message;").len(), 1);
    assert_eq!(complaints("src/live/mod.rs", "use super::chat;").len(), 1);
    assert_eq!(complaints("src/id.rs", "use super::store;").len(), 1);
    assert_eq!(complaints("src/cellar/wine.rs", "use crate::id;").len(), 1);
}

#[test]
fn a_stranger_knows_only_itself() {
    let own = "use crate::demo::office::leave; use super::super::person;";
    assert_eq!(complaints("src/demo/office/page/home.rs", own), Vec::<String>::new());
    assert_eq!(complaints("src/demo/office/page.rs", "use crate::wire::Frame;").len(), 1);
    assert_eq!(complaints("src/demo/office/page.rs", "use super::super::seed;").len(), 1);
    assert_eq!(complaints("src/bench/client.rs", "use crate::{bench::client, id::UserId};").len(), 1);
}

#[test]
fn arrows_that_point_down_pass() {
    assert_eq!(
        complaints("src/chat/message.rs", "use crate::directory::user; use super::member; use crate::wire;"),
        Vec::<String>::new()
    );
    assert_eq!(complaints("src/store/mod.rs", "#[cfg(test)]\nmod tests { use crate::chat; }"), Vec::<String>::new());
    assert_eq!(complaints("src/cli/user.rs", "use crate::{store::Db, http, chat};"), Vec::<String>::new());
}
