//! Sessions: who is signed in where, and the long-lived tokens of programs and devices. Coming back with a token costs one
//! indexed read. Only the SHA-256 of a token is kept.

use crate::directory::caller::Caller;
use crate::directory::ticket;
use crate::directory::user::User;
use crate::error::{Error, Result};
use crate::id::{AppId, AppNo, UserNo};
use crate::secret;
use crate::store::{Db, Row, Tx, params};
use crate::time::Moment;
use crate::wire::News;
use crate::wire::news::End;
use std::time::Duration;

/// How much later a use is noted again.
const NOTED: Duration = Duration::from_secs(60);
/// Sessions in force at once per user and kind; a new one ends the one that was longest unused, and one that somebody is connected with last.
const MOST: usize = 100;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Somebody signed in.
    Session,
    /// A long-lived token of a program or device.
    Token,
}

impl Kind {
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Session => "session",
            Kind::Token => "token",
        }
    }

    /// How its tokens begin.
    pub fn prefix(self) -> &'static str {
        match self {
            Kind::Session => "ps_",
            Kind::Token => "pt_",
        }
    }
}

#[derive(Debug, Clone)]
pub struct Session {
    pub app: AppNo,
    pub user: UserNo,
    pub no: i64,
    pub kind: Kind,
    /// What signed in: a browser's name, or what a token was made for.
    pub name: String,
    pub address: Option<String>,
    pub created_at: Moment,
    pub expires_at: Option<Moment>,
    pub last_used_at: Option<Moment>,
    pub revoked_at: Option<Moment>,
}

/// What a session is opened with.
#[derive(Debug, Clone)]
pub struct Draft {
    pub kind: Kind,
    pub name: String,
    pub address: Option<String>,
    pub expires_at: Option<Moment>,
}

/// Who is connected at this moment: what makes room asks it, whenever the use of a session was noted last.
pub trait Seats {
    /// The sessions by which a user is connected.
    fn sessions(&self, app: AppNo, user: UserNo) -> Vec<i64>;
}

/// Of a store that no server has open.
pub struct Nobody;

impl Seats for Nobody {
    fn sessions(&self, _: AppNo, _: UserNo) -> Vec<i64> {
        Vec::new()
    }
}

/// Opens a session of an active user and answers it with its token, which is shown once.
pub fn open(tx: &mut Tx, user: &User, draft: &Draft, seats: &impl Seats) -> Result<(Session, String)> {
    let token = secret::generate(draft.kind.prefix());
    open_by(tx, user, (draft, &token), seats).map(|session| (session, token))
}

/// The same, by a token that was made elsewhere.
pub fn open_by(tx: &mut Tx, user: &User, (draft, token): (&Draft, &str), seats: &impl Seats) -> Result<Session> {
    if !user.is_active() {
        return Err(Error::Forbidden("this user is suspended".into()));
    }
    make_room(tx, user, draft.kind, seats)?;
    let sql = "SELECT coalesce(max(no), 0) + 1 FROM session WHERE application = ?1 AND user = ?2";
    let no = tx.one(sql, params![user.app, user.no], |r| r.get(0))?;
    let session = Session {
        app: user.app,
        user: user.no,
        no,
        kind: draft.kind,
        name: draft.name.chars().filter(|c| !c.is_control()).take(100).collect(),
        address: draft.address.clone(),
        created_at: tx.now,
        expires_at: draft.expires_at,
        last_used_at: Some(tx.now),
        revoked_at: None,
    };
    insert(tx, &session, token)?;
    Ok(session)
}

fn insert(tx: &mut Tx, session: &Session, token: &str) -> Result<()> {
    let s = session;
    let (hash, kind) = (secret::fingerprint(token), s.kind.as_str());
    let sql = "INSERT INTO session (application, user, no, kind, hash, name, address, created_at, expires_at, last_used_at) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?8)";
    tx.run(sql, params![s.app, s.user, s.no, kind, hash, s.name, s.address, s.created_at, s.expires_at]).map(|_| ())
}

fn make_room(tx: &mut Tx, user: &User, kind: Kind, seats: &impl Seats) -> Result<()> {
    let sql = "SELECT no FROM session WHERE application = ?1 AND user = ?2 AND kind = ?3 AND revoked_at IS NULL \
               AND (expires_at IS NULL OR expires_at > ?4) ORDER BY last_used_at DESC, no DESC";
    let bound = params![user.app, user.no, kind.as_str(), tx.now];
    let mut sessions = tx.all(sql, bound, |r| r.get::<i64>(0))?;
    if sessions.len() >= MOST {
        let taken = seats.sessions(user.app, user.no);
        sessions.sort_by_key(|no| !taken.contains(no));
    }
    for no in sessions.into_iter().skip(MOST - 1) {
        revoke(tx, user.app, user.no, no)?;
    }
    Ok(())
}

/// A session that is in force, found by its token.
#[derive(Debug, Clone)]
pub struct Held {
    pub caller: Caller,
    pub app: AppId,
    pub kind: Kind,
    last_used_at: Option<Moment>,
}

impl Held {
    /// Whether this use is worth a note: the last noted one is a minute old.
    pub fn unnoted(&self, now: Moment) -> bool {
        self.last_used_at.is_none_or(|last| now.since(last) >= NOTED)
    }
}

const HELD: &str = "SELECT s.application, s.user, u.id, s.no, s.expires_at, a.id, s.kind, s.last_used_at FROM session s \
     JOIN user u ON u.application = s.application AND u.no = s.user JOIN application a ON a.no = s.application \
     WHERE s.revoked_at IS NULL AND (s.expires_at IS NULL OR s.expires_at > ?1) \
     AND u.suspended_at IS NULL AND u.erased_at IS NULL AND a.suspended_at IS NULL";

/// The session that a token opens now: not one that is revoked or expired, nor of a suspended user or application.
pub fn find(db: &Db, token: &str, now: Moment) -> Result<Option<Held>> {
    db.maybe(&format!("{HELD} AND s.hash = ?2"), params![now, secret::fingerprint(token)], held)
}

/// The same, by its number.
pub fn find_no(db: &Db, app: AppNo, user: UserNo, no: i64) -> Result<Option<Held>> {
    let sql = format!("{HELD} AND s.application = ?2 AND s.user = ?3 AND s.no = ?4");
    db.maybe(&sql, params![Moment::now(), app, user, no], held)
}

/// Who comes with this token.
pub fn authenticate(db: &Db, token: &str, now: Moment) -> Result<Option<Caller>> {
    Ok(find(db, token, now)?.map(|held| held.caller))
}

pub fn note_use(tx: &mut Tx, app: AppNo, user: UserNo, no: i64) -> Result<()> {
    let now = tx.now;
    let sql = "UPDATE session SET last_used_at = ?4 WHERE application = ?1 AND user = ?2 AND no = ?3";
    tx.run(sql, params![app, user, no, now]).map(|_| ())
}

/// The language that a session's client said it speaks.
pub fn locale(db: &Db, app: AppNo, user: UserNo, no: i64) -> Result<Option<String>> {
    let sql = "SELECT locale FROM session WHERE application = ?1 AND user = ?2 AND no = ?3";
    Ok(db.maybe(sql, params![app, user, no], |r| r.get(0))?.flatten())
}

pub fn set_locale(tx: &mut Tx, caller: &Caller, locale: &str) -> Result<()> {
    let sql = "UPDATE session SET locale = ?4 WHERE application = ?1 AND user = ?2 AND no = ?3";
    tx.run(sql, params![caller.app, caller.user, caller.session, locale]).map(|_| ())
}

/// The language of a user: as the application says, or else as the client that it used last speaks.
pub fn spoken_by(db: &Db, user: &User) -> Result<Option<String>> {
    if user.locale.is_some() {
        return Ok(user.locale.clone());
    }
    let sql = "SELECT locale FROM session WHERE application = ?1 AND user = ?2 AND locale IS NOT NULL
               ORDER BY last_used_at DESC, no DESC LIMIT 1";
    db.maybe(sql, params![user.app, user.no], |r| r.get(0))
}

/// Lets a session last until a fresh token of its user ends; never shorter than before, and a program's token keeps the life
/// that it was given. Answers until when it lasts now.
pub fn extend(tx: &mut Tx, caller: &Caller, until: Moment) -> Result<Option<Moment>> {
    let sql = "UPDATE session SET expires_at = CASE kind WHEN 'session' THEN max(expires_at, ?4) ELSE expires_at END
               WHERE application = ?1 AND user = ?2 AND no = ?3 AND revoked_at IS NULL RETURNING expires_at";
    let end = tx.returning(sql, params![caller.app, caller.user, caller.session, until], |r| r.get(0))?;
    end.ok_or_else(|| Error::Unauthenticated("this session has ended; sign in again".into()))
}

/// This session came about by asking the application who its user is, and lasts as long as that is answered so.
pub fn mark_asked(tx: &mut Tx, caller: &Caller) -> Result<()> {
    let sql = "INSERT INTO asked_session (application, user, session) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
    tx.run(sql, params![caller.app, caller.user, caller.session]).map(|_| ())
}

pub fn is_asked(db: &Db, caller: &Caller) -> Result<bool> {
    let sql = "SELECT 1 FROM asked_session WHERE application = ?1 AND user = ?2 AND session = ?3";
    db.any(sql, params![caller.app, caller.user, caller.session])
}

/// A user's sessions and tokens that are in force, the last used first.
pub fn list(db: &Db, app: AppNo, user: UserNo) -> Result<Vec<Session>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM session WHERE application = ?1 AND user = ?2 AND revoked_at IS NULL \
         AND (expires_at IS NULL OR expires_at > ?3) ORDER BY last_used_at DESC, no DESC"
    );
    db.all(&sql, params![app, user, Moment::now()], read)
}

/// Ends one session; its connections are closed.
pub fn revoke(tx: &mut Tx, app: AppNo, user: UserNo, no: i64) -> Result<()> {
    let now = tx.now;
    let sql = "UPDATE session SET revoked_at = coalesce(revoked_at, ?4) WHERE application = ?1 AND user = ?2 AND no = ?3";
    if tx.run(sql, params![app, user, no, now])? == 0 {
        return Err(Error::NotFound("session"));
    }
    tx.tell(News::End(End::Session { app, user, session: no }));
    Ok(())
}

pub fn revoke_kind(tx: &mut Tx, app: AppNo, user: UserNo, kind: Kind) -> Result<()> {
    for session in list(tx, app, user)?.into_iter().filter(|s| s.kind == kind) {
        revoke(tx, app, user, session.no)?;
    }
    Ok(())
}

/// Ends all of a user's sessions, tokens and tickets; its connections are closed.
pub fn revoke_all(tx: &mut Tx, app: AppNo, user: UserNo) -> Result<()> {
    let now = tx.now;
    let sql = "UPDATE session SET revoked_at = ?3 WHERE application = ?1 AND user = ?2 AND revoked_at IS NULL";
    tx.run(sql, params![app, user, now])?;
    ticket::withdraw(tx, app, user)?;
    tx.tell(News::End(End::User { app, user }));
    Ok(())
}

/// Forgets sessions that ended before `before`, a bounded number at a time; answers how many.
pub fn sweep(tx: &mut Tx, before: Moment) -> Result<usize> {
    let ended = "DELETE FROM session WHERE (application, user, no) IN \
                 (SELECT application, user, no FROM session WHERE expires_at < ?1 LIMIT 1000)";
    let revoked = "DELETE FROM session WHERE (application, user, no) IN \
                   (SELECT application, user, no FROM session WHERE revoked_at < ?1 LIMIT 1000)";
    Ok(tx.run(ended, [before])? + tx.run(revoked, [before])?)
}

const COLUMNS: &str = "application, user, no, kind, name, address, created_at, expires_at, last_used_at, revoked_at";

fn read(r: &Row) -> Result<Session> {
    Ok(Session {
        app: r.get(0)?,
        user: r.get(1)?,
        no: r.get(2)?,
        kind: kind(&r.get::<String>(3)?),
        name: r.get(4)?,
        address: r.get(5)?,
        created_at: r.get(6)?,
        expires_at: r.get(7)?,
        last_used_at: r.get(8)?,
        revoked_at: r.get(9)?,
    })
}

fn held(r: &Row) -> Result<Held> {
    let caller = Caller { app: r.get(0)?, user: r.get(1)?, id: r.get(2)?, session: r.get(3)?, expires_at: r.get(4)? };
    Ok(Held { caller, app: r.get(5)?, kind: kind(&r.get::<String>(6)?), last_used_at: r.get(7)? })
}

fn kind(text: &str) -> Kind {
    if text == "token" { Kind::Token } else { Kind::Session }
}
