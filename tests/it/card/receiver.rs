//! The application in another language, as a process.

use crate::harness::{App, PATIENCE, TestServer, eventually};
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

const PROGRAM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/card/receiver.py");

pub struct Receiver {
    process: Child,
    heard: Arc<Mutex<Vec<Value>>>,
}

/// A port on which nobody listens.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port").port()
}

/// An application that is called at this port.
pub fn register(server: &TestServer, port: u16) -> App {
    let (url, approved) = (format!("http://127.0.0.1:{port}/parlour"), format!("127.0.0.1:{port}"));
    server.app_with("oa", &["--callback", &url, "--approve", &approved])
}

impl Receiver {
    /// An application that answers.
    pub fn start(server: &TestServer) -> (App, Receiver) {
        let port = free_port();
        let office = register(server, port);
        let receiver = Receiver::at(port, &office.callback_secret);
        (office, receiver)
    }

    pub fn at(port: u16, secret: &str) -> Receiver {
        let mut process = Command::new("python3")
            .args([PROGRAM, &port.to_string(), secret])
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3 is needed for this test");
        let mut lines = BufReader::new(process.stdout.take().expect("its output")).lines();
        let ready = lines.next().and_then(Result::ok).expect("it says its port");
        assert_eq!(ready, port.to_string());
        let heard = Arc::<Mutex<Vec<Value>>>::default();
        let tell = Arc::clone(&heard);
        thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let call = serde_json::from_str(&line).expect("a line of JSON");
                tell.lock().unwrap_or_else(PoisonError::into_inner).push(call);
            }
        });
        Receiver { process, heard }
    }

    /// Waits for a question of this kind. It must have had a good signature.
    pub fn is_asked(&self, kind: &str) -> Value {
        let look = || self.calls().into_iter().find(|call| call["type"] == kind);
        let call = eventually(&format!("{kind} within {PATIENCE:?}"), look);
        assert_eq!(call["good"], true, "its signature is not as specified: {call}");
        call
    }

    pub fn count(&self, kind: &str) -> usize {
        self.calls().iter().filter(|call| call["type"] == kind).count()
    }

    fn calls(&self) -> Vec<Value> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}
