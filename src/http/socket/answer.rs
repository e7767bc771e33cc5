//! Answers: made on whatever thread knows the result, put into the connection's outbox in their place.

use crate::error::{Error, Result};
use crate::http::socket::UNANSWERED;
use crate::http::socket::connection::Connection;
use crate::live::Outbox;
use crate::wire::frame::{Answer, Body, Frame, refusal};
use crate::wire::page::Pages;
use crate::wire::row::Rows;
use bytestring::ByteString;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The right to answer one request, once. One that is dropped unused says that the server is stopping.
pub struct Reply {
    id: u64,
    outbox: Arc<Outbox>,
    unanswered: Arc<AtomicUsize>,
    weight: usize,
    open: bool,
}

impl Reply {
    pub fn new(connection: &Connection, id: u64) -> Reply {
        Reply::weighing(connection, id, 1)
    }

    /// For an answer of many pages: until it is given, nothing more is read.
    pub fn alone(connection: &Connection, id: u64) -> Reply {
        Reply::weighing(connection, id, UNANSWERED)
    }

    fn weighing(connection: &Connection, id: u64, weight: usize) -> Reply {
        connection.unanswered.fetch_add(weight, Ordering::AcqRel);
        Reply { id, outbox: connection.peer.outbox.clone(), unanswered: connection.unanswered.clone(), weight, open: true }
    }

    /// `ok`; with `version`, where the body stands in the place of a push.
    pub fn ok(self, version: Option<i64>, body: Body) {
        let text = Frame::Ok(Answer { id: self.id, body }).text();
        self.send(version, text.into());
    }

    /// A conversation and what belongs to it, complete up to a version, in as many frames as it takes: the others follow
    /// as `sync`.
    pub fn rows(self, (mut rows, version): (Rows, i64), repeated: bool) {
        let outbox = self.outbox.clone();
        let conversation = rows.conversations.pop();
        let mut pages = Pages::new(rows, version, false);
        let (first, more) = pages.page();
        self.ok(Some(version), Body::Rows { conversation: conversation.as_ref(), rows: &first, repeated, more });
        pages.for_each(|page| outbox.answer(Some(version), page.into()));
    }

    pub fn nothing(self) {
        self.ok(None, Body::Nothing {});
    }

    pub fn refuse(self, error: &Error) {
        if let Error::Internal(cause) = error {
            tracing::error!(cause, "a request failed");
        }
        let text = refusal(Some(self.id), error);
        self.send(None, text.into());
    }

    /// Answers with what `body` makes of a success.
    pub fn with<T>(self, result: Result<T>, answer: impl FnOnce(Reply, T)) {
        match result {
            Ok(value) => answer(self, value),
            Err(error) => self.refuse(&error),
        }
    }

    fn send(mut self, version: Option<i64>, text: ByteString) {
        self.open = false;
        self.unanswered.fetch_sub(self.weight, Ordering::AcqRel);
        self.outbox.answer(version, text);
    }
}

impl Drop for Reply {
    fn drop(&mut self) {
        if self.open {
            self.unanswered.fetch_sub(self.weight, Ordering::AcqRel);
            let error = Error::Unavailable("the server is stopping".into());
            self.outbox.answer(None, refusal(Some(self.id), &error).into());
        }
    }
}
