//! What the server says on a socket: frames of one JSON object with one member. See `docs/protocol.md`.

use crate::error::Error;
use crate::id::{ConversationId, UserId};
use crate::time::Moment;
use crate::wire::card::Done;
use crate::wire::request::Show;
use crate::wire::row::{ConversationRow, MessageRow, Rows, UserRow};
use serde::Serialize;

/// The frames that this server understands beyond signing in; named in `welcome.application.features`.
pub const FEATURES: [&str; 14] = [
    "send", "edit", "delete", "act", "read", "received", "history", "open", "room", "contacts", "watch", "present", "typing",
    "settings",
];

#[derive(Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Frame<'a> {
    Welcome(&'a Welcome),
    Sync(Sync<'a>),
    Presence {
        users: &'a [Presence],
    },
    /// Whether the application answers now, which `welcome` has said before.
    Application {
        show: Show,
    },
    Typing {
        conversation: ConversationId,
        user: &'a UserId,
        on: bool,
    },
    Ok(Answer<'a>),
    Error(Refusal<'a>),
    Bye(&'a Bye),
}

impl Frame<'_> {
    /// The text of the frame.
    pub fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_else(|_| r#"{"error":{"code":"internal","message":"","temporary":true}}"#.into())
    }
}

#[derive(Debug, Serialize)]
pub struct Welcome {
    pub session: SessionInfo,
    pub me: UserRow,
    pub application: ApplicationInfo,
    pub epoch: String,
    pub version: i64,
    pub resumed: bool,
    pub limits: Limits,
}

#[derive(Debug, Serialize)]
pub struct SessionInfo {
    pub id: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    pub expires_at: Option<Moment>,
}

#[derive(Debug, Clone, Serialize)]
pub struct ApplicationInfo {
    pub name: String,
    pub colour: Option<String>,
    pub icon: Option<String>,
    pub features: &'static [&'static str],
    /// Whether the application answers now: `available` or `offline`.
    pub show: Show,
}

/// How an application shows itself that answers, or does not.
pub fn application_show(answering: bool) -> Show {
    if answering { Show::Available } else { Show::Offline }
}

#[derive(Debug, Clone, Copy, Serialize)]
pub struct Limits {
    /// Bytes of one frame.
    pub frame: usize,
    /// Bytes of a message's text.
    pub text: usize,
    /// Bytes of one file; 0 where files are not offered.
    pub file: u64,
    /// Messages a second, and how many at once after a silence.
    pub rate: u32,
    pub burst: u32,
}

#[derive(Debug, Serialize)]
pub struct Sync<'a> {
    pub version: i64,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub reset: bool,
    #[serde(flatten)]
    pub rows: &'a Rows,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub more: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Presence {
    pub user: UserId,
    pub show: Show,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Moment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_seen: Option<Moment>,
}

impl Presence {
    /// Of whom nothing else is known.
    pub fn offline(user: UserId) -> Presence {
        Presence { user, show: Show::Offline, note: None, until: None, last_seen: None }
    }
}

/// `ok`: the answer to the request with this id.
#[derive(Debug, Serialize)]
pub struct Answer<'a> {
    pub id: u64,
    #[serde(flatten)]
    pub body: Body<'a>,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Body<'a> {
    Nothing {},
    Message {
        message: &'a MessageRow,
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        repeated: bool,
        /// Where the message began its conversation: what belongs to that.
        #[serde(flatten, skip_serializing_if = "Option::is_none")]
        begun: Option<&'a Rows>,
    },
    /// A page of messages, which moves nothing.
    History {
        messages: &'a [MessageRow],
        users: &'a [UserRow],
        more: bool,
    },
    Contacts {
        users: &'a [UserRow],
        more: bool,
    },
    /// `open`, `room`, `settings`: in the place of the `sync` of that commit.
    Rows {
        #[serde(skip_serializing_if = "Option::is_none")]
        conversation: Option<&'a ConversationRow>,
        #[serde(flatten)]
        rows: &'a Rows,
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        repeated: bool,
        /// Too much for one frame: the rest follows at once in `sync` frames of the same version.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        more: bool,
    },
    Presence {
        presence: &'a [Presence],
    },
}

#[derive(Debug, Serialize)]
pub struct Refusal<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<u64>,
    pub code: &'static str,
    pub message: &'a str,
    pub temporary: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u32>,
    /// What was done with the card before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub done: Option<&'a Done>,
}

/// The `error` frame for a failed request.
pub fn refusal(id: Option<u64>, error: &Error) -> String {
    Frame::Error(Refusal {
        id,
        code: error.code().as_str(),
        message: &error.sentence(),
        temporary: error.temporary(),
        field: error.field(),
        retry_after: error.retry_after(),
        done: error.done(),
    })
    .text()
}

/// Why the server ends a connection, and whether to come back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Bye {
    pub code: &'static str,
    pub message: &'static str,
    pub reconnect: Reconnect,
    #[serde(skip)]
    pub close: u16,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Reconnect {
    Now,
    Later,
    Never,
}

impl Bye {
    pub const SHUTDOWN: Bye = Bye::new("shutdown", "the server is being restarted", Reconnect::Later, 4000);
    pub const SLOW: Bye = Bye::new("slow", "nothing was taken from this connection for too long", Reconnect::Now, 4001);
    pub const SILENT: Bye = Bye::new("slow", "nothing was heard from this connection for too long", Reconnect::Now, 4002);
    pub const INTERNAL: Bye = Bye::new("internal", "something went wrong here; it has been logged", Reconnect::Later, 4003);
    pub const RATE_LIMITED: Bye = Bye::new("rate_limited", "too much was sent for too long", Reconnect::Later, 4004);
    pub const LATE: Bye = Bye::new("slow", "nothing was said for too long", Reconnect::Later, 4005);
    pub const EXPIRED: Bye = Bye::new("expired", "this session has ended; sign in again", Reconnect::Never, 4500);
    pub const UNAUTHENTICATED: Bye = Bye::new("unauthenticated", "this connection is not signed in", Reconnect::Never, 4501);
    pub const REPLACED: Bye = Bye::new("replaced", "the same device connected again", Reconnect::Never, 4502);
    pub const CROWDED: Bye =
        Bye::new("replaced", "this user has newer connections, as many as one may have", Reconnect::Never, 4505);
    pub const BAD_REQUEST: Bye = Bye::new("bad_request", "too many requests could not be understood", Reconnect::Never, 4503);
    pub const TOO_LARGE: Bye = Bye::new("too_large", "a frame was larger than allowed", Reconnect::Never, 4504);

    const fn new(code: &'static str, message: &'static str, reconnect: Reconnect, close: u16) -> Bye {
        Bye { code, message, reconnect, close }
    }

    pub fn text(&self) -> String {
        Frame::Bye(self).text()
    }
}
