//! The console: who gets in and for how long, what a foreign page cannot do, and that what is made there works.

pub mod admin;
mod import;
mod meanwhile;
mod noted;
mod room;
mod seen;

use crate::harness::{App, Listener, Reply, TestServer, Voice};
use admin::{Admin, OWN, PASSWORD, between, cookie, later, post_from, secrets, setup, sign_in};
use serde_json::json;

const MINUTE: i64 = 60_000;

#[test]
fn the_set_up_link_works_once_and_only_while_there_is_no_administrator() {
    let mut server = TestServer::start();
    let path = setup(&server);
    assert!(server.http().get("/console/sign-in").text().contains("no administrator yet"));
    assert_eq!(server.http().get(&format!("{path}x")).status, 404);
    let choose = |name: &str, password: &str, again: &str| {
        post_from(server.http(), OWN, &path, &[("name", name), ("password", password), ("again", again)])
    };
    let short = choose("root", "too short", "too short");
    assert_eq!(short.status, 422);
    assert!(short.text().contains("12 to 200 characters") && short.text().contains("value=\"root\""), "{}", short.text());
    assert!(choose("root", PASSWORD, "harbour lantern viola").text().contains("two passwords differ"));
    let done = choose("root", PASSWORD, PASSWORD);
    let kept = done.header("set-cookie").unwrap();
    assert!(kept.contains("HttpOnly") && kept.contains("SameSite=Strict") && !kept.contains("Max-Age"), "{kept}");
    assert_eq!((server.http().get(&path).status, choose("eve", PASSWORD, PASSWORD).status), (404, 404));
    assert!(!server.http().get("/console/sign-in").text().contains("no administrator yet"));
    server.stops();
    server.starts();
    assert_eq!(server.http().get(&path).status, 404);
    assert_eq!(sign_in(&server, "root", PASSWORD).status, 303);
}

#[test]
fn a_sign_in_with_a_wrong_password_is_counted() {
    let server = TestServer::start();
    Admin::first(&server);
    for name in ["root", "nobody"] {
        let wrong = sign_in(&server, name, "wrong");
        assert_eq!(wrong.status, 403, "{name}");
        assert!(wrong.text().contains("The name or the password is wrong") && wrong.header("set-cookie").is_none());
    }
    let statuses: Vec<u16> = (0..12).map(|_| sign_in(&server, "root", "wrong").status).collect();
    assert!(statuses.contains(&429), "{statuses:?}");
    assert_eq!(sign_in(&server, "root", PASSWORD).status, 429, "the right one is not heard either");
}

#[test]
fn a_form_of_a_foreign_page_or_another_session_changes_nothing() {
    let server = TestServer::start();
    let admin = Admin::first(&server);
    let other = Admin { server: &server, cookie: cookie(&sign_in(&server, "root", PASSWORD)) };
    let key = admin.key();
    assert_ne!(key, other.key());
    let register = |origin: Option<&str>, key: &str| {
        let fields = [("name", "Evil"), ("id", "evil"), ("policy", "everyone"), ("session", "1"), ("token_algorithm", "HS256")];
        let whole = [&fields[..], &[("sign_in", "local"), ("form_key", key)]].concat();
        let http = admin.http().with("content-type", "application/x-www-form-urlencoded");
        let http = origin.map_or(http.clone(), |origin| http.with("origin", origin));
        http.call("POST", "/console/applications", admin::encode(&whole).as_bytes()).status
    };
    assert_eq!(register(None, &key), 403, "no page at all");
    assert_eq!(register(Some("https://evil.example"), &key), 403);
    assert_eq!(register(Some("null"), &key), 403);
    assert_eq!(register(Some(OWN), ""), 403, "without the session's key");
    assert_eq!(register(Some(OWN), &other.key()), 403, "with another session's key");
    assert!(!admin.sees("/console/applications").contains("Evil"));
    let beside = admin.http().with("sec-fetch-site", "same-site");
    assert_eq!(post_from(beside, OWN, "/console/sign-out", &[("form_key", &key)]).status, 403);
    let foreign =
        post_from(server.http(), "https://evil.example", "/console/sign-in", &[("name", "root"), ("password", PASSWORD)]);
    assert_eq!((foreign.status, foreign.header("set-cookie")), (403, None));
    assert_eq!(register(Some(OWN), &key), 303);
}

#[test]
fn a_session_ends_unused_after_half_an_hour_and_at_last_after_half_a_day() {
    let server = TestServer::start();
    let admin = Admin::first(&server);
    later(&server, &format!("seen_at = seen_at - {}", 29 * MINUTE));
    admin.sees("/console");
    later(&server, &format!("seen_at = seen_at - {}", 31 * MINUTE));
    let ended = admin.get("/console/@oa/users?text=a b".replace(' ', "%20").as_str());
    assert_eq!(ended.status, 303);
    assert_eq!(ended.header("location"), Some("/console/sign-in?to=%2Fconsole%2F%40oa%2Fusers%3Ftext%3Da%2520b&ended=1"));
    let again = Admin { server: &server, cookie: cookie(&sign_in(&server, "root", PASSWORD)) };
    again.sees("/console");
    later(&server, &format!("created_at = created_at - {}", (12 * 60 + 1) * MINUTE));
    assert_eq!(again.get("/console").status, 303);
    let last = Admin { server: &server, cookie: cookie(&sign_in(&server, "root", PASSWORD)) };
    assert_eq!(last.does("/console/sign-out", &[]), "/console/sign-in?left=1");
    assert_eq!(last.get("/console").status, 303);
}

#[test]
fn signing_in_leads_back_to_the_page_that_was_wanted_and_nowhere_else() {
    let server = TestServer::start();
    Admin::first(&server);
    let to = |to: &str| {
        let answer = post_from(server.http(), OWN, "/console/sign-in", &[("name", "root"), ("password", PASSWORD), ("to", to)]);
        answer.header("location").unwrap_or_default().to_string()
    };
    assert_eq!(to("/console/audit"), "/console/audit");
    for elsewhere in ["//evil.example", "https://evil.example/console", "/console/../x", "/"] {
        assert_eq!(to(elsewhere), "/console");
    }
}

#[test]
fn an_application_that_was_registered_by_form_works() {
    let server = TestServer::start();
    let admin = Admin::first(&server);
    let key = admin.registers("oa", &[("sign_in", "local"), ("sign_in", "ticket"), ("origins", "https://OA.example/\n")]);
    assert!(admin.sees("/console/@oa").contains("https://oa.example"));
    for id in ["anna", "ben"] {
        let word = format!("the word of {id}");
        let next = admin.does("/console/@oa/users", &[("id", id), ("name", id), ("password", &word)]);
        assert_eq!(next, format!("/console/@oa/users/@{id}"));
    }
    let fields = [("id", "all"), ("name", "All"), ("users", "anna\nben\n"), ("seen_by", "everyone")];
    assert_eq!(admin.does("/console/@oa/groups", &fields), "/console/@oa/groups");
    let http = server.http().bearer(&key);
    assert_eq!(http.get("/api/v1/users/anna").is(200)["user"]["name"], "anna");
    let signed_in = |id: &str| {
        let body = json!({"app": "oa", "username": id, "password": format!("the word of {id}")});
        server.http().post("/client/session", &body).is(201)["token"].as_str().unwrap().to_string()
    };
    let app = App { key, ..server.app("other") };
    let app = App { id: "oa".into(), ..app };
    let (anna, ben) = (Voice::connect(&app, "anna", &signed_in("anna")), Voice::connect(&app, "ben", &signed_in("ben")));
    anna.knows("groups", |group| group["id"] == "shared:all");
    anna.sends("ben", "hello");
    ben.hears("hello");
    assert!(admin.sees("/console/@oa/users/@anna/contacts").contains("ben"));
    admin.does("/console/@oa/users/@ben/suspension", &[]);
    ben.is_told("bye", |_| true);
    admin.does("/console/@oa/suspension", &[]);
    assert_eq!(http.get("/api/v1/users/anna").status, 401);
}

#[test]
fn keys_are_shown_once_and_ask_for_the_password_again() {
    let server = TestServer::start();
    let admin = Admin::first(&server);
    let first = admin.registers("oa", &[("sign_in", "local")]);
    assert!(secrets(&admin.sees("/console/@oa/credentials")).is_empty(), "shown once");
    assert!(!admin.sees("/console/@oa/keys").contains(&first));
    let fields = [("name", "second"), ("scopes", "users")];
    let next = admin.does("/console/@oa/keys", &fields);
    let second = secrets(&admin.sees(&next)).remove(0);
    let narrow = server.http().bearer(&second);
    assert_eq!(narrow.get("/api/v1/users").status, 200);
    narrow.post("/api/v1/messages", &json!({"to": "user:x", "text": "x"})).is_refused(403, "forbidden");
    later(&server, &format!("confirmed_at = confirmed_at - {}", 11 * MINUTE));
    assert!(admin.sees("/console/@oa/keys/new").contains("name=\"your_password\""));
    let refused = admin.posts("/console/@oa/keys", &fields);
    assert_eq!(refused.status, 422);
    assert!(refused.text().contains("This is not your password") && refused.text().contains("value=\"second\""));
    assert_eq!(admin.posts("/console/@oa/secrets", &[("purpose", "token")]).status, 422);
    assert_eq!(admin.posts("/console/@oa/keys/1/delete", &[("your_password", "wrong")]).status, 422);
    assert_eq!(server.http().bearer(&first).get("/api/v1/users").status, 200);
    admin.does("/console/@oa/keys/1/delete", &[("your_password", PASSWORD)]);
    assert_eq!(server.http().bearer(&first).get("/api/v1/users").status, 401);
    let rotated = admin.does("/console/@oa/secrets", &[("purpose", "token")]);
    assert!(secrets(&admin.sees(&rotated))[0].starts_with("pts_"), "confirmed a moment ago");
}

#[test]
fn what_is_done_and_what_is_refused_stands_in_the_audit_log() {
    let server = TestServer::start();
    let admin = Admin::first(&server);
    admin.registers("oa", &[("sign_in", "local")]);
    admin.does("/console/@oa/users", &[("id", "anna"), ("name", "Anna")]);
    assert_eq!(admin.posts("/console/@oa/users", &[("id", "anna"), ("name", "Anna")]).status, 422);
    sign_in(&server, "root", "wrong");
    let log = admin.sees("/console/audit");
    let first = between(&log, "<tbody>", "</tr>");
    assert!(first.contains("Signed in") && first.contains("refused") && first.contains("127.0.0.1"), "{first}");
    for line in ["Became administrator", "Registered application", "Created user", "oa/anna"] {
        assert!(log.contains(line), "{line}");
    }
    assert_eq!(log.matches("Created user").count(), 2);
    assert!(!log.contains(PASSWORD) && !log.contains("pk_"));
}

#[test]
fn a_record_that_was_changed_in_the_database_shows_on_the_page() {
    let server = TestServer::start();
    let admin = Admin::first(&server);
    admin.registers("oa", &[("sign_in", "local")]);
    admin.does("/console/@oa/users", &[("id", "anna"), ("name", "Anna")]);
    let whole = admin.sees("/console/audit");
    assert!(whole.contains("The chain is whole.") && !whole.contains("The chain is broken"), "{whole}");
    admin::tamper(&server, "UPDATE audit SET subject = 'oa/ben' WHERE subject = 'oa/anna'");
    let broken = admin.sees("/console/audit");
    assert!(broken.contains("The chain is broken at record 3.") && !broken.contains("The chain is whole"), "{broken}");
    assert!(!admin.sees("/console/audit?before=3").contains("The chain is"), "said once, on the first page");
}

#[test]
fn hostile_names_stay_text_and_any_id_has_its_page() {
    let server = TestServer::start();
    let admin = Admin::first(&server);
    admin.registers("oa", &[("sign_in", "local")]);
    let name = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>";
    for (id, segment) in
        [("a/b?c#d%&\"<i>", "@a%2Fb%3Fc%23d%25%26%22%3Ci%3E"), ("..", "@.."), ("new", "@new"), ("刘", "@%E5%88%98")]
    {
        let next = admin.does("/console/@oa/users", &[("id", id), ("name", name), ("title", name)]);
        assert_eq!(next, format!("/console/@oa/users/{segment}"));
        admin.does("/console/@oa/groups", &[("id", id), ("name", name), ("users", id), ("seen_by", "everyone")]);
        let below = ["", "/edit", "/contacts", "/erasure"].map(|page| format!("{next}{page}"));
        let others =
            ["users", "users?text=%3Cscript", "groups", &format!("groups/{segment}")].map(|page| format!("/console/@oa/{page}"));
        for page in below.iter().chain(&others).chain(&["/console/audit".to_string(), "/console/@oa".to_string()]) {
            let text = admin.sees(page);
            assert!(!text.contains("<script>alert") && !text.contains("<img src=x") && !text.contains("<i>"), "{page}: {text}");
        }
    }
    let page = admin.get("/console/@oa/users");
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    assert_eq!(page.header("cache-control"), Some("no-store"));
}

#[test]
fn a_refused_form_keeps_what_was_filled_in_and_says_what_is_wrong_beside_it() {
    let server = TestServer::start();
    let admin = Admin::first(&server);
    let usual = [("name", "Office"), ("id", "oa"), ("policy", "contacts"), ("session", "12"), ("token_algorithm", "HS256")];
    let given = |more: &[(&str, &str)]| admin.posts("/console/applications", &[&usual, more].concat());
    let none = given(&[]);
    assert_eq!(none.status, 422);
    assert!(none.text().contains("At least one way to sign in is needed"));
    let plain = given(&[("sign_in", "local"), ("callback_url", "http://10.0.0.5:8090/x")]);
    let text = plain.text();
    assert!(text.contains("id=\"callback_url-wrong\"") && text.contains("Approve 10.0.0.5:8090"), "{text}");
    assert!(text.contains("value=\"http://10.0.0.5:8090/x\"") && text.contains("value=\"contacts\" checked"), "{text}");
    let metadata =
        given(&[("sign_in", "local"), ("callback_url", "https://169.254.169.254/"), ("approve", "169.254.169.254:443")]);
    assert!(metadata.text().contains("never called"), "{}", metadata.text());
    let approved = given(&[("sign_in", "local"), ("callback_url", "http://10.0.0.5:8090/x"), ("approve", "10.0.0.5:8090")]);
    assert_eq!(approved.status, 303, "{}", approved.text());
    assert!(given(&[("sign_in", "local")]).text().contains("There is an application oa already"));
    let unknown = admin.posts("/console/@oa/groups", &[("id", "g"), ("name", "G"), ("users", "nobody"), ("seen_by", "everyone")]);
    assert!(unknown.text().contains("There is no user nobody"), "{}", unknown.text());
}

#[test]
fn an_administrator_who_was_invited_or_suspended() {
    let server = TestServer::start();
    let admin = Admin::first(&server);
    admin.does("/console/operators/1/suspension", &[]);
    assert!(admin.sees("/console/operators").contains("last administrator cannot be suspended"));
    admin.does("/console/invitations", &[("name", "mei")]);
    let link = secrets(&admin.sees("/console/operators")).remove(0);
    assert!(secrets(&admin.sees("/console/operators")).is_empty());
    let path = link.strip_prefix(OWN).unwrap();
    let page = server.http().with("accept-language", "zh-CN").get(path);
    assert!(page.text().contains("欢迎您，mei") && page.text().contains("lang=\"zh-CN\""));
    let chosen = post_from(server.http(), OWN, path, &[("password", PASSWORD), ("again", PASSWORD)]);
    let mei = Admin { server: &server, cookie: cookie(&chosen) };
    mei.sees("/console");
    assert_eq!(server.http().get(path).status, 404);
    admin.does("/console/operators/2/suspension", &[]);
    assert_eq!((mei.get("/console").status, sign_in(&server, "mei", PASSWORD).status), (303, 403));
    let fields = [("present_password", PASSWORD), ("password", "another good password"), ("again", "another good password")];
    let changed = admin.posts("/console/account", &fields);
    assert_eq!(changed.status, 303);
    assert_eq!(admin.get("/console").status, 303, "the old session has ended");
    assert_eq!(sign_in(&server, "root", PASSWORD).status, 403);
    Admin { server: &server, cookie: cookie(&changed) }.sees("/console");
}

#[test]
fn the_language_is_the_browser_s_until_another_is_chosen() {
    let server = TestServer::start();
    let chinese = server.http().with("accept-language", "zh-CN,zh;q=0.9,en;q=0.5");
    assert!(chinese.get("/console/sign-in").text().contains("登录"));
    let chosen = post_from(server.http(), OWN, "/console/language", &[("language", "en"), ("to", "/console/sign-in")]);
    assert_eq!((chosen.status, chosen.header("location")), (303, Some("/console/sign-in")));
    assert!(chinese.with("cookie", &cookie(&chosen)).get("/console/sign-in").text().contains("Sign in"));
}

#[test]
fn what_became_of_a_message_is_shown_and_what_users_say_is_not() {
    let server = TestServer::start();
    let admin = Admin::first(&server);
    let office = server.app("oa");
    let (anna, ben) = (office.person("anna"), office.person("ben"));
    anna.sends("ben", "between us");
    ben.hears("between us");
    let body = json!({"to": ["user:anna", "user:nobody"], "text": "All <b>hands</b>", "topic": "meeting/7"});
    let batch = office.post("/messages", &body).is(202)["batch"].clone();
    let heard = anna.hears("All <b>hands</b>");
    anna.gets("read", json!({"conversation": heard["conversation"], "upto": heard["id"]}));
    let list = admin.sees("/console/@oa/messages");
    assert!(list.contains("All &#60;b&#62;hands") && list.contains("meeting/7") && !list.contains("between us"), "{list}");
    let shown = admin.sees(&format!("/console/@oa/messages/{batch}"));
    assert!(shown.contains("/console/@oa/users/@anna") && shown.contains(">read<") && shown.contains("user:nobody"), "{shown}");
    let failed = admin.sees(&format!("/console/@oa/messages/{batch}?state=failed"));
    assert!(!failed.contains("/users/@anna") && failed.contains("user:nobody"), "{failed}");
    assert_eq!(admin.get("/console/@oa/messages/999999").status, 404);

    let card = json!({"title": "Leave", "actions": [{"id": "yes", "label": "Approve"}, {"id": "no", "label": "Reject"}]});
    let asked = office.post("/messages", &json!({"to": "user:anna", "card": card})).is(202);
    let page = format!("/console/@oa/messages/{}", asked["batch"]);
    let open = admin.sees(&page);
    assert!(open.contains("Approve") && open.contains("Reject") && !open.contains("Pressed"), "{open}");
    let act = format!("/messages/{}/act", asked["messages"][0]["id"]);
    office.post(&act, &json!({"user": "anna", "action": "no"})).is(200);
    let pressed = admin.sees(&page);
    assert!(pressed.contains("Pressed") && pressed.contains("waiting for the application"), "{pressed}");
}

#[test]
fn an_application_is_not_called_well_before_it_has_answered() {
    let (server, listener) = (TestServer::start(), Listener::start());
    let admin = Admin::first(&server);
    server.app_with("oa", &["--callback", &listener.url(), "--approve", &listener.host_and_port()]);
    let untried = admin.sees("/console");
    assert!(untried.contains(">not tried yet<") && !untried.contains("All is well"), "{untried}");
    listener.answers("ping", |_| Reply::Status(500));
    admin.does("/console/@oa/pings", &[]);
    let silent = admin.sees("/console");
    assert!(silent.contains(">did not answer the last ping<") && !silent.contains("All is well"), "{silent}");
    listener.answers_json("ping", json!({}));
    admin.does("/console/@oa/pings", &[]);
    let good = admin.sees("/console");
    assert!(good.contains(">answering<") && good.contains("All is well"), "{good}");
    let elsewhere = listener.url().replace("/parlour", "/elsewhere");
    server.types(&["app", "update", "oa", "--callback", &elsewhere]).ends(0);
    assert!(admin.sees("/console").contains(">not tried yet<"), "another address has not answered");
}
