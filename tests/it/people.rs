//! People from an address that an application already has: a JSON list or a table that a program in Python answers, which nobody
//! changed for Parlour.

mod held;
mod office;
mod trouble;

use crate::console::admin::Admin;
use crate::harness::{App, TestServer, Typed, Voice};
use office::{Office, WORD};
use serde_json::{Value, json};

/// An office with a server that may call it.
fn open() -> (TestServer, App, Office) {
    let (server, office) = (TestServer::start(), Office::open());
    let app = server.app_with("oa", &["--approve", office.host()]);
    (server, app, office)
}

/// Says where the people are, as JSON of this office.
fn opens(server: &TestServer, office: &Office) -> Typed {
    let url = format!("{}/people.json", office.url);
    let places = ["--list", "/data/list", "--id", "/no", "--email", "/mail", "--title", "/job", "--group", "/department"];
    server.types(&[&["app", "people", "oa", "--url", &url, "--authorization", WORD][..], &places].concat())
}

fn fetches(server: &TestServer) -> Typed {
    server.types(&["app", "people", "oa", "--now"])
}

fn standing(server: &TestServer) -> Value {
    server.types(&["app", "people", "oa", "--json"]).json()
}

fn staff() -> Value {
    json!([
        {"no": 1, "name": "Anna Liu", "mail": "anna@oa.example", "job": "Head", "department": "Sales", "salary": 1},
        {"no": 2, "name": "Ben", "mail": "no address", "department": ["Sales", "Board"]},
        {"no": "cleo", "name": "Cleo", "department": null},
    ])
}

/// Somebody of the list, who signs in.
fn person(app: &App, id: &str) -> Voice {
    let made = app.post(&format!("/users/{id}/tokens"), &json!({"name": "test"})).is(201);
    Voice::connect(app, id, made["token"].as_str().expect("a token"))
}

/// The groups that are kept here.
fn groups(app: &App) -> Vec<String> {
    let all = app.get("/groups").is(200);
    all["items"].as_array().unwrap().iter().map(|group| group["name"].as_str().unwrap().to_string()).collect()
}

#[test]
fn everybody_in_the_list_becomes_a_user_and_departments_become_groups_that_all_see() {
    let (server, app, office) = open();
    office.lists(&staff());
    assert_eq!(opens(&server, &office).ends(0), "3 people in 2 groups: 3 created, 0 changed, 0 gone");
    let user = |id: &str| app.get(&format!("/users/{id}")).is(200)["user"].clone();
    let anna = user("1");
    assert_eq!((&anna["name"], &anna["email"], &anna["title"]), (&json!("Anna Liu"), &json!("anna@oa.example"), &json!("Head")));
    assert_eq!(user("2")["email"], Value::Null, "what is no address is left out");
    assert_eq!(groups(&app), ["Board", "Sales"]);
    person(&app, "cleo").knows("groups", |group| group["id"] == "shared:Sales" && group["count"] == 2);

    // It is asked again, and nothing has changed.
    assert_eq!(fetches(&server).ends(0), "nothing has changed");
    let heard = [office.is_asked(), office.is_asked()];
    assert!(heard[0].starts_with("people.json Bearer open sesame None 200"), "{heard:?}");
    assert!(heard[1].ends_with("304") && !heard[1].contains("None"), "{heard:?}");

    // The word is shown nowhere, and travels nowhere else.
    let shown = standing(&server);
    assert_eq!(shown["authorization"], true);
    assert!(!format!("{shown} {}", server.log()).contains("sesame"), "{shown}");
    let other = Office::open();
    server.types(&["app", "update", "oa", "--approve", office.host(), "--approve", other.host()]).ends(0);
    server.types(&["app", "people", "oa", "--url", &format!("{}/people.json", other.url)]).ends(1);
    assert_eq!(other.is_asked(), "people.json None None 500");
}

#[test]
fn who_leaves_the_list_is_suspended_and_comes_back_with_it_and_a_department_goes_with_its_people() {
    let (server, app, office) = open();
    office.lists(&staff());
    // Somebody keeps a group of that name by hand: it is left alone.
    app.user("guest");
    app.put("/groups/Sales", &json!({"name": "Sales", "users": ["guest"]})).is(201);
    let told = opens(&server, &office);
    assert_eq!(
        told.ends(0),
        "3 people in 1 groups: 3 created, 0 changed, 1 gone; left alone, because they are kept by hand: Sales"
    );
    let suspended = |id: &str| app.get(&format!("/users/{id}")).is(200)["user"]["suspended"].clone();
    assert_eq!((suspended("guest"), suspended("2")), (json!(true), json!(false)));
    let anna = person(&app, "1");
    anna.knows("groups", |group| group["name"] == "Board");
    assert_eq!(app.get("/groups/Sales").is(200)["group"]["users"], json!(["guest"]));

    office.lists(&json!([staff()[0], staff()[2]]));
    assert_eq!(
        fetches(&server).ends(0),
        "2 people in 0 groups: 0 created, 0 changed, 1 gone; left alone, because they are kept by hand: Sales"
    );
    assert_eq!(suspended("2"), json!(true));
    assert_eq!(groups(&app), ["Sales"]);
    office.lists(&staff());
    fetches(&server).ends(0);
    assert_eq!((suspended("2"), suspended("guest")), (json!(false), json!(true)));

    assert!(server.types(&["app", "people", "oa", "--off"]).ends(0).contains("no more"));
    assert_eq!((standing(&server), suspended("2")), (Value::Null, json!(false)));
}

#[test]
fn a_table_of_a_chinese_spreadsheet_program_is_fetched() {
    let (server, app, office) = open();
    // GB18030, semicolons, and a column that nobody needs: 工号;姓名;部门;工资
    let rows: &[&[u8]] = &[
        b"\xb9\xa4\xba\xc5;\xd0\xd5\xc3\xfb;\xb2\xbf\xc3\xc5;\xb9\xa4\xd7\xca\r\n",
        b"7;\xc1\xf5\xd1\xf3;\xd1\xd0\xb7\xa2;9\r\n",
        b"8;\xc0\xee\xc0\xd7;;9\r\n",
    ];
    office.has("people.csv", &rows.concat());
    let url = format!("{}/people.csv", office.url);
    let words = ["app", "people", "oa", "--csv", "--url", &url, "--authorization", "-"];
    assert!(server.pipes(&[&words[..], &["--dry-run"]].concat(), WORD).ends(0).contains("first: 刘洋 (7), 李雷 (8)"));
    app.get("/users/7").is(404);
    assert_eq!(server.pipes(&words, WORD).ends(0), "2 people in 1 groups: 2 created, 0 changed, 0 gone");
    assert_eq!(app.get("/users/7").is(200)["user"]["name"], "刘洋");
    person(&app, "8").knows("groups", |group| group["name"] == "研发" && group["users"] == json!(["7"]));
}

#[test]
fn an_administrator_sees_what_would_be_done_before_anything_is() {
    let (server, app, office) = open();
    office.lists(&staff());
    let admin = Admin::first(&server);
    let (page, url) = ("/console/@oa/people", format!("{}/people.json", office.url));
    let fields = [
        ("feed_url", url.as_str()),
        ("feed_header", WORD),
        ("feed_form", "json"),
        ("feed_list", "/data/list"),
        ("feed_id", "/no"),
        ("feed_name", "/name"),
        ("feed_group", "/department"),
        ("feed_minutes", "60"),
        ("feed_others", "suspend"),
    ];
    let wrong: Vec<_> = fields.iter().map(|field| if field.0 == "feed_list" { ("feed_list", "data") } else { *field }).collect();
    let refused = admin.posts(page, &wrong);
    assert!(refused.status == 422 && refused.text().contains("Expected a JSON Pointer"), "{}", refused.text());
    assert_eq!(admin.does(page, &fields), page);
    let seen = admin.sees(page);
    assert!(seen.contains("3 people in 2 groups; 3 new") && seen.contains("Anna Liu (1)"), "{seen}");
    assert!(seen.contains("Take it, and fetch it from now on") && !seen.contains("sesame"), "{seen}");
    app.get("/users/1").is(404);

    admin.does("/console/@oa/people/fetch", &[]);
    assert_eq!(app.get("/users/1").is(200)["user"]["name"], "Anna Liu");
    assert!(admin.sees(page).contains("Fetch now"));
    office.lists(&json!([]));
    admin.does("/console/@oa/people/fetch", &[]);
    assert!(admin.sees("/console/@oa").contains("lose most of them and is held"));
    assert!(admin.sees(page).contains("3 of 3 people would go"));
    admin.does("/console/@oa/people/fetch", &[("then", "take")]);
    assert_eq!(app.get("/users/1").is(200)["user"]["suspended"], true);
    admin.does(page, &[("then", "off")]);
    assert!(!admin.sees(page).contains("How it stands"));
}
