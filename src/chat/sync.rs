//! What a client must know: the fresh picture, or all visible rows that changed after the version it has seen. The same rows
//! that are pushed live, so that live and catch-up are one thing.

use crate::chat::history::{self, Span};
use crate::chat::member::{self, Member};
use crate::chat::message::{self, Message};
use crate::chat::{conversation, picture};
use crate::directory::caller::Caller;
use crate::directory::{contact, erasure, setting, user};
use crate::error::Result;
use crate::id::UserNo;
use crate::store::{Db, params};
use crate::wire::row::{Rows, UserRow};
use std::collections::BTreeSet;

/// In the fresh picture, so many conversations come with so many messages; older ones with the newest only.
const RECENT: usize = 50;
const SHOWN: u32 = 20;
/// Users who changed above which a fresh picture is better than a replay.
const PEOPLE: i64 = 2000;

/// What a client is sent when it connects.
#[derive(Debug)]
pub struct Catchup {
    pub rows: Rows,
    /// Complete up to this version.
    pub version: i64,
    /// Forget everything first.
    pub reset: bool,
}

impl Catchup {
    /// With what happened since it was read.
    fn continued(mut self, db: &Db, caller: &Caller) -> Result<Catchup> {
        let later = catch_up(db, caller, Some(self.version))?;
        if later.reset {
            return Ok(later);
        }
        self.rows.append(later.rows);
        Ok(Catchup { version: later.version, ..self })
    }
}

/// Everything after `since`, or the fresh picture where that is unknown, from the future or too far back.
pub fn catch_up(db: &Db, caller: &Caller, since: Option<i64>) -> Result<Catchup> {
    replay(db, caller, since)?.map_or_else(|| anew(db, caller), Ok)
}

/// The same as [`catch_up`], where most of it was read a moment ago.
pub fn go_on(db: &Db, caller: &Caller, replayed: Option<Catchup>) -> Result<Catchup> {
    replayed.map_or_else(|| anew(db, caller), |replayed| replayed.continued(db, caller))
}

fn anew(db: &Db, caller: &Caller) -> Result<Catchup> {
    Ok(Catchup { version: db.version(caller.app)?, rows: fresh(db, caller)?, reset: true })
}

/// Everything after `since`; none where only the fresh picture will do.
pub fn replay(db: &Db, caller: &Caller, since: Option<i64>) -> Result<Option<Catchup>> {
    let version = db.version(caller.app)?;
    let Some(since) = since.filter(|since| (0..=version).contains(since)) else { return Ok(None) };
    let rows = if since == version { Some(Rows::default()) } else { after(db, caller, since)? };
    Ok(rows.map(|rows| Catchup { rows, version, reset: false }))
}

fn fresh(db: &Db, caller: &Caller) -> Result<Rows> {
    let (groups, users) = contact::visible(db, caller.app, caller.user, 0)?;
    let mut picture = Picture::new(db, caller, users);
    picture.rows.groups = groups;
    let mut places = Vec::new();
    for member in member::of_user(db, caller.app, caller.user, 0)? {
        places.push((conversation::last(db, caller.app, member.conversation)?, member));
    }
    places.sort_by_key(|(last, member)| std::cmp::Reverse((*last).max(member.joined)));
    for (position, (_, member)) in places.iter().enumerate() {
        picture.conversation(member)?;
        picture.everybody(member)?;
        let shown = if position < RECENT { SHOWN } else { 1 };
        let (messages, _) = history::seen(db, caller.app, member, Span::Newest, shown)?;
        picture.named.extend(picture::authors(&messages));
        picture.messages(&messages);
    }
    picture.finish(Some(setting::row(db, caller.app, caller.user)?))
}

/// What changed after `since`; none where only a fresh picture tells it.
fn after(db: &Db, caller: &Caller, since: i64) -> Result<Option<Rows>> {
    if erasure::happened(db, caller.app, since)? || user::changes(db, caller.app, since, PEOPLE)? > PEOPLE {
        return Ok(None);
    }
    let (groups, mut users) = contact::visible(db, caller.app, caller.user, since)?;
    users.extend(changed_co_members(db, caller, since)?);
    let mut picture = Picture::new(db, caller, users);
    picture.rows.groups = groups;
    for member in member::of_user(db, caller.app, caller.user, -1)? {
        if member.joined > since {
            picture.rows.append(picture::brief(db, caller.app, &member)?);
            continue;
        }
        picture.changes(&member, since)?;
        if picture.rows.messages.len() > message::REPLAY {
            return Ok(None);
        }
    }
    let settings = setting::row(db, caller.app, caller.user)?;
    picture.finish((settings.version > since).then_some(settings)).map(Some)
}

/// The user itself and whoever is in a conversation with it, of any size: in a large one the picture shows who wrote.
fn changed_co_members(db: &Db, caller: &Caller, since: i64) -> Result<Vec<UserRow>> {
    let sql = format!(
        "SELECT {} FROM user u WHERE u.application = ?1 AND u.version > ?3 AND (u.no = ?2 OR EXISTS
            (SELECT 1 FROM member m JOIN member o ON o.application = m.application AND o.conversation = m.conversation
             WHERE m.application = ?1 AND m.user = ?2 AND m.left IS NULL AND o.user = u.no AND o.left IS NULL))",
        user::ROW
    );
    db.all(&sql, params![caller.app, caller.user, since], user::read_row)
}

/// Rows being gathered for one user, each user once.
struct Picture<'a> {
    db: &'a Db,
    caller: &'a Caller,
    rows: Rows,
    /// Users who are in members' rows and must be known.
    named: BTreeSet<UserNo>,
}

impl<'a> Picture<'a> {
    fn new(db: &'a Db, caller: &'a Caller, users: Vec<UserRow>) -> Picture<'a> {
        Picture { db, caller, rows: Rows { users, ..Rows::default() }, named: BTreeSet::new() }
    }

    fn conversation(&mut self, member: &Member) -> Result<()> {
        let app = self.caller.app;
        self.rows.conversations.push(conversation::get(self.db, app, member.conversation)?.row_for(self.db, app, member)?);
        Ok(())
    }

    /// The own row, and the others' where they are few.
    fn everybody(&mut self, own: &Member) -> Result<()> {
        let app = self.caller.app;
        let present = match own.left {
            Some(_) => Vec::new(),
            None => member::few(self.db, app, own.conversation)?,
        };
        self.named.extend(present.iter().map(|m| m.user));
        self.rows.members.extend(picture::member_rows(self.db, app, &present, own)?);
        Ok(())
    }

    fn messages(&mut self, messages: &[Message]) {
        self.rows.messages.extend(picture::message_rows(messages, self.caller.user));
    }

    /// What changed in a conversation that was visible before.
    fn changes(&mut self, own: &Member, since: i64) -> Result<()> {
        let app = self.caller.app;
        let missed = message::changed_after(self.db, (app, own.conversation), since, own.left.unwrap_or(i64::MAX))?;
        let uncounted = missed.iter().any(|message| message.deleted_by.is_some() && message.id.0 > own.read);
        if own.version > since || uncounted {
            self.rows.members.push(own.own_row(self.db, app)?);
        }
        if own.left.is_none() {
            let row = conversation::get(self.db, app, own.conversation)?;
            let others = member::few_changed(self.db, app, own.conversation, since, row.version > since)?;
            let others = others.iter().filter(|m| m.user != own.user);
            self.named.extend(others.clone().map(|m| m.user));
            self.rows.members.extend(others.map(Member::row));
            if row.version > since {
                self.rows.conversations.push(row.row(self.db, app)?);
            }
        }
        self.messages(&missed);
        Ok(())
    }

    fn finish(mut self, settings: Option<crate::wire::row::SettingsRow>) -> Result<Rows> {
        self.rows.users.extend(picture::users(self.db, self.caller.app, self.named)?);
        self.rows.users.sort_by(|a, b| a.id.cmp(&b.id));
        self.rows.users.dedup_by(|a, b| a.id == b.id);
        self.rows.settings = settings;
        Ok(self.rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::author::Author;
    use crate::chat::message::Draft;
    use crate::chat::scratch::{APP, id, office};
    use crate::id::{Key, Party};
    use crate::store::scratch::Scratch;

    fn say(store: &Scratch, text: &'static str) {
        store.change(move |tx| {
            let author = Author { via: false, ..Author::in_name_of(&user::get(tx, APP, &id(1))?) };
            message::post(tx, &author, &Party::User(id(2)), &Draft::parse(Key::parse(text)?, text.into())?).map(|_| ())
        });
    }

    #[test]
    fn what_happens_between_two_looks_comes_behind_what_the_first_one_saw() {
        let (store, ben) = (office(2), Caller { app: APP, user: UserNo(2), id: id(2), session: 1, expires_at: None });
        say(&store, "before");
        let since = store.read_blocking(|db| db.version(APP)).unwrap();
        say(&store, "missed");
        let replayed = store.read_blocking(|db| replay(db, &ben, Some(since))).unwrap();
        say(&store, "meanwhile");
        let whole = store.read_blocking(|db| go_on(db, &ben, replayed)).unwrap();
        let texts: Vec<&str> = whole.rows.messages.iter().map(|row| row.text.as_str()).collect();
        assert_eq!((texts, whole.reset), (vec!["missed", "meanwhile"], false));
        assert_eq!(whole.version, store.read_blocking(|db| db.version(APP)).unwrap());
    }
}
