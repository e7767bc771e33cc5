//! Pages: those that are for anybody tell nothing of anybody; those of the console open to administrators only, and under
//! the address of one application show nothing of another.

use super::office::{Things, go_ahead, mark, nowhere, stock};
use super::{name, routes, same};
use crate::harness::{Answer, App, Http, TestServer};
use parlour::http::route::{Policy, Route};

/// What anybody may ask for, and gets the same whoever asks.
const PUBLIC: [&str; 12] = [
    "GET /healthz",
    "GET /readyz",
    "GET /",
    "GET /sign-in/{app}",
    "GET /widget",
    "GET /widget.js",
    "GET /parlour.d.ts",
    "GET /assets/{path:.*}",
    "GET /examples/{name}",
    "GET /files/{link}",
    "GET /api/docs",
    "GET /api/v1/openapi.json",
];

/// What stands before the console: it knows a one-time link or a password, and no application.
const DOORS: [&str; 6] = [
    "GET /console/",
    "GET /console/setup/{token}",
    "POST /console/setup/{token}",
    "GET /console/sign-in",
    "POST /console/sign-in",
    "POST /console/language",
];

/// What an address of the console may name; a new kind of thing needs a place in `fill`.
const NAMED: [&str; 4] = ["{app}", "{user}", "{group}", "{no}"];

pub fn covers(route: &Route) -> bool {
    let name = name(route);
    match route.policy {
        Policy::Operator => NAMED.iter().fold(route.path.to_string(), |path, named| path.replace(named, "")).find('{').is_none(),
        Policy::Door => DOORS.contains(&name.as_str()),
        _ => PUBLIC.contains(&name.as_str()),
    }
}

#[test]
fn what_is_for_anybody_is_the_same_for_everybody() {
    let server = TestServer::start();
    let ours = server.app("ours");
    stock(&ours, "o");
    let strangers = strangers(&server, &ours);
    for route in routes(|policy| matches!(policy, Policy::Public | Policy::Health | Policy::Door)) {
        let path = route
            .path
            .replace("{path:.*}", "css/client/base.css")
            .replace("{token}", "unknown")
            .replace("{name}", "parlour.py")
            .replace("{app}", "ours");
        let path = if path == "/widget" { "/widget?app=ours".into() } else { path };
        let nobody = server.http().call(route.method.as_str(), &path, b"");
        for (who, http) in &strangers {
            let answer = http.call(route.method.as_str(), &path, b"");
            assert_eq!(answer.status, nobody.status, "{path} for {who}");
            assert_eq!(same::without_number(&answer), same::without_number(&nobody), "{path} for {who}");
            assert!(!answer.text().contains(&mark(&ours)), "{path} tells {who} of an application");
        }
    }
}

/// Whoever is no administrator, with what they have.
fn strangers(server: &TestServer, ours: &App) -> Vec<(&'static str, Http)> {
    ours.user("guest");
    let token = ours.token("guest");
    let cookie = |name: &str, value: &str| server.http().with("cookie", &format!("{name}={value}"));
    vec![
        ("an application", server.http().bearer(&ours.key)),
        ("a user", server.http().bearer(&token)),
        ("a user's browser", cookie("parlour", &token)),
        ("a user who calls himself administrator", cookie("parlour-console", &token)),
        ("an application that calls itself administrator", cookie("parlour-console", &ours.key)),
        ("somebody with an unknown session", cookie("parlour-console", &"A".repeat(43))),
    ]
}

/// An address of the console with everything that it names.
fn fill(route: &Route, app: &App, t: &Things) -> String {
    let path = route.path.replace("{app}", &app.id).replace("{user}", &t.user).replace("{group}", &t.group);
    path.replace("{no}", &t.message.to_string())
}

#[test]
fn the_console_is_closed_to_everybody_but_administrators() {
    let server = TestServer::with(&["--rest-rate", "0"]);
    let ours = server.app("ours");
    let things = stock(&ours, "o");
    let mut all = strangers(&server, &ours);
    all.push(("nobody", server.http()));
    for route in routes(|policy| policy == Policy::Operator) {
        let path = fill(&route, &ours, &things);
        for (who, http) in &all {
            let form =
                http.clone().with("content-type", "application/x-www-form-urlencoded").with("origin", "http://parlour.test");
            for answer in [http.call(route.method.as_str(), &path, b""), form.call(route.method.as_str(), &path, b"name=x")] {
                let refused = matches!((answer.status, answer.header("location")), (303, Some(to)) if to.starts_with("/console/sign-in"))
                    || matches!(answer.status, 401 | 403);
                assert!(refused, "{} for {who}: {} {}", name(&route), answer.status, answer.text());
                assert!(!answer.text().contains(&mark(&ours)), "{} tells {who} of an application", name(&route));
            }
        }
    }
    assert_eq!(ours.get(&format!("/users/{}", things.user)).is(200)["user"]["name"], mark(&ours));
}

/// The first administrator, with the key of the forms.
fn administrator(server: &TestServer) -> (Http, String) {
    let link = server.setup_link();
    let path = link.strip_prefix("http://parlour.test").expect("a link to this server");
    let page = server.http().with("origin", "http://parlour.test").with("content-type", "application/x-www-form-urlencoded");
    let password = "a long enough password 7";
    let made = page.call("POST", path, format!("name=root&password={password}&again={password}").replace(' ', "+").as_bytes());
    assert_eq!(made.status, 303, "{}", made.text());
    let cookie = made.header("set-cookie").expect("a session").split(';').next().unwrap_or_default().to_string();
    let page = page.with("cookie", &cookie);
    let account = page.get("/console/account").text();
    let (_, rest) = account.split_once("name=\"form_key\" value=\"").expect("a form with its key");
    (page, rest.split('"').next().unwrap_or_default().to_string())
}

#[test]
fn under_one_application_the_console_shows_and_changes_nothing_of_another() {
    let server = TestServer::with(&["--rest-rate", "0"]);
    let (theirs, ours) = (server.app("theirs"), server.app("ours"));
    go_ahead(&theirs);
    let (own, foreign) = (stock(&ours, "own"), stock(&theirs, "theirs"));
    let absent = nowhere(&foreign);
    let (page, key) = administrator(&server);
    let ask = |route: &Route, t: &Things| -> Answer {
        let body = format!("form_key={key}&name=changed");
        let body = if route.method.as_str() == "GET" { "" } else { &body };
        page.call(route.method.as_str(), &fill(route, &ours, t), body.as_bytes())
    };
    for route in routes(|policy| policy == Policy::Operator) {
        if !route.path.contains("{app}") || !NAMED[1..].iter().any(|named| route.path.contains(named)) {
            continue; // names nothing within an application
        }
        for (user, group) in [(true, false), (false, true)] {
            let with = |from: &Things| Things {
                user: if user { from.user.clone() } else { own.user.clone() },
                group: if group { from.group.clone() } else { own.group.clone() },
                ..own.clone()
            };
            if fill(&route, &ours, &with(&foreign)) == fill(&route, &ours, &own) {
                continue;
            }
            let (one, other) = (ask(&route, &with(&foreign)), ask(&route, &with(&absent)));
            assert!(!one.text().contains(&mark(&theirs)), "{} tells of another application", name(&route));
            let id = |t: &Things| if user { t.user.clone() } else { t.group.clone() };
            assert_eq!(same::page(&one, &id(&foreign)), same::page(&other, &id(&absent)), "{}", name(&route));
        }
    }
    assert_eq!(theirs.get(&format!("/users/{}", foreign.user)).is(200)["user"]["name"], mark(&theirs));
    assert_eq!(theirs.get(&format!("/groups/{}", foreign.group)).is(200)["group"]["name"], mark(&theirs));
    let shown = page.get(&format!("/console/@ours/users/@{}", own.user));
    assert!(shown.status == 200 && shown.text().contains(&mark(&ours)), "the same with one's own: {}", shown.text());
}
