//! What goes wrong leaves the earlier list in place and is said, and a fetch that was cut off is made again.

use super::office::{Office, WORD};
use super::{fetches, open, opens, staff, standing};
use crate::console::admin::tamper;
use crate::harness::{App, TestServer, eventually};
use serde_json::{Value, json};

#[test]
fn whatever_goes_wrong_leaves_the_earlier_list_and_is_said() {
    let (server, app, office) = open();
    office.lists(&staff());
    opens(&server, &office).ends(0);
    office.heard();
    let mut wrong = staff();
    wrong.as_array_mut().unwrap().extend([json!({"name": "Nobody"}), json!({"no": 1, "name": "Anna again"})]);
    office.lists(&wrong);
    fetches(&server).is_refused(2, "row 4, id: there is nothing at /no (and 1 more)");
    let kept = standing(&server);
    assert!(kept["error"].as_str().unwrap().starts_with("row 4"), "{kept}");
    assert_eq!((&kept["failed"], &kept["list"]["people"]), (&json!(1), &json!(3)));
    let soon = |kept: &Value| kept["next_at"].as_str() > kept["succeeded_at"].as_str();
    assert!(soon(&kept), "{kept}");

    for (path, said) in [
        ("moved", "302, a redirect, which is not followed"),
        ("page", "a page (HTML)"),
        ("broken", "it answered 500"),
        ("nothing.json", "it answered 500"),
    ] {
        let url = format!("{}/{path}", office.url);
        server.types(&["app", "people", "oa", "--url", &url]).is_refused(1, said);
        assert!(standing(&server)["error"].as_str().unwrap().contains(said));
    }
    let heard = office.heard().join("\n");
    assert!(!heard.contains("\npeople.json Bearer open sesame None 200\nmoved"), "{heard}");
    let url = format!("{}/people.json", office.url);
    server.types(&["app", "people", "oa", "--url", &url, "--authorization", ""]).is_refused(1, "Authorization is not accepted");
    server.types(&["app", "people", "oa", "--url", &url, "--authorization", WORD]).is_refused(2, "no list");
    server.types(&["app", "people", "oa", "--url", "http://10.0.0.1/people"]).is_refused(2, "approval of 10.0.0.1:80");
    server.types(&["app", "people", "oa", "--url", "https://169.254.169.254/latest"]).is_refused(4, "never called");
    assert_eq!(app.get("/users/1").is(200)["user"]["name"], "Anna Liu");
    assert_eq!(app.get("/users/1").is(200)["user"]["suspended"], false);
}

#[test]
fn a_fetch_that_is_cut_off_is_made_again_and_so_is_one_whose_time_has_come() {
    let (mut server, app, office) = open();
    office.lists(&staff());
    let url = format!("{}/slow", office.url);
    let mut hanging = server.command(&["app", "people", "oa", "--url", &url, "--authorization", WORD]).spawn().unwrap();
    assert!(office.is_asked().starts_with("slow"));
    server.types(&["app", "people", "oa", "--now"]).is_refused(4, "being fetched already");
    server.dies();
    hanging.wait().unwrap();
    server.starts();
    assert!(office.is_asked().starts_with("slow"), "the next process fetches it by itself");

    // Other settings: what is on its way for the earlier ones changes nothing any more.
    opens(&server, &office).ends(0);
    office.lists(&json!([staff()[0], staff()[1], staff()[2], {"no": "dora", "name": "Dora"}]));
    app.get("/users/dora").is(404);
    tamper(&server, "UPDATE feed SET next_at = 1");
    eventually("Dora is there", || (app.get("/users/dora").status == 200).then_some(()));
}

/// Begins to take in so many people, and answers once the one with this number is there.
fn begins(server: &TestServer, app: &App, office: &Office, (count, seen): (usize, usize)) -> std::process::Child {
    office.lists_many(count);
    let url = format!("{}/people.json", office.url);
    let words = ["app", "people", "oa", "--url", &url, "--authorization", WORD, "--list", "/data/list", "--id", "/no"];
    let taking = server.command(&[&words[..], &["--group", "/department"]].concat()).spawn().unwrap();
    eventually("people come", || (app.get(&format!("/users/{seen}")).status == 200).then_some(()));
    taking
}

#[test]
fn an_earlier_list_that_comes_back_after_another_was_half_taken_is_taken_again() {
    let (mut server, app, office) = open();
    begins(&server, &app, &office, (600, 1)).wait().unwrap();
    office.lists_many(1000);
    let mut taking = server.command(&["app", "people", "oa", "--now"]).spawn().unwrap();
    eventually("the first of the other list is there", || (app.get("/users/601").status == 200).then_some(()));
    server.dies();
    taking.wait().unwrap();
    office.lists_many(600);
    server.starts();
    let is_suspended = |user: &str| app.get(user).is(200)["user"]["suspended"] == json!(true);
    eventually("who stands in it no more is out", || is_suspended("/users/601").then_some(()));
    assert!(!is_suspended("/users/599"));
}

#[test]
fn a_list_that_is_to_be_fetched_no_more_makes_no_groups_when_its_people_were_taken() {
    let (server, app, office) = open();
    let mut taking = begins(&server, &app, &office, (2000, 1));
    server.types(&["app", "people", "oa", "--off"]).ends(0);
    assert_ne!(app.get("/users/1999").status, 200, "it was said while they came");
    taking.wait().unwrap();
    eventually("who was promised has come", || (app.get("/users/1999").status == 200).then_some(()));
    assert_eq!(super::groups(&app), Vec::<String>::new());
}
