//! `parlour import` and `parlour export`: a file goes in as a whole or not at all, and what comes out is whole.

use super::{both_ways, mode};
use crate::harness::Line;
use serde_json::{Value, json};

#[test]
fn users_and_contacts_go_out_and_come_back() {
    both_ways(|types| {
        types(&["app", "register", "oa", "--name", "Office"], "").ends(0);
        types(&["app", "register", "ob", "--name", "Other"], "").ends(0);
        let users = "id,name,title\nanna,\"Liu, Anna\",Sales\nben,=Ben,\n";
        assert!(types(&["import", "users", "oa", "--format", "csv"], users).ends(0).starts_with("2 created"));
        types(&["import", "users", "oa"], "{\"id\":\"cleo\"}\n").ends(0);

        let lists = "{\"id\":\"sales\",\"name\":\"Sales\",\"users\":[\"anna\"],\"visible_to\":[\"ben\"]}\n\
                     {\"user\":\"anna\",\"groups\":[{\"id\":\"team\",\"name\":\"Team\",\"users\":[\"ben\",\"cleo\"]}]}\n";
        types(&["import", "contacts", "oa", "-"], lists).ends(0);
        let out = |what: &str, app: &str, format: &str| types(&["export", what, app, "--format", format], "").ends(0).to_string();
        types(&["import", "users", "ob"], &out("users", "oa", "ndjson")).ends(0);
        let (groups, contacts) = (out("groups", "oa", "ndjson"), out("contacts", "oa", "ndjson"));
        assert!(groups.contains("\"visible_to\":[\"ben\"]") && !groups.contains("\"user\":"), "as REST has them: {groups}");
        assert!(contacts.starts_with("{") && !contacts.contains("\"id\":\"sales\""), "{contacts}");
        types(&["import", "contacts", "ob"], &format!("{groups}\n{contacts}")).ends(0);
        assert_eq!(out("groups", "ob", "ndjson"), groups);
        assert_eq!(out("users", "ob", "csv"), out("users", "oa", "csv"));
        assert_eq!(out("contacts", "ob", "ndjson"), out("contacts", "oa", "ndjson"));
        assert!(out("users", "ob", "csv").contains("anna,\"Liu, Anna\",person,,,Sales"));
        types(&["import", "contacts", "oa", "--format", "csv"], "").ends(2);
        types(&["export", "messages", "oa", "--format", "csv"], "").ends(2);
        types(&["export", "users", "zz"], "").ends(3);
    });
}

#[test]
fn a_file_with_a_wrong_line_changes_nothing_and_every_wrong_line_is_named() {
    both_ways(|types| {
        types(&["app", "register", "oa", "--name", "Office"], "").ends(0);
        types(&["import", "users", "oa"], "{\"id\":\"anna\",\"name\":\"Anna\"}").ends(0);
        let before = types(&["export", "users", "oa"], "").ends(0).to_string();

        let lines = "{\"id\":\"cleo\"}\n{\"id\":\"dan\",\"email\":\"?\"}\nnonsense\n{\"id\":\"anna\",\"name\":\"Other\"}\n{\"id\":\"\"}\n";
        let refused = types(&["import", "users", "oa"], lines);
        refused.is_refused(1, "3 rows are refused, and nothing is imported");
        let named: Vec<&str> = refused.out.lines().map(|line| line.split(':').next().unwrap()).collect();
        assert_eq!(named, ["row 2", "row 3", "row 5"], "{refused:?}");
        let told: Value = serde_json::from_str(&types(&["import", "users", "oa", "--json"], lines).out).unwrap();
        assert_eq!((&told["imported"], &told["rows"][0]["row"]), (&json!(false), &json!(2)));
        assert_eq!((&told["rows"][0]["column"], &told["rows"][0]["value"]), (&json!("email"), &json!("?")), "{told}");
        assert!(refused.out.contains("(it says “?”)"), "{refused:?}");

        let table = "id,name,kind\nben,Ben,person\ncleo,Cleo\ndan,Dan,robot\n";
        let refused = types(&["import", "users", "oa", "--format", "csv"], table);
        refused.is_refused(1, "2 rows are refused");
        assert!(refused.out.starts_with("row 3: ") && refused.out.contains("\nrow 4: "), "{refused:?}");
        assert_eq!(types(&["export", "users", "oa"], "").ends(0), before);

        let twice = types(&["import", "users", "oa", "--format", "csv"], "id,name\neva,Eva\neva,Eva B.\n");
        assert_eq!(twice.out.trim_end(), "row 3: id: this id stands in row 2 already (it says “eva”)");

        let lists = "{\"id\":\"sales\",\"name\":\"Sales\",\"users\":[\"anna\"]}\n{\"user\":\"nobody\",\"groups\":[]}\n";
        let refused = types(&["import", "contacts", "oa"], lists);
        refused.is_refused(1, "1 row is refused");
        assert!(refused.out.starts_with("row 2: "), "{refused:?}");
        assert_eq!(types(&["export", "contacts", "oa"], "").ends(0), "");

        types(&["import", "users", "zz"], "nonsense\n").is_refused(3, "no such application");
    });
}

#[test]
fn a_dry_run_says_what_would_become_of_a_file_and_changes_nothing() {
    both_ways(|types| {
        types(&["app", "register", "oa", "--name", "Office"], "").ends(0);
        let said = types(&["import", "users", "oa", "--dry-run"], "{\"id\":\"anna\"}\n");
        assert!(said.ends(0).starts_with("1 created") && said.out.contains("dry run"), "{said:?}");
        assert_eq!(types(&["export", "users", "oa"], "").ends(0), "");

        let people: String = (0..30).map(|n| format!("{{\"id\":\"p{n}\"}}\n")).collect();
        types(&["import", "users", "oa"], &people).ends(0);
        let few = "{\"id\":\"p0\"}\n";
        let said = types(&["import", "users", "oa", "--whole", "--dry-run"], few);
        assert!(said.ends(0).contains("29 gone") && said.out.contains("needs --confirm"), "{said:?}");
        let told = types(&["import", "users", "oa", "--whole", "--dry-run", "--json"], few).json();
        assert_eq!(told["confirm_needed"], true, "{told}");
        types(&["import", "users", "oa", "--whole"], few).is_refused(4, "--confirm");
    });
}

#[test]
fn a_file_is_written_whole_or_not_at_all_and_never_over_another() {
    let line = Line::open();
    let types = |arguments: &[&str]| line.types(&[arguments, &["--data", "data"]].concat());
    types(&["app", "register", "oa", "--name", "Office"]).ends(0);
    types(&["user", "add", "oa", "anna", "--name", "Anna"]).ends(0);
    types(&["send", "oa", "user:anna", "hello"]).ends(0);
    types(&["export", "messages", "zz", "out.ndjson"]).is_refused(3, "no such application");
    assert!(!line.path("out.ndjson").exists(), "what failed leaves nothing behind");
    let said = types(&["export", "messages", "oa", "out.ndjson", "--json"]).json();
    let bytes = std::fs::metadata(line.path("out.ndjson")).unwrap().len();
    assert_eq!(said, json!({ "file": "out.ndjson", "rows": 1, "bytes": bytes }));
    assert_eq!(mode(&line.path("out.ndjson")), 0o600, "it is for its owner alone");
    let written = std::fs::read_to_string(line.path("out.ndjson")).unwrap();
    let message: Value = serde_json::from_str(&written).unwrap();
    assert_eq!((&message["from"], &message["text"]), (&json!("application"), &json!("hello")));
    types(&["export", "messages", "oa", "out.ndjson"]).is_refused(4, "never overwrites");
    types(&["user", "add", "oa", "wang", "--name", "王伟"]).ends(0);
    assert!(types(&["export", "users", "oa", "users.csv"]).ends(0).starts_with("users.csv written, 2 rows, "));
    let table = std::fs::read_to_string(line.path("users.csv")).unwrap();
    assert!(table.starts_with("\u{feff}id,") && table.contains("王伟"), "a spreadsheet program sees that it is UTF-8: {table}");
    let said = types(&["import", "users", "oa", "users.csv", "--json"]).json();
    assert_eq!(said["unchanged"], 2, "and it can be brought back as it is: {said}");
    assert_eq!(std::fs::read_to_string(line.path("out.ndjson")).unwrap(), written);
}

#[test]
fn a_file_that_is_too_large_for_one_command_is_refused_in_time() {
    both_ways(|types| {
        types(&["app", "register", "oa", "--name", "Office"], "").ends(0);
        let lines = "{\"id\":\"anna\"}\n".repeat(800_000);
        types(&["import", "users", "oa"], &lines).is_refused(2, "divide the file");
        types(&["import", "users", "oa", "/dev/zero"], "").is_refused(2, "divide the file");
    });
}
