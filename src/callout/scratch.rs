//! An application on a real socket, for tests: it answers each call as a script says, byte by byte, and keeps what it heard.

use crate::callout::prepare;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// What is written to a call; the connection then stays open until the other side closes it.
pub type Script = Arc<dyn Fn(&str) -> String + Send + Sync>;

pub struct Application {
    pub address: SocketAddr,
    pub connections: Arc<AtomicUsize>,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Application {
    pub async fn start(script: impl Fn(&str) -> String + Send + Sync + 'static) -> Application {
        prepare();
        let bound = TcpListener::bind("127.0.0.1:0").await;
        let Ok((listener, address)) = bound.and_then(|l| l.local_addr().map(|address| (l, address))) else {
            panic!("no port for an application")
        };
        let (heard, connections) = (Arc::<Mutex<Vec<String>>>::default(), Arc::<AtomicUsize>::default());
        let (script, hears, counts): (Script, _, _) = (Arc::new(script), heard.clone(), connections.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                counts.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(serve(stream, script.clone(), hears.clone()));
            }
        });
        Application { address, connections, heard }
    }

    pub fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    /// Whole requests, the earliest first.
    pub fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn serve(stream: TcpStream, script: Script, heard: Arc<Mutex<Vec<String>>>) -> Option<()> {
    let mut stream = BufReader::new(stream);
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            stream.read_line(&mut head).await.ok().filter(|read| *read > 0)?;
        }
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).map_or(Ok(0), str::parse).ok()?;
        let mut body = vec![0; length];
        stream.read_exact(&mut body).await.ok()?;
        let request = head + std::str::from_utf8(&body).ok()?;
        let answer = script(&request);
        heard.lock().unwrap_or_else(PoisonError::into_inner).push(request);
        stream.write_all(answer.as_bytes()).await.ok()?;
    }
}

pub fn ok(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

pub fn status(status: u16) -> String {
    format!("HTTP/1.1 {status} So\r\ncontent-length: 0\r\n\r\n")
}
