//! A WebSocket whose frames are gathered while the test does something else, and which answers the heartbeat.

use super::wait::PATIENCE;
use serde_json::Value;
use std::{
    io::Write,
    net::{Shutdown, SocketAddr, TcpStream},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};
use tokio_tungstenite::tungstenite::{ClientRequestBuilder, Error, HandshakeError, Message, WebSocket, client, protocol::Role};

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
    /// Opens `/ws`; the status of the answer where that was refused, 0 where nobody answers.
    pub fn open(address: SocketAddr, headers: &[(&str, &str)]) -> Result<Socket, u16> {
        let stream = TcpStream::connect(address).map_err(|_| 0_u16)?;
        let socket = shake(stream.try_clone().expect("a second handle"), address, headers)?;
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

    /// Bytes as they are, below the frames.
    pub fn writes(&self, bytes: &[u8]) {
        (&self.stream).write_all(bytes).ok();
    }

    pub fn log(&self) -> MutexGuard<'_, Log> {
        self.heard.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until the log shows something; `None` when patience or the connection ends before.
    pub fn wait<T>(&self, look: impl FnMut(&Log) -> Option<T>) -> Option<T> {
        self.wait_for(PATIENCE, look)
    }

    /// The same for what takes its time by design.
    pub fn wait_for<T>(&self, patience: Duration, mut look: impl FnMut(&Log) -> Option<T>) -> Option<T> {
        let end = Instant::now() + patience;
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

    /// What came since `from`, as soon as there is something; nothing when `time` or the connection ends before.
    pub fn since(&self, from: usize, time: Duration) -> Vec<(String, Value)> {
        let log = self.log();
        let nothing = |log: &mut Log| log.frames.len() <= from && log.closed.is_none();
        let (log, _) = self.heard.changed.wait_timeout_while(log, time, nothing).unwrap_or_else(PoisonError::into_inner);
        log.frames.iter().skip(from).cloned().collect()
    }

    /// The next frame of that name at or after `from` whose body is the one wanted.
    pub fn hears(&self, name: &str, from: usize, wanted: impl Fn(&Value) -> bool) -> Value {
        let look = |log: &Log| log.frames.iter().skip(from).find(|(known, body)| known == name && wanted(body)).cloned();
        self.wait(look).map(|(_, body)| body).unwrap_or_else(|| panic!("no such `{name}` was heard; {}", self.story()))
    }

    /// Waits for the end of the connection and answers the close code.
    pub fn is_closed(&self) -> u16 {
        let end = self.wait(|log| log.closed);
        end.unwrap_or_else(|| panic!("not closed; {}", self.story()))
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

/// Makes a WebSocket of a connection. Nobody reads it until the caller does.
pub fn shake(stream: TcpStream, address: SocketAddr, headers: &[(&str, &str)]) -> Result<WebSocket<TcpStream>, u16> {
    let uri = format!("ws://{address}/ws").parse().expect("an address");
    let mut request = ClientRequestBuilder::new(uri).with_sub_protocol("parlour.v1");
    for (name, value) in headers {
        request = request.with_header(*name, *value);
    }
    stream.set_nodelay(true).expect("a socket's option");
    stream.set_read_timeout(Some(PATIENCE)).expect("a time-out can be set");
    match client(request, stream) {
        Ok((socket, _)) => {
            socket.get_ref().set_read_timeout(None).expect("a time-out can be taken away");
            Ok(socket)
        }
        Err(HandshakeError::Failure(Error::Http(answer))) => Err(answer.status().as_u16()),
        Err(_) => Err(0),
    }
}

fn shortened(text: String) -> String {
    if text.chars().count() > 600 { text.chars().take(600).chain("…".chars()).collect() } else { text }
}
