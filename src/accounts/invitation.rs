//! One-time links: the first set-up, which exists only while there is no administrator, and the invitation of an
//! administrator by name. An invitation of one who is there already lets it choose a new password.

use crate::accounts::operator::{self, Operator};
use crate::error::{Error, Result};
use crate::secret;
use crate::store::{Db, Tx, params};
use crate::time::Moment;
use std::time::Duration;

/// How long an invitation is good.
pub const TTL: Duration = Duration::from_secs(24 * 3600);
/// In the place of a name: whoever comes chooses one.
const SETUP: &str = "setup";

/// An unused link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// Who is invited; none: the first administrator, who chooses a name.
    pub name: Option<String>,
}

/// The token of the set-up link, where there is no administrator yet. One that was made before is not good any more.
pub fn set_up(tx: &mut Tx) -> Result<Option<String>> {
    if operator::any(tx)? {
        return Ok(None);
    }
    make(tx, SETUP, None).map(Some)
}

/// The token of an invitation. One that this name had before is not good any more.
pub fn create(tx: &mut Tx, name: &str) -> Result<String> {
    let name = operator::parse_name(name)?;
    if name.eq_ignore_ascii_case(SETUP) {
        return Err(Error::invalid("name", "this name is kept for the set-up; choose another"));
    }
    let end = tx.now.plus(TTL);
    make(tx, name, Some(end))
}

fn make(tx: &mut Tx, name: &str, end: Option<Moment>) -> Result<String> {
    let (token, now) = (secret::generate("pi_"), tx.now);
    tx.run("DELETE FROM invitation WHERE name = ?1 AND used_at IS NULL", [name])?;
    let sql = "INSERT INTO invitation (hash, name, created_at, expires_at) VALUES (?1, ?2, ?3, ?4)";
    tx.run(sql, params![secret::fingerprint(&token), name, now, end])?;
    Ok(token)
}

/// What a link invites to, if it is still good.
pub fn find(db: &Db, token: &str, now: Moment) -> Result<Option<Invitation>> {
    let sql = "SELECT name FROM invitation WHERE hash = ?1 AND used_at IS NULL AND (expires_at IS NULL OR expires_at > ?2)";
    let name: Option<String> = db.maybe(sql, params![secret::fingerprint(token), now], |r| r.get(0))?;
    match name {
        Some(name) if name == SETUP => Ok((!operator::any(db)?).then_some(Invitation { name: None })),
        name => Ok(name.map(|name| Invitation { name: Some(name) })),
    }
}

/// Uses a link up. `name` is what the first administrator wishes to be called; who was invited has a name.
pub fn accept(tx: &mut Tx, token: &str, name: &str, phc: &str) -> Result<Operator> {
    let now = tx.now;
    let used = || Error::NotFound("invitation");
    let invitation = find(tx, token, now)?.ok_or_else(used)?;
    tx.run("UPDATE invitation SET used_at = ?2 WHERE hash = ?1", params![secret::fingerprint(token), now])?;
    let name = invitation.name.as_deref().unwrap_or(name);
    match operator::find(tx, name)? {
        Some(known) => {
            operator::set_password(tx, known.no, phc)?;
            operator::resume(tx, known.no)?;
            operator::get_no(tx, known.no)
        }
        None => operator::create(tx, name, phc),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::session::{self, IDLE, LONGEST};
    use crate::store::scratch::Scratch;

    #[test]
    fn the_set_up_link_makes_the_first_administrator_once() {
        let store = Scratch::open();
        let stale = store.change(set_up).unwrap();
        let token = store.change(set_up).unwrap();
        let again = token.clone();
        assert!(store.write_blocking(move |tx| accept(tx, &stale, "root", "phc")).is_err());
        let root = store.change(move |tx| accept(tx, &token, "root", "phc"));
        assert_eq!(root.name, "root");
        assert!(store.write_blocking(move |tx| accept(tx, &again, "eve", "phc")).is_err());
        assert_eq!(store.change(set_up), None);
    }

    #[test]
    fn an_invitation_is_for_one_name_once_and_ends_what_was_open() {
        let store = Scratch::open();
        let token = store.change(set_up).unwrap();
        let root = store.change(move |tx| accept(tx, &token, "root", "phc"));
        let token = store.change(|tx| create(tx, "ann"));
        let ann = store.change(move |tx| accept(tx, &token, "ignored", "phc"));
        assert_eq!(ann.name, "ann");
        let open = store.change(move |tx| session::open(tx, ann.no, "127.0.0.1"));
        let (token, used) = store.change(|tx| create(tx, "ann").map(|token| (token.clone(), token)));
        let later = Moment::now().plus(TTL);
        assert_eq!(store.read_blocking(|db| find(db, &used, later)).unwrap(), None);
        store.change(move |tx| accept(tx, &token, "", "other"));
        assert_eq!(store.read_blocking(|db| operator::password(db, ann.no)).unwrap(), "other");
        assert!(store.read_blocking(|db| session::authenticate(db, &open, Moment::now())).unwrap().is_none());
        store.change(move |tx| operator::suspend(tx, ann.no));
        assert!(store.write_blocking(move |tx| operator::suspend(tx, root.no)).is_err());
    }

    #[test]
    fn a_session_ends_when_it_is_not_used_and_at_last_after_half_a_day() {
        let store = Scratch::open();
        let token = store.change(set_up).unwrap();
        let open = store.change(move |tx| {
            let root = accept(tx, &token, "root", "phc")?;
            session::open(tx, root.no, "127.0.0.1")
        });
        let at = |minutes: u64| {
            let then = Moment::now().plus(Duration::from_secs(minutes * 60));
            store.read_blocking(|db| session::authenticate(db, &open, then)).unwrap()
        };
        assert!(at(29).is_some_and(|s| s.unnoted(Moment::now().plus(IDLE)) && !s.is_confirmed(Moment::now().plus(IDLE))));
        assert!(at(31).is_none());
        store.change(|tx| {
            let now = tx.now;
            let seen = params![now.plus(LONGEST)];
            tx.run("UPDATE operator_session SET seen_at = ?1", seen)
        });
        assert!(at(11 * 60).is_some() && at(12 * 60 + 1).is_none());
    }
}
