//! When users were last there: now, after they left, after the server stopped or died; and that the invisible are not betrayed.

use super::admin::{Admin, between};
use crate::harness::{App, TestServer, eventually};
use serde_json::{Value, json};

/// A user as the command line lists it.
fn listed(server: &TestServer, id: &str) -> Value {
    let users = server.types(&["user", "list", "oa", "--json"]).json();
    users.as_array().unwrap().iter().find(|user| user["id"] == id).unwrap_or_else(|| panic!("no {id}: {users}")).clone()
}

/// The line of the console's list.
fn line(admin: &Admin, id: &str) -> String {
    between(&admin.sees("/console/@oa/users"), &format!("/users/@{id}\""), "</tr>")
}

fn told(office: &App, id: &str) -> Value {
    office.get(&format!("/users/{id}")).is(200)["user"]["last_seen_at"].clone()
}

/// When somebody was last connected, as it is on the disk.
fn kept(server: &TestServer, id: &str) -> Option<i64> {
    let database = rusqlite::Connection::open(server.data().join("parlour.db")).unwrap();
    database.busy_timeout(std::time::Duration::from_secs(5)).unwrap();
    database.query_row("SELECT present_at FROM user WHERE id = ?1", [id], |row| row.get(0)).unwrap()
}

#[test]
fn who_is_there_is_seen_now_and_a_time_is_known_after_a_stop_and_after_a_kill() {
    let mut server = TestServer::with(&["--rest-rate", "0"]);
    let office = server.app("oa");
    let anna = office.person("anna");
    office.user("ben");
    let console = Admin::first(&server).cookie;
    let shown = |server: &TestServer, id: &str| line(&Admin { server, cookie: console.clone() }, id);
    assert!(shown(&server, "anna").contains(">now<") && shown(&server, "ben").contains(">never<"));
    assert!(Admin { server: &server, cookie: console.clone() }.sees("/console/@oa/users/@anna").contains(">now<"));
    assert_eq!((&listed(&server, "anna")["connected"], &listed(&server, "ben")["connected"]), (&json!(true), &json!(false)));
    assert!(told(&office, "anna").is_string() && told(&office, "ben").is_null());
    let list = server.types(&["user", "list", "oa"]);
    assert!(list.ends(0).lines().any(|line| line.starts_with("anna") && line.contains(" now ")), "{list:?}");

    server.stops();
    drop(anna);
    let user = listed(&server, "anna");
    assert!(user["connected"] == false && user["last_seen_at"].is_string(), "{user}");
    server.starts();
    assert!(shown(&server, "anna").contains("<time") && told(&office, "anna") == user["last_seen_at"]);

    let ben = office.device("ben");
    eventually("that he came is kept", || kept(&server, "ben"));
    server.dies();
    drop(ben);
    assert!(listed(&server, "ben")["last_seen_at"].is_string());
    server.starts();
    assert!(shown(&server, "ben").contains("<time") && told(&office, "ben").is_string());
}

#[test]
fn whoever_hides_has_left_at_that_moment_for_all_but_the_administrator() {
    let server = TestServer::with(&["--rest-rate", "0"]);
    let office = server.app("oa");
    let (anna, ben) = (office.person("anna"), office.person("ben"));
    anna.sends("ben", "hello");
    ben.hears("hello");
    let seen = || ben.gets("watch", json!({"users": ["anna"]}))["presence"][0].clone();
    assert_eq!(seen()["show"], "available");
    anna.gets("present", json!({"show": "invisible"}));
    let hid = seen();
    assert!(hid["show"] == "offline" && hid["last_seen"].is_string(), "as of somebody who left: {hid}");
    eventually("so it is for the application", || (told(&office, "anna") == hid["last_seen"]).then_some(()));
    assert_eq!(listed(&server, "anna")["connected"], true);
    let before = kept(&server, "anna");
    anna.socket.breaks();
    eventually("that she left is kept", || (kept(&server, "anna") > before).then_some(()));
    assert_eq!((seen(), told(&office, "anna")), (hid.clone(), hid["last_seen"].clone()), "her leaving shows nowhere");
    let again = office.device("anna");
    assert_eq!(listed(&server, "anna")["connected"], true);
    assert_eq!((seen(), told(&office, "anna")), (hid.clone(), hid["last_seen"].clone()), "nor does her coming");
    drop(again);
}
