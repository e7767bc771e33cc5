//! How it stands with an application's feed: when it was fetched and is fetched again, what came of it, and a list that would lose
//! most of its people and waits until somebody says that it is meant.

use super::{Feed, parse_header};
use crate::apps::origin;
use crate::error::{Error, Result};
use crate::id::AppNo;
use crate::store::{Db, Row, Tx, params};
use crate::time::Moment;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Whoever has fetched for as long has died on the way.
const LOST: Duration = Duration::from_secs(10 * 60);

#[derive(Debug, Clone)]
pub struct State {
    pub feed: Feed,
    /// What is sent along as `Authorization`. A secret: never shown.
    pub header: Option<String>,
    pub begun_at: Option<Moment>,
    pub next_at: Option<Moment>,
    /// Since when it is being fetched.
    pub running_at: Option<Moment>,
    pub succeeded_at: Option<Moment>,
    pub etag: Option<String>,
    pub outcome: Option<Outcome>,
    pub error: Option<String>,
    pub failed: i64,
    /// A list about which nobody has said anything yet.
    pub held: Option<Held>,
}

/// What a list changed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// Who stands in it.
    pub people: usize,
    pub created: usize,
    pub changed: usize,
    /// Who stood in it no more.
    pub gone: usize,
    pub groups: usize,
    /// Groups that were left alone, because somebody else keeps one of the same name.
    pub left: Vec<String>,
}

#[derive(Debug, Clone, Serialize)]
pub struct Held {
    /// People who are there.
    pub had: i64,
    /// Of these, who would go.
    pub gone: i64,
    pub held_at: Moment,
}

impl State {
    /// The secret, for settings at the same origin: it does not travel to another one than it was given for.
    pub fn header_for(self, feed: &Feed) -> Option<String> {
        self.header.filter(|_| origin::of(&self.feed.url) == origin::of(&feed.url))
    }
}

const COLUMNS: &str = "settings, header, begun_at, next_at, running_at, succeeded_at, etag, outcome, error, failed, had, gone, \
                       CASE WHEN taken_at IS NULL AND kept_at IS NULL THEN held_at END";

fn read(r: &Row) -> Result<State> {
    let outcome = r.get::<Option<String>>(7)?;
    let held: Option<Moment> = r.get(12)?;
    let (had, gone) = (r.get::<Option<i64>>(10)?.unwrap_or_default(), r.get::<Option<i64>>(11)?.unwrap_or_default());
    Ok(State {
        feed: serde_json::from_str(&r.get::<String>(0)?).map_err(Error::internal)?,
        header: r.get(1)?,
        begun_at: r.get(2)?,
        next_at: r.get(3)?,
        running_at: r.get(4)?,
        succeeded_at: r.get(5)?,
        etag: r.get(6)?,
        outcome: outcome.map(|text| serde_json::from_str(&text).map_err(Error::internal)).transpose()?,
        error: r.get(8)?,
        failed: r.get(9)?,
        held: held.map(|held_at| Held { had, gone, held_at }),
    })
}

pub fn find(db: &Db, app: AppNo) -> Result<Option<State>> {
    db.maybe(&format!("SELECT {COLUMNS} FROM feed WHERE application = ?1"), [app], read)
}

pub fn get(db: &Db, app: AppNo) -> Result<State> {
    find(db, app)?.ok_or(Error::NotFound("address from which people are fetched"))
}

/// Keeps checked settings. `header`: none keeps the one that is there, an empty one is none. Nothing is fetched before `begin`.
pub fn set(tx: &mut Tx, app: AppNo, feed: &Feed, header: Option<&str>) -> Result<()> {
    let kept = find(tx, app)?.and_then(|before| before.header_for(feed));
    let header = match header.map(str::trim) {
        None => kept,
        Some("") => None,
        Some(given) => Some(parse_header(given)?),
    };
    let text = serde_json::to_string(feed).map_err(Error::internal)?;
    let sql = "INSERT INTO feed (application, settings, header) VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET \
               settings = excluded.settings, header = excluded.header, begun_at = NULL, next_at = NULL, running_at = NULL, \
               etag = NULL, error = NULL, failed = 0, digest = NULL, held_at = NULL, taken_at = NULL, kept_at = NULL";
    tx.run(sql, params![app, text, header]).map(|_| ())
}

/// Its groups stay, and are kept by hand from now on.
pub fn remove(tx: &mut Tx, app: AppNo) -> Result<()> {
    tx.run("DELETE FROM feed_group WHERE application = ?1", [app])?;
    tx.run("DELETE FROM feed WHERE application = ?1", [app]).map(|_| ())
}

/// How long whoever has begun it has to fetch it; then the loop does.
const AT_ONCE: Duration = Duration::from_secs(60);

/// It is fetched from now on. Whoever says so fetches it for the first time.
pub fn begin(tx: &mut Tx, app: AppNo) -> Result<()> {
    get(tx, app)?;
    let now = tx.now;
    let sql = "UPDATE feed SET begun_at = coalesce(begun_at, ?2), \
               next_at = CASE WHEN running_at IS NULL THEN ?3 ELSE next_at END WHERE application = ?1";
    tx.run(sql, params![app, now, now.plus(AT_ONCE)]).map(|_| ())
}

/// Whose time has come.
pub fn due(db: &Db, now: Moment, most: usize) -> Result<Vec<AppNo>> {
    let sql = "SELECT f.application FROM feed f JOIN application a ON a.no = f.application \
               WHERE f.next_at <= ?1 AND a.suspended_at IS NULL AND (f.running_at IS NULL OR f.running_at < ?2) \
               ORDER BY f.next_at LIMIT ?3";
    db.all(sql, params![now, now.minus(LOST), most as i64], |r| r.get(0))
}

/// Takes the fetching upon oneself: nobody else does it meanwhile.
pub fn claim(tx: &mut Tx, app: AppNo) -> Result<(State, Moment)> {
    let (state, now) = (get(tx, app)?, tx.now);
    if state.running_at.is_some_and(|at| at > now.minus(LOST)) {
        return Err(Error::Conflict("the list is being fetched already; look again in a moment".into()));
    }
    // Should this process end on the way, the next one finds it due.
    let sql =
        "UPDATE feed SET running_at = ?2, next_at = CASE WHEN begun_at IS NULL THEN NULL ELSE ?2 END WHERE application = ?1";
    tx.run(sql, params![app, now])?;
    Ok((state, now))
}

/// Refuses to go on where the settings have changed meanwhile, or somebody else has taken over.
pub fn require_claimed(db: &Db, app: AppNo, claimed: Moment) -> Result<()> {
    match db.any("SELECT 1 FROM feed WHERE application = ?1 AND running_at = ?2", params![app, claimed])? {
        true => Ok(()),
        false => Err(Error::Conflict("the settings have changed meanwhile; nothing was done".into())),
    }
}

/// A list is being taken in: until that has come to its end, no state of it is the one that is here.
pub fn forget_etag(tx: &mut Tx, app: AppNo) -> Result<()> {
    tx.run("UPDATE feed SET etag = NULL WHERE application = ?1", [app]).map(|_| ())
}

/// The process that had claimed them has ended.
pub fn resume(tx: &mut Tx) -> Result<()> {
    tx.run("UPDATE feed SET running_at = NULL WHERE running_at IS NOT NULL", []).map(|_| ())
}

/// It went well; without an outcome, nothing has changed.
pub fn succeed(tx: &mut Tx, app: AppNo, (claimed, next): (Moment, Moment), news: Option<(&Outcome, Option<&str>)>) -> Result<()> {
    let now = tx.now;
    let sql = "UPDATE feed SET running_at = NULL, succeeded_at = ?3, error = NULL, failed = 0, \
               next_at = CASE WHEN begun_at IS NULL THEN NULL ELSE ?4 END WHERE application = ?1 AND running_at = ?2";
    let is_ours = tx.run(sql, params![app, claimed, now, next])? > 0;
    let Some((outcome, etag)) = news.filter(|_| is_ours) else { return Ok(()) };
    let text = serde_json::to_string(outcome).map_err(Error::internal)?;
    let sql = "UPDATE feed SET outcome = ?2, etag = ?3, digest = NULL, held_at = NULL, taken_at = NULL, kept_at = NULL \
               WHERE application = ?1";
    tx.run(sql, params![app, text, etag]).map(|_| ())
}

/// It went wrong: the earlier list serves.
pub fn fail(tx: &mut Tx, app: AppNo, (claimed, next): (Moment, Moment), error: &str) -> Result<()> {
    let sql = "UPDATE feed SET running_at = NULL, error = ?3, failed = failed + 1, \
               next_at = CASE WHEN begun_at IS NULL THEN NULL ELSE ?4 END WHERE application = ?1 AND running_at = ?2";
    tx.run(sql, params![app, claimed, error, next]).map(|_| ())
}

/// Whether somebody has said of this very list that it is meant.
pub fn is_meant(db: &Db, app: AppNo, digest: &[u8]) -> Result<bool> {
    db.any("SELECT 1 FROM feed WHERE application = ?1 AND digest = ?2 AND taken_at IS NOT NULL", params![app, digest])
}

/// Holds a list; answers whether that is news.
pub fn hold(tx: &mut Tx, app: AppNo, digest: &[u8], (had, gone): (usize, usize)) -> Result<bool> {
    if tx.any("SELECT 1 FROM feed WHERE application = ?1 AND digest = ?2", params![app, digest])? {
        return Ok(false);
    }
    let now = tx.now;
    let sql = "UPDATE feed SET digest = ?2, had = ?3, gone = ?4, held_at = ?5, taken_at = NULL, kept_at = NULL, etag = NULL \
               WHERE application = ?1";
    tx.run(sql, params![app, digest, had as i64, gone as i64, now]).map(|_| true)
}

/// The held list is meant: it is fetched again, and when it is the same it is taken.
pub fn take(tx: &mut Tx, app: AppNo) -> Result<()> {
    let now = tx.now;
    tx.run("UPDATE feed SET taken_at = ?2, kept_at = NULL WHERE application = ?1 AND held_at IS NOT NULL", params![app, now])
        .map(|_| ())
}

/// The list that serves stays; the same one is not told again.
pub fn keep(tx: &mut Tx, app: AppNo) -> Result<()> {
    let now = tx.now;
    tx.run("UPDATE feed SET kept_at = ?2, taken_at = NULL WHERE application = ?1 AND held_at IS NOT NULL", params![app, now])
        .map(|_| ())
}
