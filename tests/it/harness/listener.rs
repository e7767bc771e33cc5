//! An application's callback address: a small web server in the test that answers as it is told, well or badly, and
//! keeps what it was asked.

use super::{
    http::{line, read_headers},
    wait::eventually,
};
use serde_json::{Value, json};
use standardwebhooks::Webhook;
use std::{
    collections::BTreeMap,
    io::{BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};
use tokio::{net::TcpSocket, runtime::Builder};
use tokio_tungstenite::tungstenite::http::{HeaderMap, HeaderName, HeaderValue};

/// One call that reached the application.
#[derive(Debug, Clone)]
pub struct Call {
    pub kind: String,
    pub headers: Vec<(String, String)>,
    /// The whole body: `type`, `timestamp`, `application`, `data`.
    pub body: Value,
}

impl Call {
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    /// The same over all attempts.
    pub fn id(&self) -> &str {
        self.header("webhook-id")
    }
}

/// What the application does with a call.
#[derive(Clone)]
pub enum Reply {
    Json(Value),
    Status(u16),
    /// A status with one header more.
    Header(u16, &'static str, String),
    /// These bytes instead of an HTTP answer.
    Raw(Vec<u8>),
    /// Takes the call and keeps silent for so long, then closes.
    Silence(Duration),
}

type Script = Box<dyn Fn(&Call) -> Reply + Send>;

#[derive(Default)]
struct State {
    scripts: BTreeMap<String, Script>,
    secret: Option<String>,
    calls: Vec<Call>,
    forged: Vec<String>,
}

pub struct Listener {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

impl Listener {
    /// Answers every call with `{}` until it is told otherwise.
    pub fn start() -> Listener {
        Listener::on(TcpListener::bind("127.0.0.1:0").expect("a free port"))
    }

    fn on(listener: TcpListener) -> Listener {
        let address = listener.local_addr().expect("an address");
        let state = Arc::<Mutex<State>>::default();
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let state = Arc::clone(&shared);
                thread::spawn(move || serve(stream, &state));
            }
        });
        Listener { address, state }
    }

    pub fn url(&self) -> String {
        format!("http://{}/parlour", self.address)
    }

    /// As `--approve` wants it.
    pub fn host_and_port(&self) -> String {
        self.address.to_string()
    }

    /// From now on a call without a good signature by this secret fails the test.
    pub fn trusts(&self, secret: &str) {
        unpoisoned(&self.state).secret = Some(secret.into());
    }

    /// What to do with calls of this type from now on.
    pub fn answers(&self, kind: &str, script: impl Fn(&Call) -> Reply + Send + 'static) {
        unpoisoned(&self.state).scripts.insert(kind.into(), Box::new(script));
    }

    pub fn answers_json(&self, kind: &str, answer: Value) {
        self.answers(kind, move |_| Reply::Json(answer.clone()));
    }

    /// All calls of this type so far, oldest first.
    pub fn calls(&self, kind: &str) -> Vec<Call> {
        let state = unpoisoned(&self.state);
        assert!(state.forged.is_empty(), "calls without a good signature: {:?}", state.forged);
        state.calls.iter().filter(|call| call.kind == kind).cloned().collect()
    }

    /// Waits until so many calls of this type came, and answers all of that type.
    pub fn is_asked(&self, kind: &str, times: usize) -> Vec<Call> {
        eventually(&format!("{times} calls of `{kind}`"), || Some(self.calls(kind)).filter(|calls| calls.len() >= times))
    }
}

/// An application that does not run: its address is kept, and refuses everybody.
pub struct Away(TcpSocket);

impl Away {
    pub fn keep() -> Away {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.bind("127.0.0.1:0".parse().expect("an address")).expect("a free port");
        Away(socket)
    }

    pub fn url(&self) -> String {
        format!("http://{}/parlour", self.0.local_addr().expect("an address"))
    }

    /// From now on it runs.
    pub fn comes(self) -> Listener {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        let listener = runtime.block_on(async { self.0.listen(64).and_then(tokio::net::TcpListener::into_std) });
        let listener = listener.expect("it can listen");
        listener.set_nonblocking(false).expect("a socket of ours");
        Listener::on(listener)
    }
}

fn unpoisoned<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

fn serve(stream: TcpStream, state: &Mutex<State>) -> Option<()> {
    let mut writer = stream.try_clone().ok()?;
    let mut reader = BufReader::new(stream);
    loop {
        line(&mut reader)?;
        let headers = read_headers(&mut reader)?;
        let length = headers.iter().find(|(name, _)| name == "content-length")?.1.parse().ok()?;
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        let reply = take(headers, &body, &mut unpoisoned(state));
        answer(&mut writer, reply)?;
    }
}

fn take(headers: Vec<(String, String)>, body: &[u8], state: &mut State) -> Reply {
    let parsed: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
    let kind = parsed["type"].as_str().unwrap_or_default().to_string();
    let call = Call { kind, headers, body: parsed };
    if let Some(error) = state.secret.as_ref().and_then(|secret| forgery(secret, &call.headers, body)) {
        state.forged.push(format!("{} {error}", call.kind));
        return Reply::Status(401);
    }
    let reply = state.scripts.get(&call.kind).map_or_else(|| Reply::Json(json!({})), |script| script(&call));
    state.calls.push(call);
    reply
}

/// What the reference implementation of Standard Webhooks says against a call.
fn forgery(secret: &str, headers: &[(String, String)], body: &[u8]) -> Option<String> {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.insert(HeaderName::from_bytes(name.as_bytes()).ok()?, HeaderValue::from_str(value).ok()?);
    }
    let webhook = Webhook::new(secret).expect("a secret of the form whsec_…");
    webhook.verify(body, &map).err().map(|error| error.to_string())
}

fn answer(writer: &mut TcpStream, reply: Reply) -> Option<()> {
    let (status, header, body) = match reply {
        Reply::Json(body) => (200, "content-type: application/json\r\n".to_string(), body.to_string()),
        Reply::Status(status) => (status, String::new(), String::new()),
        Reply::Header(status, name, value) => (status, format!("{name}: {value}\r\n"), String::new()),
        Reply::Raw(bytes) => {
            writer.write_all(&bytes).ok();
            return None;
        }
        Reply::Silence(time) => {
            thread::sleep(time);
            return None;
        }
    };
    let text = format!("HTTP/1.1 {status} So\r\n{header}content-length: {}\r\n\r\n{body}", body.len());
    writer.write_all(text.as_bytes()).ok()
}

#[test]
fn a_call_is_kept_and_answered_as_told() {
    use super::http::Http;
    let listener = Listener::start();
    listener.answers_json("user.verify", json!({"user": null}));
    let call = json!({"type": "user.verify", "data": {"username": "anna"}});
    let answer = Http::new(listener.address).post("/parlour", &call);
    assert_eq!(answer.is(200), json!({"user": null}));
    assert_eq!(listener.is_asked("user.verify", 1)[0].body, call);
}

#[test]
#[should_panic(expected = "without a good signature")]
fn a_forged_call_is_noticed() {
    use super::http::Http;
    let listener = Listener::start();
    listener.trusts("whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz");
    Http::new(listener.address).post("/parlour", &json!({"type": "ping"}));
    listener.calls("ping");
}
