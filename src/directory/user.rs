//! A user of an application.

pub use super::profile::{Announce, Profile, put, put_vouched};
use crate::directory::session;
use crate::error::{Error, Result};
use crate::id::{AppNo, UserId, UserNo};
use crate::store::{Db, Row, Tx, params};
use crate::time::Moment;
use crate::wire::News;
use crate::wire::row::{UserKind, UserRow};

/// How the id of an erased user begins; its number follows.
pub const ERASED: &str = "erased:";

#[derive(Debug, Clone, PartialEq)]
pub struct User {
    pub app: AppNo,
    pub no: UserNo,
    pub id: UserId,
    pub name: String,
    pub kind: UserKind,
    pub email: Option<String>,
    pub avatar: Option<String>,
    pub title: Option<String>,
    pub locale: Option<String>,
    pub timezone: Option<String>,
    pub version: i64,
    pub created_at: Moment,
    pub suspended_at: Option<Moment>,
    pub erased_at: Option<Moment>,
    /// When it last was there, as others may know it: what it did while it was invisible is no part of it.
    pub last_seen_at: Option<Moment>,
    /// When it was last connected. For administrators only.
    pub present_at: Option<Moment>,
}

pub(crate) const COLUMNS: &str = "application, no, id, name, kind, email, avatar, title, locale, timezone, version, created_at, \
                       suspended_at, erased_at, last_seen_at, present_at";

pub fn find(db: &Db, app: AppNo, id: &UserId) -> Result<Option<User>> {
    let sql = format!("SELECT {COLUMNS} FROM user WHERE application = ?1 AND id = ?2 AND erased_at IS NULL");
    db.maybe(&sql, params![app, id], read)
}

pub fn get(db: &Db, app: AppNo, id: &UserId) -> Result<User> {
    find(db, app, id)?.ok_or(Error::NotFound("user"))
}

/// By number, erased ones too: they still stand in old conversations.
pub fn get_no(db: &Db, app: AppNo, no: UserNo) -> Result<User> {
    let sql = format!("SELECT {COLUMNS} FROM user WHERE application = ?1 AND no = ?2");
    db.maybe(&sql, params![app, no], read)?.ok_or(Error::NotFound("user"))
}

/// The number behind an id of somebody who is there; suspended users are found too.
pub fn number(db: &Db, app: AppNo, id: &UserId) -> Result<UserNo> {
    let sql = "SELECT no FROM user WHERE application = ?1 AND id = ?2 AND erased_at IS NULL";
    db.maybe(sql, params![app, id], |r| r.get(0))?.ok_or(Error::NotFound("user"))
}

/// How many users changed after a version, counted up to one more than `most`.
pub fn changes(db: &Db, app: AppNo, since: i64, most: i64) -> Result<i64> {
    let sql = "SELECT count(*) FROM (SELECT 1 FROM user WHERE application = ?1 AND version > ?2 LIMIT ?3)";
    db.one(sql, params![app, since, most + 1], |r| r.get(0))
}

/// The ids of users, in the order of their numbers here; of those that there are.
pub fn ids(db: &Db, app: AppNo, numbers: &[UserNo]) -> Result<Vec<UserId>> {
    let listed = format!("[{}]", numbers.iter().map(|no| no.0.to_string()).collect::<Vec<_>>().join(","));
    let sql = "SELECT u.id FROM json_each(?2) j CROSS JOIN user u ON u.application = ?1 AND u.no = j.value";
    db.all(sql, params![app, listed], |r| r.get(0))
}

/// Whether somebody may write: is there, and not suspended.
pub fn is_active(db: &Db, app: AppNo, no: UserNo) -> Result<bool> {
    let sql = "SELECT 1 FROM user WHERE application = ?1 AND no = ?2 AND suspended_at IS NULL AND erased_at IS NULL";
    db.any(sql, params![app, no])
}

/// Users by id, after `after`, of those whose id or name contains `text`; and whether there are more.
pub fn list(db: &Db, app: AppNo, after: Option<&str>, limit: usize, text: &str) -> Result<(Vec<User>, bool)> {
    let sql = format!(
        "SELECT {COLUMNS} FROM user WHERE application = ?1 AND id > ?2 AND erased_at IS NULL \
         AND (?3 = '' OR instr(lower(name), lower(?3)) > 0 OR instr(lower(id), lower(?3)) > 0) ORDER BY id LIMIT ?4"
    );
    let mut found = db.all(&sql, params![app, after.unwrap_or(""), text.trim(), limit as i64 + 1], read)?;
    let more = found.len() > limit;
    found.truncate(limit);
    Ok((found, more))
}

/// The users that are there, suspended ones too.
pub fn count(db: &Db, app: AppNo) -> Result<i64> {
    db.one("SELECT /* all: for an administrator */ count(*) FROM user WHERE application = ?1 AND erased_at IS NULL", [app], |r| {
        r.get(0)
    })
}

/// How many were erased.
pub fn count_erased(db: &Db, app: AppNo) -> Result<i64> {
    let sql = "SELECT count(*) FROM user INDEXED BY user_erased WHERE application = ?1 AND version > 0 AND erased_at IS NOT NULL";
    db.one(sql, [app], |r| r.get(0))
}

/// The kept hash of a user's password.
pub fn password(db: &Db, app: AppNo, no: UserNo) -> Result<Option<String>> {
    db.one("SELECT password FROM user WHERE application = ?1 AND no = ?2", params![app, no], |r| r.get(0))
}

/// A password as somebody wishes it: 6 to 200 characters.
pub fn parse_password(text: &str) -> Result<&str> {
    match text.chars().count() {
        6..=200 => Ok(text),
        _ => Err(Error::invalid("password", "a password has 6 to 200 characters")),
    }
}

/// Keeps the hash of a new password, or none. Whoever is signed in must sign in again; programs and devices stay.
pub fn set_password(tx: &mut Tx, app: AppNo, no: UserNo, phc: Option<&str>) -> Result<()> {
    tx.run("UPDATE user SET password = ?3 WHERE application = ?1 AND no = ?2", params![app, no, phc])?;
    session::revoke_kind(tx, app, no, session::Kind::Session)
}

/// What somebody says of a user: is suspended, is not, or nothing.
pub fn set_suspended(tx: &mut Tx, user: &User, suspended: Option<bool>) -> Result<()> {
    match (suspended, user.suspended_at) {
        (Some(true), None) => suspend(tx, user.app, user.no),
        // Now it is somebody's word, and not only that a list left it out.
        (Some(true), Some(_)) => present(tx, user.app, user.no),
        (Some(false), Some(_)) => resume(tx, user.app, user.no),
        (Some(false), None) | (None, _) => Ok(()),
    }
}

/// It is not one of those who are suspended because a list left them out.
fn present(tx: &mut Tx, app: AppNo, no: UserNo) -> Result<()> {
    tx.run("DELETE FROM absent WHERE application = ?1 AND user = ?2", params![app, no]).map(|_| ())
}

/// Nobody gets in as this user until it is resumed; its connections end.
pub fn suspend(tx: &mut Tx, app: AppNo, no: UserNo) -> Result<()> {
    present(tx, app, no)?;
    let now = tx.now;
    let sql = "UPDATE user SET suspended_at = coalesce(suspended_at, ?3) WHERE application = ?1 AND no = ?2";
    tx.run(sql, params![app, no, now])?;
    session::revoke_all(tx, app, no)
}

pub fn resume(tx: &mut Tx, app: AppNo, no: UserNo) -> Result<()> {
    present(tx, app, no)?;
    tx.run("UPDATE user SET suspended_at = NULL WHERE application = ?1 AND no = ?2", params![app, no]).map(|_| ())
}

/// What these users see of others, or others of them, has become less: what is watched is looked at again.
pub fn review(tx: &mut Tx, app: AppNo, numbers: &[UserNo]) -> Result<()> {
    look_again(tx, app, numbers, false)
}

/// As `review`, for two who see less of each other.
pub fn review_between(tx: &mut Tx, app: AppNo, both: [UserNo; 2]) -> Result<()> {
    look_again(tx, app, &both, true)
}

fn look_again(tx: &mut Tx, app: AppNo, numbers: &[UserNo], between: bool) -> Result<()> {
    let users = ids(tx, app, numbers)?;
    if !users.is_empty() {
        tx.tell(News::Review { app, users, between });
    }
    Ok(())
}

/// Notes that a user was there at a moment, and when others saw it; one who was erased meanwhile is nobody.
pub fn set_last_seen(tx: &mut Tx, app: AppNo, id: &UserId, (at, seen): (Moment, Option<Moment>)) -> Result<()> {
    let sql = "UPDATE user SET present_at = ?3, last_seen_at = coalesce(?4, last_seen_at)
               WHERE application = ?1 AND id = ?2 AND erased_at IS NULL";
    tx.run(sql, params![app, id, at, seen]).map(|_| ())
}

/// The columns of a row as others see it, of a table called `u`.
pub(crate) const ROW: &str = "u.id, u.name, u.kind, u.avatar, u.title, u.version";

pub(crate) fn read_row(r: &Row) -> Result<UserRow> {
    Ok(UserRow {
        id: r.get(0)?,
        name: r.get(1)?,
        kind: parse_kind(&r.get::<String>(2)?)?,
        avatar: r.get(3)?,
        title: r.get(4)?,
        version: r.get(5)?,
        gone: false,
    })
}

impl User {
    /// Whether it may be signed in.
    pub fn is_active(&self) -> bool {
        self.suspended_at.is_none() && self.erased_at.is_none()
    }

    /// As others see it.
    pub fn row(&self) -> UserRow {
        UserRow {
            id: self.id.clone(),
            name: self.name.clone(),
            kind: self.kind,
            avatar: self.avatar.clone(),
            title: self.title.clone(),
            version: self.version,
            gone: false,
        }
    }

    /// What is told of an id that is nobody's any more.
    pub fn gone_row(&self, version: i64) -> UserRow {
        UserRow { name: String::new(), avatar: None, title: None, version, gone: true, ..self.row() }
    }
}

pub(crate) fn read(r: &Row) -> Result<User> {
    Ok(User {
        app: r.get(0)?,
        no: r.get(1)?,
        id: r.get(2)?,
        name: r.get(3)?,
        kind: parse_kind(&r.get::<String>(4)?)?,
        email: r.get(5)?,
        avatar: r.get(6)?,
        title: r.get(7)?,
        locale: r.get(8)?,
        timezone: r.get(9)?,
        version: r.get(10)?,
        created_at: r.get(11)?,
        suspended_at: r.get(12)?,
        erased_at: r.get(13)?,
        last_seen_at: r.get(14)?,
        present_at: r.get(15)?,
    })
}

pub fn parse_kind(text: &str) -> Result<UserKind> {
    match text {
        "person" => Ok(UserKind::Person),
        "program" => Ok(UserKind::Program),
        "device" => Ok(UserKind::Device),
        _ => Err(Error::invalid("kind", "expected person, program or device")),
    }
}
