//! How people get in: by password, by the application's word, by token, by ticket; and who does not.

use crate::harness::{Answer, App, Http, Listener, Reply, Socket, TestServer, Voice, password};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use std::time::{SystemTime, UNIX_EPOCH};

const OWN: &str = "http://parlour.test";
const OFFICE: &str = "https://oa.example";

fn sign_in(server: &TestServer, body: &Value) -> Answer {
    server.http().post("/client/session", body)
}

fn by_password(server: &TestServer, app: &App, username: &str, password: &str) -> Answer {
    sign_in(server, &json!({"app": app.id, "username": username, "password": password}))
}

pub fn seconds(ahead: i64) -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() as i64 + ahead
}

pub fn jwt(secret: &str, claims: &Value) -> String {
    jsonwebtoken::encode(&Header::new(Algorithm::HS256), claims, &EncodingKey::from_secret(secret.as_bytes())).unwrap()
}

fn claims(app: &App, sub: &str) -> Value {
    json!({"sub": sub, "name": "Anna Liu", "aud": app.id, "exp": seconds(600)})
}

fn ticket(app: &App, user: &str) -> String {
    app.post(&format!("/users/{user}/tickets"), &json!({})).is(201)["ticket"].as_str().unwrap().to_string()
}

/// The first frame after `hello`.
fn hello(server: &TestServer, app: &App, token: &str) -> (String, Value) {
    let socket = Socket::open(server.address(), &[]).unwrap();
    socket.says(&json!({"hello": {"app": app.id, "token": token}}).to_string());
    socket.wait(|log| log.frames.first().cloned()).expect("an answer to hello")
}

fn is_let_in(server: &TestServer, app: &App, token: &str) -> Value {
    let (name, body) = hello(server, app, token);
    assert_eq!(name, "welcome", "{body}");
    body
}

fn is_kept_out(server: &TestServer, app: &App, token: &str) {
    let (name, body) = hello(server, app, token);
    assert_eq!((name.as_str(), &body["code"]), ("error", &json!("unauthenticated")), "{body}");
}

#[test]
fn a_password_kept_here_opens_a_session_until_it_is_closed() {
    let server = TestServer::start();
    let office = server.app("oa");
    office.user("anna");
    let opened = by_password(&server, &office, "anna", &password("anna"));
    let cookie = opened.header("set-cookie").map(String::from);
    let session = opened.is(201);
    assert_eq!((&session["user"]["id"], &session["user"]["name"], cookie), (&json!("anna"), &json!("Anna"), None));
    assert!(session["expires_at"].is_string() && session["token"].as_str().unwrap().starts_with("ps_"));
    let token = session["token"].as_str().unwrap();
    let anna = Voice::connect(&office, "anna", token);
    let welcome = is_let_in(&server, &office, token);
    assert_eq!((&welcome["me"]["id"], &welcome["session"]["token"]), (&json!("anna"), &Value::Null));
    server.http().bearer(token).delete("/client/session").is(204);
    assert_eq!(anna.is_told("bye", |_| true)["code"], "expired");
    is_kept_out(&server, &office, token);
    server.http().bearer(token).delete("/client/session").is_refused(401, "unauthenticated");
}

#[test]
fn whoever_is_wrong_unknown_or_suspended_hears_nothing_more() {
    let server = TestServer::start();
    let office = server.app("oa");
    office.user("anna").user("ben");
    office.patch("/users/ben", &json!({"suspended": true})).is(200);
    let wrong = by_password(&server, &office, "anna", "not the word").is_refused(401, "unauthenticated");
    let unknown = by_password(&server, &office, "nobody", "not the word").is_refused(401, "unauthenticated");
    let suspended = by_password(&server, &office, "ben", "not the word").is_refused(401, "unauthenticated");
    assert_eq!((&wrong["detail"], &wrong["detail"]), (&unknown["detail"], &suspended["detail"]));
    by_password(&server, &office, "ben", &password("ben")).is_refused(403, "forbidden");
    for body in [
        json!({"app": "oa"}),
        json!({"app": "oa", "username": "anna"}),
        json!({"app": "oa", "ticket": "ptk_x", "token": "x"}),
        json!({"app": "oa", "username": "anna", "password": "x", "role": "admin"}),
        json!({"app": "O A", "ticket": "ptk_x"}),
        json!({"app": "oa", "username": 7, "password": "x"}),
        json!([]),
    ] {
        sign_in(&server, &body).is_refused(400, "bad_request");
    }
    sign_in(&server, &json!({"app": "nowhere", "ticket": "x"})).is_refused(404, "not_found");
}

#[test]
fn the_application_says_whose_password_it_is() {
    let server = TestServer::start();
    let owner = Listener::start();
    let options = ["--callback", &owner.url(), "--approve", &owner.host_and_port(), "--sign-in", "callback"];
    let office = server.app_with("oa", &options);
    owner.trusts(&office.callback_secret);
    owner.answers_json("user.verify", json!({"user": {"id": 42, "name": "Anna Liu", "title": "Sales"}}));
    let session = by_password(&server, &office, "anna@oa.example", "her word").is(201);
    assert_eq!((&session["user"]["id"], &session["user"]["title"]), (&json!("42"), &json!("Sales")));
    let asked = owner.is_asked("user.verify", 1)[0].body["data"].clone();
    assert_eq!(asked, json!({"username": "anna@oa.example", "password": "her word", "address": "127.0.0.1"}));
    owner.answers_json("user.verify", json!({"user": {"id": "42", "name": "Anna Ma"}}));
    let session = by_password(&server, &office, "anna", "her word").is(201);
    assert_eq!(session["user"]["name"], "Anna Ma", "brought up to date");
    owner.answers_json("user.verify", json!({"user": null}));
    by_password(&server, &office, "anna", "wrong").is_refused(401, "unauthenticated");
    owner.answers_json("user.verify", json!({"error": "Your account is closed."}));
    let told = by_password(&server, &office, "anna", "her word").is_refused(403, "forbidden");
    assert_eq!(told["detail"], "Your account is closed.");
    owner.answers("user.verify", |_| Reply::Status(500));
    let down = by_password(&server, &office, "anna", "her word").is_refused(503, "unavailable");
    assert_eq!(down["temporary"], true);
}

#[test]
fn a_signed_token_lets_in_whom_it_names_until_it_ends() {
    let server = TestServer::start();
    let office = server.app("oa");
    let signed = jwt(&office.token_secret, &claims(&office, "anna"));
    let session = sign_in(&server, &json!({"app": "oa", "token": signed})).is(201);
    assert_eq!((&session["user"]["id"], &session["user"]["name"]), (&json!("anna"), &json!("Anna Liu")));
    let welcome = is_let_in(&server, &office, &signed);
    assert_eq!((&welcome["me"]["name"], welcome["me"]["id"].as_str()), (&json!("Anna Liu"), Some("anna")));
    let token = welcome["session"]["token"].as_str().unwrap();
    let again = is_let_in(&server, &office, token);
    assert_eq!(again["session"]["expires_at"], welcome["session"]["expires_at"]);
    let crm = server.app("crm");
    let mut late = claims(&office, "anna");
    late["exp"] = json!(seconds(-60));
    let mut far = claims(&office, "anna");
    far["exp"] = json!(seconds(30 * 3600));
    let unsigned = format!("{}.", signed.rsplit_once('.').unwrap().0);
    for bad in [
        jwt(&crm.token_secret, &claims(&office, "anna")),
        jwt(&office.token_secret, &claims(&crm, "anna")),
        jwt(&office.token_secret, &late),
        jwt(&office.token_secret, &far),
        jwt("", &claims(&office, "anna")),
        unsigned,
    ] {
        sign_in(&server, &json!({"app": "oa", "token": bad})).is_refused(401, "unauthenticated");
        is_kept_out(&server, &office, &bad);
    }
    is_kept_out(&server, &crm, &signed);
    is_kept_out(&server, &crm, token);
}

#[test]
fn a_ticket_lets_in_once() {
    let server = TestServer::start();
    let office = server.app("oa");
    let crm = server.app("crm");
    office.user("anna");
    let first = ticket(&office, "anna");
    sign_in(&server, &json!({"app": "crm", "ticket": first})).is_refused(401, "unauthenticated");
    is_kept_out(&server, &crm, &first);
    let session = sign_in(&server, &json!({"app": "oa", "ticket": first})).is(201);
    assert_eq!(session["user"]["id"], "anna");
    sign_in(&server, &json!({"app": "oa", "ticket": first})).is_refused(401, "unauthenticated");
    is_kept_out(&server, &office, &first);
    let second = ticket(&office, "anna");
    let welcome = is_let_in(&server, &office, &second);
    is_kept_out(&server, &office, &second);
    is_let_in(&server, &office, welcome["session"]["token"].as_str().unwrap());
    let third = ticket(&office, "anna");
    office.delete("/users/anna/sessions").is(204);
    is_kept_out(&server, &office, &third);
    is_kept_out(&server, &office, welcome["session"]["token"].as_str().unwrap());
}

#[test]
fn a_way_that_is_closed_lets_nobody_in() {
    let server = TestServer::start();
    let local = server.app_with("oa", &["--sign-in", "local"]);
    local.user("anna");
    let signed = jwt(&local.token_secret, &claims(&local, "anna"));
    sign_in(&server, &json!({"app": "oa", "token": signed})).is_refused(403, "forbidden");
    sign_in(&server, &json!({"app": "oa", "ticket": "ptk_whatever"})).is_refused(401, "unauthenticated");
    local.post("/users/anna/tickets", &json!({})).is_refused(403, "forbidden");
    let token = server.app_with("crm", &["--sign-in", "token"]);
    token.user("anna");
    by_password(&server, &token, "anna", &password("anna")).is_refused(403, "forbidden");
    by_password(&server, &local, "anna", &password("anna")).is(201);
}

#[test]
fn a_device_keeps_its_token() {
    let server = TestServer::start();
    let office = server.app("oa");
    office.user("printer");
    let token = office.post("/users/printer/tokens", &json!({"name": "second floor"})).is(201);
    let token = token["token"].as_str().unwrap();
    let welcome = is_let_in(&server, &office, token);
    assert_eq!((&welcome["me"]["id"], &welcome["session"]["expires_at"]), (&json!("printer"), &Value::Null));
    is_let_in(&server, &office, token);
    let listed = office.get("/users/printer/sessions").is(200);
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(1), "{listed}");
}

#[test]
fn what_a_sign_in_page_shows_is_public_and_no_more() {
    let server = TestServer::start();
    let shown = || server.http().get("/client/application");
    shown().is_refused(404, "not_found");
    let options = ["--origin", OFFICE, "--sign-in", "local,ticket"];
    server.app_with("oa", &options);
    let only = shown().is(200);
    let members = json!({"id": "oa", "name": "Office", "colour": null, "icon": null, "sign_in": ["local", "ticket"]});
    assert_eq!(only, members);
    server.app("crm");
    shown().is_refused(404, "not_found");
    assert_eq!(server.http().get("/client/application?app=oa").is(200), members);
    server.http().get("/client/application?app=nowhere").is_refused(404, "not_found");
    server.types(&["app", "suspend", "crm"]).ends(0);
    server.http().get("/client/application?app=crm").is_refused(404, "not_found");
}

/// The web client's own page.
fn page(server: &TestServer) -> Http {
    server.http().with("origin", OWN).with("sec-fetch-site", "same-origin")
}

fn kept(answer: &Answer) -> String {
    let cookie = answer.header("set-cookie").expect("a cookie").to_string();
    for rule in ["HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(cookie.contains(rule), "{cookie}");
    }
    cookie.split(';').next().unwrap().to_string()
}

#[test]
fn our_own_page_holds_its_session_in_a_cookie_that_scripts_do_not_see() {
    let server = TestServer::start();
    let office = server.app_with("oa", &["--origin", OFFICE]);
    office.user("anna").user("ben");
    let body = json!({"app": "oa", "username": "anna", "password": password("anna")});
    let opened = page(&server).post("/client/session", &body);
    let cookie = kept(&opened);
    let session = opened.is(201);
    assert_eq!((&session["token"], &session["user"]["id"]), (&Value::Null, &json!("anna")));
    let holding = |cookie: &str| page(&server).with("cookie", cookie);
    let once = holding(&cookie).call("POST", "/client/session/socket", b"").is(201);
    assert_eq!((&once["app"], &once["user"]["id"]), (&json!("oa"), &json!("anna")));
    let token = once["token"].as_str().unwrap();
    let welcome = is_let_in(&server, &office, token);
    assert_eq!(welcome["session"]["token"], Value::Null, "the cookie is its token");
    is_kept_out(&server, &office, token);
    // Another tab signs in as the same person: one session for both. As somebody else: the first one ends.
    let second = holding(&cookie).post("/client/session", &body);
    assert_eq!(kept(&second), cookie);
    let other = json!({"app": "oa", "username": "ben", "password": password("ben")});
    let theirs = kept(&holding(&cookie).post("/client/session", &other));
    assert_ne!(theirs, cookie);
    holding(&cookie).call("POST", "/client/session/socket", b"").is_refused(401, "unauthenticated");
    let out = holding(&theirs).delete("/client/session");
    assert!(kept(&out).ends_with('='), "the cookie is taken away");
    holding(&theirs).call("POST", "/client/session/socket", b"").is_refused(401, "unauthenticated");
}

#[test]
fn signing_out_of_a_widget_leaves_the_window_of_somebody_else_and_takes_its_own_cookie_away() {
    let server = TestServer::start();
    let office = server.app_with("oa", &["--sign-in", "local"]);
    office.user("anna").user("ben");
    let body = json!({"app": "oa", "username": "anna", "password": password("anna")});
    let cookie = kept(&page(&server).post("/client/session", &body));
    let widget = |token: &str| page(&server).with("cookie", &cookie).bearer(token);
    let ben = by_password(&server, &office, "ben", &password("ben")).is(201)["token"].as_str().unwrap().to_string();
    let out = widget(&ben).delete("/client/session");
    assert_eq!((out.status, out.header("set-cookie")), (204, None), "the cookie is another window's");
    page(&server).with("cookie", &cookie).call("POST", "/client/session/socket", b"").is(201);
    server.http().bearer(&ben).call("POST", "/client/session/socket", b"").is_refused(401, "unauthenticated");
    let own = widget(cookie.split_once('=').unwrap().1).delete("/client/session");
    assert!(own.status == 204 && kept(&own).ends_with('='), "it is this session's own");
}

#[test]
fn who_is_signed_in_opens_another_window_without_a_password_and_for_no_longer() {
    let server = TestServer::start();
    let office = server.app_with("oa", &["--sign-in", "local"]);
    office.user("anna");
    let session = by_password(&server, &office, "anna", &password("anna")).is(201);
    let token = session["token"].as_str().unwrap();
    let ask = || server.http().bearer(token).call("POST", "/client/session/socket", b"");
    let body = json!({"app": "oa", "ticket": ask().is(201)["token"]});
    let window = page(&server).post("/client/session", &body);
    kept(&window);
    assert_eq!(window.is(201)["expires_at"], session["expires_at"]);
    page(&server).post("/client/session", &body).is_refused(401, "unauthenticated");
    let late = json!({"app": "oa", "ticket": ask().is(201)["token"]});
    server.http().bearer(token).delete("/client/session").is(204);
    page(&server).post("/client/session", &late).is_refused(401, "unauthenticated");
    ask().is_refused(401, "unauthenticated");
}

#[test]
fn a_cookie_is_worth_nothing_on_anybody_elses_page() {
    let server = TestServer::start();
    let office = server.app_with("oa", &["--origin", OFFICE]);
    office.user("anna");
    let body = json!({"app": "oa", "username": "anna", "password": password("anna")});
    let cookie = kept(&page(&server).post("/client/session", &body));
    let from = |origin: &str, site: &str| {
        let http = server.http().with("cookie", &cookie).with("sec-fetch-site", site);
        if origin.is_empty() { http } else { http.with("origin", origin) }
    };
    for (origin, site) in [
        (OFFICE, "cross-site"),
        ("https://evil.example", "cross-site"),
        ("null", "cross-site"),
        ("", "cross-site"),
        ("", "same-site"),
        ("", "none"),
        (OWN, "cross-site"),
    ] {
        let answer = from(origin, site).call("POST", "/client/session/socket", b"");
        assert!(matches!(answer.status, 401 | 403), "{origin} {site}: {}", answer.status);
        let answer = from(origin, site).delete("/client/session");
        assert!(matches!(answer.status, 401 | 403), "{origin} {site}: {}", answer.status);
    }
    server.http().with("cookie", &cookie).call("POST", "/client/session/socket", b"").is_refused(403, "forbidden");
    let token = cookie.split_once('=').unwrap().1;
    server.http().bearer(token).call("POST", "/client/session/socket", b"").is(201);
    page(&server).with("cookie", &cookie).call("POST", "/client/session/socket", b"").is(201);
}

#[test]
fn pages_of_the_application_may_call_and_hold_their_own_token() {
    let server = TestServer::start();
    let office = server.app_with("oa", &["--origin", OFFICE]);
    let crm = server.app_with("crm", &["--origin", "https://crm.example"]);
    office.user("anna");
    let from = |origin: &str| server.http().with("origin", origin).with("sec-fetch-site", "cross-site");
    let opened = from(OFFICE).post("/client/session", &json!({"app": "oa", "ticket": ticket(&office, "anna")}));
    assert_eq!(opened.header("access-control-allow-origin"), Some(OFFICE));
    assert_eq!((opened.header("access-control-allow-credentials"), opened.header("set-cookie")), (None, None));
    let token = opened.is(201)["token"].as_str().unwrap().to_string();
    let asked = from(OFFICE).with("access-control-request-method", "DELETE").call("OPTIONS", "/client/session", b"");
    assert_eq!((asked.status, asked.header("access-control-allow-origin")), (204, Some(OFFICE)));
    for origin in ["https://evil.example", "https://crm.example", "https://oa.example.evil"] {
        let body = json!({"app": "oa", "ticket": ticket(&office, "anna")});
        from(origin).post("/client/session", &body).is_refused(403, "forbidden");
        from(origin).bearer(&token).delete("/client/session").is_refused(403, "forbidden");
    }
    let body = json!({"app": "crm", "ticket": ticket(&office, "anna")});
    from("https://crm.example").post("/client/session", &body).is_refused(401, "unauthenticated");
    is_kept_out(&server, &crm, &token);
    from(OFFICE).bearer(&token).delete("/client/session").is(204);
}

#[test]
fn guessing_is_slowed_down_for_an_account_and_for_an_address() {
    let server = TestServer::with(&["--sign-in-rate", "3", "--address-rate", "8"]);
    let office = server.app("oa");
    office.user("anna").user("ben");
    for name in ["anna", " anna", "Anna\u{3000}"] {
        by_password(&server, &office, name, "a guess").is_refused(401, "unauthenticated");
    }
    let slowed = by_password(&server, &office, "anna", &password("anna"));
    let seconds: u32 = slowed.header("retry-after").expect("when to come back").parse().unwrap();
    let problem = slowed.is_refused(429, "rate_limited");
    assert_eq!((&problem["retry_after"], &problem["temporary"]), (&json!(seconds), &json!(true)));
    by_password(&server, &office, "ben", &password("ben")).is(201);
    for guess in 0..3 {
        by_password(&server, &office, &format!("somebody-{guess}"), "a guess").is_refused(401, "unauthenticated");
    }
    by_password(&server, &office, "somebody-else", "a guess").is_refused(429, "rate_limited");
}

#[test]
fn a_session_made_by_a_token_ends_with_it_unless_a_fresh_one_comes() {
    let server = TestServer::start();
    let office = server.app("oa");
    let mut brief = claims(&office, "anna");
    brief["exp"] = json!(seconds(4));
    let sockets = [(); 2].map(|()| {
        let socket = Socket::open(server.address(), &[]).unwrap();
        socket.says(&json!({"hello": {"app": "oa", "token": jwt(&office.token_secret, &brief)}}).to_string());
        let welcome = socket.hears("welcome", 0, |_| true);
        (socket, welcome["session"]["token"].as_str().unwrap().to_string())
    });
    let [(renewed, renewed_session), (left, left_session)] = sockets;
    let fresh = jwt(&office.token_secret, &claims(&office, "anna"));
    renewed.says(&json!({"hello": {"app": "oa", "token": fresh}}).to_string());
    // the same token let both in at about the same time: when the one ends, the other would have to
    assert_eq!(left.hears("bye", 0, |_| true)["code"], "expired");
    is_kept_out(&server, &office, &left_session);
    is_let_in(&server, &office, &renewed_session);
    assert_eq!(renewed.log().closed, None);
}
