//! A user's place in a conversation. You reach a conversation only through your membership: the lookup is the permission.

use crate::chat::cleared;
use crate::error::{Error, Result};
use crate::id::{AppNo, ConversationId, UserId, UserNo};
use crate::store::{Db, Row, Tx, params};
use crate::time::Moment;
use crate::wire::row::{MemberRow, OwnMember, Role};

/// The most users in one conversation.
pub const MOST: usize = 1000;
/// Marks of others are told only in conversations of up to this many.
pub const MARKED: usize = 50;
/// Unread messages are counted up to this many: members are told of them whenever one is taken away, and nobody reads more.
pub const COUNTED: i64 = 1000;

#[derive(Debug, Clone)]
pub struct Member {
    pub conversation: ConversationId,
    pub user: UserNo,
    pub id: UserId,
    pub role: Role,
    pub joined: i64,
    pub left: Option<i64>,
    pub read: i64,
    pub received: i64,
    pub muted: bool,
    pub muted_until: Option<Moment>,
    pub version: i64,
}

const SELECT: &str = "SELECT m.conversation, m.user, u.id, m.role, m.joined, m.left, m.read, m.received, m.muted, m.muted_until, \
                      m.version FROM member m JOIN user u ON u.application = m.application AND u.no = m.user";

/// This user's place in the conversation, also after leaving.
pub fn find(db: &Db, app: AppNo, conversation: ConversationId, user: UserNo) -> Result<Option<Member>> {
    let sql = format!("{SELECT} WHERE m.application = ?1 AND m.conversation = ?2 AND m.user = ?3");
    db.maybe(&sql, params![app, conversation, user], read)
}

/// As `find`; a conversation that one never was in is not there.
pub fn require(db: &Db, app: AppNo, conversation: ConversationId, user: UserNo) -> Result<Member> {
    find(db, app, conversation, user)?.ok_or(Error::NotFound("conversation"))
}

/// As `require`, and has not left.
pub fn require_present(db: &Db, app: AppNo, conversation: ConversationId, user: UserNo) -> Result<Member> {
    let member = require(db, app, conversation, user)?;
    match member.left {
        None => Ok(member),
        Some(_) => Err(Error::Forbidden("you have left this conversation".into())),
    }
}

/// All who are in it now, with their details.
pub fn present(db: &Db, app: AppNo, conversation: ConversationId) -> Result<Vec<Member>> {
    let sql = format!("{SELECT} WHERE m.application = ?1 AND m.conversation = ?2 AND m.left IS NULL");
    db.all(&sql, params![app, conversation], read)
}

/// All who are or were in it.
pub fn all(db: &Db, app: AppNo, conversation: ConversationId) -> Result<Vec<Member>> {
    let sql = format!("{SELECT} WHERE m.application = ?1 AND m.conversation = ?2");
    db.all(&sql, params![app, conversation], read)
}

/// As `present`, of a conversation that is small enough for marks; of a larger one nobody.
pub fn few(db: &Db, app: AppNo, conversation: ConversationId) -> Result<Vec<Member>> {
    if is_small(db, app, conversation)? { present(db, app, conversation) } else { Ok(Vec::new()) }
}

fn is_small(db: &Db, app: AppNo, conversation: ConversationId) -> Result<bool> {
    let sql = "SELECT members FROM conversation WHERE application = ?1 AND id = ?2";
    Ok(db.one(sql, params![app, conversation], |r| r.get::<i64>(0))? <= MARKED as i64)
}

/// What `few` would show and was not so at a version, and who has left since. Where others came or went (`moved`) all of them:
/// the conversation may have been a large one then.
pub fn few_changed(db: &Db, app: AppNo, conversation: ConversationId, since: i64, moved: bool) -> Result<Vec<Member>> {
    if !is_small(db, app, conversation)? {
        return Ok(Vec::new());
    }
    let sql = format!(
        "{SELECT} WHERE m.application = ?1 AND m.conversation = ?2 AND (m.version > ?3 OR (?4 AND m.left IS NULL)) LIMIT ?5"
    );
    db.all(&sql, params![app, conversation, since, moved, MOST as i64], read)
}

/// The numbers of all who are in it now.
pub fn roster(db: &Db, app: AppNo, conversation: ConversationId) -> Result<Vec<UserNo>> {
    let sql = "SELECT user FROM member WHERE application = ?1 AND conversation = ?2 AND left IS NULL";
    db.all(sql, params![app, conversation], |r| r.get(0))
}

/// In how many conversations a user is or was.
pub fn places(db: &Db, app: AppNo, user: UserNo) -> Result<i64> {
    db.one("SELECT count(*) FROM member WHERE application = ?1 AND user = ?2", params![app, user], |r| r.get(0))
}

/// Of one user, all places that changed after `since`, whichever the conversation.
pub fn of_user(db: &Db, app: AppNo, user: UserNo, since: i64) -> Result<Vec<Member>> {
    let sql = format!("{SELECT} WHERE m.application = ?1 AND m.user = ?2 AND m.version > ?3");
    db.all(&sql, params![app, user, since], read)
}

/// Puts a user in, or back in, with everything before counted as read. Answers the new member row's version.
pub fn join(tx: &mut Tx, app: AppNo, conversation: ConversationId, user: UserNo, role: Role) -> Result<i64> {
    let version = tx.next_version(app)?;
    let sql = "INSERT INTO member (application, conversation, user, role, joined, read, received, version)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, ?5)
               ON CONFLICT DO UPDATE SET left = NULL, role = excluded.role, joined = excluded.joined, version = excluded.version,
                   read = max(read, excluded.read), received = max(received, excluded.received)";
    let last = crate::chat::conversation::last(tx, app, conversation)?;
    tx.run(sql, params![app, conversation, user, role_name(role), version, last])?;
    Ok(version)
}

/// Takes a user out; the row stays as the last thing that they get of the conversation.
pub fn leave(tx: &mut Tx, app: AppNo, conversation: ConversationId, user: UserNo) -> Result<i64> {
    let version = tx.next_version(app)?;
    let sql = "UPDATE member SET left = ?4, version = ?4 WHERE application = ?1 AND conversation = ?2 AND user = ?3";
    tx.run(sql, params![app, conversation, user, version])?;
    Ok(version)
}

pub fn mute(tx: &mut Tx, app: AppNo, member: &Member, muted: bool, until: Option<Moment>) -> Result<i64> {
    let version = tx.next_version(app)?;
    let sql =
        "UPDATE member SET muted = ?4, muted_until = ?5, version = ?6 WHERE application = ?1 AND conversation = ?2 AND user = ?3";
    tx.run(sql, params![app, member.conversation, member.user, muted, until, version])?;
    Ok(version)
}

impl Member {
    /// As other members see it.
    pub fn row(&self) -> MemberRow {
        MemberRow {
            conversation: self.conversation,
            user: self.id.clone(),
            role: self.role,
            joined: self.joined,
            left: self.left,
            read: self.read,
            received: self.received.max(self.read),
            version: self.version,
            own: None,
        }
    }

    /// As its user sees it, with what is unread as of now.
    pub fn own_row(&self, db: &Db, app: AppNo) -> Result<MemberRow> {
        let muted = self.muted && self.muted_until.is_none_or(|until| until > Moment::now());
        let own = OwnMember {
            unread: self.unread(db, app)?,
            mentions: self.mentions(db, app)?,
            muted,
            muted_until: self.muted_until.filter(|_| muted),
        };
        Ok(MemberRow { own: Some(own), ..self.row() })
    }

    /// At most `COUNTED`.
    fn unread(&self, db: &Db, app: AppNo) -> Result<i64> {
        match self.above(db, app, COUNTED)? {
            0 => Ok(0),
            above => match cleared::count(db, app, self)? {
                0 => Ok(above),
                cleared if above < COUNTED => Ok(above - cleared),
                cleared => Ok(self.above(db, app, COUNTED + cleared)? - cleared),
            },
        }
    }

    /// Messages of others above the mark, as far as these are counted.
    fn above(&self, db: &Db, app: AppNo, most: i64) -> Result<i64> {
        let sql = "SELECT count(*) FROM (SELECT 1 FROM message WHERE application = ?1 AND conversation = ?2 AND id > ?3 AND sender <> ?4
                   AND deleted_by IS NULL AND id <= ?5 LIMIT ?6)";
        let until = self.left.unwrap_or(i64::MAX);
        db.one(sql, params![app, self.conversation, self.read, self.user, until, most], |r| r.get(0))
    }

    fn mentions(&self, db: &Db, app: AppNo) -> Result<i64> {
        let sql = "SELECT count(*) FROM mention WHERE application = ?1 AND user = ?2 AND conversation = ?3 AND message > ?4";
        db.one(sql, params![app, self.user, self.conversation, self.read], |r| r.get(0))
    }
}

fn read(r: &Row) -> Result<Member> {
    Ok(Member {
        conversation: r.get(0)?,
        user: r.get(1)?,
        id: r.get(2)?,
        role: if r.get::<String>(3)? == "owner" { Role::Owner } else { Role::Member },
        joined: r.get(4)?,
        left: r.get(5)?,
        read: r.get(6)?,
        received: r.get(7)?,
        muted: r.get(8)?,
        muted_until: r.get(9)?,
        version: r.get(10)?,
    })
}

fn role_name(role: Role) -> &'static str {
    match role {
        Role::Owner => "owner",
        Role::Member => "member",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::author::Author;
    use crate::chat::scratch::{APP, id, office};
    use crate::chat::{cleared, message};
    use crate::id::{Party, Topic};
    use crate::store::scratch::counted;

    #[test]
    fn what_is_unread_is_exact_up_to_a_thousand_whatever_was_seen_elsewhere() {
        let office = office(1);
        let topic = Topic::parse("leave/118").unwrap();
        let send = |count: i64, topic: Option<Topic>| {
            office.change(move |tx| {
                for _ in 0..count {
                    let single = message::Draft::single("x".into())?;
                    let terms = crate::chat::term::Terms { topic: topic.clone(), expires_at: None };
                    message::post(tx, &Author::application(APP), &Party::User(id(1)), &message::Draft { terms, ..single })?;
                }
                let mine = of_user(tx, APP, UserNo(1), 0)?;
                mine[0].unread(tx, APP)
            })
        };
        assert_eq!(send(20, Some(topic.clone())), 20);
        assert_eq!(send(COUNTED - 21, None), COUNTED - 1);
        assert_eq!(send(11, None), COUNTED);
        let seen = office.change(move |tx| {
            cleared::read(tx, APP, UserNo(1), &topic, (cleared::BEGINNING, true))?;
            of_user(tx, APP, UserNo(1), 0)?[0].unread(tx, APP)
        });
        assert_eq!(seen, COUNTED - 10);
    }

    #[test]
    fn however_many_messages_of_a_topic_were_seen_a_piece_of_them_is_small_and_devices_are_told_of_it() {
        const SENT: i64 = 3_000;
        let (office, topic) = (office(1), || Topic::parse("leave/118"));
        office.change(move |tx| {
            for _ in 0..SENT {
                let terms = crate::chat::term::Terms { topic: Some(topic()?), expires_at: None };
                let draft = message::Draft { terms, ..message::Draft::single("x".into())? };
                message::post(tx, &Author::application(APP), &Party::User(id(1)), &draft)?;
            }
            Ok(())
        });
        office.told();
        let (mut after, mut all, mut pieces) = (Some(cleared::BEGINNING), 0, 0);
        while let Some(from) = after {
            let told = pieces % 4 == 0;
            let read = move |tx: &mut Tx| cleared::read(tx, APP, UserNo(1), &topic()?, (from, told));
            let ((count, next), changes) = office.change(move |tx| counted(tx, read));
            assert!(changes <= 250, "a piece changes {changes} rows");
            assert_eq!(office.told().len(), usize::from(told || next.is_none()), "and of the last in any case");
            (after, all, pieces) = (next, all + count as i64, pieces + 1);
        }
        assert_eq!(all, SENT);
        assert!(pieces > 10, "{pieces} pieces");
        let left = office.change(|tx| of_user(tx, APP, UserNo(1), 0)?[0].unread(tx, APP));
        assert_eq!(left, 0);
    }
}
