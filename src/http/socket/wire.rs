//! The two ends of one WebSocket, with the rules of time and size: a peer that takes nothing for ten seconds, or sends
//! something that is not text in UTF-8, is told why where it can be, and closed.

use crate::wire::frame::Bye;
use actix_web::error::PayloadError;
use actix_ws::{AggregatedMessage, AggregatedMessageStream, CloseCode, CloseReason, ProtocolError, Session};
use bytestring::ByteString;
use std::time::{Duration, Instant};
use tokio::time::timeout;

/// A peer that takes nothing for so long is closed.
const STUCK: Duration = Duration::from_secs(10);

pub struct Wire {
    session: Session,
    stream: AggregatedMessageStream,
    /// When the peer was last heard, and last spoken to.
    pub heard: Instant,
    pub spoke: Instant,
}

/// What was heard.
pub enum Heard {
    Text(ByteString),
    /// A control frame that needs no answer of ours.
    Nothing,
    /// The connection is over; with a word, where the peer can still hear one.
    End(Option<Bye>),
}

impl Wire {
    pub fn new(session: Session, stream: AggregatedMessageStream) -> Wire {
        Wire { session, stream, heard: Instant::now(), spoke: Instant::now() }
    }

    /// Sends one text frame.
    pub async fn say(&mut self, text: ByteString) -> Result<(), Bye> {
        self.spoke = Instant::now();
        match timeout(STUCK, self.session.text(text)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(Bye::SLOW),
        }
    }

    pub async fn hear(&mut self) -> Heard {
        let heard = self.stream.recv().await;
        self.heard = Instant::now();
        match heard {
            Some(Ok(AggregatedMessage::Text(text))) => Heard::Text(text),
            Some(Ok(AggregatedMessage::Ping(bytes))) => match timeout(STUCK, self.session.pong(&bytes)).await {
                Ok(Ok(())) => Heard::Nothing,
                _ => Heard::End(None),
            },
            Some(Ok(AggregatedMessage::Pong(_))) => Heard::Nothing,
            Some(Ok(AggregatedMessage::Binary(_))) => Heard::End(Some(Bye::BAD_REQUEST)),
            Some(Ok(AggregatedMessage::Close(_))) | None => Heard::End(None),
            Some(Err(ProtocolError::Overflow)) => Heard::End(Some(Bye::TOO_LARGE)),
            Some(Err(ProtocolError::Io(e))) if e.kind() == std::io::ErrorKind::InvalidData => Heard::End(Some(Bye::BAD_REQUEST)),
            Some(Err(ProtocolError::Io(e))) => Heard::End(is_too_large(&e).then_some(Bye::TOO_LARGE)),
            Some(Err(_)) => Heard::End(Some(Bye::BAD_REQUEST)),
        }
    }

    /// Says why, as far as it is still heard, and closes.
    pub async fn end(self, bye: Option<Bye>) {
        let Some(bye) = bye else {
            let _ = timeout(STUCK, self.session.close(None)).await;
            return;
        };
        let mut session = self.session;
        if bye != Bye::SLOW && timeout(STUCK, session.text(bye.text())).await.is_err() {
            return;
        }
        let reason = CloseReason { code: CloseCode::from(bye.close), description: Some(bye.code.into()) };
        let _ = timeout(STUCK, session.close(Some(reason))).await;
    }
}

/// Whether the connection still stands and only one message was too large: by its head, or by the sum of its pieces, for
/// which the aggregation has no other word.
fn is_too_large(error: &std::io::Error) -> bool {
    let payload = error.get_ref().and_then(|cause| cause.downcast_ref::<PayloadError>());
    match payload {
        Some(cause) => matches!(cause, PayloadError::Overflow),
        None => error.kind() == std::io::ErrorKind::Other,
    }
}
