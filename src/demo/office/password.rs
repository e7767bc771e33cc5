//! Passwords of the office's own accounts: argon2id, never more than two computed at once.
//! An unknown name costs the same work as a wrong password.

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use std::sync::OnceLock;
use tokio::sync::Semaphore;

static AT_ONCE: Semaphore = Semaphore::const_new(2);
static NOBODY: OnceLock<String> = OnceLock::new();

/// Blocking: a few hundredths of a second.
pub fn hash(password: &str) -> Result<String, String> {
    Argon2::default().hash_password(password.as_bytes()).map(|hash| hash.to_string()).map_err(|error| error.to_string())
}

fn matches(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}

/// `None` for `hash` is an account that does not exist.
pub async fn check(password: String, hash: Option<String>) -> bool {
    let Ok(_permit) = AT_ONCE.acquire().await else {
        return false;
    };
    let work = move || {
        let exists = hash.is_some();
        let nobody = || NOBODY.get_or_init(|| self::hash("nobody").unwrap_or_default()).clone();
        matches(&password, &hash.unwrap_or_else(nobody)) && exists
    };
    tokio::task::spawn_blocking(work).await.unwrap_or(false)
}

pub async fn make(password: String) -> Result<String, String> {
    tokio::task::spawn_blocking(move || hash(&password)).await.map_err(|error| error.to_string())?
}
