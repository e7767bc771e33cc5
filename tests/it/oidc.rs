//! Signing in with an identity provider: only the browser that began a sign-in ends it, only a true proof opens a session, and
//! an email address makes nobody somebody else.

mod provider;

use crate::harness::{Answer, App, Http, PUBLIC_URL, TestServer, password};
use parlour::secret;
use provider::{Made, Provider};
use serde_json::{Value, json};

const SECRET: &str = "s3cret-of-im";

fn run(app: &App, arguments: &[&str], input: &str) -> String {
    let output = app.server.run(arguments, input);
    assert!(output.status.success(), "parlour {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn set_up(server: &TestServer, provider: &Provider, more: &[&str]) -> App {
    let app = server.app_with("oa", &["--sign-in", "local", "--approve", &provider.address.to_string()]);
    let issuer = provider.issuer();
    let mut words = vec!["app", "oidc", "oa", "--provider", "Acme ID", "--issuer", &issuer, "--client", "im", "--secret-stdin"];
    words.extend(more);
    run(&app, &words, SECRET);
    app
}

/// A browser at one of our own pages.
fn page(server: &TestServer) -> Http {
    server.http().with("origin", PUBLIC_URL)
}

/// A sign-in that was begun.
struct Begun {
    state: String,
    nonce: String,
    cookie: String,
}

fn begin(server: &TestServer) -> Begun {
    let answer = page(server).post("/client/oidc", &json!({"app": "oa"}));
    let url = answer.is(201)["url"].as_str().unwrap().to_string();
    let said = |name: &str| {
        let pair = url.split(['?', '&']).find_map(|pair| pair.strip_prefix(&format!("{name}=")));
        pair.unwrap_or_else(|| panic!("no {name}: {url}")).to_string()
    };
    assert_eq!(said("redirect_uri"), "http%3A%2F%2Fparlour.test%2Fsign-in%2Foa");
    assert_eq!(
        (said("response_type"), said("code_challenge_method"), said("client_id")),
        ("code".into(), "S256".into(), "im".into())
    );
    Begun { state: said("state"), nonce: said("nonce"), cookie: cookie(&answer) }
}

fn cookie(answer: &Answer) -> String {
    answer.header("set-cookie").expect("a cookie").split(';').next().unwrap_or_default().to_string()
}

fn ends(browser: &Http, code: &str, state: &str) -> Answer {
    browser.post("/client/session", &json!({"app": "oa", "oidc": {"code": code, "state": state}}))
}

/// The whole way, as somebody of whom the provider says this.
fn signs_in(server: &TestServer, provider: &Provider, code: &str, claims: &Value) -> Answer {
    let begun = begin(server);
    provider.says(&begun.nonce, claims);
    ends(&page(server).with("cookie", &begun.cookie), code, &begun.state)
}

#[test]
fn a_sign_in_belongs_to_the_browser_that_began_it() {
    let server = TestServer::start();
    let provider = Provider::open();
    let app = set_up(&server, &provider, &[]);
    let brand = page(&server).get("/client/application?app=oa").is(200);
    assert_eq!((&brand["provider"], &brand["sign_in"]), (&json!("Acme ID"), &json!(["local", "oidc"])));

    let answer = page(&server).post("/client/oidc", &json!({"app": "oa"}));
    let set = answer.header("set-cookie").unwrap();
    assert!(
        set.starts_with("parlour-flow.oa=pof_") && set.contains("HttpOnly; SameSite=Strict") && set.contains("Max-Age=900"),
        "{set}"
    );
    let (anna, ben) = (begin(&server), begin(&server));
    assert!(anna.state != ben.state && anna.nonce != ben.nonce && anna.cookie != ben.cookie);
    provider.says(&anna.nonce, &json!({"sub": "7", "name": "Anna"}));
    for (browser, state) in [
        (page(&server), &anna.state),
        (page(&server).with("cookie", &ben.cookie), &anna.state),
        (page(&server).with("cookie", &anna.cookie), &ben.state),
        (page(&server).with("cookie", &anna.cookie), &String::new()),
        (page(&server).with("cookie", "parlour-flow.oa="), &anna.state),
    ] {
        ends(&browser, "one", state).is_refused(409, "conflict");
    }
    for foreign in [server.http(), server.http().with("origin", "https://evil.example")] {
        foreign.post("/client/oidc", &json!({"app": "oa"})).is_refused(403, "forbidden");
        ends(&foreign.with("cookie", &anna.cookie), "one", &anna.state).is_refused(403, "forbidden");
    }
    app.get("/users/7").is_refused(404, "not_found");

    let browser = page(&server).with("cookie", &anna.cookie);
    let entered = ends(&browser, "one", &anna.state);
    assert_eq!((&entered.is(201)["user"]["name"], &entered.is(201)["token"]), (&json!("Anna"), &Value::Null));
    assert_eq!(app.get("/users/7").is(200)["user"]["name"], "Anna");
    let session = entered.headers.iter().filter(|(name, _)| name == "set-cookie").map(|(_, value)| value.as_str());
    let session: Vec<&str> = session.collect();
    assert!(
        session
            .iter()
            .any(|set| set.starts_with("parlour.oa=ps_") && set.contains("Max-Age=43199") || set.contains("Max-Age=43200"))
    );
    assert!(session.iter().any(|set| set.starts_with("parlour-flow.oa=;")), "it has served: {session:?}");
    ends(&browser, "one", &anna.state).is_refused(401, "unauthenticated"); // the provider takes a code once
}

#[test]
fn a_forged_proof_opens_nothing() {
    let server = TestServer::with(&["--address-rate", "0"]);
    let provider = Provider::open();
    let app = set_up(&server, &provider, &[]);
    let honest = json!({"sub": "7", "name": "Anna"});
    for (number, made) in [Made::Unsigned, Made::ByPublicKey, Made::ByAnother, Made::ByUnknown].into_iter().enumerate() {
        provider.makes(made);
        let refused = signs_in(&server, &provider, &format!("m{number}"), &honest).is_refused(401, "unauthenticated");
        assert_eq!(refused["detail"], "the sign-in with Acme ID was not completed; begin again", "{made:?}");
    }
    provider.makes(Made::Honestly);
    let with = |name: &str, value: Value| {
        let mut claims = honest.clone();
        claims[name] = value;
        claims
    };
    for (number, claims) in [
        with("iss", json!("https://evil.example")),
        with("aud", json!("another client")),
        with("aud", json!(["im", "another client"])),
        with("azp", json!("another client")),
        with("nonce", json!("of another sign-in")),
        with("exp", json!(1_700_000_000)),
        with("iat", json!(1_700_000_000)),
        with("sub", json!(null)),
    ]
    .iter()
    .enumerate()
    {
        signs_in(&server, &provider, &format!("c{number}"), claims).is_refused(401, "unauthenticated");
    }
    app.get("/users/7").is_refused(404, "not_found");
    signs_in(&server, &provider, "good", &honest).is(201);
}

#[test]
fn an_email_address_makes_nobody_somebody_else() {
    let server = TestServer::with(&["--address-rate", "0"]);
    let provider = Provider::open();
    let app = set_up(&server, &provider, &[]);
    app.put("/users/root", &json!({"name": "Root", "email": "root@acme.example"})).is(201);
    let same = json!({"sub": "7", "name": "Mallory", "email": "root@acme.example", "email_verified": true});
    assert_eq!(signs_in(&server, &provider, "a", &same).is(201)["user"]["id"], "7");
    assert_eq!(app.get("/users/root").is(200)["user"]["name"], "Root");
    let unverified = json!({"sub": "8", "name": "Ben", "email": "ben@acme.example", "email_verified": false});
    signs_in(&server, &provider, "b", &unverified).is(201);
    let kept = |id: &str| run(&app, &["user", "list", "oa", "--json"], "").contains(&format!("\"email\":\"{id}@acme.example\""));
    assert!(!kept("ben") && kept("root"));

    app.patch("/users/8", &json!({"suspended": true})).is(200);
    let refused = signs_in(&server, &provider, "c", &unverified).is_refused(403, "forbidden");
    assert_eq!(refused["detail"], "this user is suspended");
}

#[test]
fn only_whom_the_administrator_wants_comes_in_and_only_by_the_chosen_claim() {
    let server = TestServer::with(&["--address-rate", "0"]);
    let provider = Provider::open();
    let app = set_up(&server, &provider, &["--only", "hd=acme.example", "--id", "preferred_username"]);
    let anna = json!({"sub": "7", "preferred_username": "anna", "hd": "acme.example"});
    assert_eq!(signs_in(&server, &provider, "a", &anna).is(201)["user"]["id"], "anna");
    for (code, claims) in [
        ("b", json!({"sub": "8", "preferred_username": "ben", "hd": "acme.example.evil"})),
        ("c", json!({"sub": "8", "preferred_username": "ben"})),
    ] {
        let refused = signs_in(&server, &provider, code, &claims).is_refused(403, "forbidden");
        assert_eq!(refused["detail"], "Acme ID knows you, but you may not use this");
    }
    signs_in(&server, &provider, "d", &json!({"sub": "8", "hd": "acme.example"})).is_refused(503, "unavailable");
    app.get("/users/8").is_refused(404, "not_found");
}

#[test]
fn an_address_that_is_not_verified_is_nobodys_id_however_the_claim_is_written() {
    let provider = Provider::open();
    for claim in ["email", "/email"] {
        let server = TestServer::start();
        let app = set_up(&server, &provider, &["--id", claim]);
        let said = |verified: bool| json!({"sub": "7", "email": "root@acme.example", "email_verified": verified});
        signs_in(&server, &provider, &format!("{claim} 1"), &said(false)).is_refused(403, "forbidden");
        app.get("/users/root@acme.example").is_refused(404, "not_found");
        let root = signs_in(&server, &provider, &format!("{claim} 2"), &said(true)).is(201);
        assert_eq!(root["user"]["id"], "root@acme.example", "{claim}");
    }
}

#[test]
fn a_provider_that_is_down_or_unset_or_closed_lets_nobody_in() {
    let server = TestServer::with(&["--address-rate", "0"]);
    let provider = Provider::open();
    let app = set_up(&server, &provider, &[]);
    let begun = begin(&server);
    provider.goes_down();
    provider.says(&begun.nonce, &json!({"sub": "7"}));
    let refused = ends(&page(&server).with("cookie", &begun.cookie), "a", &begun.state).is_refused(503, "unavailable");
    assert_eq!(refused["detail"], "signing in with Acme ID does not work now; try again later");
    assert!(server.log().contains("its token: it answered 500"), "who looks after it learns why: {}", server.log());

    run(&app, &["app", "oidc", "oa", "--off"], "");
    page(&server).post("/client/oidc", &json!({"app": "oa"})).is_refused(403, "forbidden");
    ends(&page(&server).with("cookie", &begun.cookie), "a", &begun.state).is_refused(403, "forbidden");
    run(&app, &["app", "update", "oa", "--sign-in", "local,oidc"], "");
    page(&server).post("/client/oidc", &json!({"app": "oa"})).is_refused(503, "unavailable");
    page(&server).post("/client/oidc", &json!({"app": "nowhere"})).is_refused(404, "not_found");
}

#[test]
fn a_session_of_the_provider_ends_the_one_before_of_somebody_else() {
    let server = TestServer::start();
    let provider = Provider::open();
    let app = set_up(&server, &provider, &[]);
    app.user("ben");
    let body = json!({"app": "oa", "username": "ben", "password": password("ben")});
    let ben = cookie(&page(&server).post("/client/session", &body));
    let begun = begin(&server);
    provider.says(&begun.nonce, &json!({"sub": "7"}));
    ends(&page(&server).with("cookie", &format!("{}; {ben}", begun.cookie)), "a", &begun.state).is(201);
    assert_eq!(page(&server).with("cookie", &ben).call("POST", "/client/session/socket", b"").status, 401);
}

#[test]
fn sign_ins_that_are_begun_and_never_ended_are_counted_by_address_and_cost_no_memory() {
    let server = TestServer::with(&["--address-rate", "5"]);
    let provider = Provider::open();
    set_up(&server, &provider, &[]);
    for _ in 0..5 {
        begin(&server);
    }
    page(&server).post("/client/oidc", &json!({"app": "oa"})).is_refused(429, "rate_limited");
}

#[test]
fn a_sign_in_is_counted_once_and_what_is_brought_again_once_more() {
    let server = TestServer::with(&["--address-rate", "3"]);
    let provider = Provider::open();
    set_up(&server, &provider, &[]);
    let honest = json!({"sub": "7"});
    for code in ["a", "b", "c"] {
        signs_in(&server, &provider, code, &honest).is(201);
    }
    page(&server).post("/client/oidc", &json!({"app": "oa"})).is_refused(429, "rate_limited");

    let server = TestServer::with(&["--address-rate", "3"]);
    set_up(&server, &provider, &[]);
    let begun = begin(&server);
    provider.says(&begun.nonce, &honest);
    let browser = page(&server).with("cookie", &begun.cookie);
    ends(&browser, "d", &begun.state).is(201);
    (0..2).for_each(|_| drop(ends(&browser, "d", &begun.state).is_refused(401, "unauthenticated")));
    ends(&browser, "d", &begun.state).is_refused(429, "rate_limited");
}

#[test]
fn a_sign_in_that_nobody_began_is_counted_by_address() {
    let server = TestServer::with(&["--address-rate", "3"]);
    let provider = Provider::open();
    set_up(&server, &provider, &[]);
    let made_up = |letter: &str, seal: &str| {
        let root = format!("pof_{}.{seal}", letter.repeat(43));
        let state = secret::derive("", &root, &format!("state\noa\n{}", provider.issuer())).unwrap();
        ends(&page(&server).with("cookie", &format!("parlour-flow.oa={root}")), "x", &state)
    };
    for letter in ["a", "b", "c"] {
        made_up(letter, &"x".repeat(43)).is_refused(401, "unauthenticated");
    }
    made_up("d", &"x".repeat(43)).is_refused(429, "rate_limited");
}

#[test]
fn the_clients_secret_is_shown_to_nobody() {
    let server = TestServer::start();
    let provider = Provider::open();
    let app = set_up(&server, &provider, &[]);
    let issuer = provider.issuer();
    let words = ["app", "oidc", "oa", "--provider", "Acme", "--issuer", &issuer, "--client", "im", "--json"];
    let said = [run(&app, &words, ""), run(&app, &["app", "show", "oa"], ""), run(&app, &["app", "show", "oa", "--json"], "")];
    assert!(said.iter().all(|text| !text.contains(SECRET)) && !server.log().contains(SECRET), "{said:?}");
    assert!(said[0].contains("http://parlour.test/sign-in/oa"), "what the provider has to know: {}", said[0]);
    // It stays with the settings that are changed, but not for another provider.
    signs_in(&server, &provider, "a", &json!({"sub": "7"})).is(201);
    let elsewhere = ["app", "oidc", "oa", "--provider", "Evil", "--issuer", "https://evil.example", "--client", "im"];
    let output = app.server.run(&elsewhere, "");
    assert!(!output.status.success() && String::from_utf8_lossy(&output.stderr).contains("another secret"));
}
