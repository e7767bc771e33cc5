//! Contacts: what one user sees of the others, from its own groups, the shared ones and the application's.

pub use super::list::{List, Preparation, given, own, replace, replace_own};
use crate::apps::application::{self, Policy};
use crate::directory::group::{self, Group};
use crate::directory::user;
use crate::error::{Error, Result};
use crate::id::{AppNo, UserNo};
use crate::store::{Db, params};
use crate::wire::news::To;
use crate::wire::row::{GroupRow, UserRow};
use std::collections::{HashMap, HashSet};

/// Whether the user `?2` sees the user `u` in any group.
const SEEN: &str = "EXISTS (SELECT 1 FROM group_user m JOIN contact_group g ON g.application = m.application AND g.no = m.grp \
     WHERE m.application = u.application AND m.user = u.no AND g.gone_at IS NULL AND (g.everyone = 1 OR EXISTS \
     (SELECT 1 FROM group_viewer v WHERE v.application = m.application AND v.user = ?2 AND v.grp = m.grp AND v.gone_at IS NULL)))";

/// A group in a user's sight, or one that was.
struct Sight {
    group: Group,
    /// Of its last change for this user.
    version: i64,
    gone: bool,
}

/// The groups in a user's sight whose last change for it is after `since`.
fn sights(db: &Db, app: AppNo, user: UserNo, since: i64) -> Result<Vec<Sight>> {
    let sql = format!(
        "SELECT {columns}, v.version, v.gone_at IS NOT NULL FROM group_viewer v \
         JOIN contact_group g ON g.application = v.application AND g.no = v.grp \
         WHERE v.application = ?1 AND v.user = ?2 AND (v.version > ?3 OR g.version > ?3) \
         UNION ALL SELECT {columns}, g.version, 0 FROM contact_group g \
         WHERE g.application = ?1 AND g.everyone = 1 AND g.version > ?3 \
         UNION ALL SELECT {columns}, g.narrowed, 1 FROM contact_group g \
         WHERE g.application = ?1 AND g.everyone = 0 AND g.narrowed > 0 AND g.narrowed > ?3 AND NOT EXISTS \
         (SELECT 1 FROM group_viewer v WHERE v.application = ?1 AND v.user = ?2 AND v.grp = g.no)",
        columns = group::COLUMNS
    );
    let sights = db.all(&sql, params![app, user, since], |r| {
        let group = group::read(r)?;
        let link_gone: bool = r.get(10)?;
        let gone = link_gone || group.gone_at.is_some();
        // A group that is gone for this user only changes nothing for it any more.
        let version = if link_gone { r.get(9)? } else { group.version.max(r.get(9)?) };
        Ok(Sight { group, version, gone })
    })?;
    Ok(sights.into_iter().filter(|sight| sight.version > since).collect())
}

/// The groups and users that a user sees. With `since` 0 all of them; otherwise what changed after it, groups that are gone
/// included. A group that became visible or changed brings its users, whatever their versions; one with more than
/// `group::SHOWN` users brings none, they are paged.
pub fn visible(db: &Db, app: AppNo, user: UserNo, since: i64) -> Result<(Vec<GroupRow>, Vec<UserRow>)> {
    if since > 0 && since >= db.version(app)? {
        return Ok((Vec::new(), Vec::new()));
    }
    let mut groups = Vec::new();
    let mut users: HashMap<UserNo, UserRow> = HashMap::new();
    for sight in sights(db, app, user, since)? {
        if !sight.gone {
            let (row, members) = sight.group.row(db)?;
            groups.push(GroupRow { version: sight.version, ..row });
            users.extend(members);
        } else if since > 0 {
            groups.push(sight.group.gone_row(sight.version));
        }
    }
    if since > 0 {
        users.extend(changed(db, app, user, since)?);
    }
    let mut users: Vec<UserRow> = users.into_values().collect();
    users.sort_by(|a, b| a.id.cmp(&b.id));
    Ok((groups, users))
}

/// Users in sight who changed themselves.
fn changed(db: &Db, app: AppNo, user: UserNo, since: i64) -> Result<Vec<(UserNo, UserRow)>> {
    let sql = format!(
        "SELECT {}, u.no FROM user u WHERE u.application = ?1 AND u.version > ?3 AND u.erased_at IS NULL AND {SEEN}",
        user::ROW
    );
    db.all(&sql, params![app, user, since], |r| Ok((r.get(6)?, user::read_row(r)?)))
}

/// The users whose rows a client of this user has been given with its groups.
pub(super) fn shown(db: &Db, app: AppNo, user: UserNo) -> Result<HashSet<UserNo>> {
    let mut users = HashSet::new();
    for sight in sights(db, app, user, 0)?.into_iter().filter(|sight| !sight.gone) {
        let sql = "SELECT user FROM group_user WHERE application = ?1 AND grp = ?2 LIMIT ?3";
        let some: Vec<UserNo> = db.all(sql, params![app, sight.group.no, group::SHOWN as i64 + 1], |r| r.get(0))?;
        if some.len() <= group::SHOWN {
            users.extend(some);
        }
    }
    Ok(users)
}

/// Whether `user` has `other` on its list.
pub fn knows(db: &Db, app: AppNo, user: UserNo, other: UserNo) -> Result<bool> {
    let sql = format!("SELECT 1 FROM user u WHERE u.application = ?1 AND u.no = ?3 AND {SEEN}");
    db.any(&sql, params![app, user, other])
}

/// Who has this user on a list.
pub fn viewers(db: &Db, app: AppNo, user: UserNo) -> Result<To> {
    let everybody = "SELECT 1 FROM group_user m JOIN contact_group g ON g.application = m.application AND g.no = m.grp \
                     WHERE m.application = ?1 AND m.user = ?2 AND g.everyone = 1 AND g.gone_at IS NULL";
    if db.any(everybody, params![app, user])? {
        return Ok(To::Everyone);
    }
    let sql = "SELECT DISTINCT v.user FROM group_user m \
               JOIN group_viewer v ON v.application = m.application AND v.grp = m.grp \
               JOIN contact_group g ON g.application = m.application AND g.no = m.grp \
               WHERE m.application = ?1 AND m.user = ?2 AND v.gone_at IS NULL AND g.gone_at IS NULL";
    db.all(sql, params![app, user], |r| r.get(0)).map(To::Users)
}

/// What of a contact list is wished.
#[derive(Debug, Clone, Copy, Default)]
pub struct Page<'a> {
    /// Only this group, as clients know it: `app:sales`.
    pub group: Option<&'a str>,
    /// Only who has this in name or id.
    pub text: &'a str,
    /// Only who comes after this user.
    pub after: Option<&'a str>,
    pub limit: usize,
}

/// Contacts by name, and whether there are more. Where an application lets everybody write to everybody, a search without
/// a group finds all its users.
pub fn page(db: &Db, app: AppNo, user: UserNo, page: &Page) -> Result<(Vec<UserRow>, bool)> {
    let text = page.text.trim();
    let group = page.group.map(|id| group_in_sight(db, app, user, id)).transpose()?;
    let everybody = group.is_none() && !text.is_empty() && application::policy(db, app)? == Policy::Everyone;
    let whom = match (group, everybody) {
        (Some(_), _) => {
            "EXISTS (SELECT 1 FROM group_user m WHERE m.application = ?1 AND m.user = u.no AND m.grp = ?7) AND ?2 > 0"
        }
        (None, true) => "?2 > 0 AND ?7 IS NULL",
        (None, false) => &format!("{SEEN} AND ?7 IS NULL"),
    };
    let sql = format!(
        "SELECT {row} FROM user u WHERE u.application = ?1 AND u.erased_at IS NULL AND {whom} \
         AND (?3 = '' OR instr(lower(u.name), ?3) > 0 OR instr(u.name, ?4) > 0 OR instr(lower(u.id), ?3) > 0) \
         AND (?5 IS NULL OR (u.name, u.id) > (SELECT a.name, a.id FROM user a WHERE a.application = ?1 AND a.id = ?5)) \
         ORDER BY u.name, u.id LIMIT ?6",
        row = user::ROW
    );
    let limit = page.limit as i64 + 1;
    let columns = params![app, user, text.to_lowercase(), capital(text), page.after, limit, group];
    let mut found = db.all(&sql, columns, user::read_row)?;
    let more = found.len() > page.limit;
    found.truncate(page.limit);
    Ok((found, more))
}

fn group_in_sight(db: &Db, app: AppNo, user: UserNo, id: &str) -> Result<i64> {
    let sights = sights(db, app, user, 0)?.into_iter().filter(|sight| !sight.gone);
    let found = sights.map(|sight| sight.group).find(|group| group.public_id() == id);
    found.map(|group| group.no).ok_or(Error::NotFound("group"))
}

/// With a first capital letter: SQLite folds only the letters of English.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
pub mod tests;
