//! An application: the tenant to which everything belongs, and its settings.

use crate::error::{Error, Result};
use crate::id::{AppId, AppNo};
use crate::store::{Db, Row};
use crate::time::Moment;
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
