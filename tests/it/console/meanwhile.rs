//! What somebody else does while a page is open.

use super::admin::{Admin, PASSWORD, between, cookie, sign_in};
use crate::harness::{TestServer, eventually};
use serde_json::json;
use std::thread;

/// A form, the field that both change in it, and what the first and the second write there.
struct Both {
    page: &'static str,
    to: &'static str,
    usual: &'static [(&'static str, &'static str)],
    field: &'static str,
    values: [&'static str; 2],
}

const APPLICATION: &[(&str, &str)] = &[
    ("name", "Office"),
    ("id", "oa"),
    ("colour", "#2f5fd0"),
    ("policy", "everyone"),
    ("session", "12"),
    ("token_algorithm", "HS256"),
    ("sign_in", "local"),
    ("approved", "127.0.0.1:1"),
];

const FORMS: [Both; 6] = [
    Both { page: "/edit", to: "", usual: APPLICATION, field: "origins", values: ["http://127.0.0.1:9999", "https://oa.example"] },
    Both {
        page: "/users/@anna/edit",
        to: "/users/@anna",
        usual: &[("id", "anna"), ("name", "Anna"), ("kind", "person")],
        field: "title",
        values: ["Sales", "Support"],
    },
    Both {
        page: "/groups/@all",
        to: "/groups/@all",
        usual: &[("id", "all"), ("name", "All"), ("seen_by", "everyone")],
        field: "users",
        values: ["ben\r\nanna", "anna"],
    },
    Both {
        page: "/whoami",
        to: "/whoami",
        usual: &[("whoami_url", "http://127.0.0.1:1/me"), ("whoami_cookies", "office"), ("whoami_name", "/name")],
        field: "whoami_id",
        values: ["/user/no", "/no"],
    },
    Both {
        page: "/oidc",
        to: "/oidc",
        usual: &[
            ("oidc_provider", "Keys"),
            ("oidc_issuer", "http://127.0.0.1:1/"),
            ("oidc_scopes", "openid"),
            ("oidc_id", "sub"),
            ("oidc_public", "1"),
        ],
        field: "oidc_client",
        values: ["parlour", "parlour-2"],
    },
    Both {
        page: "/people",
        to: "/people",
        usual: &[
            ("feed_url", "http://127.0.0.1:1/all"),
            ("feed_form", "json"),
            ("feed_id", "/id"),
            ("feed_name", "/name"),
            ("feed_minutes", "60"),
            ("feed_others", "suspend"),
        ],
        field: "feed_list",
        values: ["/people", "/staff"],
    },
];

#[test]
fn of_two_administrators_at_one_form_the_second_is_told_and_takes_nothing_back() {
    let server = TestServer::start();
    let root = Admin::first(&server);
    let other = Admin { server: &server, cookie: cookie(&sign_in(&server, "root", PASSWORD)) };
    root.registers("oa", &[("sign_in", "local"), ("approve", "127.0.0.1:1")]);
    for id in ["anna", "ben"] {
        root.does("/console/@oa/users", &[("id", id), ("name", id)]);
    }
    root.does("/console/@oa/groups", &[("id", "all"), ("name", "All"), ("seen_by", "everyone")]);
    for Both { page, to, usual, field, values: [first, second] } in FORMS {
        let (page, to) = (format!("/console/@oa{page}"), format!("/console/@oa{to}"));
        let shown = |admin: &Admin| between(&admin.sees(&page), "name=\"as_shown\" value=\"", "\"");
        let (of_root, of_other) = (shown(&root), shown(&other));
        let with = |value, shown| [usual, &[(field, value), ("as_shown", shown)]].concat();
        root.does(&to, &with(first, &of_root));
        root.does(&to, &with(first, &of_root));
        let refused = other.posts(&to, &with(second, &of_other));
        assert_eq!(refused.status, 409, "{page}: {}", refused.text());
        assert!(refused.text().contains("open it again to see it"), "{page}: {}", refused.text());
        assert_ne!(shown(&other), of_other, "{page}: what the first wrote stays");
        other.does(&to, &with(second, &shown(&other)));
    }
}

#[test]
fn a_second_click_is_one_and_a_secret_that_somebody_else_has_set_is_not_taken_back() {
    let server = TestServer::start();
    let root = Admin::first(&server);
    root.registers("oa", &[("sign_in", "local"), ("approve", "127.0.0.1:1")]);
    let shown = |page: &str| between(&root.sees(&format!("/console/@oa{page}")), "name=\"as_shown\" value=\"", "\"");
    let sends = |page: &str, usual: &[(&str, &str)], more: &[(&str, &str)]| {
        root.posts(&format!("/console/@oa{page}"), &[usual, more].concat()).status
    };
    let form = |page: &str| FORMS.iter().find(|form| form.page == page).expect("a form").usual;
    let approves = [("origins", ""), ("callback_url", "http://127.0.0.1:2/in"), ("approve", "127.0.0.1:2")];
    let provider = [("oidc_client", "parlour"), ("oidc_password", "the first secret")];
    let people = [("feed_list", "/people"), ("feed_header", "Bearer the-first")];
    let known: Vec<(&str, &str)> = form("/oidc").iter().copied().filter(|(name, _)| *name != "oidc_public").collect();
    for (page, to, usual, more) in [
        ("/edit", "", APPLICATION, &approves[..]),
        ("/oidc", "/oidc", &known, &provider),
        ("/people", "/people", form("/people"), &people),
    ] {
        let before = shown(page);
        let whole = [more, &[("as_shown", &before)]].concat();
        assert_eq!((sends(to, usual, &whole), sends(to, usual, &whole)), (303, 303), "{page}: a second click");
    }
    for (page, usual, name, more) in
        [("/oidc", &known[..], "oidc_password", &provider[..1]), ("/people", form("/people"), "feed_header", &people[..1])]
    {
        let before = shown(page);
        let with = |secret| [more, &[(name, secret), ("as_shown", before.as_str())]].concat();
        assert_eq!(sends(page, usual, &with("Bearer of-one")), 303, "{page}");
        assert_eq!(sends(page, usual, &with("Bearer of-another")), 409, "{page}: nothing that is shown has changed, and yet");
    }
    for page in ["/whoami", "/oidc", "/people"] {
        let before = shown(page);
        let off = [("then", "off"), ("as_shown", before.as_str())];
        assert_eq!((sends(page, form(page), &off), sends(page, form(page), &off)), (303, 303), "{page}: closed twice");
    }
}

#[test]
fn a_group_of_many_is_looked_at_before_any_of_it_is_changed() {
    let server = TestServer::with(&["--rest-rate", "0"]);
    let (root, office) = (Admin::first(&server), server.app("oa"));
    let ids: Vec<String> = (0..450).map(|no| format!("p{no:03}")).collect();
    office.post("/users/import", &json!({ "users": ids })).is(200);
    office.put("/groups/all", &json!({"name": "All", "users": ids})).is(201);
    let page = "/console/@oa/groups/@all";
    let shown = || between(&root.sees(page), "name=\"as_shown\" value=\"", "\"");
    let saves = |name: &str, users: &[String], seen: &str, shown: &str| {
        let users = users.join("\r\n");
        let all = [("id", "all"), ("name", name), ("seen_by", seen), ("users", &users), ("as_shown", shown)];
        root.posts(page, &all).status
    };
    let people = || office.get("/groups/all").is(200)["group"]["users"].as_array().unwrap().len();
    let (first, second) = (shown(), shown());
    assert_eq!(saves("All", &ids[..400], "everyone", &first), 303);
    assert_eq!((saves("All", &ids[1..], "everyone", &second), people()), (409, 400), "a form that shows an older state");
    assert_eq!((saves("Some", &ids[..300], "members", &second), people()), (409, 400), "whatever else it asks for");
    let fresh = shown();
    assert_eq!((saves("Staff", &ids[50..], "members", &fresh), people()), (303, 400), "people, name and viewers together");
    assert_eq!(saves("Staff", &ids[50..], "members", &fresh), 303, "a second click");
    assert_eq!(office.get("/groups/all").is(200)["group"]["name"], "Staff");
}

#[test]
fn who_is_erased_in_the_console_does_not_come_back_with_a_list_that_was_on_its_way() {
    let server = TestServer::start();
    let (root, office) = (Admin::first(&server), server.app("oa"));
    office.user("zed");
    let row = |id: String| format!("{}\n", json!({"id": id, "name": "From the list", "email": "zed@example.org"}));
    let rows: String = (0..6_000).map(|no| row(format!("u{no}"))).chain([row("zed".into())]).collect();
    thread::scope(|scope| {
        let list = office.http().with("content-type", "application/x-ndjson");
        let taking = scope.spawn(move || list.call("POST", "/api/v1/users/import", rows.as_bytes()).is(200));
        eventually("its first row is taken in", || (office.get("/users/u0").status == 200).then_some(()));
        root.does("/console/@oa/users/@zed/erasure", &[("id", "zed")]);
        taking.join().unwrap();
    });
    office.get("/users/zed").is_refused(404, "not_found");
}
