//! Secrets that an application and Parlour share: one signs the callbacks, one signs the application's tokens (HS256).
//! They are kept as they are, because both sides compute with them.

use crate::error::Result;
use crate::id::AppNo;
use crate::secret;
use crate::store::{Db, Tx, params};
use crate::time::Moment;
use std::time::Duration;

/// How long the secret before the newest stays valid.
pub const OVERLAP: Duration = Duration::from_secs(24 * 3600);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Signs what Parlour asks and tells the application.
    Callback,
    /// Signs the application's own tokens; the key of HS256 is the secret's text as bytes.
    Token,
}

impl Purpose {
    pub fn as_str(self) -> &'static str {
        match self {
            Purpose::Callback => "callback",
            Purpose::Token => "token",
        }
    }
}

/// The secrets that sign callbacks, the newest first: `whsec_` and base64 of 32 bytes.
pub fn callback_secrets(db: &Db, app: AppNo, now: Moment) -> Result<Vec<String>> {
    list(db, app, Purpose::Callback, now)
}

/// The secrets that sign tokens, the newest first.
pub fn token_secrets(db: &Db, app: AppNo, now: Moment) -> Result<Vec<String>> {
    list(db, app, Purpose::Token, now)
}

fn list(db: &Db, app: AppNo, purpose: Purpose, now: Moment) -> Result<Vec<String>> {
    let sql = "SELECT secret FROM application_secret WHERE application = ?1 AND purpose = ?2 \
               AND (expires_at IS NULL OR expires_at > ?3) ORDER BY no DESC";
    db.all(sql, params![app, purpose.as_str(), now], |r| r.get(0))
}

/// Makes a new secret. The one before it stays valid for a day, an older one ends now.
pub fn rotate(tx: &mut Tx, app: AppNo, purpose: Purpose) -> Result<String> {
    let text = match purpose {
        Purpose::Callback => secret::generate_signing(),
        Purpose::Token => secret::generate("pts_"),
    };
    let (of, now) = (purpose.as_str(), tx.now);
    let older = "DELETE FROM application_secret WHERE application = ?1 AND purpose = ?2 AND expires_at IS NOT NULL";
    tx.run(older, params![app, of])?;
    let earlier = "UPDATE application_secret SET expires_at = ?3 WHERE application = ?1 AND purpose = ?2";
    tx.run(earlier, params![app, of, now.plus(OVERLAP)])?;
    let next = "SELECT coalesce(max(no), 0) + 1 FROM application_secret WHERE application = ?1 AND purpose = ?2";
    let no: i64 = tx.one(next, params![app, of], |r| r.get(0))?;
    let sql = "INSERT INTO application_secret (application, purpose, no, secret, created_at) VALUES (?1, ?2, ?3, ?4, ?5)";
    tx.run(sql, params![app, of, no, text, now])?;
    Ok(text)
}
