//! A small HTTP client that can also misbehave: one call to a connection, every byte under the test's control.

use super::{answer::Answer, wait::PATIENCE};
use serde_json::Value;
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
};

/// A client with the headers that it always sends.
#[derive(Clone)]
pub struct Http {
    pub address: SocketAddr,
    headers: Vec<(String, String)>,
}

/// A form with one file (RFC 7578).
fn form(name: &str, bytes: &[u8]) -> Vec<u8> {
    let head = format!(
        "--edge\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\ncontent-type: text/html\r\n\r\n"
    );
    [head.as_bytes(), bytes, b"\r\n--edge--\r\n"].concat()
}

impl Http {
    pub fn new(address: SocketAddr) -> Http {
        Http { address, headers: Vec::new() }
    }

    pub fn with(mut self, name: &str, value: &str) -> Http {
        self.headers.push((name.into(), value.into()));
        self
    }

    pub fn bearer(self, token: &str) -> Http {
        self.with("authorization", &format!("Bearer {token}"))
    }

    pub fn get(&self, path: &str) -> Answer {
        self.call("GET", path, b"")
    }

    pub fn delete(&self, path: &str) -> Answer {
        self.call("DELETE", path, b"")
    }

    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.json("POST", path, body)
    }

    pub fn json(&self, method: &str, path: &str, body: &Value) -> Answer {
        self.clone().with("content-type", "application/json").call(method, path, body.to_string().as_bytes())
    }

    /// A file as a form in a page sends it.
    pub fn file(&self, path: &str, name: &str, bytes: &[u8]) -> Answer {
        self.clone().with("content-type", "multipart/form-data; boundary=edge").call("POST", path, &form(name, bytes))
    }

    /// As `file`, and closes the connection as soon as it is sent.
    pub fn file_let_go(&self, path: &str, name: &str, bytes: &[u8]) {
        self.clone().with("content-type", "multipart/form-data; boundary=edge").let_go(path, &form(name, bytes));
    }

    /// As `post`, and closes the connection as soon as it is sent.
    pub fn post_let_go(&self, path: &str, body: &Value) {
        self.clone().with("content-type", "application/json").let_go(path, body.to_string().as_bytes());
    }

    fn let_go(&self, path: &str, body: &[u8]) {
        let mut stream = self.connect();
        let sent = stream.write_all(self.head("POST", path, body).as_bytes()).and_then(|()| stream.write_all(body));
        sent.expect("it is sent");
    }

    fn head(&self, method: &str, path: &str, body: &[u8]) -> String {
        let mut head = format!("{method} {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n", self.address);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if !body.is_empty() || matches!(method, "POST" | "PUT" | "PATCH") {
            head.push_str(&format!("content-length: {}\r\n", body.len()));
        }
        head.push_str("\r\n");
        head
    }

    /// Any call. A body that is not empty is announced with its length.
    pub fn call(&self, method: &str, path: &str, body: &[u8]) -> Answer {
        let head = self.head(method, path, body);
        let mut stream = self.connect();
        let sent = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body));
        // who is refused early may find the door closed while still speaking, with the answer waiting
        read_answer(stream).unwrap_or_else(|| panic!("{method} {path} was not answered (sending: {sent:?})"))
    }

    /// Sends these bytes as they are; `None` when the connection ends without an answer.
    pub fn raw(&self, bytes: &[u8]) -> Option<Answer> {
        let mut stream = self.connect();
        stream.write_all(bytes).ok();
        read_answer(stream)
    }

    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).expect("the server takes connections");
        stream.set_read_timeout(Some(PATIENCE)).expect("a time-out can be set");
        stream.set_write_timeout(Some(PATIENCE)).expect("a time-out can be set");
        stream.set_nodelay(true).expect("a socket's option");
        stream
    }
}

pub fn read_answer(stream: TcpStream) -> Option<Answer> {
    let mut reader = BufReader::new(stream);
    let first = line(&mut reader)?;
    let status = first.split(' ').nth(1)?.parse().ok()?;
    let headers = read_headers(&mut reader)?;
    let mut answer = Answer { status, headers, body: Vec::new() };
    if answer.header("transfer-encoding") == Some("chunked") {
        read_chunks(&mut reader, &mut answer.body)?;
    } else if let Some(length) = answer.header("content-length") {
        answer.body = vec![0; length.parse().ok()?];
        reader.read_exact(&mut answer.body).ok()?;
    } else if !matches!(status, 101 | 204 | 304) {
        reader.read_to_end(&mut answer.body).ok()?;
    }
    Some(answer)
}

pub fn line(reader: &mut impl BufRead) -> Option<String> {
    let mut line = String::new();
    match reader.read_line(&mut line) {
        Ok(0) | Err(_) => None,
        Ok(_) => Some(line.trim_end().to_string()),
    }
}

pub fn read_headers(reader: &mut impl BufRead) -> Option<Vec<(String, String)>> {
    let mut headers = Vec::new();
    loop {
        let line = line(reader)?;
        if line.is_empty() {
            return Some(headers);
        }
        let (name, value) = line.split_once(':')?;
        headers.push((name.trim().to_lowercase(), value.trim().to_string()));
    }
}

fn read_chunks(reader: &mut impl BufRead, body: &mut Vec<u8>) -> Option<()> {
    loop {
        let size = usize::from_str_radix(line(reader)?.split(';').next()?, 16).ok()?;
        let mut chunk = vec![0; size];
        reader.read_exact(&mut chunk).ok()?;
        line(reader)?;
        if size == 0 {
            return Some(());
        }
        body.extend(chunk);
    }
}
