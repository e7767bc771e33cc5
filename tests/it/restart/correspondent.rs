//! A client that writes to one other person as fast as it is let, through any number of broken connections, as
//! `docs/protocol.md` tells client authors to: it keeps an outbox and sends again what was not acknowledged, by the same key.

use super::ledger::{Ledger, key, text};
use crate::harness::{App, PATIENCE, Replica, Socket};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

/// How many messages wait for their answer at the same time.
const WINDOW: usize = 8;
/// On one connection: below the burst that a user is allowed.
const AT_MOST: u64 = 250;
const PAUSE: Duration = Duration::from_millis(10);

pub struct Correspondent {
    app: App,
    token: String,
    replica: Replica,
    ledger: Ledger,
    /// How many messages were ever sent, acknowledged or not.
    begun: usize,
    /// No new messages from now on; who has nothing waiting is done.
    over: Arc<AtomicBool>,
    /// Acknowledged messages of all correspondents.
    promised: Arc<AtomicU64>,
}

/// One connection's bookkeeping.
struct Line {
    socket: Socket,
    /// How many frames were taken in.
    taken: usize,
    /// Request id → number of the message.
    waiting: BTreeMap<u64, usize>,
    /// The next message to send on this connection.
    next: usize,
    requests: u64,
}

impl Correspondent {
    pub fn new(app: &App, me: &str, other: &str, over: Arc<AtomicBool>, promised: Arc<AtomicU64>) -> Correspondent {
        let ledger = Ledger {
            me: me.into(),
            other: other.into(),
            promised: BTreeMap::new(),
            seen: BTreeSet::new(),
            replica: Vec::new(),
            resets: 0,
        };
        Correspondent { app: app.clone(), token: app.token(me), replica: Replica::default(), ledger, begun: 0, over, promised }
    }

    /// Writes until it is over and everything is acknowledged.
    pub fn writes(mut self) -> Correspondent {
        let mut last_progress = (0, Instant::now());
        loop {
            if let Some(mut line) = self.dial() {
                while self.turns(&mut line) {}
                if self.is_done() {
                    break;
                }
            }
            if last_progress.0 < self.ledger.promised.len() || !self.over.load(Ordering::Relaxed) {
                last_progress = (self.ledger.promised.len(), Instant::now());
            }
            assert!(last_progress.1.elapsed() < PATIENCE, "{} is not answered any more", self.ledger.me);
            thread::sleep(PAUSE);
        }
        self
    }

    /// Comes back once more, when nobody writes any longer; answers what was promised and seen.
    pub fn closes(mut self) -> Ledger {
        let mut line = self.dial().expect("the server runs");
        let complete = |(name, body): &(String, Value)| name == "sync" && body["more"] != true;
        line.socket.wait(|log| log.frames.iter().any(complete).then_some(())).expect("a complete sync");
        self.turns(&mut line);
        self.ledger.replica = self.replica.all_messages();
        self.ledger
    }

    fn dial(&mut self) -> Option<Line> {
        let socket = Socket::open(self.app.server.address_now()?, &[]).ok()?;
        let mut hello = json!({"app": self.app.id, "token": self.token});
        if self.replica.epoch.is_some() {
            hello["since"] = json!({"epoch": self.replica.epoch, "version": self.replica.resume});
        }
        socket.says(&json!({"hello": hello}).to_string());
        let next = self.ledger.promised.len();
        Some(Line { socket, taken: 0, waiting: BTreeMap::new(), next, requests: 0 })
    }

    /// Takes in what came and sends what fits; false when this connection is over or nothing is left to do.
    fn turns(&mut self, line: &mut Line) -> bool {
        let frames = line.socket.since(line.taken, PAUSE);
        line.taken += frames.len();
        for (name, body) in &frames {
            self.take(line, name, body);
        }
        while line.taken > 0 && line.waiting.len() < WINDOW && line.requests < AT_MOST && self.has_more(line) {
            self.send(line);
        }
        let is_closed = line.socket.log().closed.is_some() && frames.is_empty();
        !is_closed && !self.is_done()
    }

    fn take(&mut self, line: &mut Line, name: &str, body: &Value) {
        for message in body["messages"].as_array().into_iter().flatten().chain(body.get("message").filter(|row| row.is_object()))
        {
            let text = message["text"].as_str().unwrap_or_default();
            self.ledger.seen.insert((message["id"].as_i64().unwrap_or(0), text.to_string()));
        }
        self.ledger.resets += usize::from(body["reset"] == true && body["more"] != true);
        self.replica.apply(name, body);
        let number = body["id"].as_u64().and_then(|id| line.waiting.remove(&id));
        match (name, number) {
            ("ok", Some(number)) => self.is_promised(number, &body["message"]),
            ("error", _) => panic!("{}: {body}", self.ledger.me),
            _ => {}
        }
    }

    fn is_promised(&mut self, number: usize, message: &Value) {
        assert_eq!(message["key"], key(number).as_str(), "{}: an answer to something else", self.ledger.me);
        let id = message["id"].as_i64().unwrap_or_else(|| panic!("an ok without a message: {message}"));
        let earlier = self.ledger.promised.insert(number, id);
        assert!(earlier.is_none_or(|earlier| earlier == id), "{}: {number} was kept as {earlier:?} and {id}", self.ledger.me);
        self.promised.fetch_add(1, Ordering::Relaxed);
    }

    /// When it is over, what was begun is still brought to its end.
    fn has_more(&self, line: &Line) -> bool {
        !self.over.load(Ordering::Relaxed) || line.next < self.begun
    }

    fn send(&mut self, line: &mut Line) {
        let number = line.next;
        line.next += 1;
        line.requests += 1;
        line.waiting.insert(line.requests, number);
        self.begun = self.begun.max(line.next);
        let to = format!("user:{}", self.ledger.other);
        let body = json!({"id": line.requests, "to": to, "key": key(number), "text": text(&self.ledger.me, number)});
        line.socket.says(&json!({"send": body}).to_string());
    }

    fn is_done(&self) -> bool {
        self.over.load(Ordering::Relaxed) && self.ledger.promised.len() == self.begun
    }
}
