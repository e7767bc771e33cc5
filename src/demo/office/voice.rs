//! What one of our people says in their own name: as a client of theirs would (docs/protocol.md), signed in by a ticket and signed
//! out again. Parlour shows it as theirs, because it is; what we write in somebody's name by REST is marked.

use super::outbox::Errand;
use super::parlour::{Outcome, Parlour};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::{WebSocketStream, client_async};

const PATIENCE: Duration = Duration::from_secs(10);

/// Says it once, however often it is tried: the errand's key is the message's. Answers what `POST /messages` would.
pub async fn say(parlour: &Parlour, errand: &Errand) -> Outcome {
    let said = tokio::time::timeout(PATIENCE, speak(parlour, errand)).await;
    said.ok().flatten().unwrap_or(Outcome::Later(None))
}

/// None where the connection breaks.
async fn speak(parlour: &Parlour, errand: &Errand) -> Option<Outcome> {
    let ticket = parlour.ticket(&errand.path).await?;
    let mut line = Line::open(&parlour.address).await?;
    let client = json!({"name": "Harbour"});
    line.says(json!({"hello": {"app": parlour.application, "token": ticket.ticket, "client": client}})).await?;
    let (_, welcome) = line.hears(&["welcome"]).await?;
    let words = errand.body.clone().unwrap_or_default();
    line.says(json!({"send": {"id": 1, "to": words["to"], "key": errand.key, "text": words["text"]}})).await?;
    let outcome = match line.hears(&["ok", "error"]).await? {
        (name, answer) if name == "ok" => Outcome::Taken(json!({ "messages": [answer["message"]] })),
        (_, error) => refused(&error),
    };
    if let Some(token) = welcome["session"]["token"].as_str() {
        parlour.leave(token).await;
    }
    Some(outcome)
}

/// Whom somebody may write to is known a moment after they come, when their contact list has been asked for.
fn refused(error: &Value) -> Outcome {
    match error["temporary"] == true || error["code"] == "forbidden" {
        true => Outcome::Later(None),
        false => Outcome::Refused(error["message"].as_str().unwrap_or_default().into()),
    }
}

struct Line(WebSocketStream<TcpStream>);

impl Line {
    /// Parlour stands beside us, without TLS between.
    async fn open(address: &str) -> Option<Line> {
        let host = address.strip_prefix("http://")?;
        let mut request = format!("ws://{host}/ws").into_client_request().ok()?;
        request.headers_mut().insert("Sec-WebSocket-Protocol", HeaderValue::from_static("parlour.v1"));
        let stream = TcpStream::connect(host).await.ok()?;
        client_async(request, stream).await.ok().map(|(socket, _)| Line(socket))
    }

    async fn says(&mut self, frame: Value) -> Option<()> {
        self.0.send(Message::text(frame.to_string())).await.ok()
    }

    /// The next frame of one of these names.
    async fn hears(&mut self, names: &[&str]) -> Option<(String, Value)> {
        loop {
            let Message::Text(text) = self.0.next().await?.ok()? else { continue };
            let frame: serde_json::Map<String, Value> = serde_json::from_str(&text).ok()?;
            if let Some(heard) = frame.into_iter().find(|(name, _)| names.contains(&name.as_str())) {
                return Some(heard);
            }
        }
    }
}
