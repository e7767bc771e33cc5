//! Shared groups: departments and the like, kept here for everybody or for some. A change is versioned once and told to all
//! who see the group.

use crate::directory::difference::Difference;
use crate::directory::group::{self, Group, GroupDraft, Source};
use crate::directory::profile;
use crate::directory::user::{self, Announce, Profile};
use crate::error::{Error, Result};
use crate::id::{AppNo, GroupId, UserId, UserNo};
use crate::store::{Db, Tx, params};
use crate::wire::news::To;
use crate::wire::row::UserRow;
use std::collections::HashSet;

/// The most users who see a group by being named; one for more is for everybody.
pub const VIEWERS: usize = 10_000;

/// A shared group as somebody wishes it.
#[derive(Debug, Clone)]
pub struct Draft {
    group: GroupDraft,
    /// Only these users see it; none: everybody.
    visible_to: Option<Vec<UserId>>,
    /// Its users, where they were made ready.
    ready: Option<Ready>,
}

#[derive(Debug, Clone, Default)]
struct Ready {
    users: Vec<UserNo>,
    /// Who alone is to see it.
    audience: Option<Vec<UserNo>>,
    /// Something has changed already, and not all were told.
    untold: bool,
    /// Who stood in it before them.
    before: Vec<UserNo>,
}

impl Draft {
    pub fn parse(group: GroupDraft, visible_to: Option<Vec<UserId>>) -> Result<Draft> {
        if visible_to.as_ref().is_some_and(|named| named.len() > VIEWERS) {
            return Err(Error::TooLarge(format!("a group is shown to at most {VIEWERS} users by name")));
        }
        Ok(Draft { group: group.parse()?, visible_to, ready: None })
    }

    /// What this would change. Refuses what would be refused when it is put.
    pub fn difference(&self, db: &Db, app: AppNo) -> Result<Difference> {
        audience(db, app, self.visible_to.as_deref())?;
        profile::require_good(db, app, &self.group.users)?;
        for profile in self.group.users.iter().filter(|profile| profile.name.is_none()) {
            user::number(db, app, &profile.id).or_else(|_| require_named(profile).map(|()| UserNo(0)))?;
        }
        let before = match find(db, app, &self.group.id)? {
            Some(group) => vec![(group.id, group::user_ids(db, app, group.no)?)],
            None => Vec::new(),
        };
        Ok(Difference::of(&before, std::slice::from_ref(&self.group)))
    }

    /// Who alone is to see it, where it is not for everybody.
    pub fn visible_to(&self) -> &[UserId] {
        self.visible_to.as_deref().unwrap_or_default()
    }
}

/// Creates a shared group or makes it what the draft says; users must be there already, or come with a name.
pub fn put(tx: &mut Tx, app: AppNo, draft: &Draft, announce: Announce) -> Result<Group> {
    let Ready { users, audience, untold, before: stood } = match &draft.ready {
        Some(ready) => ready.clone(),
        None => {
            let audience = audience(tx, app, draft.visible_to.as_deref())?;
            Ready { users: resolve(tx, app, &draft.group.users, announce)?, audience, ..Ready::default() }
        }
    };
    let draft = &draft.group;
    let mut before = Before::of(tx, app, &draft.id)?;
    if !untold && before.is(draft, &users, &audience) {
        return get(tx, app, &draft.id);
    }
    let everyone = audience.is_none();
    let narrowed = match &before.group {
        Some(group) if group.everyone && !everyone => Some(tx.next_version(app)?),
        _ => None,
    };
    let version = tx.next_version(app)?;
    let no = match &before.group {
        Some(group) => {
            let sql = "UPDATE contact_group SET name = ?3, parent = ?4, version = ?6, gone_at = NULL, \
                       narrowed = coalesce(?7, narrowed), everyone = ?5 WHERE application = ?1 AND no = ?2";
            tx.run(sql, params![app, group.no, draft.name, draft.parent, everyone, version, narrowed])?;
            group.no
        }
        None => create(tx, app, draft, (everyone, version))?,
    };
    if before.users != users {
        group::set_members(tx, app, no, &users)?;
    }
    if untold {
        before.users.clear();
    }
    let after = group::get_no(tx, app, no)?;
    open_to(tx, &after, &before, audience.unwrap_or_default())?;
    if let Some(version) = narrowed.filter(|_| before.live().is_some()) {
        group::send(tx, &Group { version, ..after.clone() }, To::Everyone, (after.gone_row(version), Vec::new()));
    }
    tell(tx, &after, &before)?;
    // One that is no longer everybody's may hide all who are in it.
    let shown: &[UserNo] = if narrowed.is_some() { &[] } else { &users };
    hide(tx, app, (if untold { &stood } else { &before.users }, shown))?;
    Ok(after)
}

/// Takes a shared group away from all who see it. That it had users is forgotten by the sweep.
pub fn delete(tx: &mut Tx, app: AppNo, id: &GroupId) -> Result<()> {
    let group = get(tx, app, id)?;
    let (version, now) = (tx.next_version(app)?, tx.now);
    let (to, gone) = (group::viewers(tx, &group)?, group.gone_row(version));
    let users = Before::of(tx, app, id)?.users;
    hide(tx, app, (&users, &[]))?;
    let sql = "UPDATE contact_group SET gone_at = ?3, version = ?4 WHERE application = ?1 AND no = ?2";
    tx.run(sql, params![app, group.no, now, version])?;
    group::send(tx, &Group { version, ..group }, to, (gone, Vec::new()));
    Ok(())
}

pub fn find(db: &Db, app: AppNo, id: &GroupId) -> Result<Option<Group>> {
    Ok(find_gone_too(db, app, id)?.filter(|group| group.gone_at.is_none()))
}

pub fn get(db: &Db, app: AppNo, id: &GroupId) -> Result<Group> {
    find(db, app, id)?.ok_or(Error::NotFound("group"))
}

/// A group that can be written to. One of an application's contact lists is none: each user may have another of that id.
pub fn get_audience(db: &Db, app: AppNo, id: &GroupId) -> Result<Group> {
    let found = find(db, app, id)?;
    found.ok_or(Error::NotFound("group among those kept in Parlour; a group of a contact list cannot be written to"))
}

/// Shared groups by id, after `after`; and whether there are more.
pub fn list(db: &Db, app: AppNo, after: Option<&str>, limit: usize) -> Result<(Vec<Group>, bool)> {
    let sql = format!(
        "SELECT {} FROM contact_group g WHERE g.application = ?1 AND g.source = 'shared' AND g.id > ?2 AND g.gone_at IS NULL \
         ORDER BY g.id LIMIT ?3",
        group::COLUMNS
    );
    let mut found = db.all(&sql, params![app, after.unwrap_or(""), limit as i64 + 1], group::read)?;
    let more = found.len() > limit;
    found.truncate(limit);
    Ok((found, more))
}

/// Who sees a group, where it is not everybody's.
pub fn visible_to(db: &Db, group: &Group) -> Result<Option<Vec<UserId>>> {
    if group.everyone {
        return Ok(None);
    }
    let sql = "SELECT u.id FROM group_viewer v JOIN user u ON u.application = v.application AND u.no = v.user \
               WHERE v.application = ?1 AND v.grp = ?2 AND v.gone_at IS NULL ORDER BY u.id";
    db.all(sql, params![group.app, group.no], |r| r.get(0)).map(Some)
}

fn find_gone_too(db: &Db, app: AppNo, id: &GroupId) -> Result<Option<Group>> {
    let sql = format!(
        "SELECT {} FROM contact_group g WHERE g.application = ?1 AND g.source = 'shared' AND g.id = ?2 AND g.owner = 0",
        group::COLUMNS
    );
    db.maybe(&sql, params![app, id], group::read)
}

mod preparation;

pub use preparation::Preparation;

/// What a group was before a change.
#[derive(Default)]
struct Before {
    group: Option<Group>,
    users: Vec<UserNo>,
    /// Who saw it by name, or will hear that it is gone.
    named: Vec<UserNo>,
}

impl Before {
    fn of(db: &Db, app: AppNo, id: &GroupId) -> Result<Before> {
        let Some(group) = find_gone_too(db, app, id)? else {
            return Ok(Before::default());
        };
        let sql = "SELECT user FROM group_user WHERE application = ?1 AND grp = ?2 ORDER BY position";
        Ok(Before {
            users: db.all(sql, params![app, group.no], |r| r.get(0))?,
            named: group::named_viewers(db, app, group.no)?,
            group: Some(group),
        })
    }

    /// The group, where it was there.
    fn live(&self) -> Option<&Group> {
        self.group.as_ref().filter(|group| group.gone_at.is_none())
    }

    /// Whether that is what it should become.
    fn is(&self, draft: &GroupDraft, users: &[UserNo], audience: &Option<Vec<UserNo>>) -> bool {
        let Some(group) = self.live() else { return false };
        let same_audience = match audience {
            None => group.everyone,
            Some(named) => !group.everyone && *named == self.named,
        };
        same_audience && group.name == draft.name && group.parent == draft.parent && self.users == users
    }
}

fn resolve(tx: &mut Tx, app: AppNo, profiles: &[Profile], announce: Announce) -> Result<Vec<UserNo>> {
    let mut numbers = Vec::with_capacity(profiles.len());
    for profile in profiles {
        let there = user::find(tx, app, &profile.id)?.is_some();
        if !there {
            require_named(profile)?;
        }
        let (user, changed) = user::put(tx, app, profile)?;
        if there && changed {
            announce(tx, app, user.no)?;
        }
        numbers.push(user.no);
    }
    Ok(numbers)
}

/// Who comes without a name must be there.
fn require_named(profile: &Profile) -> Result<()> {
    match profile.name {
        Some(_) => Ok(()),
        None => Err(Error::invalid("users", format!("there is no user {}", profile.id))),
    }
}

fn audience(db: &Db, app: AppNo, visible_to: Option<&[UserId]>) -> Result<Option<Vec<UserNo>>> {
    let Some(ids) = visible_to else { return Ok(None) };
    let mut numbers: Vec<UserNo> = ids.iter().map(|id| group::known(db, app, id)).collect::<Result<_>>()?;
    numbers.sort();
    numbers.dedup();
    Ok(Some(numbers))
}

fn create(tx: &mut Tx, app: AppNo, draft: &GroupDraft, (everyone, version): (bool, i64)) -> Result<i64> {
    let group = Group {
        app,
        no: group::next_no(tx, app)?,
        source: Source::Shared,
        id: draft.id.clone(),
        name: draft.name.clone(),
        parent: draft.parent.clone(),
        everyone,
        version,
        gone_at: None,
    };
    group::insert(tx, &group, UserNo(0), b"")?;
    Ok(group.no)
}

/// Keeps who sees the group by name, and whom it was taken from, so that they hear of it when they come back.
fn open_to(tx: &mut Tx, group: &Group, before: &Before, audience: Vec<UserNo>) -> Result<()> {
    if group.everyone {
        return tx.run("DELETE FROM group_viewer WHERE application = ?1 AND grp = ?2", params![group.app, group.no]).map(|_| ());
    }
    let (now, earlier): (HashSet<_>, HashSet<_>) = (audience.iter().collect(), before.named.iter().collect());
    for user in audience.iter().filter(|user| !earlier.contains(user)) {
        group::link(tx, (group.app, group.no), *user, group.version, true)?;
    }
    for user in before.named.iter().filter(|user| !now.contains(user)) {
        group::link(tx, (group.app, group.no), *user, group.version, false)?;
    }
    Ok(())
}

/// Who goes on seeing it gets the users that are new in it, who begins to see it gets all of them, who does not see it any
/// more hears that. Everybody is never listed: a group that was everybody's has gone for all, and begins again for some.
fn tell(tx: &mut Tx, after: &Group, before: &Before) -> Result<()> {
    let (row, members) = after.row(tx)?;
    let known: HashSet<_> = before.users.iter().filter(|_| before.users.len() <= group::SHOWN).collect();
    let added: Vec<UserRow> = members.iter().filter(|(no, _)| !known.contains(no)).map(|(_, user)| user.clone()).collect();
    let all: Vec<UserRow> = members.into_iter().map(|(_, user)| user).collect();
    let was_everyones = before.live().is_some_and(|group| group.everyone);
    if after.everyone {
        let users = if was_everyones { added } else { all };
        group::send(tx, after, To::Everyone, (row, users));
        return Ok(());
    }
    let now = group::named_viewers(tx, after.app, after.no)?;
    let earlier: &[UserNo] = before.live().map_or(&[], |_| &before.named);
    let (now_set, earlier_set): (HashSet<_>, HashSet<_>) = (now.iter().collect(), earlier.iter().collect());
    let (going_on, beginning): (Vec<UserNo>, Vec<UserNo>) = now.iter().partition(|user| earlier_set.contains(user));
    let ceasing: Vec<UserNo> = earlier.iter().copied().filter(|user| !now_set.contains(user)).collect();
    group::send(tx, after, going_on.into(), (row.clone(), added));
    group::send(tx, after, beginning.into(), (row, all));
    user::review(tx, after.app, &ceasing)?;
    group::send(tx, after, ceasing.into(), (after.gone_row(after.version), Vec::new()));
    Ok(())
}

/// Who is no longer in it, some of those who see it may not see any more.
fn hide(tx: &mut Tx, app: AppNo, (before, after): (&[UserNo], &[UserNo])) -> Result<()> {
    let stay: HashSet<&UserNo> = after.iter().collect();
    let gone: Vec<UserNo> = before.iter().filter(|user| !stay.contains(user)).copied().collect();
    user::review(tx, app, &gone)
}
