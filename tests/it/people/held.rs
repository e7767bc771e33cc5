//! A list that looks like a mistake is not taken before somebody says that it is meant.

use super::{fetches, groups, open, opens, staff, standing};
use crate::harness::Listener;
use serde_json::json;

#[test]
fn a_list_that_is_suddenly_empty_is_held_and_told_and_taken_when_it_is_meant() {
    let (server, app, office) = open();
    let listener = Listener::start();
    listener.trusts(&app.callback_secret);
    let (url, host) = (listener.url(), listener.host_and_port());
    server
        .types(&[
            "app",
            "update",
            "oa",
            "--callback",
            &url,
            "--approve",
            office.host(),
            "--approve",
            &host,
            "--event",
            "contacts.held",
        ])
        .ends(0);
    office.lists_many(30);
    opens(&server, &office).ends(0);
    let suspended = |id: &str| app.get(&format!("/users/{id}")).is(200)["user"]["suspended"].clone();

    office.lists_many(3);
    let told = fetches(&server);
    told.is_refused(1, "--take");
    assert_eq!(
        told.out.trim(),
        "27 of 30 people would be gone or lose their departments, so the list is held and the earlier one serves"
    );
    assert_eq!(listener.is_asked("contacts.held", 1)[0].body["data"], json!({"user": null, "had": 30, "gone": 27}));
    assert_eq!((standing(&server)["held"]["gone"].clone(), suspended("20")), (json!(27), json!(false)));
    fetches(&server).is_refused(1, "--take");
    assert_eq!(listener.calls("contacts.held").len(), 1, "the same is told once");

    assert_eq!(server.types(&["app", "people", "oa", "--keep"]).ends(0), "the earlier list stays");
    assert_eq!((standing(&server)["held"].clone(), suspended("20")), (json!(null), json!(false)));
    assert_eq!(server.types(&["app", "people", "oa", "--take"]).ends(0), "3 people in 1 groups: 0 created, 0 changed, 27 gone");
    assert_eq!((standing(&server)["held"].clone(), suspended("20"), suspended("2")), (json!(null), json!(true), json!(false)));
}

#[test]
fn an_empty_list_is_held_in_the_smallest_company() {
    let (server, app, office) = open();
    office.lists(&staff());
    opens(&server, &office).ends(0);
    office.lists(&json!([]));
    fetches(&server).is_refused(1, "--take");
    assert_eq!(app.get("/users/1").is(200)["user"]["suspended"], false);
}

#[test]
fn a_list_whose_departments_are_suddenly_missing_is_held_too() {
    let (server, app, office) = open();
    office.lists_many(30);
    opens(&server, &office).ends(0);
    let before = groups(&app);
    assert!(!before.is_empty());
    let mut people: Vec<_> = (1..=30).map(|no| json!({"no": no, "name": format!("Person {no}")})).collect();
    office.lists(&json!(people));
    let told = fetches(&server);
    told.is_refused(1, "--take");
    assert_eq!(groups(&app), before, "nobody lost anybody");
    people.iter_mut().for_each(|person| person["department"] = json!("Renamed"));
    office.lists(&json!(people));
    fetches(&server).ends(0);
    assert_eq!(groups(&app), ["Renamed"]);
}
