//! The delivery ledger: what became of a message for each recipient, how far it came, when, and why not farther. Computed from
//! the marks of members, from sessions and from the rows of batches; nothing is written for it while messages are.

use crate::chat::batch;
use crate::chat::message::Message;
use crate::error::{Error, Result};
use crate::id::{AppNo, ConversationId, MessageId, Party, UserId};
use crate::store::{Db, Row, params};
use crate::time::Moment;
use std::collections::BTreeMap;

/// All states, in the order of a message's life.
pub const STATES: [&str; 9] = ["waiting", "stored", "received", "read", "acted", "expired", "withdrawn", "suppressed", "failed"];
/// What may be asked for besides: stored or received, but not read.
pub const UNREAD: &str = "unread";

/// One recipient's line.
#[derive(Debug, Clone)]
pub struct Entry {
    /// In the batch; of a single message the user's number.
    pub position: i64,
    /// A party.
    pub to: String,
    pub message: Option<(MessageId, ConversationId)>,
    /// One of `STATES`.
    pub state: String,
    pub stored_at: Option<Moment>,
    /// When the mark that covers the message was last raised: it was received, and read, at the latest then.
    pub received_at: Option<Moment>,
    pub device: Option<Device>,
    pub read_at: Option<Moment>,
    /// When it pressed the button that counts, or took or confirmed what was asked for.
    pub acted_at: Option<Moment>,
    /// Why it came no farther, or without a notice: a code and a sentence.
    pub reason: Option<(String, String)>,
}

impl Entry {
    /// There, and not read.
    fn is_unread(&self) -> bool {
        matches!(self.state.as_str(), "stored" | "received")
    }
}

/// Which session's device said last that everything up to there had reached it.
#[derive(Debug, Clone)]
pub struct Device {
    pub session: i64,
    pub name: String,
}

/// Of `message m`, its `card k` and its recipient `user u`: a claim of all stands in the press of each, all else in one press.
const ACTED: &str = "CASE WHEN k.id IS NULL THEN NULL
    WHEN k.claim = 'all' THEN (SELECT a.at FROM press a WHERE a.application = ?1 AND a.card = k.id AND a.user = u.no)
    ELSE (SELECT a.at FROM press a WHERE a.application = ?1 AND a.id = k.press AND (a.user = u.no OR u.no IS NULL AND a.message = m.id))
    END";

/// Of `message m`, its recipient's `member p` and `cleared x`, and when that acted; ?3 is now.
const OF_MESSAGE: &str = "WHEN m.deleted_by IS NOT NULL AND m.seen = 1 THEN 'read'
    WHEN m.deleted_by IS NOT NULL AND m.expires_at IS NOT NULL THEN 'expired'
    WHEN m.deleted_by IS NOT NULL THEN 'withdrawn'
    WHEN p.read >= m.id OR x.at IS NOT NULL THEN 'read'
    WHEN m.expires_at <= ?3 THEN 'expired'
    WHEN p.received >= m.id THEN 'received'
    ELSE 'stored' END";

/// What follows the first five columns, after the state.
const COLUMNS: &str = "AS state, u.id AS user, m.id AS message, m.conversation AS conversation, m.at AS at,
    coalesce(p.received_at, p.read_at) AS received_at, CASE WHEN p.read >= m.id THEN p.read_at ELSE x.at END AS read_at,
    s.no AS session, s.name AS device, p.muted = 1 AND coalesce(p.muted_until, ?3 + 1) > ?3 AS muted,
    u.suspended_at IS NOT NULL AS suspended, p.received >= m.id AS reached";

const JOINED: &str = "LEFT JOIN card k ON k.application = ?1 AND k.id = coalesce(m.card, b.card)
    LEFT JOIN member p ON p.application = m.application AND p.conversation = m.conversation AND p.user = u.no
    LEFT JOIN cleared x ON x.application = p.application AND x.user = p.user AND x.conversation = p.conversation AND x.message = m.id
    LEFT JOIN session s ON s.application = p.application AND s.user = p.user AND s.no = p.received_by";

/// Of one message: everybody but its author who was in the conversation when it was written.
pub fn of_message(db: &Db, app: AppNo, message: &Message) -> Result<Vec<Entry>> {
    let sql = format!(
        "SELECT u.no, NULL, NULL, NULL, NULL, CASE WHEN {ACTED} IS NOT NULL THEN 'acted' {OF_MESSAGE} {COLUMNS}, {ACTED} AS acted_at
         FROM message m LEFT JOIN batch b ON b.application = m.application AND b.id = m.batch
         JOIN member r ON r.application = m.application AND r.conversation = m.conversation
         JOIN user u ON u.application = r.application AND u.no = r.user {JOINED}
         WHERE m.application = ?1 AND m.conversation = ?4 AND m.id = ?2 AND r.user <> m.sender AND r.joined < m.id
            AND (r.left IS NULL OR r.left > m.id) ORDER BY u.no"
    );
    db.all(&sql, params![app, message.id, Moment::now(), message.conversation], read)
}

/// Of a batch that is one message and no more.
fn of_single(db: &Db, app: AppNo, batch: i64) -> Result<Option<Vec<Entry>>> {
    let Some(message) = batch::message(db, app, batch)? else { return Ok(None) };
    let found = of_message(db, app, &message)?;
    Ok(Some(found.into_iter().map(|entry| Entry { position: 1, ..entry }).collect()))
}

fn of_batch(columns: &str, rest: &str) -> String {
    format!(
        "SELECT {columns} FROM (
            SELECT c.position AS position, c.conversation AS place, c.party AS party, c.error AS error, c.reason AS reason, CASE
                WHEN c.error IN ('expired', 'offline', 'replaced') THEN 'suppressed'
                WHEN c.error IS NOT NULL THEN 'failed'
                WHEN c.message IS NULL AND b.withdrawn_at IS NOT NULL THEN 'withdrawn'
                WHEN c.message IS NULL THEN 'waiting'
                WHEN {ACTED} IS NOT NULL THEN 'acted'
                {OF_MESSAGE} {COLUMNS}, {ACTED} AS acted_at
            FROM batch b JOIN batch_copy c ON c.application = b.application AND c.batch = b.id
            LEFT JOIN user u ON u.application = c.application AND u.no = c.user
            LEFT JOIN message m ON m.application = c.application AND m.id = c.message {JOINED}
            WHERE b.application = ?1 AND b.id = ?2) {rest}"
    )
}

/// Copies that are looked at for one page: where few are in a state, the page is short, and the next goes on behind it.
const LOOK: i64 = 5_000;

/// Of a batch: the copies that are in a state, in their order, after a position; and from which position on there may be more.
pub fn list(
    db: &Db,
    (app, batch): (AppNo, i64),
    state: Option<&str>,
    after: i64,
    limit: usize,
) -> Result<(Vec<Entry>, Option<i64>)> {
    let rest = "WHERE position > ?4 AND position <= ?7
                AND (?5 IS NULL OR state = ?5 OR (?5 = 'unread' AND state IN ('stored', 'received')))
                ORDER BY position LIMIT ?6";
    if let Some(found) = of_single(db, app, batch)? {
        let wanted = |entry: &Entry| {
            entry.position > after && state.is_none_or(|state| entry.state == state || (state == UNREAD && entry.is_unread()))
        };
        return Ok((found.into_iter().filter(wanted).collect(), None));
    }
    let end = after.saturating_add(LOOK);
    let values = params![app, batch, Moment::now(), after, state, limit as i64 + 1, end];
    let mut found = db.all(&of_batch("*", rest), values, read)?;
    if found.len() > limit {
        found.truncate(limit);
        let last = found.last().map(|entry| entry.position);
        return Ok((found, last));
    }
    let beyond = "SELECT 1 FROM batch_copy WHERE application = ?1 AND batch = ?2 AND position > ?3 LIMIT 1";
    let more = db.any(beyond, params![app, batch, end])?;
    Ok((found, more.then_some(end)))
}

/// How many recipients of a batch are in each state: together its total, also where not all of them have a row yet, or never will.
pub fn counts(db: &Db, app: AppNo, batch: i64) -> Result<BTreeMap<String, i64>> {
    let mut counts: BTreeMap<String, i64> = STATES.iter().map(|state| (state.to_string(), 0)).collect();
    if let Some(found) = of_single(db, app, batch)? {
        found.into_iter().for_each(|entry| *counts.entry(entry.state).or_default() += 1);
        return Ok(counts);
    }
    let sql = of_batch("state, count(*)", "GROUP BY state");
    counts.extend(db.all(&sql, params![app, batch, Moment::now()], |r| Ok((r.get::<String>(0)?, r.get::<i64>(1)?)))?);
    let batch = batch::get(db, app, batch)?;
    let beyond = (batch.total - counts.values().sum::<i64>()).max(0);
    let state = if batch.withdrawn_at.is_some() { "withdrawn" } else { "waiting" };
    *counts.entry(state.into()).or_default() += beyond;
    Ok(counts)
}

/// Whether everybody for whom a message was has read it.
pub(super) fn is_seen(db: &Db, app: AppNo, message: &Message) -> Result<bool> {
    let sql = "SELECT coalesce(min(p.read >= ?3 OR EXISTS (SELECT 1 FROM cleared x WHERE x.application = ?1 AND x.user = p.user
                   AND x.conversation = ?2 AND x.message = ?3)), 0)
               FROM member p WHERE p.application = ?1 AND p.conversation = ?2 AND p.user <> ?4 AND p.left IS NULL";
    db.one(sql, params![app, message.conversation, message.id, message.sender], |r| r.get(0))
}

/// A state that may be asked for.
pub fn parse_state(text: &str) -> Result<&'static str> {
    let known = STATES.into_iter().chain([UNREAD]).find(|state| *state == text);
    known.ok_or_else(|| Error::invalid("state", format!("expected {UNREAD} or one of {}", STATES.join(", "))))
}

fn read(r: &Row) -> Result<Entry> {
    let state: String = r.get(5)?;
    let to = match (r.get::<Option<UserId>>(6)?, r.get::<Option<ConversationId>>(1)?) {
        (_, Some(place)) => Party::Conversation(place).to_string(),
        (Some(user), None) => Party::User(user).to_string(),
        (None, None) => r.get::<Option<String>>(2)?.unwrap_or_default(),
    };
    let acted = state == "acted";
    let reached = matches!(state.as_str(), "received" | "read") || (acted && r.get::<Option<bool>>(16)? == Some(true));
    let is_read = acted || state == "read";
    let device = r.get::<Option<i64>>(12)?.zip(r.get::<Option<String>>(13)?).filter(|_| reached);
    let acted_at = r.get::<Option<Moment>>(17)?.filter(|_| acted);
    // The mark may have been raised again since: whoever pressed a button had read it, and whoever read it had received it.
    let before = |at: Option<Moment>, later: Option<Moment>| at.map(|at| later.map_or(at, |later| at.min(later)));
    let read_at = before(r.get::<Option<Moment>>(11)?.filter(|_| is_read), acted_at);
    let received_at = before(r.get::<Option<Moment>>(10)?.filter(|_| reached), read_at.or(acted_at));
    Ok(Entry {
        position: r.get(0)?,
        to,
        message: r.get::<Option<MessageId>>(7)?.zip(r.get::<Option<ConversationId>>(8)?),
        stored_at: r.get(9)?,
        received_at,
        read_at,
        acted_at,
        device: device.map(|(session, name)| Device { session, name }),
        reason: reason(r, &state)?,
        state,
    })
}

fn reason(r: &Row, state: &str) -> Result<Option<(String, String)>> {
    let (error, sentence): (Option<String>, Option<String>) = (r.get(3)?, r.get(4)?);
    if let Some(code) = error {
        return Ok(Some((code, sentence.unwrap_or_default())));
    }
    let quiet = matches!(state, "stored" | "received");
    let why = match (r.get::<Option<bool>>(15)?, r.get::<Option<bool>>(14)?) {
        (Some(true), _) if quiet => Some(("suspended", "the user is suspended and cannot sign in")),
        (_, Some(true)) if quiet => Some(("muted", "the user has muted this conversation and is given no notice")),
        _ => None,
    };
    Ok(why.map(|(code, sentence)| (code.into(), sentence.into())))
}
