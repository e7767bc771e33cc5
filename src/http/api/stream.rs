//! Events as server-sent events (WHATWG HTML, 9.2). A reader that takes nothing holds one page of events and no more: the next
//! is read from the store when the connection has taken the one before.

use super::event::Look;
use crate::apps::event::Event;
use crate::error::{Error, Result};
use crate::live::Reader;
use actix_web::HttpResponse;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::Bytes;
use std::fmt::Write;
use std::time::Duration;

pub const TYPE: &str = "text/event-stream";
/// After so much silence a comment is sent, which tells both sides that the other is there.
const BEAT: Duration = Duration::from_secs(5);
/// What a client waits before it connects again, in milliseconds.
const RETRY: &str = "retry: 2000\n\n";
/// Events that are written together.
const TOGETHER: usize = 50;

pub fn open(look: Look, seat: Reader) -> HttpResponse {
    let stream = futures_util::stream::unfold(Stream { look, seat, is_new: true }, |mut stream| async {
        let text = stream.next().await?;
        Some((Ok::<Bytes, Error>(text.into()), stream))
    });
    // A proxy that collects before it passes on would hold everything back.
    let mut response = HttpResponse::Ok();
    response.content_type(TYPE).insert_header((CACHE_CONTROL, "no-store")).insert_header(("x-accel-buffering", "no"));
    response.streaming(stream)
}

struct Stream {
    look: Look,
    seat: Reader,
    is_new: bool,
}

impl Stream {
    /// What is sent next; none: this is the end, and the client comes back if it may.
    async fn next(&mut self) -> Option<String> {
        if std::mem::take(&mut self.is_new) {
            return Some(RETRY.into());
        }
        loop {
            match self.read().await {
                Ok(text) if !text.is_empty() => return Some(text),
                Ok(_) => {}
                Err(Error::Unauthenticated(_)) => return None,
                Err(error) => {
                    tracing::warn!(application = %self.look.by.application.id, %error, "events cannot be read on");
                    return None;
                }
            }
            tokio::select! {
                biased;
                () = self.seat.ended() => return None,
                () = self.seat.rung() => {}
                () = tokio::time::sleep(BEAT) => return Some(":\n\n".into()),
            }
        }
    }

    async fn read(&mut self) -> Result<String> {
        self.look.note_taken();
        let mut text = self.look.next(TOGETHER).await?.iter().fold(String::new(), write);
        if let Some(body) = self.look.passing(&self.seat).await? {
            let _ = write!(text, "event: presence.changed\ndata: {body}\n\n");
        }
        Ok(text)
    }
}

/// A body is one line.
fn write(mut text: String, event: &Event) -> String {
    let _ = write!(text, "id: {}\nevent: {}\ndata: {}\n\n", event.id, event.kind, event.body);
    text
}
