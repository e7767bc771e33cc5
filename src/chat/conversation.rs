//! A conversation, and how a writer reaches one: by its number through a membership, or by naming a user or the
//! application, which begins it where there is none yet and the application's policy allows it.

use crate::apps::application::{self, Policy};
use crate::chat::author::Author;
use crate::chat::member::{self, Member};
use crate::directory::{block, contact, user};
use crate::error::{Error, Result};
use crate::id::{AppNo, ConversationId, Party, UserId, UserNo};
use crate::store::{Db, Row, Tx, params};
use crate::wire::row::{ConversationKind, ConversationRow, Role};
use std::collections::HashMap;
use std::sync::Arc;

#[derive(Debug, Clone)]
pub struct Conversation {
    pub id: ConversationId,
    pub kind: ConversationKind,
    pub title: Option<String>,
    /// Direct: both users, the smaller number first. With the application: 0 and the user.
    pub low: Option<UserNo>,
    pub high: Option<UserNo>,
    pub first: i64,
    pub version: i64,
    /// Who is in it now.
    members: i64,
}

/// Where a writer may write: the conversation and who is in it now.
#[derive(Debug, Clone)]
pub struct Place {
    pub conversation: ConversationId,
    pub kind: ConversationKind,
    pub roster: Arc<[UserNo]>,
    /// It was begun just now, so everybody in it must be told of it.
    pub begun: bool,
}

const SELECT: &str = "SELECT id, kind, title, low, high, first, version, members FROM conversation";

pub fn find(db: &Db, app: AppNo, id: ConversationId) -> Result<Option<Conversation>> {
    db.maybe(&format!("{SELECT} WHERE application = ?1 AND id = ?2"), params![app, id], read)
}

pub fn get(db: &Db, app: AppNo, id: ConversationId) -> Result<Conversation> {
    find(db, app, id)?.ok_or(Error::NotFound("conversation"))
}

/// The one between two users, or between the application (0) and a user.
pub fn find_between(db: &Db, app: AppNo, a: UserNo, b: UserNo) -> Result<Option<Conversation>> {
    let sql = format!("{SELECT} WHERE application = ?1 AND low = ?2 AND high = ?3");
    db.maybe(&sql, params![app, a.min(b), a.max(b)], read)
}

/// The newest message's id, 0 where there is none.
pub fn last(db: &Db, app: AppNo, id: ConversationId) -> Result<i64> {
    let sql = "SELECT max(id) FROM message WHERE application = ?1 AND conversation = ?2";
    Ok(db.one(sql, params![app, id], |r| r.get::<Option<i64>>(0))?.unwrap_or(0))
}

/// All of an application's, by id, for its own records.
pub fn list(db: &Db, app: AppNo, after: i64, limit: usize) -> Result<Vec<Conversation>> {
    let sql = format!("{SELECT} WHERE application = ?1 AND id > ?2 ORDER BY id LIMIT ?3");
    db.all(&sql, params![app, after, limit as i64], read)
}

/// Where writers may write, as long as nothing was written that could change it.
#[derive(Default)]
struct Reached(HashMap<(AppNo, UserNo, bool, Party), Place>);

/// Places that are remembered at once.
const REMEMBERED: usize = 10_000;

/// Finds or begins the conversation that `to` means for this writer, and checks that it may write there.
pub fn reach(tx: &mut Tx, author: &Author, to: &Party) -> Result<Place> {
    let way = (author.app, author.user, author.via, to.clone());
    if let Some(place) = tx.memo::<Reached>().and_then(|reached| reached.0.get(&way)) {
        return Ok(place.clone());
    }
    let place = find_way(tx, author, to)?;
    if let Some(reached) = tx.memo::<Reached>().filter(|reached| reached.0.len() < REMEMBERED && !place.begun) {
        reached.0.insert(way, place.clone());
    }
    Ok(place)
}

fn find_way(tx: &mut Tx, author: &Author, to: &Party) -> Result<Place> {
    // What was asked before a suspension or an erasure may come to the writer after it.
    if !author.is_application() && !user::is_active(tx, author.app, author.user)? {
        return Err(Error::Forbidden("you may not write any more".into()));
    }
    let (conversation, begun) = match to {
        Party::Conversation(id) => (by_number(tx, author, *id)?, false),
        Party::User(id) => with_user(tx, author, id)?,
        Party::Application if author.is_application() => {
            return Err(Error::invalid("to", "the application cannot write to itself"));
        }
        Party::Application => between(tx, author.app, UserNo::APPLICATION, author.user)?,
        Party::Group(_) | Party::Everyone => {
            return Err(Error::Forbidden("only the application may write to an audience".into()));
        }
    };
    let roster = member::roster(tx, author.app, conversation.id)?.into();
    may_write(tx, author, &conversation)?;
    Ok(Place { conversation: conversation.id, kind: conversation.kind, roster, begun })
}

/// Whether what is written to this party stands in this conversation.
pub fn leads(db: &Db, author: &Author, to: &Party, id: ConversationId) -> Result<bool> {
    let conversation = get(db, author.app, id)?;
    Ok(match to {
        Party::Conversation(given) => *given == id,
        Party::User(user) => match user::find(db, author.app, user)? {
            Some(user) => [conversation.low, conversation.high].contains(&Some(user.no)),
            None => false,
        },
        Party::Application => conversation.kind == ConversationKind::Application,
        Party::Group(_) | Party::Everyone => false,
    })
}

/// Finds or begins a conversation without writing in it; one that is begun becomes visible to both.
pub fn open(tx: &mut Tx, author: &Author, with: &Party) -> Result<ConversationId> {
    let place = reach_to_read(tx, author, with)?;
    if place.begun {
        for user in place.roster.iter() {
            crate::chat::announce::conversation(tx, author.app, place.conversation, *user)?;
        }
    }
    Ok(place.conversation)
}

/// As `reach`, also where one may only read: after leaving, or where a block stands between.
fn reach_to_read(tx: &mut Tx, author: &Author, to: &Party) -> Result<Place> {
    if let Party::Conversation(id) = to {
        member::require(tx, author.app, *id, author.user)?;
        let kind = get(tx, author.app, *id)?.kind;
        return Ok(Place { conversation: *id, kind, roster: Arc::default(), begun: false });
    }
    let between = match to {
        Party::User(id) => find_between(tx, author.app, author.user, user::number(tx, author.app, id)?)?,
        _ => None,
    };
    match between {
        Some(found) => Ok(Place { conversation: found.id, kind: found.kind, roster: Arc::default(), begun: false }),
        None => reach(tx, author, to),
    }
}

fn by_number(tx: &Tx, author: &Author, id: ConversationId) -> Result<Conversation> {
    if !author.is_application() {
        member::require_present(tx, author.app, id, author.user)?;
    }
    get(tx, author.app, id)
}

/// Blocks hold between two users wherever they come from; the application is never blocked. Nobody writes to who was erased.
fn may_write(db: &Db, author: &Author, conversation: &Conversation) -> Result<()> {
    let (Some(low), Some(high)) = (conversation.low, conversation.high) else { return Ok(()) };
    for user in [low, high].into_iter().filter(|no| *no != author.user && *no != UserNo::APPLICATION) {
        if user::get_no(db, author.app, user)?.erased_at.is_some() {
            return Err(Error::Forbidden("this person is not here any more".into()));
        }
    }
    match low == UserNo::APPLICATION || author.is_application() {
        true => Ok(()),
        false => require_unblocked(db, author, if author.user == low { high } else { low }),
    }
}

/// Whether the author may bring this user into a room with itself.
pub fn may_meet(db: &Db, author: &Author, other: UserNo) -> Result<()> {
    require_unblocked(db, author, other)?;
    match user::get_no(db, author.app, other)?.is_active() {
        true => Ok(()),
        false => Err(Error::NotFound("user")),
    }
}

fn require_unblocked(db: &Db, author: &Author, other: UserNo) -> Result<()> {
    let (app, user) = (author.app, author.user);
    if block::is_blocked(db, app, user, other)? || block::is_blocked(db, app, other, user)? {
        return Err(Error::Forbidden("messages between you and this user are blocked".into()));
    }
    Ok(())
}

fn with_user(tx: &mut Tx, author: &Author, id: &UserId) -> Result<(Conversation, bool)> {
    let other = user::get(tx, author.app, id)?;
    if author.is_application() {
        return between(tx, author.app, UserNo::APPLICATION, other.no);
    }
    if other.no == author.user {
        return Err(Error::invalid("to", "you cannot write to yourself"));
    }
    if let Some(found) = find_between(tx, author.app, author.user, other.no)? {
        return Ok((found, false));
    }
    may_begin(tx, author, other.no)?;
    if other.suspended_at.is_some() {
        return Err(Error::Forbidden("this user cannot be written to now".into()));
    }
    // Before anything is begun: where several are written to at once, what others got stands.
    require_unblocked(tx, author, other.no)?;
    between(tx, author.app, author.user, other.no)
}

/// The application's policy, asked only when a conversation is begun: who may not know a user is told that there is none.
pub fn may_begin(db: &Db, author: &Author, other: UserNo) -> Result<()> {
    let allowed = author.via
        || match application::policy(db, author.app)? {
            Policy::Everyone => true,
            Policy::Contacts => contact::knows(db, author.app, author.user, other)?,
            Policy::Application => false,
        };
    if allowed { Ok(()) } else { Err(Error::NotFound("user")) }
}

fn between(tx: &mut Tx, app: AppNo, a: UserNo, b: UserNo) -> Result<(Conversation, bool)> {
    if let Some(found) = find_between(tx, app, a, b)? {
        return Ok((found, false));
    }
    let (low, high) = (a.min(b), a.max(b));
    let kind = if low == UserNo::APPLICATION { ConversationKind::Application } else { ConversationKind::Direct };
    let id = tx.next_version(app)?;
    let sql =
        "INSERT INTO conversation (application, id, kind, low, high, version, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?2, ?6)";
    let now = tx.now;
    tx.run(sql, params![app, id, kind_name(kind), low, high, now])?;
    for user in [low, high].into_iter().filter(|user| *user != UserNo::APPLICATION) {
        member::join(tx, app, ConversationId(id), user, Role::Member)?;
    }
    get(tx, app, ConversationId(id)).map(|conversation| (conversation, true))
}

impl Conversation {
    /// As one of its members sees it: who has left is told nothing of what came after.
    pub fn row_for(&self, db: &Db, app: AppNo, own: &Member) -> Result<ConversationRow> {
        let row = self.row(db, app)?;
        let Some(left) = own.left else { return Ok(row) };
        let title = row.title.filter(|_| row.version <= left);
        Ok(ConversationRow { title, last: row.last.min(left), count: 0, version: row.version.min(left), ..row })
    }

    /// Whom this author means by it: the user to whom it writes here and in no other place.
    pub fn between(&self, author: UserNo) -> Option<UserNo> {
        let (low, high) = (self.low?, self.high?);
        let other = if low == author { high } else { low };
        ((low == author || high == author) && other != UserNo::APPLICATION).then_some(other)
    }

    pub fn row(&self, db: &Db, app: AppNo) -> Result<ConversationRow> {
        Ok(ConversationRow {
            id: self.id,
            kind: self.kind,
            title: self.title.clone(),
            topic: None,
            first: self.first,
            last: last(db, app, self.id)?,
            count: self.members,
            version: self.version,
        })
    }
}

pub(super) fn kind_name(kind: ConversationKind) -> &'static str {
    match kind {
        ConversationKind::Direct => "direct",
        ConversationKind::Application => "application",
        ConversationKind::Room => "room",
    }
}

fn read(r: &Row) -> Result<Conversation> {
    let kind = match r.get::<String>(1)?.as_str() {
        "direct" => ConversationKind::Direct,
        "application" => ConversationKind::Application,
        _ => ConversationKind::Room,
    };
    Ok(Conversation {
        id: r.get(0)?,
        kind,
        title: r.get(2)?,
        low: r.get(3)?,
        high: r.get(4)?,
        first: r.get(5)?,
        version: r.get(6)?,
        members: r.get(7)?,
    })
}
