//! Who is signed in at the office: a cookie with a random token, of which only the digest is kept.
//! One-time entry links let the demo be tried without typing a password.

use super::state::State;
use super::token;
use serde::{Deserialize, Serialize};

pub const COOKIE: &str = "office";
pub const LASTS_MS: i64 = 12 * 3600 * 1000;
const MOST: usize = 2_000;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Session {
    pub digest: String,
    pub person: String,
    /// Stands in every form; a form without it changes nothing.
    pub form_key: String,
    pub expires_at: i64,
}

pub fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

/// Signs a person in and answers the token for the cookie.
pub fn begin(state: &mut State, person: &str) -> String {
    let token = token::fresh();
    let moment = now();
    state.sessions.retain(|session| session.expires_at > moment);
    state.outbox.sign_in(person);
    if state.sessions.len() >= MOST {
        state.sessions.remove(0);
    }
    state.sessions.push(Session {
        digest: token::digest(&token),
        person: person.to_owned(),
        form_key: token::fresh(),
        expires_at: moment + LASTS_MS,
    });
    token
}

pub fn find(state: &State, token: &str) -> Option<Session> {
    let digest = token::digest(token);
    let found = |session: &&Session| session.digest == digest && session.expires_at > now();
    state.sessions.iter().find(found).cloned()
}

pub fn end(state: &mut State, digest: &str) {
    state.sessions.retain(|session| session.digest != digest);
}
