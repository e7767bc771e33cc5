//! An administrator of this server. There is no default one and no default password: the first comes by the set-up link,
//! every other by an invitation.

use crate::accounts::session;
use crate::error::{Error, Result};
use crate::store::{Db, Row, Tx, params};
use crate::time::Moment;

#[derive(Debug, Clone)]
pub struct Operator {
    pub no: i64,
    pub name: String,
    pub created_at: Moment,
    pub suspended_at: Option<Moment>,
}

const COLUMNS: &str = "no, name, created_at, suspended_at";

/// Whether there is an administrator who can get in; while there is none, the set-up link exists.
pub fn any(db: &Db) -> Result<bool> {
    db.any("SELECT 1 FROM operator WHERE suspended_at IS NULL", [])
}

pub fn find(db: &Db, name: &str) -> Result<Option<Operator>> {
    db.maybe(&format!("SELECT {COLUMNS} FROM operator WHERE name = ?1"), [name.trim()], read)
}

pub fn get_no(db: &Db, no: i64) -> Result<Operator> {
    db.maybe(&format!("SELECT {COLUMNS} FROM operator WHERE no = ?1"), [no], read)?.ok_or(Error::NotFound("administrator"))
}

pub fn list(db: &Db) -> Result<Vec<Operator>> {
    db.all(&format!("SELECT {COLUMNS} FROM operator ORDER BY name"), [], read)
}

/// The kept hash of an administrator's password.
pub fn password(db: &Db, no: i64) -> Result<String> {
    db.maybe("SELECT password FROM operator WHERE no = ?1", [no], |r| r.get(0))?.ok_or(Error::NotFound("administrator"))
}

/// A name that an administrator can have: 2 to 50 characters.
pub fn parse_name(text: &str) -> Result<&str> {
    let text = text.trim();
    match text.chars().count() {
        2..=50 if !text.chars().any(char::is_control) => Ok(text),
        _ => Err(Error::invalid("name", "an administrator's name has 2 to 50 characters")),
    }
}

/// A password as an administrator wishes it: 12 to 200 characters.
pub fn parse_password(text: &str) -> Result<&str> {
    match text.chars().count() {
        12..=200 => Ok(text),
        _ => Err(Error::invalid("password", "an administrator's password has 12 to 200 characters")),
    }
}

/// Keeps a new administrator with the hash of the password.
pub(super) fn create(tx: &mut Tx, name: &str, phc: &str) -> Result<Operator> {
    let (name, now) = (parse_name(name)?, tx.now);
    let sql = "INSERT INTO operator (name, password, created_at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
    match tx.run(sql, params![name, phc, now])? {
        0 => Err(Error::Conflict(format!("there is an administrator {name} already"))),
        _ => find(tx, name)?.ok_or(Error::NotFound("administrator")),
    }
}

/// Whoever is signed in as this administrator must sign in again.
pub fn set_password(tx: &mut Tx, no: i64, phc: &str) -> Result<()> {
    tx.run("UPDATE operator SET password = ?2 WHERE no = ?1", params![no, phc])?;
    session::close_all(tx, no)
}

/// Keeps an administrator out. The last one cannot be: nobody could let anybody in again.
pub fn suspend(tx: &mut Tx, no: i64) -> Result<()> {
    if !tx.any("SELECT 1 FROM operator WHERE suspended_at IS NULL AND no <> ?1", [no])? {
        return Err(Error::Conflict("the last administrator cannot be suspended".into()));
    }
    let now = tx.now;
    tx.run("UPDATE operator SET suspended_at = coalesce(suspended_at, ?2) WHERE no = ?1", params![no, now])?;
    session::close_all(tx, no)
}

pub fn resume(tx: &mut Tx, no: i64) -> Result<()> {
    tx.run("UPDATE operator SET suspended_at = NULL WHERE no = ?1", [no]).map(|_| ())
}

fn read(r: &Row) -> Result<Operator> {
    Ok(Operator { no: r.get(0)?, name: r.get(1)?, created_at: r.get(2)?, suspended_at: r.get(3)? })
}
