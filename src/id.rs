//! Names of things, each a type of its own, parsed at the door. The outside sees an application's and a user's
//! text id; inside, both have a small number (`AppNo`, `UserNo`) that is never reused and never shown.

use crate::error::{Error, Result};
use serde::{Deserialize, Deserializer, Serialize, de};
use std::fmt;
use utoipa::openapi::{ObjectBuilder, RefOr, Schema, Type};

macro_rules! number {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

number!(/// An application's number inside this database.
    AppNo);
number!(/// A user's number inside its application; 0 stands for the application itself where somebody writes.
    UserNo);
number!(/// A conversation: the version at which it was created, unique within its application.
    ConversationId);
number!(/// A message: the version at which it was created, unique within its application, so ids sort by age.
    MessageId);

impl UserNo {
    /// The application itself, as a writer or as a partner of a conversation.
    pub const APPLICATION: UserNo = UserNo(0);
}

/// An application's public id: `[a-z0-9][a-z0-9-]{1,31}`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct AppId(String);

impl AppId {
    pub fn parse(text: &str) -> Result<AppId> {
        let good = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
        let bytes = text.as_bytes();
        if (2..=32).contains(&bytes.len()) && good(bytes[0]) && bytes.iter().all(|&b| good(b) || b == b'-') {
            return Ok(AppId(text.into()));
        }
        Err(Error::invalid("app", "an application's id has 2 to 32 of a-z, 0-9 and -, and does not begin with -"))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The application's own id for its user: 1 to 128 bytes of UTF-8 without control characters, case-sensitive.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct UserId(String);

impl UserId {
    pub fn parse(text: &str) -> Result<UserId> {
        plain("user", text, 128).map(UserId)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The id of a group within its source: 1 to 128 bytes of UTF-8 without control characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct GroupId(String);

impl GroupId {
    pub fn parse(text: &str) -> Result<GroupId> {
        plain("group", text, 128).map(GroupId)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The application's name for what a message is about, such as `leave/118`: 1 to 128 bytes of UTF-8 without control characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Topic(String);

impl Topic {
    pub fn parse(text: &str) -> Result<Topic> {
        plain("topic", text, 128).map(Topic)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a client names its own creation by, so that sending it twice creates it once: 1 to 64 bytes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Key(String);

impl Key {
    pub fn parse(text: &str) -> Result<Key> {
        plain("key", text, 64).map(Key)
    }

    /// What the copy for one recipient of a batch is known by.
    pub fn of_copy(batch: i64, position: i64) -> Result<Key> {
        Key::parse(&format!("batch:{batch}:{position}"))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Text ids of the REST interface, as its document describes them; in bytes they are no longer than in characters.
macro_rules! described {
    ($($name:ident up to $most:literal),*) => {$(
        impl utoipa::PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let text = ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some($most));
                text.pattern(Some(r"^[^\x00-\x1f\x7f-\x9f]+$")).into()
            }
        }

        impl utoipa::ToSchema for $name {}
    )*};
}
described!(UserId up to 128, GroupId up to 128, Topic up to 128, Key up to 64);

fn plain(field: &str, text: &str, most: usize) -> Result<String> {
    if text.is_empty() || text.len() > most || text.chars().any(char::is_control) {
        return Err(Error::invalid(field, format!("expected 1 to {most} bytes of text without control characters")));
    }
    Ok(text.into())
}

macro_rules! text_id {
    ($($name:ident),*) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(input: D) -> std::result::Result<$name, D::Error> {
                $name::parse(&String::deserialize(input)?).map_err(de::Error::custom)
            }
        }
    )*};
}
text_id!(AppId, UserId, GroupId, Key, Topic);

/// Who is written to: `user:<id>`, `application`, `conversation:<id>`, and for the application only the audiences
/// `group:<id>` and `everyone`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Party {
    User(UserId),
    Application,
    Conversation(ConversationId),
    Group(GroupId),
    Everyone,
}

impl Party {
    pub fn parse(text: &str) -> Result<Party> {
        let wrong = || Error::invalid("to", "expected user:<id>, application, conversation:<id>, group:<id> or everyone");
        match text.split_once(':') {
            None if text == "application" => Ok(Party::Application),
            None if text == "everyone" => Ok(Party::Everyone),
            Some(("user", id)) => UserId::parse(id).map(Party::User),
            Some(("group", id)) => GroupId::parse(id).map(Party::Group),
            Some(("conversation", id)) => id.parse().map(|id| Party::Conversation(ConversationId(id))).map_err(|_| wrong()),
            _ => Err(wrong()),
        }
    }
}

impl fmt::Display for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Party::User(id) => write!(f, "user:{id}"),
            Party::Application => f.write_str("application"),
            Party::Conversation(id) => write!(f, "conversation:{id}"),
            Party::Group(id) => write!(f, "group:{id}"),
            Party::Everyone => f.write_str("everyone"),
        }
    }
}

impl Serialize for Party {
    fn serialize<S: serde::Serializer>(&self, out: S) -> std::result::Result<S::Ok, S::Error> {
        out.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Party {
    fn deserialize<D: Deserializer<'de>>(input: D) -> std::result::Result<Party, D::Error> {
        Party::parse(&String::deserialize(input)?).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_the_wrong_form_are_refused() {
        assert!(AppId::parse("oa").is_ok() && AppId::parse("0-a").is_ok());
        for bad in ["", "a", "-a", "OA", "o a", "ö2", &"a".repeat(33)] {
            assert!(AppId::parse(bad).is_err(), "{bad}");
        }
        assert!(UserId::parse("Zoë/刘 #1").is_ok());
        for bad in ["", "a\nb", &"x".repeat(129)] {
            assert!(UserId::parse(bad).is_err());
        }
    }

    #[test]
    fn a_party_reads_as_it_is_written() {
        for text in ["user:a:b", "application", "conversation:7", "group:sales", "everyone"] {
            assert_eq!(Party::parse(text).unwrap().to_string(), text);
        }
        for bad in ["", "user:", "conversation:x", "users:1", "Application"] {
            assert!(Party::parse(bad).is_err(), "{bad}");
        }
    }
}
