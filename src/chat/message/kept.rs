//! A message as it was kept: how it is read, and how it looks to whom.

use crate::chat::card::{self, Card};
use crate::chat::term::Terms;
use crate::chat::{file, member};
use crate::directory::caller::Caller;
use crate::error::{Error, Result};
use crate::id::{AppNo, ConversationId, MessageId, Party, UserId, UserNo};
use crate::store::{Db, Row, params};
use crate::time::Moment;
use crate::wire::file::FileRow;
use crate::wire::row::MessageRow;

/// Missed messages above which a fresh picture is better than a replay.
pub const REPLAY: usize = 2000;

/// A kept message.
#[derive(Debug, Clone)]
pub struct Message {
    pub id: MessageId,
    pub conversation: ConversationId,
    pub prev: i64,
    pub sender: UserNo,
    pub sender_id: Option<UserId>,
    pub via: bool,
    pub at: Moment,
    pub key: String,
    pub text: String,
    pub reply_to: Option<MessageId>,
    pub mentions: Vec<UserId>,
    /// The files that it carries: their numbers, and what is shown of them.
    pub files: Vec<i64>,
    pub attachments: Vec<FileRow>,
    pub edited_at: Option<Moment>,
    pub deleted_by: Option<Party>,
    pub batch: Option<i64>,
    pub terms: Terms,
    /// The card that it shows, and that card.
    pub shows: Option<i64>,
    pub card: Option<Box<Card>>,
    pub version: i64,
}

/// The columns of a `Message`, from `message m`; to be followed by conditions on `m`.
pub(in crate::chat) const SELECT: &str = "SELECT m.id, m.conversation, m.prev, m.sender, u.id, m.via, m.at, coalesce(m.key, 'batch:' || m.id || ':1'), m.text, m.reply_to,
    m.edited_at, m.deleted_by, d.id, CASE WHEN m.key IS NULL THEN m.id ELSE m.batch END, m.version,
    CASE WHEN m.mentions IS NULL THEN NULL ELSE (SELECT json_group_array(x.id) FROM json_each(m.mentions) j
        JOIN user x ON x.application = m.application AND x.no = j.value) END, m.topic, m.expires_at, m.card, m.files
    FROM message m LEFT JOIN user u ON u.application = m.application AND u.no = m.sender
    LEFT JOIN user d ON d.application = m.application AND d.no = m.deleted_by";

pub fn get(db: &Db, app: AppNo, id: MessageId) -> Result<Message> {
    let sql = format!("{SELECT} WHERE m.application = ?1 AND m.id = ?2");
    let mut message = db.maybe(&sql, params![app, id], read)?.ok_or(Error::NotFound("message"))?;
    complete(db, app, std::slice::from_mut(&mut message))?;
    Ok(message)
}

/// Gives messages that were just read what they show besides their text.
pub(in crate::chat) fn complete(db: &Db, app: AppNo, messages: &mut [Message]) -> Result<()> {
    card::attach(db, app, messages)?;
    file::attach(db, app, messages)
}

/// The messages of a conversation that are new or changed between two versions, at most `REPLAY` of each.
pub fn changed_after(db: &Db, (app, conversation): (AppNo, ConversationId), since: i64, until: i64) -> Result<Vec<Message>> {
    let new = format!(
        "{SELECT} WHERE m.application = ?1 AND m.conversation = ?2 AND m.id > ?3 AND m.version <= ?4 ORDER BY m.id LIMIT ?5"
    );
    let changed = format!(
        "{SELECT} WHERE m.application = ?1 AND m.conversation = ?2 AND m.version <> m.id AND m.version > ?3 AND m.version <= ?4
         AND m.id <= ?3 ORDER BY m.version LIMIT ?5"
    );
    let mut found = db.all(&new, params![app, conversation, since, until, REPLAY as i64 + 1], read)?;
    found.extend(db.all(&changed, params![app, conversation, since, until, REPLAY as i64 + 1], read)?);
    complete(db, app, &mut found)?;
    Ok(found)
}

/// A message that this user may see.
pub fn require(db: &Db, caller: &Caller, id: MessageId) -> Result<Message> {
    let message = get(db, caller.app, id)?;
    let member = member::require(db, caller.app, message.conversation, caller.user).map_err(|_| Error::NotFound("message"))?;
    match member.left {
        Some(left) if message.version > left => Err(Error::NotFound("message")),
        _ => Ok(message),
    }
}

impl Message {
    /// Makes it look as if its author had taken it away, for somebody who may not see what became of it.
    pub(in crate::chat) fn withdraw(&mut self) {
        self.text.clear();
        self.mentions.clear();
        self.files.clear();
        self.attachments.clear();
        self.card = None;
        self.version = self.id.0;
        self.edited_at = None;
        self.deleted_by = Some(self.sender_id.clone().map_or(Party::Application, Party::User));
    }

    /// Makes it look as it will once it is swept, where its time is over.
    fn end(&mut self, now: Moment) {
        if self.deleted_by.is_none() && self.terms.is_over(now) {
            self.text.clear();
            self.mentions.clear();
            self.files.clear();
            self.shows = None;
            self.deleted_by = Some(Party::Application);
        }
    }

    /// As the application is told of it: of a card all buttons, and for whom each is.
    pub fn told(&self, db: &Db) -> Result<MessageRow> {
        let card = self.card.as_ref().filter(|card| !card.is_bare());
        let card = card.map(|card| card.told(db).map(Box::new)).transpose()?;
        Ok(MessageRow { card, ..self.row(UserNo::APPLICATION) })
    }

    /// As this user sees it: the key only on one's own.
    pub fn row(&self, seen_by: UserNo) -> MessageRow {
        let from = self.sender_id.clone().map_or(Party::Application, Party::User);
        let own = self.sender == seen_by && !self.via;
        MessageRow {
            id: self.id,
            conversation: self.conversation,
            prev: self.prev,
            from,
            via: self.via.then_some("application"),
            at: self.at,
            text: self.text.clone(),
            mentions: self.mentions.clone(),
            attachments: self.attachments.clone(),
            reply_to: self.reply_to,
            topic: self.terms.topic.clone(),
            expires_at: self.terms.expires_at,
            edited_at: self.edited_at,
            deleted_by: self.deleted_by.clone(),
            card: self.card.as_ref().filter(|card| !card.is_bare()).map(|card| Box::new(card.row(seen_by))),
            claim: self.card.as_ref().and_then(|card| card.claim.as_ref()).map(|claim| Box::new(claim.row(seen_by))),
            key: own.then(|| self.key.clone()),
            version: self.version,
        }
    }
}

pub(in crate::chat) fn read(r: &Row) -> Result<Message> {
    let deleted_by = match (r.get::<Option<UserNo>>(11)?, r.get::<Option<UserId>>(12)?) {
        (None, _) => None,
        (Some(_), Some(id)) => Some(Party::User(id)),
        (Some(_), None) => Some(Party::Application),
    };
    let mentions = match r.get::<Option<String>>(15)? {
        None => Vec::new(),
        Some(list) => serde_json::from_str(&list).map_err(Error::internal)?,
    };
    let mut message = Message {
        id: r.get(0)?,
        conversation: r.get(1)?,
        prev: r.get(2)?,
        sender: r.get(3)?,
        sender_id: r.get(4)?,
        via: r.get(5)?,
        at: r.get(6)?,
        key: r.get(7)?,
        text: r.get(8)?,
        reply_to: r.get(9)?,
        mentions,
        files: file::numbers(r.get(19)?)?,
        attachments: Vec::new(),
        edited_at: r.get(10)?,
        deleted_by,
        batch: r.get(13)?,
        terms: Terms { topic: r.get(16)?, expires_at: r.get(17)? },
        shows: r.get(18)?,
        card: None,
        version: r.get(14)?,
    };
    message.end(Moment::now());
    Ok(message)
}
