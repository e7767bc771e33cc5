//! An application: the tenant to which everything belongs, and its settings.

pub use super::draft::Draft;
use crate::apps::queue;
use crate::error::{Error, Result};
use crate::id::{AppId, AppNo};
use crate::store::{Db, Row, Tx, params};
use crate::time::Moment;
use crate::wire::News;
use crate::wire::news::{End, Work};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How users may sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum SignIn {
    /// A password kept here.
    Local,
    /// The application is asked (`user.verify`).
    Callback,
    /// A JWT that the application signed.
    Token,
    /// A ticket that the application fetched.
    Ticket,
    /// The application's own cookie, about which it is asked.
    WhoAmI,
    /// An identity provider, by OpenID Connect.
    Oidc,
}

impl SignIn {
    pub const ALL: [SignIn; 6] = [SignIn::Local, SignIn::Callback, SignIn::Token, SignIn::Ticket, SignIn::WhoAmI, SignIn::Oidc];

    pub fn as_str(self) -> &'static str {
        match self {
            SignIn::Local => "local",
            SignIn::Callback => "callback",
            SignIn::Token => "token",
            SignIn::Ticket => "ticket",
            SignIn::WhoAmI => "whoami",
            SignIn::Oidc => "oidc",
        }
    }

    pub fn parse(text: &str) -> Result<SignIn> {
        let found = SignIn::ALL.into_iter().find(|way| way.as_str() == text);
        found.ok_or_else(|| Error::invalid("sign_in", "expected local, callback, token, ticket, whoami or oidc"))
    }
}

/// Whom a user may begin a conversation with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Policy {
    Everyone,
    Contacts,
    /// Only the application itself.
    Application,
}

impl Policy {
    pub fn as_str(self) -> &'static str {
        match self {
            Policy::Everyone => "everyone",
            Policy::Contacts => "contacts",
            Policy::Application => "application",
        }
    }

    pub fn parse(text: &str) -> Result<Policy> {
        match text {
            "everyone" => Ok(Policy::Everyone),
            "contacts" => Ok(Policy::Contacts),
            "application" => Ok(Policy::Application),
            _ => Err(Error::invalid("policy", "expected everyone, contacts or application")),
        }
    }
}

#[derive(Debug, Clone)]
pub struct Application {
    pub no: AppNo,
    pub id: AppId,
    pub name: String,
    pub colour: Option<String>,
    pub icon: Option<String>,
    /// Exact origins whose pages may connect and embed, such as `https://oa.example`.
    pub origins: Vec<String>,
    pub sign_in: Vec<SignIn>,
    pub policy: Policy,
    pub callback_url: Option<String>,
    /// `host:port` pairs that callbacks may go to although they are private.
    pub approved: Vec<String>,
    /// Facts that it has asked to be told, by type.
    pub events: Vec<String>,
    /// Questions that it answers besides `user.verify`, by type.
    pub questions: Vec<String>,
    /// PEM of the public key that signs its tokens; none: an HS256 secret.
    pub token_key: Option<String>,
    pub token_algorithm: String,
    pub session_ms: i64,
    pub created_at: Moment,
    pub suspended_at: Option<Moment>,
}

impl Application {
    /// Whether users may sign in this way.
    pub fn opens(&self, way: SignIn) -> bool {
        self.sign_in.contains(&way)
    }

    /// The same, or what to answer who tried.
    pub fn require(&self, way: SignIn) -> Result<()> {
        match self.opens(way) {
            true => Ok(()),
            false => Err(Error::Forbidden(format!("signing in by {} is not open for this application", way.as_str()))),
        }
    }
}

const COLUMNS: &str = "no, id, name, colour, icon, origins, sign_in, policy, callback_url, approved, events, questions, \
                       token_key, token_algorithm, session_ms, created_at, suspended_at";

pub fn find(db: &Db, id: &AppId) -> Result<Option<Application>> {
    db.maybe(&format!("SELECT {COLUMNS} FROM application WHERE id = ?1"), [id], read)
}

pub fn get(db: &Db, id: &AppId) -> Result<Application> {
    find(db, id)?.ok_or(Error::NotFound("application"))
}

pub fn get_no(db: &Db, no: AppNo) -> Result<Application> {
    let sql = format!("SELECT {COLUMNS} FROM application WHERE no = ?1");
    db.maybe(&sql, [no], read)?.ok_or(Error::NotFound("application"))
}

pub fn list(db: &Db) -> Result<Vec<Application>> {
    db.all(&format!("SELECT {COLUMNS} FROM application ORDER BY id"), [], read)
}

/// Only its policy, for the way of a message.
pub fn policy(db: &Db, no: AppNo) -> Result<Policy> {
    db.one("SELECT policy FROM application WHERE no = ?1", [no], |r| Policy::parse(&r.get::<String>(0)?))
}

/// Registers an application. Its key and secrets are made by `key::create` and `secret::rotate`.
pub fn create(tx: &mut Tx, draft: &Draft) -> Result<Application> {
    let draft = draft.parse()?;
    let id = AppId::parse(&draft.id)?;
    if find(tx, &id)?.is_some() {
        return Err(Error::Conflict(format!("there is an application {id} already")));
    }
    let now = tx.now;
    let no: AppNo = tx.one("SELECT coalesce(max(no), 0) + 1 FROM application", [], |r| r.get(0))?;
    let sql = "INSERT INTO application (no, id, name, created_at) VALUES (?1, ?2, ?3, ?4)";
    tx.run(sql, params![no, id, draft.name, now])?;
    store(tx, no, &draft)
}

/// Replaces all settings but the id. Begin with `Draft::of` to change some.
pub fn update(tx: &mut Tx, no: AppNo, draft: &Draft) -> Result<Application> {
    let draft = draft.parse()?;
    let before = get_no(tx, no)?;
    let after = store(tx, no, &draft)?;
    if (&before.callback_url, &before.approved) != (&after.callback_url, &after.approved) {
        // What failed at the old address may not fail at the new one.
        queue::start(tx, no)?;
    }
    Ok(after)
}

/// Nobody of this application gets in until it is resumed, its keys and callbacks rest, its connections end.
pub fn suspend(tx: &mut Tx, no: AppNo) -> Result<()> {
    get_no(tx, no)?;
    let now = tx.now;
    tx.run("UPDATE application SET suspended_at = coalesce(suspended_at, ?2) WHERE no = ?1", params![no, now])?;
    tx.tell(News::End(End::Application { app: no }));
    Ok(())
}

pub fn resume(tx: &mut Tx, no: AppNo) -> Result<()> {
    get_no(tx, no)?;
    tx.run("UPDATE application SET suspended_at = NULL WHERE no = ?1", [no])?;
    tx.tell(News::Nudge(Work::Callbacks));
    Ok(())
}

fn store(tx: &mut Tx, no: AppNo, draft: &Draft) -> Result<Application> {
    let sql = "UPDATE application SET name = ?2, colour = ?3, icon = ?4, origins = ?5, sign_in = ?6, policy = ?7,                callback_url = ?8, approved = ?9, events = ?10, questions = ?11, token_key = ?12, token_algorithm = ?13,                session_ms = ?14 WHERE no = ?1";
    let d = draft;
    let (origins, sign_in, approved) = (text(&d.origins)?, text(&d.sign_in)?, text(&d.approved)?);
    let (events, questions) = (text(&d.events)?, text(&d.questions)?);
    let columns = params![
        no,
        d.name,
        d.colour,
        d.icon,
        origins,
        sign_in,
        d.policy.as_str(),
        d.callback_url,
        approved,
        events,
        questions,
        d.token_key,
        d.token_algorithm,
        d.session_ms
    ];
    tx.run(sql, columns)?;
    get_no(tx, no)
}

fn text<T: Serialize>(list: &[T]) -> Result<String> {
    serde_json::to_string(list).map_err(Error::internal)
}

fn read(r: &Row) -> Result<Application> {
    Ok(Application {
        no: r.get(0)?,
        id: r.get(1)?,
        name: r.get(2)?,
        colour: r.get(3)?,
        icon: r.get(4)?,
        origins: json(r, 5)?,
        sign_in: json(r, 6)?,
        policy: Policy::parse(&r.get::<String>(7)?)?,
        callback_url: r.get(8)?,
        approved: json(r, 9)?,
        events: json(r, 10)?,
        questions: json(r, 11)?,
        token_key: r.get(12)?,
        token_algorithm: r.get(13)?,
        session_ms: r.get(14)?,
        created_at: r.get(15)?,
        suspended_at: r.get(16)?,
    })
}

fn json<T: serde::de::DeserializeOwned>(r: &Row, column: usize) -> Result<T> {
    serde_json::from_str(&r.get::<String>(column)?).map_err(Error::internal)
}
