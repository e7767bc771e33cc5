//! The office beside a Parlour that is played here: what people do on its pages, and what Parlour hears of it.

use super::*;
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A Parlour that writes down what it is told, and can be away.
#[derive(Clone, Default)]
struct Stage {
    heard: Arc<Mutex<Vec<Heard>>>,
}

#[derive(Clone, Debug)]
struct Heard {
    call: String,
    body: Value,
    key: String,
}

impl Stage {
    fn heard(&self) -> MutexGuard<'_, Vec<Heard>> {
        self.heard.lock().unwrap()
    }

    /// The cards sent to this party.
    fn cards(&self, to: &str) -> Vec<Value> {
        let heard = self.heard();
        let to_them = heard.iter().filter(|heard| heard.body["to"] == to && heard.body["card"].is_object());
        to_them.map(|heard| heard.body["card"].clone()).collect()
    }

    /// The texts sent to this party.
    fn texts(&self, to: &str) -> Vec<String> {
        let heard = self.heard();
        let to_them = heard.iter().filter(|heard| heard.body["to"] == to);
        to_them.map(|heard| heard.body["text"].as_str().unwrap_or_default().to_owned()).collect()
    }

    fn has(&self, call: &str) -> bool {
        self.heard().iter().any(|heard| heard.call == call)
    }

    fn opens(&self, listener: TcpListener) -> ServerHandle {
        let stage = self.clone();
        let app = move || {
            let app = App::new().app_data(Data::new(stage.clone()));
            app.route("/ws", web::get().to(listen)).default_service(web::to(hear))
        };
        let server = HttpServer::new(app).workers(1).disable_signals().listen(listener).unwrap().run();
        let handle = server.handle();
        tokio::spawn(server);
        handle
    }
}

async fn hear(request: HttpRequest, body: web::Bytes, stage: Data<Stage>) -> HttpResponse {
    let key = request.headers().get("idempotency-key").map(|key| key.to_str().unwrap().to_owned());
    let call = format!("{} {}", request.method(), request.path());
    stage.heard().push(Heard {
        body: serde_json::from_slice(&body).unwrap_or_default(),
        key: key.unwrap_or_default(),
        call: call.clone(),
    });
    match call.ends_with("/tickets") {
        true => {
            let url = format!("http://{}/#ticket=once", request.connection_info().host());
            HttpResponse::Created().json(json!({"ticket": "once", "url": url}))
        }
        false => HttpResponse::Accepted().json(json!({})),
    }
}

/// A client's connection, on which everything is well.
async fn listen(request: HttpRequest, body: web::Payload, stage: Data<Stage>) -> actix_web::Result<HttpResponse> {
    let (response, mut session, mut frames) = actix_ws::handle_with_protocols(&request, body, &["parlour.v1"])?;
    actix_web::rt::spawn(async move {
        while let Some(Ok(actix_ws::Message::Text(text))) = futures_util::StreamExt::next(&mut frames).await {
            let frame: Value = serde_json::from_str(&text).unwrap();
            let answer = match frame.get("send") {
                None => json!({"welcome": {"session": {"token": "s"}}}),
                Some(send) => {
                    let key = send["key"].as_str().unwrap().to_owned();
                    stage.heard().push(Heard { call: "SEND".into(), body: send.clone(), key });
                    json!({"ok": {"id": send["id"], "message": {"id": 7, "conversation": 5}}})
                }
            };
            session.text(answer.to_string()).await.unwrap();
        }
    });
    Ok(response)
}

fn socket() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

/// A folder of its own, gone with the test.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}

async fn office(parlour: SocketAddr) -> (Running, Folder) {
    let folder = std::env::temp_dir().join(format!("office-{}", token::fresh()));
    std::fs::create_dir(&folder).unwrap();
    (reopened(parlour, &folder).await, Folder(folder))
}

async fn reopened(parlour: SocketAddr, folder: &std::path::Path) -> Running {
    let settings = Settings {
        folder: folder.to_owned(),
        parlour: format!("http://{parlour}"),
        application: "oa".into(),
        key: "a key".into(),
        secret: SECRET.into(),
    };
    start(socket().0, settings).await.unwrap()
}

async fn eventually(what: &str, look: impl Fn() -> bool) {
    for _ in 0..1500 {
        if look() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("did not happen: {what}");
}

/// A person at a browser without scripts.
struct Browser {
    home: String,
    client: reqwest::Client,
    cookie: String,
}

struct Page {
    status: u16,
    to: String,
    text: String,
}

impl Browser {
    fn at(office: &Running) -> Self {
        let redirects = reqwest::redirect::Policy::none();
        let client = reqwest::Client::builder().no_proxy().redirect(redirects).build().unwrap();
        Self { home: office.office.address.clone(), client, cookie: String::new() }
    }

    async fn of(office: &Running, person: &str) -> Self {
        let mut browser = Self::at(office);
        let link = office.office.entry(person).replace(&browser.home, "");
        assert_eq!(browser.sends(&link, &[]).await.to, "/");
        browser
    }

    async fn looks(&mut self, path: &str) -> Page {
        self.goes(self.client.get(format!("{}{path}", self.home))).await
    }

    /// Sends a form, with the key that the page would have given it.
    async fn sends(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let from = if path == "/staff" { "/staff" } else { "/people" };
        let page = self.looks(from).await.text;
        let key = page.split("name=\"form_key\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or("");
        let field = |(name, value): &(&str, &str)| format!("{name}={}", parlour::encode(value));
        let body: Vec<String> = fields.iter().chain(&[("form_key", key)]).map(field).collect();
        self.posts(path, body.join("&")).await
    }

    async fn posts(&mut self, path: &str, body: String) -> Page {
        let request = self.client.post(format!("{}{path}", self.home)).body(body);
        self.goes(request.header("content-type", "application/x-www-form-urlencoded")).await
    }

    async fn goes(&mut self, request: reqwest::RequestBuilder) -> Page {
        let response = request.header("cookie", &self.cookie).send().await.unwrap();
        let header = |name: &str| {
            let value = response.headers().get(name).map(|value| value.to_str().unwrap());
            value.unwrap_or("").to_owned()
        };
        if !header("set-cookie").is_empty() {
            assert!(header("set-cookie").contains("HttpOnly; SameSite=Lax") || header("set-cookie").contains("Max-Age=0"));
            self.cookie = header("set-cookie").split(';').next().unwrap().to_owned();
        }
        let (status, to) = (response.status().as_u16(), header("location"));
        Page { status, to, text: response.text().await.unwrap() }
    }
}

fn week_from_now() -> String {
    day::Day::today().after(28).next_working().to_string()
}

#[tokio::test]
async fn a_request_reaches_the_manager_once_and_is_decided_once() {
    let (stage, (listener, address)) = (Stage::default(), socket());
    let _parlour = stage.opens(listener);
    let (running, _folder) = office(address).await;
    let (mut ben, mut anna) = (Browser::of(&running, "ben").await, Browser::of(&running, "anna").await);
    let first = week_from_now();
    let form = [("key", "one form"), ("first", first.as_str()), ("last", &first), ("note", "*dentist*")];
    for _ in 0..2 {
        assert_eq!(ben.sends("/leave", &form).await.to, "/leave");
    }
    let of_ben = |card: &Value| card["title"] == "Ben Okafor asks for leave";
    let to_anna = || stage.cards("user:anna").into_iter().filter(of_ben).collect::<Vec<_>>();
    eventually("the manager hears of it", || to_anna().iter().any(|card| card["text"] == "> \\*dentist\\*")).await;
    let requests = to_anna();
    assert_eq!(requests.len(), 1, "{requests:?}");
    let link = requests[0]["link"].as_str().unwrap().replace(&anna.home, "");
    assert!(anna.looks(&link).await.text.contains("value=\"approve\""));
    assert!(!ben.looks(&link).await.text.contains("value=\"approve\""));
    let decision = format!("{link}/decision");
    assert_eq!(ben.sends(&decision, &[("verdict", "approve")]).await.status, 404);
    for verdict in ["approve", "reject"] {
        assert_eq!(anna.sends(&decision, &[("verdict", verdict)]).await.to, link);
    }
    assert!(anna.looks(&link).await.text.contains("Already approved by Anna Liu"));
    eventually("the asker hears of it", || stage.texts("user:ben").iter().any(|text| text.contains("**approved**"))).await;
    assert!(!stage.texts("user:ben").iter().any(|text| text.contains("**rejected**")));
    let topic = format!("PATCH /api/v1/topics/{}", parlour::encode(link.trim_start_matches('/')));
    assert!(stage.has(&topic), "the card shows what was decided on the page");
    let mut emil = Browser::of(&running, "emil").await;
    assert_eq!(emil.looks(&link).await.status, 404);
    running.stop().await;
}

#[tokio::test]
async fn while_parlour_is_away_messages_wait_and_nothing_is_lost() {
    let (stage, (listener, address)) = (Stage::default(), socket());
    drop(listener);
    let (running, folder) = office(address).await;
    let mut dalia = Browser::of(&running, "dalia").await;
    let notice = [("key", "k"), ("title", "Fire drill"), ("text", "At ten.")];
    assert_eq!(dalia.sends("/notices", &notice).await.to, "/notices");
    let page = dalia.looks("/notices").await;
    assert!(page.status == 200 && page.text.contains("Messaging is not available just now"));
    assert!(!page.text.contains("widget.js"));
    let mut emil = Browser::of(&running, "emil").await;
    assert_eq!(emil.sends("/sign-out", &[]).await.to, "/sign-in");
    let _back_again = Browser::of(&running, "emil").await;
    assert_eq!(dalia.sends("/messenger", &[]).await.to, "/people");
    assert!(dalia.looks("/people").await.text.contains("does not answer just now"));
    running.stop().await;

    let running = reopened(address, &folder.0).await;
    let _parlour = stage.opens(TcpListener::bind(address).unwrap());
    eventually("all is told", || running.office.unsent() == 0).await;
    assert_eq!(stage.texts("everyone").iter().filter(|text| text.contains("Fire drill")).count(), 1);
    assert!(!stage.has("DELETE /api/v1/users/emil/sessions"), "who is here again is not signed out");
    let heard = stage.heard().clone();
    let (people, rest) = heard.split_at(5);
    assert!(people.iter().all(|heard| heard.call.starts_with("PUT /api/v1/users/")));
    let errands = rest.iter().filter(|heard| heard.call.starts_with("POST") && !heard.call.ends_with("/tickets"));
    assert!(errands.chain(rest.iter().filter(|heard| heard.call == "SEND")).all(|heard| heard.key.len() > 20));
    let mut dalia = Browser { home: running.office.address.clone(), ..dalia };
    let page = dalia.looks("/notices").await.text;
    assert!(page.contains("widget.js") && page.contains("data-ticket=\"once\"") && page.contains("data-user=\"dalia\""));
    running.stop().await;
}

#[tokio::test]
async fn forms_from_elsewhere_change_nothing() {
    let (running, _folder) = office(socket().1).await;
    let mut ben = Browser::of(&running, "ben").await;
    let form = format!("first={0}&last={0}", week_from_now());
    assert_eq!(ben.posts("/leave", form).await.status, 403);
    let link = format!("{}/sign-out", ben.home);
    let foreign = ben.client.post(&link).header("origin", "http://evil.example");
    assert_eq!(ben.goes(foreign).await.status, 403);
    let rebound = ben.client.get(&link).header("host", "evil.example");
    assert_eq!(ben.goes(rebound).await.status, 404);
    assert_eq!(ben.looks("/").await.status, 200);
    assert_eq!(ben.looks("/staff").await.status, 404);
    let wrong = ben.sends("/leave", &[("first", "2026-02-30"), ("last", "x")]).await;
    assert!(wrong.status == 422 && wrong.text.contains("first and the last day"));
    running.stop().await;
}

#[tokio::test]
async fn names_and_passwords_open_the_door_and_signing_out_closes_it_everywhere() {
    let (stage, (listener, address)) = (Stage::default(), socket());
    let _parlour = stage.opens(listener);
    let (running, _folder) = office(address).await;
    let mut visitor = Browser::at(&running);
    assert_eq!(visitor.looks("/leave/3").await.to, "/sign-in?next=%2Fleave%2F3");
    assert_eq!(visitor.posts("/sign-in", "username=ben&password=wrong".into()).await.status, 422);
    assert_eq!(visitor.posts("/sign-in", "username=Ben&password=demo-ben&next=//evil".into()).await.to, "/");
    assert!(visitor.looks("/").await.text.contains("Ben"));
    let full = visitor.sends("/messenger", &[("with", "user:anna")]).await;
    assert_eq!(full.to, format!("http://{address}/#ticket=once&with=user%3Aanna"));
    assert_eq!(visitor.sends("/sign-out", &[]).await.to, "/sign-in");
    assert_eq!(visitor.looks("/").await.status, 303);
    eventually("Parlour hears of it", || stage.has("DELETE /api/v1/users/ben/sessions")).await;
    running.stop().await;
}

/// A call of Parlour, signed with its own reference.
async fn call(browser: &mut Browser, kind: &str, data: Value, secret: &str) -> (u16, Value) {
    let body = json!({"type": kind, "timestamp": "now", "application": "oa", "data": data}).to_string();
    let at = session::now() / 1000;
    let signature = standardwebhooks::Webhook::new(secret).unwrap().sign("msg_1", at, body.as_bytes()).unwrap();
    let request = browser.client.post(format!("{}{}", browser.home, guard::CALLBACK)).body(body);
    let request = request.header("webhook-id", "msg_1").header("webhook-timestamp", at.to_string());
    let page = browser.goes(request.header("webhook-signature", signature)).await;
    (page.status, serde_json::from_str(&page.text).unwrap_or_default())
}

#[tokio::test]
async fn parlours_questions_are_answered_when_they_are_signed() {
    let (stage, (listener, address)) = (Stage::default(), socket());
    let _parlour = stage.opens(listener);
    let (running, _folder) = office(address).await;
    let mut parlour = Browser::at(&running);
    let p = &mut parlour;
    let ben = json!({"username": "ben", "password": "demo-ben", "address": "127.0.0.1"});
    assert_eq!(call(p, "user.verify", ben.clone(), "whsec_AAAA").await.0, 401);
    assert_eq!(call(p, "user.verify", ben, SECRET).await.1["user"]["name"], "Ben Okafor");
    let wrong = json!({"username": "ben", "password": "no", "address": "127.0.0.1"});
    assert_eq!(call(p, "user.verify", wrong, SECRET).await, (200, json!({"user": null})));
    assert_eq!(call(p, "ping", json!({}), SECRET).await.0, 204);
    let asked = |text: &str| json!({"message": {"from": "user:ben", "text": text}});
    let year = day::Day::today().0.year();
    let balance = |state: &state::State| leave::Balance::of(state, state.person("ben").unwrap(), year).left();
    let left = running.office.cabinet.read(balance);
    for (question, wanted) in [("balance?", format!("**{left} of 25 days**")), ("余额", format!("**{left} 天**"))] {
        let (_, answer) = call(p, "message.created", asked(question), SECRET).await;
        assert!(answer["text"].as_str().unwrap().contains(&wanted), "{answer}");
    }

    let (_, list) = call(p, "contacts.list", json!({"user": "ben"}), SECRET).await;
    assert_eq!(list["groups"][0]["users"][0]["id"], "anna");
    let again = json!({"user": "ben", "etag": list["etag"]});
    assert_eq!(call(p, "contacts.list", again.clone(), SECRET).await.1, json!({"unchanged": true}));
    let mut dalia = Browser::of(&running, "dalia").await;
    let farah = [("name", "Farah Demir"), ("title", "Accountant"), ("department", "people")];
    assert_eq!(dalia.sends("/staff", &farah).await.to, "/staff");
    eventually("lists are asked for anew", || stage.has("POST /api/v1/contacts/refresh")).await;
    assert!(stage.has("PUT /api/v1/users/farah"));
    let (_, list) = call(p, "contacts.list", again, SECRET).await;
    assert!(list["groups"].to_string().contains("\"farah\""), "{list}");
    running.stop().await;
}
