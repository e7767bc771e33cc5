//! A client of the public protocol, as thin as it can be: it knows frames by their first bytes.

use anyhow::{Context, bail};
use futures_util::{FutureExt, SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};
use tokio_tungstenite::{WebSocketStream, client_async};

/// A person on the stage: where to connect and with what.
#[derive(Debug, Clone)]
pub struct Person {
    pub id: String,
    pub token: String,
}

pub struct Client {
    socket: WebSocketStream<TcpStream>,
}

/// What a frame is, by its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Ok,
    Sync,
    Welcome,
    Heartbeat,
    Other,
}

impl Client {
    /// Connects to `host:port` and is welcomed. What follows the welcome is left to be heard.
    pub async fn connect(address: &str, app: &str, person: &Person, since: Option<&str>) -> anyhow::Result<(Client, Utf8Bytes)> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let mut request = format!("ws://{address}/ws").into_client_request()?;
        request.headers_mut().insert("Sec-WebSocket-Protocol", HeaderValue::from_static("parlour.v1"));
        let (socket, _) = client_async(request, stream).await?;
        let mut client = Client { socket };
        let since = since.map(|since| format!(r#","since":{since}"#)).unwrap_or_default();
        client.feed(format!(r#"{{"hello":{{"app":"{app}","token":"{}"{since}}}}}"#, person.token)).await?;
        client.flush().await?;
        let welcome = client.hear().await?;
        match kind(&welcome) {
            Kind::Welcome => Ok((client, welcome)),
            _ => bail!("not welcomed: {welcome}"),
        }
    }

    pub async fn feed(&mut self, text: String) -> anyhow::Result<()> {
        Ok(self.socket.feed(Message::text(text)).await?)
    }

    pub async fn flush(&mut self) -> anyhow::Result<()> {
        Ok(self.socket.flush().await?)
    }

    /// The next text frame.
    pub async fn hear(&mut self) -> anyhow::Result<Utf8Bytes> {
        loop {
            match self.socket.next().await.context("the server closed the connection")?? {
                Message::Text(text) => return Ok(text),
                Message::Close(why) => bail!("the server closed the connection: {why:?}"),
                _ => {}
            }
        }
    }

    /// A text frame that has arrived already, if any.
    pub fn heard(&mut self) -> anyhow::Result<Option<Utf8Bytes>> {
        match self.hear().now_or_never() {
            Some(heard) => heard.map(Some),
            None => Ok(None),
        }
    }

    /// Hears until the picture that follows a welcome is complete; answers the bytes of it.
    pub async fn settle(&mut self) -> anyhow::Result<usize> {
        let mut bytes = 0;
        loop {
            let text = self.hear().await?;
            if kind(&text) == Kind::Sync {
                bytes += text.len();
                if !text.ends_with(r#""more":true}}"#) {
                    return Ok(bytes);
                }
            }
        }
    }
}

pub fn kind(text: &str) -> Kind {
    match text.as_bytes() {
        [b'{', b'"', b'o', b'k', ..] => Kind::Ok,
        [b'{', b'"', b's', b'y', ..] => Kind::Sync,
        [b'{', b'"', b'w', b'e', ..] => Kind::Welcome,
        b"{}" => Kind::Heartbeat,
        _ => Kind::Other,
    }
}
