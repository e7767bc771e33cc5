//! Signing in by the application's own cookie: whom it names is in, and is out when it says otherwise.

use crate::harness::{Answer, App, Http, TestServer};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};

/// An application that answers every GET with what it is told, and keeps the heads that it got.
#[derive(Clone)]
struct Office {
    address: SocketAddr,
    says: Arc<Mutex<String>>,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Office {
    fn open() -> Office {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let office = Office { address: listener.local_addr().unwrap(), says: Arc::default(), heard: Arc::default() };
        let shared = office.clone();
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let mut head = String::new();
                let mut reader = BufReader::new(stream.try_clone().unwrap());
                while !head.ends_with("\r\n\r\n") && reader.read_line(&mut head).is_ok_and(|read| read > 0) {}
                shared.heard.lock().unwrap().push(head);
                let answer = shared.says.lock().unwrap().clone();
                stream.write_all(answer.as_bytes()).ok();
                stream.shutdown(std::net::Shutdown::Write).ok();
                reader.read_to_end(&mut Vec::new()).ok();
            }
        });
        office
    }

    fn says(&self, status: &str, kind: &str, body: &str) {
        let length = body.len();
        *self.says.lock().unwrap() =
            format!("HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}");
    }

    fn names(&self, user: &Value) {
        self.says("200 OK", "application/json", &json!({"account": user}).to_string());
    }
}

fn set_up(server: &TestServer, office: &Office) -> App {
    set_up_as(server, office, "oa")
}

fn set_up_as(server: &TestServer, office: &Office, id: &str) -> App {
    let app = server.app_with(id, &["--sign-in", "local", "--approve", &office.address.to_string(), "--event", "user.signed_in"]);
    let url = format!("http://{}/me", office.address);
    let words = ["app", "whoami", id, "--url", &url, "--cookie", "sid", "--id", "/account/id", "--name", "/account/name"];
    let output = server.run(&words);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    app
}

/// A browser at one of our own pages, with these cookies.
fn page(server: &TestServer, cookies: &str) -> Http {
    server.http().with("origin", crate::harness::PUBLIC_URL).with("cookie", cookies)
}

fn asks(http: &Http) -> Answer {
    asks_as(http, "oa")
}

fn asks_as(http: &Http, app: &str) -> Answer {
    http.post("/client/session", &json!({"app": app, "who_am_i": true}))
}

/// The session's cookie, as it is sent back.
fn session(answer: &Answer) -> String {
    answer.header("set-cookie").expect("a session").split(';').next().unwrap_or_default().to_string()
}

#[test]
fn only_our_own_pages_ask_and_only_the_named_cookies_travel() {
    let server = TestServer::start();
    let office = Office::open();
    let app = set_up(&server, &office);
    office.names(&json!({"id": 7, "name": "Anna"}));
    let entered = asks(&page(&server, "other=1; sid=a b; parlour.oa=ps_x; SID=2"));
    let told = entered.is(201);
    assert_eq!((&told["user"]["id"], &told["user"]["name"], &told["ask_again"]), (&json!("7"), &json!("Anna"), &json!(true)));
    assert_eq!(told["token"], Value::Null, "our own page holds its session in a cookie");
    let heard = office.heard.lock().unwrap().join("");
    let cookies: Vec<&str> = heard.lines().filter(|line| line.to_lowercase().starts_with("cookie:")).collect();
    assert_eq!(cookies, ["cookie: sid=a b"], "{heard}");
    assert_eq!(app.get("/users/7").is(200)["user"]["name"], "Anna");

    for foreign in
        [server.http().with("cookie", "sid=1"), server.http().with("origin", "https://evil.example").with("cookie", "sid=1")]
    {
        asks(&foreign).is_refused(403, "forbidden");
    }
    asks(&page(&server, "parlour.oa=x")).is_refused(401, "unauthenticated");
    assert_eq!(office.heard.lock().unwrap().len(), 1, "nobody else was asked about");
}

#[test]
fn every_way_to_say_nobody_lets_nobody_in_and_nonsense_is_no_answer() {
    let server = TestServer::start();
    let office = Office::open();
    set_up(&server, &office);
    let anna = page(&server, "sid=1");
    for (status, kind, body) in [
        ("401 Unauthorized", "application/json", "{}"),
        ("302 Found", "text/html", "<a href=/login>"),
        ("200 OK", "text/html", "<form>"),
        ("200 OK", "application/json", ""),
        ("200 OK", "application/json", r#"{"account": null}"#),
    ] {
        office.says(status, kind, body);
        let problem = asks(&anna).is_refused(401, "unauthenticated");
        assert_eq!(problem["detail"], "you are not signed in to Office; sign in there first", "{status} {body}");
    }
    for (status, body) in [("500 Internal Server Error", ""), ("200 OK", "hello"), ("200 OK", r#"{"account": {"id": [1]}}"#)] {
        office.says(status, "application/json", body);
        asks(&anna).is_refused(503, "unavailable");
    }
}

#[test]
fn a_session_ends_when_the_application_knows_the_cookie_no_more() {
    let server = TestServer::start();
    let office = Office::open();
    let app = set_up(&server, &office);
    office.names(&json!({"id": "anna", "name": "Anna"}));
    let kept = session(&asks(&page(&server, "sid=1")));
    let anna = page(&server, &format!("sid=1; {kept}"));
    let enters = || anna.call("POST", "/client/session/socket", b"").status;
    assert_eq!(enters(), 201);
    office.names(&json!({"id": "anna", "name": "Anna Liu"}));
    assert_eq!(session(&asks(&anna)), kept, "the session goes on");
    assert_eq!(enters(), 201);

    // A password is no such question: what the application says has nothing to do with it.
    app.user("ben");
    let body = json!({"app": "oa", "username": "ben", "password": crate::harness::password("ben")});
    let ben = session(&page(&server, "").post("/client/session", &body));

    office.says("401 Unauthorized", "text/plain", "");
    asks(&anna).is_refused(401, "unauthenticated");
    assert_eq!(enters(), 401, "the session has ended with its question");
    let ben = page(&server, &format!("sid=1; {ben}"));
    asks(&ben).is_refused(401, "unauthenticated");
    assert_eq!(ben.call("POST", "/client/session/socket", b"").status, 201);

    office.names(&json!({"id": "anna"}));
    let first = session(&asks(&page(&server, "sid=1")));
    office.names(&json!({"id": "carl"}));
    let second = asks(&page(&server, &format!("sid=2; {first}")));
    assert_eq!(second.is(201)["user"]["id"], "carl");
    let old = page(&server, &first);
    assert_eq!(old.call("POST", "/client/session/socket", b"").status, 401, "somebody else ends the session of the one before");
}

#[test]
fn pages_that_ask_again_share_an_address_without_being_in_each_others_way() {
    let server = TestServer::with(&["--address-rate", "2"]);
    let office = Office::open();
    set_up(&server, &office);
    office.names(&json!({"id": 7, "name": "Anna"}));
    let entered = asks(&page(&server, "sid=a"));
    entered.is(201);
    let again = page(&server, &format!("sid=a; {}", session(&entered)));
    (0..5).for_each(|_| drop(asks(&again).is(201)));
    asks(&page(&server, "sid=a")).is(201);
    asks(&page(&server, "sid=a")).is_refused(429, "rate_limited");
}

#[test]
fn pages_of_two_applications_do_not_sign_each_other_out() {
    let server = TestServer::start();
    let office = Office::open();
    set_up(&server, &office);
    set_up_as(&server, &office, "crm");
    office.names(&json!({"id": 7, "name": "Anna"}));
    let first = session(&asks(&page(&server, "sid=a")));
    let second = session(&asks_as(&page(&server, &format!("sid=a; {first}")), "crm"));
    let both = page(&server, &format!("sid=a; {first}; {second}"));
    let enters = |app: &str| both.call("POST", &format!("/client/session/socket{app}"), b"");
    assert_eq!((&enters("?app=oa").is(201)["app"], &enters("?app=crm").is(201)["app"]), (&json!("oa"), &json!("crm")));
    enters("").is_refused(401, "unauthenticated");
    enters("?app=other").is_refused(401, "unauthenticated");
    // In turn, as two open pages ask: each goes on with what it has.
    for _ in 0..3 {
        assert_eq!((session(&asks(&both)), session(&asks_as(&both, "crm"))), (first.clone(), second.clone()));
    }
    let out = both.delete("/client/session?app=oa");
    assert_eq!((out.status, session(&out).as_str()), (204, "parlour.oa="), "only its own cookie is taken away");
    enters("?app=oa").is_refused(401, "unauthenticated");
    assert_eq!(enters("").is(201)["app"], "crm", "the only one that is left");
}

#[test]
fn a_session_under_another_applications_name_opens_nothing() {
    let server = TestServer::start();
    let office = Office::open();
    set_up(&server, &office);
    set_up_as(&server, &office, "crm");
    office.names(&json!({"id": 7, "name": "Anna"}));
    let token = session(&asks(&page(&server, "sid=a"))).split_once('=').unwrap().1.to_string();
    let swapped = page(&server, &format!("sid=a; parlour.crm={token}"));
    for path in ["/client/session/socket", "/client/session/socket?app=crm", "/client/session/socket?app=oa"] {
        swapped.call("POST", path, b"").is_refused(401, "unauthenticated");
    }
    assert_ne!(session(&asks_as(&swapped, "crm")), format!("parlour.crm={token}"), "it does not go on as the other's");
    page(&server, &format!("parlour.oa={token}")).call("POST", "/client/session/socket", b"").is(201);
}
