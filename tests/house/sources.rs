//! What a source file must begin with, may not be called and may not contain.

use super::{nothing_to_say, project, rust};

/// Names that hide what a file is about.
const EMPTY_NAMES: [&str; 10] = ["util", "utils", "helper", "helpers", "common", "manager", "service", "base", "types", "models"];

/// Rooms that may pause their own thread: programs that a person started, not the server.
const UNHURRIED: [&str; 3] = ["src/cli/", "src/bench/", "src/demo/"];

const FORBIDDEN: [(&str, &str); 7] = [
    (".unwrap()", "an error is answered, not thrown"),
    (".expect(", "an error is answered, not thrown"),
    ("todo!", "what is not built is absent"),
    ("unimplemented!", "what is not built is absent"),
    ("dbg!", "left over"),
    ("unsafe ", "forbidden in this package"),
    ("thread::sleep", "waits for nothing that it could name"),
];

fn complaints(path: &str, text: &str) -> Vec<String> {
    let mut found = head(path, text);
    let stem = path.rsplit('/').next().unwrap_or_default().trim_end_matches(".rs");
    if EMPTY_NAMES.contains(&stem) {
        found.push(format!("{path}: the name says nothing"));
    }
    // `#[cfg(test)] mod tests;` in the room's own file.
    let code = if stem == "tests" { String::new() } else { rust::without_tests(text) };
    for (number, line) in code.lines().enumerate() {
        for (word, reason) in FORBIDDEN {
            let may_pause = word == "thread::sleep" && UNHURRIED.iter().any(|room| path.starts_with(room));
            if line.contains(word) && !may_pause {
                found.push(format!("{path}:{}: `{}`: {reason}", number + 1, word.trim()));
            }
        }
    }
    found
}

/// Each file says what its room is for and what it must not know.
fn head(path: &str, text: &str) -> Vec<String> {
    let lines = text.lines().take_while(|line| line.starts_with("//!")).count();
    match lines {
        0 if text.trim().is_empty() => Vec::new(),
        0 => vec![format!("{path}: no `//!` head: what is this room for, what must it not know?")],
        1..=8 => Vec::new(),
        _ => vec![format!("{path}: a head of {lines} lines; two to five are enough")],
    }
}

/// Words that betray work left lying, in any text that is delivered.
fn left_over(path: &str, text: &str) -> Vec<String> {
    let marks =
        [concat!("FIX", "ME"), concat!("XX", "X:"), concat!("TO", "DO"), concat!("<<<<", "<<< "), concat!(">>>>", ">>> ")];
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate() {
        if marks.iter().any(|mark| line.contains(mark)) {
            found.push(format!("{path}:{}: unfinished: {}", number + 1, line.trim()));
        }
    }
    found
}

#[test]
fn sources_keep_the_rules() {
    let mut found = Vec::new();
    for file in project::rust(&["src"]) {
        found.extend(complaints(&file.path, &file.text()));
    }
    for file in project::rust(&["tests"]) {
        let is_a_room = file.path.matches('/').count() > 1 || !file.path.starts_with("tests/");
        found.extend(if is_a_room { head(&file.path, &file.text()) } else { Vec::new() });
    }
    nothing_to_say(&found);
}

#[test]
fn nothing_is_left_lying() {
    let mut found = Vec::new();
    for file in project::files(&["src", "tests", "templates", "assets", "migrations", "docs"]) {
        if !file.path.contains("/vendor/") {
            found.extend(left_over(&file.path, &file.text()));
        }
    }
    nothing_to_say(&found);
}

#[test]
fn a_file_without_a_head_is_named() {
    assert_eq!(complaints("src/a.rs", "fn a() {}").len(), 1);
    assert_eq!(complaints("src/a.rs", "//! Why.\nfn a() {}"), Vec::<String>::new());
    assert_eq!(complaints("src/a.rs", &"//! And on.\n".repeat(9)).len(), 1);
}

#[test]
fn an_empty_name_is_named() {
    assert_eq!(complaints("src/chat/util.rs", "//! Why.").len(), 1);
}

#[test]
fn what_may_not_stand_in_a_source_is_named() {
    let file = |body: &str| complaints("src/a.rs", &format!("//! Why.\n{body}"));
    assert_eq!(file("fn a() { b.unwrap() }"), ["src/a.rs:2: `.unwrap()`: an error is answered, not thrown"]);
    assert_eq!(file("fn a() { thread::sleep(b) }").len(), 1);
    assert_eq!(complaints("src/cli/a.rs", "//! Why.\nfn a() { thread::sleep(b) }").len(), 0);
    assert_eq!(file("fn a() { b\n.expect(\"c\") }").len(), 1);
    assert_eq!(file("fn a() { b.unwrap_or(1); \"x.unwrap()\"; }"), Vec::<String>::new());
    assert_eq!(file("#[cfg(test)]\nmod tests { fn a() { b.unwrap() } }"), Vec::<String>::new());
}

#[test]
fn what_is_left_lying_is_named() {
    assert_eq!(left_over("assets/js/a.js", &format!("// {} later", concat!("TO", "DO"))).len(), 1);
    assert_eq!(left_over("docs/a.md", &format!("{} a branch\nb", concat!(">>>>", ">>>"))).len(), 1, "of a merge");
}
