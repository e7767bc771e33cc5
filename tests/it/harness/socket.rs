//! A WebSocket whose frames are gathered while the test does something else, and which answers the heartbeat.

use super::wait::PATIENCE;
use serde_json::Value;
use std::{
    net::{Shutdown, SocketAddr, TcpStream},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Instant,
};
use tokio_tungstenite::tungstenite::{ClientRequestBuilder, Error, Message, WebSocket, client, protocol::Role};

pub struct Socket {
    stream: TcpStream,
    writer: Mutex<WebSocket<TcpStream>>,
    heard: Arc<Heard>,
}

#[derive(Default)]
struct Heard {
    log: Mutex<Log>,
    changed: Condvar,
}

/// What came, in order.
#[derive(Default)]
pub struct Log {
    /// A frame's name and its body.
    pub frames: Vec<(String, Value)>,
    pub beats: usize,
    /// Set once the connection ended: the close code, 1006 where there was none.
    pub closed: Option<u16>,
}

impl Socket {
    /// Opens `/ws`; the status of the answer where that was refused.
    pub fn open(address: SocketAddr, headers: &[(&str, &str)]) -> Result<Socket, u16> {
        let uri = format!("ws://{address}/ws").parse().expect("an address");
        let mut request = ClientRequestBuilder::new(uri).with_sub_protocol("parlour.v1");
        for (name, value) in headers {
            request = request.with_header(*name, *value);
        }
        let stream = TcpStream::connect(address).expect("the server takes connections");
        stream.set_nodelay(true).expect("a socket's option");
        let socket = match client(request, stream.try_clone().expect("a second handle")) {
            Ok((socket, _)) => socket,
            Err(error) => return Err(refusal(&error.to_string())),
        };
        let writer = WebSocket::from_raw_socket(stream.try_clone().expect("a third handle"), Role::Client, None);
        let heard = Arc::new(Heard::default());
        let (writer, listening) = (Mutex::new(writer), Arc::clone(&heard));
        thread::spawn(move || listening.listen(socket));
        Ok(Socket { stream, writer, heard })
    }

    /// Sends a text frame as it stands. A connection that is gone shows in what is heard, not here.
    pub fn says(&self, text: &str) {
        self.sends(Message::text(text));
    }

    pub fn sends(&self, message: Message) {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner).send(message).ok();
    }

    pub fn log(&self) -> MutexGuard<'_, Log> {
        self.heard.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until the log shows something; `None` when patience or the connection ends before.
    pub fn wait<T>(&self, mut look: impl FnMut(&Log) -> Option<T>) -> Option<T> {
        let end = Instant::now() + PATIENCE;
        let mut log = self.log();
        loop {
            if let Some(seen) = look(&log) {
                return Some(seen);
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() || log.closed.is_some() {
                return None;
            }
            log = self.heard.changed.wait_timeout(log, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// The next frame of that name at or after `from` whose body is the one wanted.
    pub fn hears(&self, name: &str, from: usize, wanted: impl Fn(&Value) -> bool) -> Value {
        let look = |log: &Log| log.frames.iter().skip(from).find(|(known, body)| known == name && wanted(body)).cloned();
        self.wait(look).map(|(_, body)| body).unwrap_or_else(|| panic!("no such `{name}` was heard; {}", self.story()))
    }

    /// Waits for the end of the connection and answers the close code.
    pub fn is_closed(&self) -> u16 {
        self.wait(|log| log.closed).or(self.log().closed).unwrap_or_else(|| panic!("not closed; {}", self.story()))
    }

    /// Ends the connection without a word, as a broken network does.
    pub fn breaks(&self) {
        self.stream.shutdown(Shutdown::Both).ok();
    }

    /// What was heard at last, for messages of failed tests.
    pub fn story(&self) -> String {
        let log = self.log();
        let last = log.frames[log.frames.len().saturating_sub(6)..].iter();
        let frames: Vec<String> = last.map(|(name, body)| shortened(format!("{name} {body}"))).collect();
        format!("closed: {:?}, the last frames:\n  {}", log.closed, frames.join("\n  "))
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.breaks();
    }
}

impl Heard {
    fn listen(&self, mut socket: WebSocket<TcpStream>) {
        loop {
            let message = socket.read();
            let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
            match message {
                Ok(Message::Text(text)) if text.as_str() == "{}" => {
                    log.beats += 1;
                    drop(log);
                    socket.send(Message::text("{}")).ok();
                    continue;
                }
                Ok(Message::Text(text)) => log.frames.push(named(&text)),
                Ok(Message::Close(frame)) => log.closed = Some(frame.map_or(1005, |frame| frame.code.into())),
                Ok(_) => {}
                Err(Error::ConnectionClosed) => drop(log.closed.get_or_insert(1005)),
                Err(_) => drop(log.closed.get_or_insert(1006)),
            }
            let ended = log.closed.is_some();
            self.changed.notify_all();
            if ended {
                return;
            }
        }
    }
}

/// A frame is one object with exactly one member.
fn named(text: &str) -> (String, Value) {
    let frame: Value = serde_json::from_str(text).unwrap_or_else(|_| panic!("not JSON: {text}"));
    match frame.as_object().map(|members| members.iter().collect::<Vec<_>>()).as_deref() {
        Some([(name, body)]) => ((*name).clone(), (*body).clone()),
        _ => panic!("not a frame: {text}"),
    }
}

/// The status in "HTTP error: 403 Forbidden".
fn refusal(error: &str) -> u16 {
    error.split(|c: char| !c.is_ascii_digit()).find_map(|word| word.parse().ok()).unwrap_or(0)
}

fn shortened(text: String) -> String {
    if text.chars().count() > 600 { text.chars().take(600).chain("…".chars()).collect() } else { text }
}
