//! A caller of the REST interface on one kept connection, as thin as it can be.

use anyhow::{Context, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub struct Caller {
    stream: TcpStream,
    head: String,
    buffer: Vec<u8>,
}

impl Caller {
    pub async fn connect(address: &str, path: &str, key: &str) -> anyhow::Result<Caller> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\nContent-Length: "
        );
        Ok(Caller { stream, head, buffer: Vec::with_capacity(4096) })
    }

    /// One question on a connection of its own.
    pub async fn get(address: &str, path: &str, key: &str) -> anyhow::Result<String> {
        let mut caller = Caller::connect(address, path, key).await?;
        caller.head = caller.head.replacen("POST", "GET", 1);
        caller.post("").await
    }

    /// Posts a body, which must be accepted, and answers what came back.
    pub async fn post(&mut self, body: &str) -> anyhow::Result<String> {
        let request = format!("{}{}\r\n\r\n{body}", self.head, body.len());
        self.stream.write_all(request.as_bytes()).await?;
        self.buffer.clear();
        loop {
            ensure!(self.stream.read_buf(&mut self.buffer).await? > 0, "the server closed the connection");
            if let Some(answer) = whole(&self.buffer)? {
                return Ok(answer);
            }
        }
    }
}

/// The body of a complete answer.
fn whole(buffer: &[u8]) -> anyhow::Result<Option<String>> {
    let text = String::from_utf8_lossy(buffer);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return Ok(None) };
    ensure!(head.starts_with("HTTP/1.1 2"), "not accepted: {text}");
    let length =
        head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:").map(|n| n.trim().parse()));
    let length: usize = length.context("an answer without its length")??;
    Ok((body.len() >= length).then(|| body.to_string()))
}
