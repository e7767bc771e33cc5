//! A user of an application.

use crate::error::{Error, Result};
use crate::id::{AppNo, UserId, UserNo};
use crate::store::{Db, Row, params};
use crate::time::Moment;
use crate::wire::row::{UserKind, UserRow};

#[derive(Debug, Clone)]
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
    pub last_seen_at: Option<Moment>,
}

pub(crate) const COLUMNS: &str = "application, no, id, name, kind, email, avatar, title, locale, timezone, version, created_at, \
                       suspended_at, erased_at, last_seen_at";

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

impl User {
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
