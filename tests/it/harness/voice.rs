//! A user at one device: speaks, hears, leaves and comes back, and keeps the rows that a client keeps.

use super::{app::App, replica::Replica, socket::Socket};
use serde_json::{Value, json};
use std::sync::{
    Mutex, MutexGuard, PoisonError,
    atomic::{AtomicU64, Ordering},
};

pub struct Voice {
    pub app: App,
    pub id: String,
    pub token: String,
    pub socket: Socket,
    state: Mutex<State>,
    next: AtomicU64,
}

#[derive(Default)]
struct State {
    replica: Replica,
    /// How many frames of the socket's log the replica has taken in.
    taken: usize,
    /// How many of the messages heard a test has asked for already, by place.
    told: Vec<usize>,
}

impl Voice {
    pub fn connect(app: &App, id: &str, token: &str) -> Voice {
        let socket = greet(app, token, &Value::Null);
        let voice = Voice {
            app: app.clone(),
            id: id.into(),
            token: token.into(),
            socket,
            state: Mutex::default(),
            next: AtomicU64::new(1),
        };
        voice.is_complete();
        voice
    }

    /// Sends a message and waits until it is kept; answers its row.
    #[track_caller]
    pub fn sends(&self, to: &str, text: &str) -> Value {
        let key = format!("{}-{}", self.id, self.next.load(Ordering::Relaxed));
        let answer = self.gets("send", json!({"to": party(to), "key": key, "text": text}));
        answer["message"].clone()
    }

    /// Waits for a message with this text, which nobody asked this voice for before; answers its row.
    #[track_caller]
    pub fn hears(&self, text: &str) -> Value {
        let look = || {
            let mut state = self.lock();
            let State { replica, told, .. } = &mut *state;
            let place = (0..replica.heard.len()).find(|place| !told.contains(place) && replica.heard[*place]["text"] == text)?;
            told.push(place);
            Some(replica.heard[place].clone())
        };
        let found = self.socket.wait(|log| self.catch_up(&log.frames).then(look).flatten());
        found.unwrap_or_else(|| panic!("{} did not hear {text:?}; {}", self.id, self.socket.story()))
    }

    /// Whether a message with this text has reached this voice by now.
    pub fn has_heard(&self, text: &str) -> bool {
        self.state().replica.heard.iter().any(|message| message["text"] == text)
    }

    /// Asks for something and must get it.
    #[track_caller]
    pub fn gets(&self, frame: &str, body: Value) -> Value {
        self.asks(frame, body).unwrap_or_else(|error| panic!("{} asked `{frame}` and was refused: {error}", self.id))
    }

    /// Asks for something that must be refused with this code; answers the error.
    #[track_caller]
    pub fn is_refused(&self, frame: &str, body: Value, code: &str) -> Value {
        match self.asks(frame, body) {
            Ok(answer) => panic!("{} asked `{frame}` and got {answer}", self.id),
            Err(error) => {
                assert_eq!(error["code"], code, "{error}");
                error
            }
        }
    }

    /// One request and its answer: the `ok`, or the `error`.
    #[track_caller]
    pub fn asks(&self, frame: &str, body: Value) -> Result<Value, Value> {
        let id = self.says(frame, body);
        let answer = self.answer(id);
        answer.unwrap_or_else(|| panic!("`{frame}` of {} was not answered; {}", self.id, self.socket.story()))
    }

    /// Sends a request without waiting; answers its number.
    pub fn says(&self, frame: &str, mut body: Value) -> u64 {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        body["id"] = json!(id);
        self.socket.says(&json!({frame: body}).to_string());
        id
    }

    /// Waits for the answer to a request; `None` when the connection ended before.
    pub fn answer(&self, id: u64) -> Option<Result<Value, Value>> {
        let look = |frames: &[(String, Value)]| {
            let (name, body) = frames.iter().find(|(name, body)| matches!(name.as_str(), "ok" | "error") && body["id"] == id)?;
            Some(if name == "ok" { Ok(body.clone()) } else { Err(body.clone()) })
        };
        self.socket.wait(|log| look(&log.frames))
    }

    /// Waits for a frame of that name whose body is the one wanted, since this connection began.
    #[track_caller]
    pub fn is_told(&self, name: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        self.socket.hears(name, 0, wanted)
    }

    /// Waits for a row of that kind as wanted.
    #[track_caller]
    pub fn knows(&self, kind: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let look = || {
            let state = self.lock();
            state.replica.rows.iter().find(|((known, _), row)| *known == kind && wanted(row)).map(|(_, row)| row.clone())
        };
        let found = self.socket.wait(|log| self.catch_up(&log.frames).then(look).flatten());
        found.unwrap_or_else(|| panic!("{} knows no such row of {kind}; {}", self.id, self.socket.story()))
    }

    /// The messages of a conversation that this client has, oldest first.
    pub fn messages(&self, conversation: &Value) -> Vec<Value> {
        self.state().replica.messages(conversation.as_i64().expect("a conversation's id"))
    }

    /// Comes back with what it knows, as a client does after a broken connection; answers the `welcome`.
    pub fn returns(&mut self) -> Value {
        let since = {
            let state = self.state();
            json!({"epoch": state.replica.epoch, "version": state.replica.resume})
        };
        self.socket.breaks();
        self.socket = greet(&self.app, &self.token, &since);
        self.state().taken = 0;
        self.is_complete()
    }

    /// Waits for `welcome` and the first complete `sync`.
    fn is_complete(&self) -> Value {
        let complete = |(name, body): &(String, Value)| name == "sync" && body["more"] != true;
        let whole = self.socket.wait(|log| log.frames.iter().any(complete).then_some(()));
        whole.unwrap_or_else(|| panic!("{} was not let in; {}", self.id, self.socket.story()));
        self.is_told("welcome", |_| true)
    }

    /// The replica after all that came until now.
    fn state(&self) -> MutexGuard<'_, State> {
        let log = self.socket.log();
        self.catch_up(&log.frames);
        drop(log);
        self.lock()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn catch_up(&self, frames: &[(String, Value)]) -> bool {
        let mut state = self.lock();
        for (name, body) in frames.iter().skip(state.taken) {
            state.replica.apply(name, body);
        }
        state.taken = frames.len();
        true
    }
}

fn greet(app: &App, token: &str, since: &Value) -> Socket {
    let socket = Socket::open(app.server.http().address, &[]).unwrap_or_else(|status| panic!("/ws answers {status}"));
    let mut hello = json!({"app": app.id, "token": token, "client": {"name": "test"}});
    if since["epoch"].is_string() {
        hello["since"] = since.clone();
    }
    socket.says(&json!({"hello": hello}).to_string());
    socket
}

/// `ben` is `user:ben`; a whole party stays what it is.
pub fn party(to: &str) -> String {
    if to.contains(':') || matches!(to, "application" | "everyone") { to.into() } else { format!("user:{to}") }
}
