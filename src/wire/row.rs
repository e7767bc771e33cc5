//! Rows: everything a client keeps. Each carries the `version` of its last change; a client upserts by id.
//! `gone` says that the row is no longer for this client.

use crate::id::{ConversationId, MessageId, Party, Topic, UserId};
use crate::time::Moment;
use crate::wire::card::CardRow;
use crate::wire::claim::ClaimRow;
use crate::wire::file::FileRow;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

fn is_false(flag: &bool) -> bool {
    !*flag
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum UserKind {
    Person,
    Program,
    Device,
}

impl UserKind {
    pub fn as_str(self) -> &'static str {
        match self {
            UserKind::Person => "person",
            UserKind::Program => "program",
            UserKind::Device => "device",
        }
    }
}

/// A user as others of the same application see it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct UserRow {
    #[schema(value_type = String)]
    pub id: UserId,
    pub name: String,
    pub kind: UserKind,
    pub avatar: Option<String>,
    pub title: Option<String>,
    pub version: i64,
    /// The id is nobody's any more: its user was erased.
    #[serde(skip_serializing_if = "is_false")]
    pub gone: bool,
}

/// A part of a contact list. `users` is null above 500: page with `contacts`.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct GroupRow {
    /// `own:`, `shared:` or `app:` and the id within that source.
    pub id: String,
    pub name: String,
    pub parent: Option<String>,
    pub count: i64,
    #[schema(value_type = Option<Vec<String>>)]
    pub users: Option<Vec<UserId>>,
    pub version: i64,
    #[serde(skip_serializing_if = "is_false")]
    pub gone: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ConversationKind {
    /// Two users.
    Direct,
    /// A user and the application itself.
    Application,
    /// Several users.
    Room,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ConversationRow {
    #[schema(value_type = i64)]
    pub id: ConversationId,
    pub kind: ConversationKind,
    pub title: Option<String>,
    pub topic: Option<String>,
    /// The oldest message that is kept; drop what is below.
    pub first: i64,
    /// The newest message's id; 0 where there is none.
    pub last: i64,
    /// How many users are in it now.
    pub count: i64,
    pub version: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// May rename the room, add and remove.
    Owner,
    Member,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct MemberRow {
    #[schema(value_type = i64)]
    pub conversation: ConversationId,
    #[schema(value_type = String)]
    pub user: UserId,
    pub role: Role,
    pub joined: i64,
    /// The version at which this user left.
    pub left: Option<i64>,
    /// The newest message this user has read.
    pub read: i64,
    /// The newest message that has reached a device of this user.
    pub received: i64,
    pub version: i64,
    /// Only in one's own row, and so never in REST.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    #[schema(ignore)]
    pub own: Option<OwnMember>,
}

/// What only the member itself is told, exact as of the frame's version.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct OwnMember {
    pub unread: i64,
    pub mentions: i64,
    pub muted: bool,
    #[schema(value_type = Option<String>)]
    pub muted_until: Option<Moment>,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct MessageRow {
    #[schema(value_type = i64)]
    pub id: MessageId,
    #[schema(value_type = i64)]
    pub conversation: ConversationId,
    /// The message before it in this conversation, 0 for the first.
    pub prev: i64,
    /// `user:<id>` or `application`.
    #[schema(value_type = String)]
    pub from: Party,
    /// `application` where the application wrote in a user's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub via: Option<&'static str>,
    #[schema(value_type = String)]
    pub at: Moment,
    pub text: String,
    #[schema(value_type = Vec<String>)]
    pub mentions: Vec<UserId>,
    #[schema(value_type = Option<i64>)]
    pub reply_to: Option<MessageId>,
    /// The files that it carries.
    pub attachments: Vec<FileRow>,
    /// What it is about, as the application names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub topic: Option<Topic>,
    /// It disappears then.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub expires_at: Option<Moment>,
    #[schema(value_type = Option<String>)]
    pub edited_at: Option<Moment>,
    /// Who deleted it (a party); its text is empty then.
    #[schema(value_type = Option<String>)]
    pub deleted_by: Option<Party>,
    /// From the application only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub card: Option<Box<CardRow>>,
    /// From the application only: its recipients are to take or confirm it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claim: Option<Box<ClaimRow>>,
    /// Shown to its sender only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    pub version: i64,
}

/// What a user has set for itself.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SettingsRow {
    #[schema(value_type = Vec<String>)]
    pub blocked: Vec<UserId>,
    /// How old the contact list from the application is, and whether the last try to renew it failed.
    pub contacts: ContactsState,
    pub version: i64,
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, ToSchema)]
pub struct ContactsState {
    #[schema(value_type = Option<String>)]
    pub at: Option<Moment>,
    pub failed: bool,
}

/// A set of rows, as they stand in `sync` and in many an `ok`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub struct Rows {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub users: Vec<UserRow>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<GroupRow>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub conversations: Vec<ConversationRow>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<MemberRow>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub messages: Vec<MessageRow>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settings: Option<SettingsRow>,
}

impl Rows {
    /// The newest version among them.
    pub fn version(&self) -> Option<i64> {
        let users = self.users.iter().map(|row| row.version);
        let groups = self.groups.iter().map(|row| row.version);
        let conversations = self.conversations.iter().map(|row| row.version);
        let members = self.members.iter().map(|row| row.version);
        let messages = self.messages.iter().map(|row| row.version);
        let settings = self.settings.iter().map(|row| row.version);
        users.chain(groups).chain(conversations).chain(members).chain(messages).chain(settings).max()
    }

    pub fn is_empty(&self) -> bool {
        *self == Rows::default()
    }

    /// Takes later ones in behind these: of a row that comes twice the last one holds.
    pub fn append(&mut self, later: Rows) {
        self.users.extend(later.users);
        self.groups.extend(later.groups);
        self.conversations.extend(later.conversations);
        self.members.extend(later.members);
        self.messages.extend(later.messages);
        self.settings = later.settings.or(self.settings.take());
    }
}
