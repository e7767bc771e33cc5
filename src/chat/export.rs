//! Everything that an application has, as records, read a page at a time so that memory stays small however much there is.
//! Users and lists are what an import reads.

mod list;
mod talk;

use crate::directory::user::{self, User};
use crate::error::{Error, Result};
use crate::id::AppNo;
use crate::store::Db;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Rows of one reading.
const PAGE: usize = 500;

/// What is read page by page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Users,
    /// Groups that are kept here.
    Groups,
    /// The lists that users have from the application and of their own.
    Contacts,
    Conversations,
    Messages,
    /// What was sent as files: what is known of each, and where its bytes are.
    Files,
}

impl Kind {
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Users => "users",
            Kind::Groups => "groups",
            Kind::Contacts => "contacts",
            Kind::Conversations => "conversations",
            Kind::Messages => "messages",
            Kind::Files => "files",
        }
    }
}

/// Records after a place, and the place of the last where there may be more.
pub type Page = (Vec<Value>, Option<String>);

/// A page of an application's records of one kind.
pub fn page(db: &Db, app: AppNo, kind: Kind, after: Option<&str>) -> Result<Page> {
    match kind {
        Kind::Users => people(db, app, after),
        Kind::Contacts => list::lists(db, app, after, PAGE),
        Kind::Groups => list::groups(db, app, after, PAGE),
        Kind::Conversations => talk::conversations(db, app, number(after)?),
        Kind::Messages => talk::messages(db, app, number(after)?),
        Kind::Files => talk::files(db, app, number(after)?),
    }
}

/// The id after which a page begins.
fn number(after: Option<&str>) -> Result<i64> {
    after.map_or(Ok(0), |id| id.parse().map_err(Error::internal))
}

fn people(db: &Db, app: AppNo, after: Option<&str>) -> Result<Page> {
    let (users, more) = user::list(db, app, after, PAGE, "")?;
    let next = users.last().filter(|_| more).map(|user| user.id.to_string());
    Ok((users.iter().map(line).collect(), next))
}

fn line(user: &User) -> Value {
    json!({
        "id": user.id, "name": user.name, "kind": user.kind, "email": user.email, "avatar": user.avatar, "title": user.title,
        "locale": user.locale, "timezone": user.timezone, "suspended": user.suspended_at.is_some(),
    })
}
