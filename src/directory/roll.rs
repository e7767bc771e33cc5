//! A list of users before it is kept: each row is checked, and all of them are compared with who is there. Reads only, so that
//! a list that is refused, or only tried, leaves nothing behind.

use crate::apps::application;
use crate::directory::import::{Line, Report};
use crate::directory::profile::{self, Object, Profile};
use crate::directory::shrink::Shrink;
use crate::directory::user::{self, User};
use crate::error::{Error, Result};
use crate::id::{AppNo, UserId, UserNo};
use crate::store::{Db, params};
use crate::wire::row::UserKind;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{HashMap, HashSet};

/// One user of a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    pub profile: Profile,
    /// None: as it is; in a whole list, who was suspended because it was missing is resumed.
    pub suspended: Option<bool>,
}

/// What becomes of who stands in a whole list no more.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Absent {
    #[default]
    Suspend,
    Erase,
}

/// A list that may be kept: all of its rows are good.
#[derive(Debug)]
pub struct Roll {
    pub entries: Vec<Entry>,
    pub report: Report,
    /// Nobody else is meant to be there.
    pub whole: bool,
    /// Who stands in it no more; nobody, where it is not the whole list.
    pub leavers: Vec<UserNo>,
    /// The first few of them.
    pub some: Vec<UserId>,
    /// How many were there who could be missing.
    pub before: usize,
}

/// Leavers that are named.
const SOME: usize = 20;

/// Checks and compares. What is wrong stands in the report, which is then all that counts.
pub fn read(db: &Db, app: AppNo, lines: &[Line], whole: bool) -> Result<Roll> {
    let mut report = Report::default();
    let entries = entries(db, app, lines, &mut report)?;
    for entry in &entries {
        match outlook(db, app, entry, whole)? {
            Outlook::New => report.created += 1,
            Outlook::Different => report.changed += 1,
            Outlook::Same => report.unchanged += 1,
        }
    }
    let mut roll = Roll { entries, report, whole, leavers: Vec::new(), some: Vec::new(), before: 0 };
    if whole {
        roll.find_leavers(db, app)?;
    }
    Ok(roll)
}

impl Roll {
    /// Programs and devices stand in no list of people, and who is suspended already has left.
    fn find_leavers(&mut self, db: &Db, app: AppNo) -> Result<()> {
        let sql = "SELECT /* all: held against a whole list */ no, id FROM user \
                   WHERE application = ?1 AND kind = ?2 AND suspended_at IS NULL AND erased_at IS NULL ORDER BY id";
        let people: Vec<(UserNo, UserId)> =
            db.all(sql, params![app, UserKind::Person.as_str()], |r| Ok((r.get(0)?, r.get(1)?)))?;
        let listed: HashSet<&UserId> = self.entries.iter().map(|entry| &entry.profile.id).collect();
        self.before = people.len();
        let missing: Vec<_> = people.into_iter().filter(|(_, id)| !listed.contains(id)).collect();
        self.some = missing.iter().take(SOME).map(|(_, id)| id.clone()).collect();
        self.leavers = missing.into_iter().map(|(no, _)| no).collect();
        Ok(())
    }

    /// Whether so many would go that it looks like a mistake.
    pub fn is_suspicious(&self, shrink: Shrink) -> bool {
        shrink.is_suspicious(self.before, self.leavers.len())
    }
}

enum Outlook {
    New,
    Different,
    Same,
}

fn outlook(db: &Db, app: AppNo, entry: &Entry, whole: bool) -> Result<Outlook> {
    let Some(user) = user::find(db, app, &entry.profile.id)? else { return Ok(Outlook::New) };
    let returns = whole && entry.suspended.is_none() && user.suspended_at.is_some() && is_absent(db, app, user.no)?;
    let same = profile::apply(user.clone(), entry.profile.clone()) == user && !entry.moves(&user) && !returns;
    Ok(if same { Outlook::Same } else { Outlook::Different })
}

/// Whether the user is suspended because it stood in a whole list no more.
pub fn is_absent(db: &Db, app: AppNo, no: UserNo) -> Result<bool> {
    db.any("SELECT 1 FROM absent WHERE application = ?1 AND user = ?2", params![app, no])
}

impl Entry {
    /// Whether the user is to be suspended, or resumed, and is not.
    fn moves(&self, user: &User) -> bool {
        self.suspended.is_some_and(|suspended| suspended != user.suspended_at.is_some())
    }
}

fn entries(db: &Db, app: AppNo, lines: &[Line], report: &mut Report) -> Result<Vec<Entry>> {
    let origins = application::get_no(db, app)?.origins;
    let mut entries = Vec::with_capacity(lines.len());
    let mut seen: HashMap<UserId, usize> = HashMap::with_capacity(lines.len());
    for line in lines {
        match entry(&line.value, &origins).and_then(|entry| once(&mut seen, entry, line.number)) {
            Ok(entry) => entries.push(entry),
            Err(error) => report.refuse_line(line, &error.refusal()?),
        }
    }
    Ok(entries)
}

/// Two rows of one user contradict each other, or are a mistake.
fn once(seen: &mut HashMap<UserId, usize>, entry: Entry, row: usize) -> Result<Entry> {
    match seen.insert(entry.profile.id.clone(), row) {
        None => Ok(entry),
        Some(earlier) => Err(Error::invalid("id", format!("this id stands in row {earlier} already"))),
    }
}

/// What a row may say besides a profile.
#[derive(Deserialize)]
struct Besides {
    suspended: Option<bool>,
}

/// A user's id alone, or an object.
fn entry(value: &Value, origins: &[String]) -> Result<Entry> {
    if let Some(id) = value.as_str() {
        return Ok(Entry { profile: Profile::new(self::id(id)?).check(origins)?, suspended: None });
    }
    let expected = || Error::invalid("", "not understood: a user is an object such as {\"id\": \"anna\"}");
    let members = value.as_object().ok_or_else(expected)?;
    if let Some(name) = members.keys().find(|name| !crate::directory::import::COLUMNS.contains(&name.as_str())) {
        return Err(Error::invalid(name, format!("there is no member `{name}`")));
    }
    match &value["id"] {
        Value::String(text) => id(text).map(|_| ())?,
        Value::Null => id("").map(|_| ())?,
        _ => {}
    }
    let wrong = |e: serde_json::Error| Error::invalid("", format!("not understood: {e}"));
    let besides = Besides::deserialize(value).map_err(|_| Error::invalid("suspended", "expected true or false"))?;
    let profile = Profile::from(Object::deserialize(value).map_err(wrong)?).check(origins)?;
    Ok(Entry { profile, suspended: besides.suspended })
}

/// What is wrong with an id is said of its column.
fn id(text: &str) -> Result<UserId> {
    match text.trim().is_empty() {
        true => Err(Error::invalid("id", "there is no id")),
        false => UserId::parse(text).map_err(|error| Error::invalid("id", error.sentence())),
    }
}
