//! The doors: what strangers, broken clients and browsers are answered, and the headers that keep pages safe.

use crate::harness::{Answer, Socket, TestServer, eventually};
use serde_json::json;
use std::io::Write;
use std::time::{Duration, Instant};

#[test]
fn what_is_not_there_is_a_problem_for_programs_and_a_page_for_people() {
    let server = TestServer::start();
    let http = server.http();
    for path in ["/api", "/api/v1/nothing", "/client/nothing"] {
        http.get(path).is_refused(404, "not_found");
    }
    let page = http.get("/nothing/here");
    assert_eq!((page.status, page.header("content-type")), (404, Some("text/html; charset=utf-8")));
    assert!(page.text().contains("Nothing is here") && page.text().contains(page.header("x-request-id").unwrap()));
    http.with("accept", "application/json").get("/nothing/here").is_refused(404, "not_found");
}

#[test]
fn who_comes_with_what_is_not_good_is_in_the_log_and_cannot_fill_it() {
    let mut server = TestServer::start();
    let office = server.app("oa");
    let logged = |words: &[&str]| eventually(&format!("{words:?} is logged"), || lines(&server.log(), words).first().cloned());
    let ticket = format!("tk_{}", "x".repeat(43));
    server.http().post("/client/session", &json!({"app": "oa", "ticket": ticket})).is_refused(401, "unauthenticated");
    let line = logged(&["a request was refused", "POST", "/client/session", "127.0.0.1"]);
    assert!(line.contains("INFO") && line.contains("request="), "{line}");
    let socket = Socket::open(server.address(), &[]).expect("a socket");
    socket.says(&json!({"hello": {"app": "oa", "token": ticket}}).to_string());
    logged(&["a connection was not admitted", "application=oa", "127.0.0.1"]);
    let narrow = server.types(&["app", "key", "create", "oa", "--scope", "users", "--json"]).json();
    server.http().bearer(narrow["key"].as_str().unwrap()).post("/api/v1/messages", &json!({})).is_refused(403, "forbidden");
    logged(&["a request was refused", "does not have the scope"]);
    for _ in 0..30 {
        server.http().bearer("pk_guessed").get("/api/v1/users").is_refused(401, "unauthenticated");
    }
    server.http().get("/client/session/socket");
    office.get("/users").is(200);
    server.stops();
    let log = server.log();
    assert_eq!(lines(&log, &["refused"]).len() + lines(&log, &["not admitted"]).len(), 10, "so many a minute: {log}");
    assert!(!log.contains("pk_") && !log.contains(&ticket), "what was guessed is not in it: {log}");
}

fn lines(log: &str, words: &[&str]) -> Vec<String> {
    log.lines().filter(|line| words.iter().all(|word| line.contains(word))).map(String::from).collect()
}

#[test]
fn a_method_that_is_not_offered_is_405_with_those_that_are() {
    let server = TestServer::start();
    let answer = server.http().call("PUT", "/client/session", b"");
    answer.is_refused(405, "bad_request");
    assert_eq!(answer.header("allow"), Some("POST, DELETE"));
    assert_eq!(server.http().call("POST", "/healthz", b"").status, 405);
    assert_eq!(server.http().call("TRACE", "/healthz", b"").status, 405);
    let (mut stream, mut head) = (server.http().connect(), String::new());
    stream.write_all(b"HEAD /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").unwrap();
    std::io::Read::read_to_string(&mut stream, &mut head).unwrap();
    assert!(head.starts_with("HTTP/1.1 200 ") && head.ends_with("\r\n\r\n"), "a head and no body: {head}");
}

#[test]
fn a_body_of_the_wrong_form_is_refused_with_a_sentence() {
    let server = TestServer::with(&["--body-bytes", "2000"]);
    let http = server.http().with("content-type", "application/json");
    let post = |body: &[u8]| http.call("POST", "/client/session", body);
    let sentence =
        |answer: Answer, status: u16, code: &str| answer.is_refused(status, code)["detail"].as_str().unwrap().to_string();
    assert!(sentence(post(b"{\"app\":"), 400, "bad_request").contains("not understood"));
    assert!(sentence(post(b"{\"app\":\"\xff\"}"), 400, "bad_request").contains("UTF-8"));
    let deep = format!("{}{}", "[".repeat(40), "]".repeat(40));
    assert!(sentence(post(deep.as_bytes()), 400, "bad_request").contains("nested"));
    let unknown = post(br#"{"app":"oa","ticket":"x","role":"admin"}"#).is_refused(400, "bad_request");
    assert!(unknown["detail"].as_str().unwrap().contains("role"), "{unknown}");
    assert!(sentence(post(&[b' '; 3000]), 413, "too_large").contains("2000"));
    let plain = server.http().with("content-type", "text/plain");
    assert!(sentence(plain.call("POST", "/client/session", b"{}"), 415, "bad_request").contains("application/json"));
    assert!(sentence(server.http().call("POST", "/client/session", b"{}"), 415, "bad_request").contains("no Content-Type"));
}

#[test]
fn a_body_without_an_announced_length_is_bounded_too() {
    let server = TestServer::with(&["--body-bytes", "2000"]);
    let head = "POST /client/session HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\n\
                transfer-encoding: chunked\r\n\r\n";
    let chunk = format!("{:x}\r\n{}\r\n", 1500, " ".repeat(1500));
    let answer = server.http().raw(format!("{head}{chunk}{chunk}0\r\n\r\n").as_bytes());
    answer.expect("an answer").is_refused(413, "too_large");
}

#[test]
fn a_head_is_bounded_in_size_and_time() {
    let server = TestServer::with(&["--head-seconds", "1"]);
    let large = server.http().with("x-large", &"x".repeat(9000)).with("accept", "application/json");
    large.get("/healthz").is_refused(431, "bad_request");
    let mut slow = server.http().connect();
    let begun = Instant::now();
    slow.write_all(b"GET /healthz HTTP/1.1\r\nx-slow: ").unwrap();
    let mut rest = Vec::new();
    std::io::Read::read_to_end(&mut slow, &mut rest).ok();
    assert!(begun.elapsed() < Duration::from_secs(5), "a slow head was waited for");
    assert!(server.http().get("/healthz").status == 200);
}

#[test]
fn what_is_no_http_at_all_harms_nobody() {
    let server = TestServer::start();
    for bytes in [&b"\x16\x03\x01\x02\x00\x01\x00"[..], b"GET / HTTP/9.9\r\n\r\n", b"\r\n\r\n\r\n", &[0; 500]] {
        let answer = server.http().raw(&[bytes, b"\r\n\r\n"].concat());
        assert!(answer.is_none_or(|answer| matches!(answer.status, 400 | 408 | 505)), "{bytes:?}");
    }
    assert_eq!(server.http().get("/readyz").is(200), json!({ "status": "ready" }));
}

#[test]
fn every_answer_carries_the_headers_that_keep_browsers_safe() {
    let server = TestServer::start();
    for path in ["/", "/healthz", "/nothing", "/api/nothing", "/widget.js", "/parlour.js", "/api/docs", "/assets/css/problem.css"]
    {
        let answer = server.http().get(path);
        let header = |name: &str| answer.header(name).unwrap_or_else(|| panic!("{path} has no {name}")).to_string();
        let policy = header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!((header("x-content-type-options"), header("referrer-policy")), ("nosniff".into(), "no-referrer".into()));
        assert_eq!(header("x-request-id").len(), 16);
    }
    assert_eq!(server.http().get("/widget.js").header("cross-origin-resource-policy"), Some("cross-origin"));
    assert_eq!(server.http().get("/").header("cross-origin-resource-policy"), Some("same-origin"));
}

#[test]
fn the_widget_is_framed_by_the_pages_of_its_application_alone() {
    let server = TestServer::start();
    server.app_with("oa", &["--origin", "https://oa.example", "--origin", "https://intra.example"]);
    let policy = server.http().get("/widget?app=oa").header("content-security-policy").unwrap().to_string();
    assert!(policy.ends_with("frame-ancestors https://oa.example https://intra.example"), "{policy}");
    assert_eq!(server.http().get("/widget?app=ob").status, 404);
    assert_eq!(server.http().get("/widget?app=../x").status, 404);
    assert_eq!(server.http().get("/widget").status, 400);
    server.types(&["app", "suspend", "oa"]).ends(0);
    assert_eq!(server.http().get("/widget?app=oa").status, 404);
}

#[test]
fn an_asset_is_sent_once() {
    let server = TestServer::start();
    let first = server.http().get("/widget.js");
    let tag = first.header("etag").expect("a tag").to_string();
    assert_eq!(first.header("content-type"), Some("text/javascript; charset=utf-8"));
    let again = server.http().with("if-none-match", &tag).get("/widget.js");
    assert_eq!((again.status, again.body.len()), (304, 0));
    for path in ["/assets/../Cargo.toml", "/assets/%2e%2e/Cargo.toml", "/assets//etc/passwd", "/assets/js"] {
        assert_eq!(server.http().get(path).status, 404, "{path}");
    }
}

#[test]
fn the_library_is_for_the_pages_of_applications_and_is_sent_once() {
    let server = TestServer::start();
    server.app_with("oa", &["--origin", "https://oa.example"]);
    let from = |origin: &str| server.http().with("origin", origin).get("/parlour.js");
    let given = from("https://oa.example");
    assert_eq!((given.status, given.header("access-control-allow-origin")), (200, Some("https://oa.example")));
    assert_eq!((given.header("vary"), given.header("cache-control")), (Some("Origin"), Some("no-cache")));
    assert_eq!(given.header("cross-origin-resource-policy"), Some("cross-origin"));
    let tag = given.header("etag").expect("a tag").to_string();
    let again = server.http().with("origin", "https://oa.example").with("if-none-match", &tag).get("/parlour.js");
    assert_eq!((again.status, again.body.len(), again.header("vary")), (304, 0, Some("Origin")));
    assert_eq!(again.header("access-control-allow-origin"), Some("https://oa.example"));
    let refused = from("https://evil.example");
    assert_eq!((refused.status, refused.header("access-control-allow-origin")), (403, None));
    let anybody = server.http().get("/parlour.js");
    assert_eq!((anybody.status, anybody.header("vary")), (200, Some("Origin")));
    assert!(anybody.text().contains("export { Failure, connect, signIn };"));
    assert!(server.http().get("/parlour.d.ts").text().contains("export function connect(options: Options): Parlour;"));
}

#[test]
fn the_pages_of_strangers_get_nothing() {
    let server = TestServer::start();
    let office = server.app_with("oa", &["--origin", "https://oa.example"]);
    office.user("anna");
    let body = json!({ "app": "oa", "username": "anna", "password": "the word of anna" });
    let from = |origin: &str| server.http().with("origin", origin).post("/client/session", &body);
    from("https://evil.example").is_refused(403, "forbidden");
    from("null").is_refused(403, "forbidden");
    let welcome = from("https://oa.example");
    assert_eq!((welcome.status, welcome.header("access-control-allow-origin")), (201, Some("https://oa.example")));
    assert_eq!((welcome.header("vary"), welcome.header("access-control-allow-credentials")), (Some("Origin"), None));
    let asked = |origin: &str| server.http().with("origin", origin).call("OPTIONS", "/client/session", b"");
    assert_eq!(asked("https://evil.example").status, 403);
    let allowed = asked("https://oa.example");
    assert_eq!((allowed.status, allowed.header("access-control-allow-methods")), (204, Some("POST, DELETE")));
    assert_eq!(server.http().with("origin", "https://oa.example").call("OPTIONS", "/healthz", b"").status, 405);
}

#[test]
fn a_cookie_counts_on_our_own_pages_only() {
    let server = TestServer::start();
    server.app_with("oa", &["--origin", "https://oa.example"]).user("anna");
    let body = json!({ "app": "oa", "username": "anna", "password": "the word of anna" });
    let own = server.http().with("origin", "http://parlour.test").with("sec-fetch-site", "same-origin");
    let entered = own.post("/client/session", &body);
    let cookie = entered.header("set-cookie").expect("a cookie").to_string();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
    let cookie = cookie.split(';').next().unwrap();
    let ask = |origin: &str, site: &str| {
        let http = server.http().with("cookie", cookie).with("origin", origin).with("sec-fetch-site", site);
        http.call("POST", "/client/session/socket", b"").status
    };
    assert_eq!(ask("http://parlour.test", "same-origin"), 201);
    assert_eq!(ask("https://oa.example", "cross-site"), 401);
    assert_eq!(ask("https://evil.example", "cross-site"), 403);
    assert_eq!(ask("http://parlour.test", "cross-site"), 403);
    assert_eq!(server.http().with("cookie", cookie).call("POST", "/client/session/socket", b"").status, 403);
}

#[test]
fn the_log_has_requests_without_what_is_secret_in_them() {
    let server = TestServer::with(&["--log", "warn,parlour=info,parlour::access=debug"]);
    let link = server.setup_link();
    let path = link.strip_prefix("http://parlour.test").unwrap();
    let answer = server.http().bearer("pk_very_secret").get(path);
    let id = answer.header("x-request-id").unwrap().to_string();
    server.http().get("/healthz?token=very_secret");
    eventually("the log has it", || server.log().contains(&id).then_some(()));
    assert!(!server.log().contains("very_secret") && !server.log().contains(path.rsplit('/').next().unwrap()));
}
