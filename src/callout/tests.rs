//! Calls over real sockets, to applications that answer well, badly, slowly, elsewhere or not at all.

use super::call::{Answer, Call, Fault, Limit, Outside};
use super::pool::Pool;
use super::scratch::{Application, ok, status};
use super::*;
use crate::apps::outcome::Verdict;
use crate::id::{AppId, AppNo};
use crate::secret::generate_signing;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::net::TcpListener;

const QUICK: Limit = Limit { time: Duration::from_millis(400), bytes: 1000, whole: true };

/// What an application writes to a call; it then keeps the connection until the other side closes it.
type Script = fn(&str) -> String;

trait Called {
    fn endpoint(&self) -> Endpoint;
}

impl Called for Application {
    fn endpoint(&self) -> Endpoint {
        endpoint_at(&self.url(), &[&self.address.to_string()])
    }
}

fn endpoint_at(url: &str, approved: &[&str]) -> Endpoint {
    let approved = approved.iter().map(ToString::to_string).collect();
    let id = AppId::parse("oa").unwrap();
    Endpoint { app: AppNo(1), id, url: url.into(), approved, secrets: vec![generate_signing()] }
}

async fn call(endpoint: &Endpoint, limit: Limit) -> std::result::Result<Answer, Fault> {
    let call = Call { endpoint, id: "msg_1", body: "{}", limit, at: Moment::now() };
    call.send(&Pool::new().unwrap(), &Outside::new(vec![])).await
}

async fn reason(script: Script) -> String {
    let application = Application::start(script).await;
    call(&application.endpoint(), QUICK).await.unwrap_err().reason
}

#[tokio::test]
async fn a_call_is_signed_for_each_secret_that_is_valid() {
    let application = Application::start(|_| ok("{}")).await;
    let mut endpoint = application.endpoint();
    endpoint.secrets.push(generate_signing());
    let answer = call(&endpoint, QUICK).await.unwrap();
    assert_eq!((answer.status, answer.body.as_slice()), (200, b"{}".as_slice()));
    let request = application.heard().remove(0);
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let mut headers = reqwest::header::HeaderMap::new();
    for (name, value) in head.lines().skip(1).filter_map(|line| line.split_once(": ")) {
        headers.insert(reqwest::header::HeaderName::from_bytes(name.as_bytes()).unwrap(), value.parse().unwrap());
    }
    assert_eq!(
        (body, &headers["content-type"], &headers["webhook-id"]),
        ("{}", &"application/json".parse().unwrap(), &"msg_1".parse().unwrap())
    );
    assert!(!headers.contains_key("accept-encoding"));
    for secret in &endpoint.secrets {
        standardwebhooks::Webhook::new(secret).unwrap().verify(body.as_bytes(), &headers).unwrap();
    }
}

#[tokio::test]
async fn an_application_that_hangs_drips_or_floods_is_left() {
    assert_eq!(reason(|_| String::new()).await, "it did not answer within 0.4 s");
    assert_eq!(reason(|_| "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"te".into()).await, "it did not answer within 0.4 s");
    assert_eq!(reason(|_| ok(&"x".repeat(1001))).await, "it answered more than 0 KiB");
    assert_eq!(reason(|_| format!("HTTP/1.1 200 OK\r\n\r\n{}", "x".repeat(5000))).await, "it answered more than 0 KiB");
    assert!(reason(|_| "SMTP ready\r\n\r\n".into()).await.starts_with("the connection failed"));
}

#[tokio::test]
async fn a_fact_is_taken_when_its_status_says_so() {
    let application = Application::start(|_| "HTTP/1.1 202 Accepted\r\ncontent-length: 100\r\n\r\nth".into()).await;
    let answer = call(&application.endpoint(), Limit { whole: false, ..QUICK }).await.unwrap();
    assert_eq!((answer.status, answer.body.as_slice()), (202, b"th".as_slice()));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Application::start(|_| ok("{}")).await;
    static TO: Mutex<Option<SocketAddr>> = Mutex::new(None);
    *TO.lock().unwrap() = Some(elsewhere.address);
    let application = Application::start(|_| {
        let to = TO.lock().unwrap().unwrap();
        format!("HTTP/1.1 307 See\r\nlocation: http://{to}/\r\ncontent-length: 0\r\n\r\n")
    });
    let application = application.await;
    let tried = callout().tell(&application.endpoint(), "msg_1", "{}").await;
    assert_eq!(tried.verdict, Verdict::Failed);
    assert_eq!(tried.attempt.error.unwrap(), "it answered 307, a redirect, which is not followed");
    assert!(elsewhere.heard().is_empty());
}

fn callout() -> Callout {
    prepare();
    Callout::new(vec![]).unwrap()
}

fn with_names(answers: Vec<Vec<SocketAddr>>) -> (Outside, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let (count, answers) = (asked.clone(), Arc::new(answers));
    let lookup = move |_: String, _: u16| -> futures_util::future::BoxFuture<'static, _> {
        let answer = answers[count.fetch_add(1, Ordering::SeqCst) % answers.len()].clone();
        Box::pin(async move { Ok(answer) })
    };
    (Outside { own: vec![], lookup: Arc::new(lookup) }, asked)
}

#[tokio::test]
async fn only_the_address_that_was_checked_is_connected_to() {
    let application = Application::start(|_| ok("{}")).await;
    let port = application.address.port();
    let name = format!("oa.invalid:{port}");
    let endpoint = endpoint_at(&format!("http://{name}/"), &[&name]);
    let metadata: SocketAddr = "169.254.169.254:80".parse().unwrap();
    let (outside, asked) = with_names(vec![vec![application.address], vec![metadata], vec![application.address, metadata]]);
    let pool = Pool::new().unwrap();
    let send = async || {
        Call { endpoint: &endpoint, id: "msg_1", body: "{}", limit: QUICK, at: Moment::now() }.send(&pool, &outside).await
    };
    assert_eq!(send().await.unwrap().status, 200);
    assert_eq!(asked.load(Ordering::SeqCst), 1, "the name is looked up once");
    for _ in 0..2 {
        assert!(send().await.unwrap_err().reason.contains("metadata"));
    }
    assert_eq!(send().await.unwrap().status, 200);
    assert_eq!((application.heard().len(), application.connections.load(Ordering::SeqCst)), (2, 1), "a kept connection");
}

#[tokio::test]
async fn forbidden_addresses_are_never_connected_to() {
    let application = Application::start(|_| ok("{}")).await;
    let here = application.address;
    let localhost = format!("localhost:{}", here.port());
    let table: [(String, &[&str], &str); 6] = [
        (format!("http://{here}/"), &[], "is approved and private"),
        (format!("https://{here}/"), &[], "is not public"),
        (format!("https://{localhost}/"), &[], "is not public"),
        (format!("https://[::ffff:127.0.0.1]:{}/", here.port()), &[&here.to_string()], "is not public"),
        ("http://169.254.169.254/".into(), &["169.254.169.254:80"], "metadata"),
        ("https://no-such-name.invalid/".into(), &[], "could not be resolved"),
    ];
    for (url, approved, expected) in table {
        let fault = call(&endpoint_at(&url, approved), QUICK).await.unwrap_err();
        assert!(fault.reason.contains(expected), "{url}: {}", fault.reason);
    }
    let own = Call { endpoint: &application.endpoint(), id: "msg_1", body: "{}", limit: QUICK, at: Moment::now() };
    let fault = own.send(&Pool::new().unwrap(), &Outside::new(vec![here])).await.unwrap_err();
    assert!(fault.reason.contains("this server itself"), "{}", fault.reason);
    assert_eq!(application.connections.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn nobody_there_is_said_and_a_bad_certificate_too() {
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let application = Application::start(|_| String::new()).await;
    let endpoint = endpoint_at(&format!("http://{gone}/"), &[&gone.to_string()]);
    let fault = call(&endpoint, QUICK).await.unwrap_err();
    assert!(fault.reason.starts_with("no connection could be made: "), "{}", fault.reason);
    let endpoint = endpoint_at(&format!("https://{}/", application.address), &[&application.address.to_string()]);
    assert!(call(&endpoint, QUICK).await.is_err());
}

#[tokio::test]
async fn the_verdict_follows_the_status() {
    for (script, verdict) in [
        ((|_| "HTTP/1.1 204 No\r\n\r\n".into()) as Script, Verdict::Taken),
        (|_| status(410), Verdict::Gone),
        (|_| status(500), Verdict::Failed),
        (|_| status(429), Verdict::Failed),
        (|_| "HTTP/1.1 429 Slow\r\nretry-after: 7\r\ncontent-length: 0\r\n\r\n".into(), Verdict::Wait(Duration::from_secs(7))),
        (|_| "HTTP/1.1 503 No\r\nretry-after: soon\r\ncontent-length: 0\r\n\r\n".into(), Verdict::Failed),
        (
            |_| "HTTP/1.1 503 No\r\nretry-after: Sun, 06 Nov 1994 08:49:37 GMT\r\ncontent-length: 0\r\n\r\n".into(),
            Verdict::Wait(Duration::ZERO),
        ),
    ] {
        let application = Application::start(script).await;
        assert_eq!(callout().tell(&application.endpoint(), "msg_1", "{}").await.verdict, verdict);
    }
}

fn question() -> Delivery {
    Delivery {
        app: AppNo(1),
        no: 1,
        webhook_id: "msg_1".into(),
        kind: "message.created".into(),
        question: true,
        conversation: None,
        body: "{}".into(),
        created_at: Moment(0),
        due_at: None,
        attempts: 0,
        tried_at: None,
        status: None,
        noticed_at: None,
        delivered_at: None,
        done_at: None,
    }
}

#[tokio::test]
async fn a_question_needs_an_answer_that_can_be_read() {
    let text = |text: &str| Some(text.to_string());
    for (script, verdict, reply, error) in [
        ((|_| ok(r#"{"text":"12 days"}"#)) as Script, Verdict::Taken, text("12 days"), None),
        (|_| ok(r#"{"error":"Ask Ann."}"#), Verdict::Taken, text("Ask Ann."), None),
        (|_| ok(""), Verdict::Taken, None, None),
        (|_| ok(r#"{"text":null}"#), Verdict::Taken, None, None),
        (|_| ok(r#"{"text":"a","card":{"titel":"b"}}"#), Verdict::Taken, text("a"), Some("unknown field `titel`")),
        (|_| ok(r#"{"text":7}"#), Verdict::Taken, None, Some("expected text")),
        (|_| ok("<b>Warning</b>"), Verdict::Failed, None, Some("not JSON")),
        (|_| ok("[1]"), Verdict::Failed, None, Some("not an object")),
        (|_| "HTTP/1.1 400 No\r\ncontent-length: 4\r\n\r\noops".into(), Verdict::Failed, None, Some("it answered 400")),
    ] {
        let application = Application::start(script).await;
        let tried = callout().deliver(&application.endpoint(), &question()).await;
        assert_eq!((tried.verdict, tried.reply.error.or(tried.reply.text)), (verdict, reply));
        let said = tried.attempt.error.unwrap_or_default();
        assert!(said.contains(error.unwrap_or_default()) && error.is_some() != said.is_empty(), "{said}");
    }
}

#[tokio::test]
async fn the_beginning_of_an_answer_is_kept() {
    let application = Application::start(|_| ok(&"早".repeat(3000))).await;
    let tried = callout().deliver(&application.endpoint(), &question()).await;
    assert!(tried.attempt.answer.unwrap().starts_with("早早") && tried.attempt.status == Some(200) && tried.attempt.ms >= 0);
}

fn credentials<'a>() -> Credentials<'a> {
    Credentials { username: "bob", password: "secret", address: Some("203.0.113.7".parse().unwrap()) }
}

#[tokio::test]
async fn user_verify_answers_a_user_nobody_or_the_applications_own_sentence() {
    let application = Application::start(|request| {
        assert!(request.contains(r#""data":{"address":"203.0.113.7","password":"secret","username":"bob"}"#), "{request}");
        ok(r#"{"user":{"id":7,"name":"Bob"}}"#)
    });
    let user = callout().verify(&application.await.endpoint(), &credentials()).await.unwrap().unwrap();
    assert_eq!((user.id.as_str(), user.name.as_deref()), ("7", Some("Bob")));
    let application = Application::start(|_| "HTTP/1.1 204 No\r\n\r\n".into()).await;
    assert_eq!(callout().verify(&application.endpoint(), &credentials()).await.unwrap(), None);
    let application = Application::start(|_| ok(r#"{"error":"Your account is locked."}"#)).await;
    let error = callout().verify(&application.endpoint(), &credentials()).await.unwrap_err();
    assert!(matches!(error, Error::Forbidden(sentence) if sentence == "Your account is locked."));
    for script in [(|_| ok("nonsense")) as Script, |_| ok(r#"{"user":{"id":{}}}"#), |_| status(500)] {
        let application = Application::start(script).await;
        let error = callout().verify(&application.endpoint(), &credentials()).await.unwrap_err();
        assert!(matches!(error, Error::Unavailable(sentence) if sentence.starts_with("the application does not answer")));
    }
}

#[tokio::test]
async fn sign_ins_do_not_wait_behind_deliveries_and_too_many_are_refused() {
    let application =
        Application::start(
            |request| {
                if request.contains("user.verify") { ok(r#"{"user":{"id":"bob"}}"#) } else { String::new() }
            },
        );
    let (application, callout, row) = (application.await, callout(), question());
    let endpoint = application.endpoint();
    let stuck: Vec<_> = (0..50).map(|_| Box::pin(callout.deliver(&endpoint, &row))).collect();
    let typed = credentials();
    let waiting = futures_util::future::select_all(stuck);
    tokio::select! {
        user = callout.verify(&endpoint, &typed) => assert!(user.unwrap().is_some()),
        _ = waiting => panic!("a delivery that hangs ended first"),
    }
    let slots: Vec<_> = (0..SIGN_INS).map(|_| callout.inner.slots.take(endpoint.app, SIGN_INS)).collect();
    let error = callout.verify(&endpoint, &credentials()).await.unwrap_err();
    assert!(slots.iter().all(Option::is_some) && error.sentence().contains("too many sign-ins"));
}

#[tokio::test]
async fn a_contact_list_comes_in_pages_or_is_unchanged() {
    let application = Application::start(|request| match request {
        r if r.contains(r#""etag":"v1""#) => ok(r#"{"unchanged":true}"#),
        r if r.contains(r#""after":"2""#) => ok(r#"{"groups":[{"id":"s","users":["c"]}]}"#),
        _ => ok(r#"{"groups":[{"id":"s","name":"Sales","users":["a",{"id":"b","name":"B"}]}],"next":2,"etag":"v1"}"#),
    });
    let (endpoint, bob) = (application.await.endpoint(), UserId::parse("bob").unwrap());
    let Contacts::List { groups, etag } = callout().contacts(&endpoint, &bob, None).await.unwrap() else { panic!() };
    let ids: Vec<&str> = groups[0].users.iter().map(|user| user.id.as_str()).collect();
    assert_eq!((groups.len(), ids, etag.as_deref()), (1, vec!["a", "b", "c"], Some("v1")));
    assert_eq!(callout().contacts(&endpoint, &bob, Some("v1")).await.unwrap(), Contacts::Unchanged);
    let application = Application::start(|_| ok(r#"{"groups":[],"next":"again"}"#)).await;
    assert!(matches!(callout().contacts(&application.endpoint(), &bob, None).await, Err(Error::TooLarge(_))));
    assert_eq!(application.heard().len(), PAGES);
    let application = Application::start(|_| ok(r#"{"groups":[{"id":"s","users":[[]]}]}"#)).await;
    let error = callout().contacts(&application.endpoint(), &bob, None).await.unwrap_err();
    assert!(error.sentence().starts_with("groups[0].users[0] in the application's answer"));
}

#[tokio::test]
async fn an_answer_can_be_examined() {
    let application = Application::start(|request| match request {
        r if r.contains("user.verify") => ok(r#"{"user":{"id":[]}}"#),
        r if r.contains("contacts.list") => ok(r#"{"groups":[]}"#),
        _ => ok(r#"{"error":"No."}"#),
    });
    let (endpoint, callout) = (application.await.endpoint(), callout());
    let examine = async |question| {
        callout.probe(&endpoint, question, "{\"type\":\"x\"}".replace('x', question).as_str(), Moment::now()).await
    };
    let wrong = examine("user.verify").await;
    assert!(wrong.fault.unwrap().starts_with("user.id in") && wrong.let_in);
    let good = examine("contacts.list").await;
    assert_eq!((good.fault, good.status, good.text.as_str()), (None, Some(200), r#"{"groups":[]}"#));
}
