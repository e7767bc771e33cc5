//! Where an application is called back, and what the calls are signed with. Knows nothing of how a call travels.

use crate::apps::secret;
use crate::error::Result;
use crate::id::{AppId, AppNo};
use crate::store::Db;
use crate::time::Moment;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    pub app: AppNo,
    pub id: AppId,
    pub url: String,
    /// `host:port` pairs that may be called although they are private or speak plain HTTP.
    pub approved: Vec<String>,
    /// The secrets that are valid now, the newest first.
    pub secrets: Vec<String>,
}

/// None where the application has no callback address or is suspended.
pub fn find(db: &Db, app: AppNo, now: Moment) -> Result<Option<Endpoint>> {
    let sql = "SELECT id, callback_url, approved FROM application
               WHERE no = ?1 AND callback_url IS NOT NULL AND suspended_at IS NULL";
    let found = db.maybe(sql, [app], |r| Ok((r.get::<AppId>(0)?, r.get::<String>(1)?, r.get::<String>(2)?)))?;
    let Some((id, url, approved)) = found else { return Ok(None) };
    let approved = serde_json::from_str(&approved).unwrap_or_default();
    Ok(Some(Endpoint { app, id, url, approved, secrets: secret::callback_secrets(db, app, now)? }))
}
