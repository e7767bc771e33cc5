//! The invariants of `SECURITY.md`: each names a test, and that test exists. A name is `house::file::test` or
//! `it::file::test`; what stands between `it` and the test is the path below `tests/it/`.

use super::{nothing_to_say, project};

fn complaints(page: &str, exists: impl Fn(&str, &str) -> bool) -> Vec<String> {
    let table = page.split("## Invariants").nth(1).unwrap_or_default();
    let rows: Vec<&str> = table.lines().filter(|line| line.starts_with("| ")).skip(2).collect();
    let mut found = Vec::new();
    if rows.is_empty() {
        found.push("SECURITY.md has no table of invariants".to_string());
    }
    for row in rows {
        let names = tests_in(row);
        if names.is_empty() {
            found.push(format!("no test is named: {row}"));
        }
        for name in names {
            if !name.rsplit_once("::").is_some_and(|(path, test)| exists(&file(path), test)) {
                found.push(format!("`{name}` is named in SECURITY.md, but there is no such test"));
            }
        }
    }
    found
}

fn tests_in(row: &str) -> Vec<&str> {
    let quoted = row.rsplit('|').nth(1).unwrap_or_default().split('`').skip(1).step_by(2);
    quoted.filter(|name| name.starts_with("house::") || name.starts_with("it::")).collect()
}

fn file(path: &str) -> String {
    format!("tests/{}.rs", path.replace("::", "/"))
}

#[test]
fn each_invariant_names_a_test_that_exists() {
    let files = project::rust(&["tests"]);
    let exists = |path: &str, test: &str| {
        files.iter().any(|file| file.path == path && file.text().contains(&format!("#[test]\nfn {test}()")))
    };
    nothing_to_say(&complaints(include_str!("../../SECURITY.md"), exists));
}

#[test]
fn an_invariant_without_a_test_is_named() {
    let page = |tests: &str| format!("## Invariants\n| what | test |\n| --- | --- |\n| holds | {tests} |\n");
    let exists = |path: &str, test: &str| (path, test) == ("tests/it/a/b.rs", "c");
    assert_eq!(complaints(&page("`it::a::b::c`"), exists).len(), 0);
    assert_eq!(complaints(&page("`it::a::b::d`"), exists).len(), 1);
    assert_eq!(complaints(&page("`it::a::b::c`, `it::b::c`"), exists).len(), 1);
    assert_eq!(complaints(&page("by looking"), exists).len(), 1);
    assert_eq!(complaints("nothing", exists).len(), 1);
}
