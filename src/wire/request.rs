//! What a client may ask: one JSON object with exactly one member, the frame's name. Unknown members are ignored;
//! unknown frames, ids of the wrong form and nesting deeper than 32 are refused with a sentence.

use crate::error::{Error, Result};
use crate::id::{AppId, ConversationId, Key, MessageId, Party, UserId};
use crate::time::Moment;
use crate::wire::object::{maybe, only};
use serde::{Deserialize, Serialize};

/// JSON nested deeper than this is refused.
pub const DEPTH: usize = 32;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Request {
    Hello(#[serde(deserialize_with = "only")] Hello),
    Send(#[serde(deserialize_with = "only")] Send),
    Edit(#[serde(deserialize_with = "only")] Edit),
    Delete(#[serde(deserialize_with = "only")] Delete),
    Act(#[serde(deserialize_with = "only")] Act),
    Read(#[serde(deserialize_with = "only")] Read),
    Received(#[serde(deserialize_with = "only")] Received),
    History(#[serde(deserialize_with = "only")] History),
    Open(#[serde(deserialize_with = "only")] Open),
    Room(#[serde(deserialize_with = "only")] Room),
    Contacts(#[serde(deserialize_with = "only")] Contacts),
    Watch(#[serde(deserialize_with = "only")] Watch),
    Present(#[serde(deserialize_with = "only")] Present),
    Typing(#[serde(deserialize_with = "only")] Typing),
    Settings(#[serde(deserialize_with = "only")] Settings),
}

#[derive(Debug, Deserialize)]
pub struct Hello {
    pub app: AppId,
    pub token: String,
    #[serde(default, deserialize_with = "maybe")]
    pub since: Option<Since>,
    #[serde(default, deserialize_with = "maybe")]
    pub client: Option<Client>,
}

/// Up to where a returning client has seen.
#[derive(Debug, Deserialize)]
pub struct Since {
    pub epoch: String,
    pub version: i64,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Client {
    pub name: Option<String>,
    pub version: Option<String>,
    /// One per tab; the same again replaces the earlier connection.
    pub device: Option<String>,
    pub locale: Option<String>,
}

#[derive(Debug, Deserialize)]
pub struct Send {
    pub id: u64,
    pub to: Party,
    pub key: Key,
    #[serde(default)]
    pub text: String,
    pub reply_to: Option<MessageId>,
    #[serde(default)]
    pub mentions: Vec<UserId>,
    /// Files that were sent before.
    #[serde(default)]
    pub attachments: Vec<i64>,
}

#[derive(Debug, Deserialize)]
pub struct Edit {
    pub id: u64,
    pub message: MessageId,
    pub text: String,
}

#[derive(Debug, Deserialize)]
pub struct Delete {
    pub id: u64,
    pub message: MessageId,
}

/// Presses a button of a card.
#[derive(Debug, Deserialize)]
pub struct Act {
    pub id: u64,
    pub message: MessageId,
    pub action: String,
    pub input: Option<String>,
    pub key: Key,
}

#[derive(Debug, Deserialize)]
pub struct Read {
    pub id: u64,
    pub conversation: ConversationId,
    pub upto: MessageId,
}

#[derive(Debug, Deserialize)]
pub struct Received {
    pub id: u64,
    pub version: i64,
}

#[derive(Debug, Deserialize)]
pub struct History {
    pub id: u64,
    pub conversation: ConversationId,
    pub before: Option<MessageId>,
    pub after: Option<MessageId>,
    pub around: Option<MessageId>,
    pub limit: Option<u32>,
}

#[derive(Debug, Deserialize)]
pub struct Open {
    pub id: u64,
    pub with: Party,
}

#[derive(Debug, Deserialize)]
pub struct Room {
    pub id: u64,
    /// Creates, with `title` and `users`.
    pub key: Option<Key>,
    pub title: Option<String>,
    #[serde(default)]
    pub users: Vec<UserId>,
    /// Changes this one.
    pub conversation: Option<ConversationId>,
    #[serde(default)]
    pub add: Vec<UserId>,
    #[serde(default)]
    pub remove: Vec<UserId>,
    #[serde(default)]
    pub leave: bool,
}

#[derive(Debug, Deserialize)]
pub struct Contacts {
    pub id: u64,
    #[serde(default)]
    pub refresh: bool,
    pub group: Option<String>,
    pub text: Option<String>,
    pub after: Option<String>,
    pub limit: Option<u32>,
}

#[derive(Debug, Deserialize)]
pub struct Watch {
    pub id: u64,
    pub users: Vec<UserId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Show {
    Available,
    Busy,
    Away,
    Invisible,
    Offline,
}

#[derive(Debug, Deserialize)]
pub struct Present {
    pub id: u64,
    pub show: Option<Show>,
    pub note: Option<String>,
    pub until: Option<Moment>,
    pub idle: Option<bool>,
}

#[derive(Debug, Deserialize)]
pub struct Typing {
    pub id: u64,
    pub conversation: ConversationId,
    pub on: bool,
}

#[derive(Debug, Deserialize)]
pub struct Settings {
    pub id: u64,
    #[serde(default, deserialize_with = "maybe")]
    pub mute: Option<Mute>,
    #[serde(default, deserialize_with = "maybe")]
    pub block: Option<Block>,
}

#[derive(Debug, Deserialize)]
pub struct Mute {
    pub conversation: ConversationId,
    pub on: bool,
    pub until: Option<Moment>,
}

#[derive(Debug, Deserialize)]
pub struct Block {
    pub user: UserId,
    pub on: bool,
}

impl Request {
    /// Reads one text frame.
    pub fn parse(text: &str) -> Result<Request> {
        if depth(text) > DEPTH {
            return Err(Error::invalid("", format!("JSON nested deeper than {DEPTH} is not accepted")));
        }
        let request: Request = serde_json::from_str(text).map_err(|e| Error::invalid("", format!("not understood: {e}")))?;
        match request.id() {
            Some(0) => Err(Error::invalid("id", "id must be a positive integer")),
            _ => Ok(request),
        }
    }

    /// The number by which the client knows its request again; `hello` has none.
    pub fn id(&self) -> Option<u64> {
        Some(match self {
            Request::Hello(_) => return None,
            Request::Send(r) => r.id,
            Request::Edit(r) => r.id,
            Request::Delete(r) => r.id,
            Request::Act(r) => r.id,
            Request::Read(r) => r.id,
            Request::Received(r) => r.id,
            Request::History(r) => r.id,
            Request::Open(r) => r.id,
            Request::Room(r) => r.id,
            Request::Contacts(r) => r.id,
            Request::Watch(r) => r.id,
            Request::Present(r) => r.id,
            Request::Typing(r) => r.id,
            Request::Settings(r) => r.id,
        })
    }

    /// Digs the `id` out of a frame that could not be read, so that its error can be matched.
    pub fn id_of(text: &str) -> Option<u64> {
        if depth(text) > DEPTH {
            return None;
        }
        let value: serde_json::Value = serde_json::from_str(text).ok()?;
        value.as_object()?.values().next()?.get("id")?.as_u64().filter(|id| *id > 0)
    }
}

/// How deep the brackets of a JSON text go, without reading it.
pub fn depth(text: &str) -> usize {
    let (mut now, mut most, mut inside, mut escaped) = (0usize, 0usize, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if inside => escaped = true,
            b'"' => inside = !inside,
            b'{' | b'[' if !inside => {
                now += 1;
                most = most.max(now);
            }
            b'}' | b']' if !inside => now = now.saturating_sub(1),
            _ => {}
        }
    }
    most
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_one_object_with_one_member() {
        let frame = r#"{"send":{"id":3,"to":"user:ben","key":"k1","text":"hi","new":1}}"#;
        assert!(matches!(Request::parse(frame), Ok(Request::Send(s)) if s.id == 3 && s.text == "hi"));
        for bad in [
            "[]",
            "{}",
            r#"{"shout":{}}"#,
            r#"{"edit":{"id":1}}"#,
            r#"{"delete":{"id":0,"message":1}}"#,
            r#"{"send":1}"#,
            r#"{"send":[3,"user:ben","k1","hi",null,[],[]]}"#,
            r#"{"settings":{"id":1,"block":["ben",true]}}"#,
            r#"["delete",{"id":1,"message":1}]"#,
            r#"{"read":{"id":1,"conversation":1,"upto":1},"edit":{"id":2,"message":1,"text":""}}"#,
        ] {
            assert!(Request::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_broken_frame_still_gives_its_id() {
        assert_eq!(Request::id_of(r#"{"shout":{"id":7}}"#), Some(7));
        assert_eq!(Request::id_of(r#"{"shout":"#), None);
    }

    #[test]
    fn depth_counts_brackets_outside_of_strings() {
        assert_eq!(depth(r#"{"a":["[[[",{"b":"\"]"}]}"#), 3);
        let deep = format!(r#"{{"send":{{"id":1,"x":{}{}}}}}"#, "[".repeat(40), "]".repeat(40));
        assert!(Request::parse(&deep).unwrap_err().sentence().contains("nested"));
    }
}
