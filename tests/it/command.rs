//! The command line: its names, what it prints, its exit codes, and that a running server makes no difference.

mod file;
mod listen;
mod send;

use crate::harness::{Line, Listener, TestServer, Typed, eventually};
use serde_json::{Value, json};
use std::{fs, os::unix::fs::PermissionsExt, path::Path};

#[test]
fn every_command_has_its_name() {
    let help = Line::open().types(&["--help"]);
    let help = help.ends(0);
    let names = "serve demo app user admin send listen doctor import export bench backup check healthcheck";
    for name in names.split(' ') {
        assert!(help.contains(&format!("\n  {name} ")), "no `{name}` in\n{help}");
    }
    for (command, names) in
        [("app", "register list show update suspend key secret"), ("user", "add list suspend erase token"), ("admin", "add")]
    {
        let help = Line::open().types(&[command, "--help"]);
        for name in names.split(' ') {
            assert!(help.ends(0).contains(&format!("\n  {name} ")), "no `{command} {name}`: {help:?}");
        }
    }
    assert!(!help.contains("\n  mail "), "what is not there is not offered");
    Line::open().types(&["--version"]).ends(0);
    Line::open().types(&["dance"]).ends(2);
    Line::open().types(&["app", "register", "oa"]).ends(2);
}

/// The same, typed where no server runs and where one does.
fn both_ways(story: impl Fn(&dyn Fn(&[&str], &str) -> Typed)) {
    let line = Line::open();
    let data = line.path("data").display().to_string();
    story(&|arguments, input| line.pipes(&[arguments, &["--data", &data]].concat(), input));
    let server = TestServer::start();
    story(&|arguments, input| server.pipes(arguments, input));
}

#[test]
fn applications_are_registered_changed_and_suspended() {
    both_ways(|types| {
        let register = ["app", "register", "oa", "--name", "Office", "--origin", "https://oa.example", "--json"];
        let help = types(&["app", "register", "--help"], "").out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(help.contains("a new application has local and ticket"), "{help}");
        let made = types(&register, "").json();
        assert_eq!(made["id"], "oa");
        let begins = |member: &str, prefix: &str| made[member].as_str().is_some_and(|text| text.starts_with(prefix));
        assert!(begins("key", "pk_") && begins("callback_secret", "whsec_") && begins("token_secret", "pts_"), "{made}");
        types(&register, "").is_refused(4, "already");
        assert_eq!(types(&["app", "show", "oa", "--json"], "").json()["sign_in"], json!(["ticket", "local"]));
        types(&["app", "register", "O A", "--name", "Office"], "").ends(2);
        types(&["app", "register", "ob", "--name", "B", "--callback", "http://10.0.0.1/cb"], "").is_refused(2, "10.0.0.1:80");
        let approved = ["--callback", "http://10.0.0.1/cb", "--approve", "10.0.0.1:80", "--sign-in", "callback,ticket"];
        types(&[&["app", "register", "ob", "--name", "B"], &approved[..]].concat(), "").ends(0);
        let listed = types(&["app", "list", "--json"], "").json();
        assert_eq!(listed.as_array().map(Vec::len), Some(2));
        types(&["app", "update", "oa", "--policy", "contacts", "--origin="], "").ends(0);
        let shown = types(&["app", "show", "oa", "--json"], "").json();
        assert_eq!((&shown["policy"], &shown["origins"], &shown["name"]), (&json!("contacts"), &json!([]), &json!("Office")));
        types(&["app", "suspend", "oa"], "").ends(0);
        assert!(types(&["app", "show", "oa"], "").ends(0).contains("suspended"));
        types(&["send", "oa", "user:anna", "hello"], "").ends(4);
        types(&["app", "suspend", "oa", "--resume"], "").ends(0);
        for unknown in [&["app", "show", "zz"][..], &["app", "update", "zz"], &["app", "suspend", "zz"], &["user", "list", "zz"]]
        {
            types(unknown, "").is_refused(3, "no such application");
        }
    });
}

#[test]
fn keys_and_secrets_are_shown_once_and_rotated() {
    both_ways(|types| {
        types(&["app", "register", "oa", "--name", "Office"], "").ends(0);
        let made = types(&["app", "key", "create", "oa", "--scope", "messages,users", "--json"], "").json();
        assert_eq!((&made["no"], &made["scopes"]), (&json!(2), &json!(["messages", "users"])));
        types(&["app", "key", "create", "oa", "--scope", "everything"], "").ends(2);
        types(&["app", "key", "revoke", "oa", "2"], "").ends(0);
        types(&["app", "key", "revoke", "oa", "9"], "").is_refused(3, "no such key");
        let keys = types(&["app", "show", "oa", "--json"], "").json()["keys"].clone();
        assert!(keys[0]["revoked_at"].is_string() && keys[1]["revoked_at"].is_null(), "{keys}");
        let secret = types(&["app", "secret", "rotate", "oa", "callback"], "").ends(0).to_string();
        assert!(secret.starts_with("whsec_"));
        assert!(!types(&["app", "show", "oa", "--json"], "").ends(0).contains(&secret[6..]));
        types(&["app", "secret", "rotate", "oa", "both"], "").ends(2);
    });
}

#[test]
fn users_are_added_listed_suspended_and_given_tokens() {
    both_ways(|types| {
        types(&["app", "register", "oa", "--name", "Office"], "").ends(0);
        let add = ["user", "add", "oa", "anna", "--name", "Anna", "--email", "anna@oa.example", "--password-stdin"];
        types(&add, "secret of anna\n").ends(0);
        types(&add, "secret of anna\n").is_refused(4, "already");
        types(&["user", "add", "oa", "ben", "--name", "Ben", "--password-stdin"], "x").is_refused(2, "password");
        types(&["user", "add", "oa", "press", "--name", "Press", "--kind", "device"], "").ends(0);
        let listed = types(&["user", "list", "oa", "--json"], "").json();
        let ids: Vec<&Value> = listed.as_array().unwrap().iter().map(|user| &user["id"]).collect();
        assert_eq!(ids, ["anna", "press"]);
        assert_eq!(types(&["user", "list", "oa", "--text", "ann"], "").ends(0).lines().count(), 2);
        let token = types(&["user", "token", "oa", "press"], "");
        types(&["user", "token", "oa", "anna"], "").is_refused(4, "is a person");
        assert!(types(&["user", "token", "oa", "anna", "--days", "7"], "").ends(0).starts_with("pt_"));
        assert!(token.ends(0).starts_with("pt_"));
        types(&["user", "suspend", "oa", "press"], "").ends(0);
        types(&["user", "token", "oa", "press"], "").is_refused(4, "suspended");
        types(&["user", "suspend", "oa", "nobody"], "").is_refused(3, "no such user");
    });
}

#[test]
fn the_rest_is_the_same_with_and_without_a_server() {
    both_ways(|types| {
        types(&["app", "register", "oa", "--name", "Office"], "").ends(0);
        types(&["user", "add", "oa", "anna", "--name", "Anna"], "").ends(0);
        let link = types(&["admin", "add", "root"], "");
        assert!(link.ends(0).starts_with("http://") && link.out.contains("/console/"), "{link:?}");
        let sent = types(&["send", "oa", "user:anna", "hello", "--key", "k1", "--json"], "").json();
        assert_eq!(types(&["send", "oa", "user:anna", "-", "--key", "k1", "--json"], "hello\n").json(), sent);
        assert!(sent["messages"][0]["id"].is_i64() && sent["batch"].is_i64(), "{sent}");
        types(&["send", "oa", "user:anna", "other", "--key", "k1"], "").ends(4);
        types(&["send", "oa", "user:nobody", "hello"], "").ends(3);
        types(&["send", "oa", "anna", "hello"], "").ends(2);
        assert!(types(&["check"], "").ends(0).contains("good"));
        types(&["mail", "test", "anna@oa.example"], "").is_refused(1, "does not send email");
    });
}

#[test]
fn a_backup_is_a_working_copy_and_overwrites_nothing() {
    both_ways(|types| {
        types(&["app", "register", "oa", "--name", "Office"], "").ends(0);
        let other = Line::open();
        fs::create_dir(other.path("data")).unwrap();
        let copy = other.path("data/parlour.db").display().to_string();
        types(&["backup", &copy], "").ends(0);
        types(&["backup", &copy], "").is_refused(4, "never overwrites");
        assert_eq!(mode(Path::new(&copy)), 0o600, "it is for its owner alone");
        types(&["backup", "/nowhere/at/all"], "").ends(1);
        assert!(other.types(&["app", "list", "--data", "data"]).ends(0).contains("Office"));
    });
}

#[test]
fn a_backup_that_is_restored_goes_on_and_clients_begin_afresh() {
    let mut server = TestServer::start();
    let office = server.app("oa");
    let (mut anna, ben) = (office.person("anna"), office.person("ben"));
    let conversation = anna.sends("ben", "before")["conversation"].clone();
    ben.hears("before");
    let copy = server.data().with_extension("copy");
    server.types(&["backup", copy.to_str().unwrap()]).ends(0);
    for text in ["lost one", "lost two"] {
        ben.sends("anna", text);
        anna.hears(text);
    }
    server.stops();
    fs::rename(server.data(), server.data().with_extension("old")).unwrap();
    fs::create_dir(server.data()).unwrap();
    fs::copy(&copy, server.data().join("parlour.db")).unwrap();
    server.starts();
    let again = office.device("ben");
    for text in ["one", "two", "three"] {
        again.sends("anna", text);
    }
    let welcome = anna.returns();
    assert_eq!(welcome["resumed"], false, "the versions that she has seen stand for other things now: {welcome}");
    let texts: Vec<Value> = anna.messages(&conversation).iter().map(|message| message["text"].clone()).collect();
    assert_eq!(texts, ["before", "one", "two", "three"]);
}

#[test]
fn a_program_is_told_what_went_wrong_in_json() {
    let told = |typed: &Typed, code: i32| {
        typed.ends(code);
        assert_eq!((typed.out.as_str(), typed.error.lines().count()), ("", 1), "{typed:?}");
        let error: Value = serde_json::from_str(&typed.error).unwrap_or_else(|e| panic!("{e}: {typed:?}"));
        let text = |member: &str| error["error"][member].as_str().unwrap_or_default().to_string();
        (text("code"), text("message"))
    };
    both_ways(|types| {
        types(&["app", "register", "oa", "--name", "Office"], "").ends(0);
        let unknown = told(&types(&["app", "show", "zz", "--json"], ""), 3);
        assert_eq!(unknown, ("not_found".into(), "there is no such application".into()));
        let again = told(&types(&["app", "register", "oa", "--name", "Office", "--json"], ""), 4);
        assert!(again.0 == "refused" && again.1.contains("already"), "{again:?}");
        let mistyped = told(&types(&["app", "show", "--json", "--loud"], ""), 2);
        assert!(mistyped.0 == "usage" && mistyped.1.contains("--loud") && !mistyped.1.contains("Usage:"), "{mistyped:?}");
    });
    let line = Line::open();
    line.types(&["app", "register", "oa", "--name", "Office", "--data", "data"]).ends(0);
    assert_eq!(told(&line.types(&["healthcheck", "--data", "data", "--json"]), 5).0, "no_answer");
    line.file("parlour.toml", "listn = 'x'\n");
    assert!(told(&line.types(&["serve", "--json"]), 2).1.contains("parlour.toml, line 1"));
}

#[test]
fn a_person_is_erased_when_that_is_meant() {
    both_ways(|types| {
        types(&["app", "register", "oa", "--name", "Office"], "").ends(0);
        types(&["user", "add", "oa", "anna", "--name", "Anna Liu"], "").ends(0);
        types(&["send", "oa", "user:anna", "hello"], "").ends(0);
        types(&["user", "erase", "oa", "anna"], "").is_refused(4, "cannot be undone; say --yes");
        assert_eq!(types(&["user", "list", "oa", "--json"], "").json()[0]["id"], "anna", "asking is not doing");
        types(&["user", "erase", "oa", "nobody", "--yes"], "").is_refused(3, "no such user");
        let erased = types(&["user", "erase", "oa", "anna", "--yes", "--json"], "").json();
        assert_eq!(erased, json!({ "id": "anna", "erased": true }));
        assert_eq!(types(&["user", "list", "oa", "--json"], "").json(), json!([]));
        let left = types(&["export", "conversations", "oa"], "").ends(0).to_string();
        assert!(left.contains("erased:") && !left.contains("anna") && !left.contains("Anna"), "{left}");
    });
}

#[test]
fn what_needs_a_server_says_so() {
    let line = Line::open();
    line.types(&["app", "register", "oa", "--name", "Office", "--data", "data"]).ends(0);
    line.types(&["healthcheck", "--data", "data"]).is_refused(5, "no server runs");
    line.types(&["listen", "oa", "--data", "data"]).is_refused(5, "no server runs");
    assert_eq!(TestServer::start().types(&["healthcheck"]).ends(0), "the server can write");
}

#[test]
fn commands_reach_people_who_are_connected() {
    let server = TestServer::start();
    let office = server.app("oa");
    let anna = office.person("anna");
    server.types(&["send", "oa", "user:anna", "from a script"]).ends(0);
    assert_eq!(anna.hears("from a script")["from"], "application");
    server.types(&["user", "suspend", "oa", "anna"]).ends(0);
    anna.is_told("bye", |bye| bye["code"] == "unauthenticated" || bye["code"] == "expired");
}

/// Who may do what with a file.
fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn the_socket_for_commands_is_for_its_owner_alone_and_goes_with_the_server() {
    let mut server = TestServer::start();
    let socket = server.data().join("control.sock");
    assert_eq!((mode(&socket), mode(&server.data())), (0o600, 0o700));
    server.dies();
    server.starts();
    server.types(&["healthcheck"]).ends(0);
    assert!(server.stops().success());
    eventually("the socket is gone", || (!socket.exists()).then_some(()));
}

/// What the doctor found, by check.
fn found(examined: &Typed) -> Vec<(String, String)> {
    let findings: Value = serde_json::from_str(&examined.out).unwrap_or_else(|_| panic!("{examined:?}"));
    let text = |value: &Value| value.as_str().unwrap_or_default().to_string();
    findings.as_array().unwrap().iter().map(|one| (text(&one["check"]), text(&one["state"]))).collect()
}

#[test]
fn the_doctor_tries_every_interface_and_says_how_to_mend_it() {
    let server = TestServer::nameless();
    let listener = Listener::start();
    let callback = ["--callback", &listener.url(), "--approve", &listener.host_and_port(), "--origin", "https://oa.example"];
    let office = server.app_with("oa", &callback);
    listener.trusts(&office.callback_secret);
    office.user("anna");
    listener.answers_json("user.verify", json!({ "user": null }));
    let healthy = server.types(&["doctor", "oa", "--json"]);
    healthy.ends(0);
    let states = found(&healthy);
    for check in ["callback", "user.verify", "contacts.list", "REST", "widget", "WebSocket", "by token", "origins", "keys"] {
        assert!(states.contains(&(check.into(), "good".into())), "{check}: {states:?}");
    }
    listener.answers_json("user.verify", json!({ "user": { "id": "anna" } }));
    listener.answers_json("contacts.list", json!({ "groups": "none" }));
    server.types(&["app", "key", "revoke", "oa", "1"]).ends(0);
    let ill = server.types(&["doctor", "oa", "--json"]);
    ill.is_refused(1, "oa");
    for check in ["user.verify", "contacts.list", "keys", "by ticket"] {
        assert!(found(&ill).contains(&(check.into(), "wrong".into())), "{check}: {ill:?}");
    }
    assert!(server.types(&["doctor", "oa"]).out.contains("→ parlour app key create oa"));
    server.types(&["doctor", "zz"]).is_refused(3, "no such application");
}

#[test]
fn the_doctor_sees_that_the_address_is_not_ours_and_that_nothing_runs() {
    let mut server = TestServer::start();
    server.app("oa");
    let state =
        |examined: &Typed, check: &str| found(examined).into_iter().find(|(known, _)| known == check).map(|(_, state)| state);
    assert_eq!(state(&server.types(&["doctor", "oa", "--json"]), "reachable").as_deref(), Some("wrong"));
    server.stops();
    assert_eq!(state(&server.types(&["doctor", "oa", "--json"]), "server").as_deref(), Some("wrong"));
}

#[test]
fn a_directory_without_data_is_said_and_not_made() {
    let line = Line::open();
    for typed in [&["app", "list"][..], &["send", "oa", "everyone", "hello"], &["export", "messages", "oa"]] {
        line.types(&[typed, &["--data", "mistyped"]].concat()).is_refused(3, "no data of Parlour in mistyped");
        assert!(!line.path("mistyped").exists(), "{typed:?}");
    }
}
