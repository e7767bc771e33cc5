//! Departments of a fetched list: groups that everybody sees. Those that came with the list go with it; a group that somebody
//! keeps by hand under the same name is left alone.

use crate::directory::group::{GroupDraft, MOST};
use crate::directory::profile::Profile;
use crate::directory::shared;
use crate::error::{Error, Result};
use crate::id::{AppNo, GroupId, UserId};
use crate::store::{Db, Tx, params};
use serde_json::Value;
use std::collections::{HashMap, HashSet};

/// The most departments of one list.
const GROUPS: usize = 1000;
/// Departments of one person; more are not looked at.
const EACH: usize = 20;
/// Letters of a name.
const NAME: usize = 200;
/// Bytes of an id, which is the name as far as it goes.
const ID: usize = 128;

#[derive(Default)]
pub(super) struct Departments {
    found: Vec<GroupDraft>,
    places: HashMap<GroupId, usize>,
}

impl Departments {
    /// Somebody is in this department, or in these.
    pub fn add(&mut self, said: &Value, user: &UserId) {
        match said {
            Value::Array(list) => list.iter().filter(|one| !one.is_array()).take(EACH).for_each(|one| self.add(one, user)),
            Value::String(name) => self.put(name, user),
            Value::Number(number) => self.put(&number.to_string(), user),
            _ => {}
        }
    }

    fn put(&mut self, said: &str, user: &UserId) {
        let name: String = said.trim().chars().filter(|c| !c.is_control()).take(NAME).collect();
        let Ok(id) = GroupId::parse(&name[..name.floor_char_boundary(ID)]) else { return };
        let next = self.found.len();
        let place = *self.places.entry(id.clone()).or_insert(next);
        if place == next {
            self.found.push(GroupDraft { id, name, parent: None, users: Vec::new() });
        }
        let users = &mut self.found[place].users;
        if users.last().is_none_or(|last| last.id != *user) {
            users.push(Profile::new(user.clone()));
        }
    }

    /// People in the order of their ids: a list that comes in another order each time changes nothing.
    pub fn drafts(mut self) -> Result<Vec<GroupDraft>> {
        for group in &mut self.found {
            group.users.sort_unstable_by(|a, b| a.id.cmp(&b.id));
            group.users.dedup_by(|a, b| a.id == b.id);
        }
        if self.found.len() > GROUPS {
            return Err(Error::TooLarge(format!("the list names more than {GROUPS} departments")));
        }
        match self.found.iter().find(|group| group.users.len() > MOST) {
            Some(group) => Err(Error::TooLarge(format!("the department {} has more than {MOST} people", group.name))),
            None => Ok(self.found),
        }
    }
}

/// Groups that came with the list.
fn list(db: &Db, app: AppNo) -> Result<HashSet<GroupId>> {
    let ids: Vec<GroupId> = db.all("SELECT id FROM feed_group WHERE application = ?1 ORDER BY id", [app], |r| r.get(0))?;
    Ok(ids.into_iter().collect())
}

/// People who are in a group that came with the list.
pub fn members(db: &Db, app: AppNo) -> Result<usize> {
    let sql = "SELECT count(DISTINCT u.user) FROM feed_group f
               CROSS JOIN contact_group g ON g.application = f.application AND g.source = 'shared' AND g.id = f.id AND g.gone_at IS NULL
               CROSS JOIN group_user u ON u.application = g.application AND u.grp = g.no WHERE f.application = ?1";
    Ok(db.one(sql, [app], |r| r.get::<i64>(0))? as usize)
}

/// What becomes of groups.
#[derive(Debug, Default)]
pub struct Settled {
    /// Somebody else keeps them.
    pub others: Vec<GroupId>,
    /// They came with the list, which has them no more.
    pub gone: Vec<GroupId>,
}

/// Notes which groups of these come with the list, before they are put.
pub fn settle(tx: &mut Tx, app: AppNo, wanted: &[GroupDraft]) -> Result<Settled> {
    let ours = list(tx, app)?;
    let mut settled = Settled::default();
    for draft in wanted.iter().filter(|draft| !ours.contains(&draft.id)) {
        if shared::find(tx, app, &draft.id)?.is_some() {
            settled.others.push(draft.id.clone());
        } else {
            tx.run("INSERT INTO feed_group (application, id) VALUES (?1, ?2)", params![app, draft.id])?;
        }
    }
    let wanted: HashSet<&GroupId> = wanted.iter().map(|draft| &draft.id).collect();
    settled.gone = ours.into_iter().filter(|id| !wanted.contains(id)).collect();
    Ok(settled)
}

/// Takes a group away that came with the list.
pub fn remove(tx: &mut Tx, app: AppNo, id: &GroupId) -> Result<()> {
    if shared::find(tx, app, id)?.is_some() {
        shared::delete(tx, app, id)?;
    }
    tx.run("DELETE FROM feed_group WHERE application = ?1 AND id = ?2", params![app, id]).map(|_| ())
}
