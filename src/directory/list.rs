//! A user's list from one source (its own, or the application's), replaced as a whole. Only what differs gets a version and
//! is told. Users who were given the same group share one row, known by the digest of its content.

use crate::directory::contact;
use crate::directory::difference::{Difference, Listed};
use crate::directory::group::{self, Group, GroupDraft, Source};
use crate::directory::profile::{self, Announce, Profile};
use crate::directory::user;
use crate::error::{Error, Result};
use crate::id::{AppNo, UserId, UserNo};
use crate::secret::{self, Fingerprint};
use crate::store::{Db, Tx, params};
use crate::wire::News;
use crate::wire::row::{GroupRow, Rows};
use std::collections::{HashMap, HashSet};

/// The most groups and users of one list.
const GROUPS: usize = 1000;
const USERS: usize = 50_000;
/// With more new users than this, a list is not pushed: its viewer's connections read it from the store.
const PUSHED: usize = 1000;

/// A checked list, with the digests by which its groups are known again. Made before the transaction: hashing takes time.
#[derive(Debug, Clone)]
pub struct List {
    groups: Vec<Entry>,
}

#[derive(Debug, Clone)]
struct Entry {
    draft: GroupDraft,
    /// Of id, name, parent and the users' ids.
    digest: Fingerprint,
    /// Of all that is said of the users.
    profiles: Fingerprint,
}

impl List {
    pub fn parse(groups: Vec<GroupDraft>) -> Result<List> {
        let users: usize = groups.iter().map(|group| group.users.len()).sum();
        if groups.len() > GROUPS || users > USERS {
            return Err(Error::TooLarge(format!("a contact list has at most {GROUPS} groups and {USERS} users")));
        }
        let mut once = HashSet::new();
        let mut listed = Vec::with_capacity(groups.len());
        for draft in groups {
            let draft = draft.parse()?;
            if !once.insert(draft.id.clone()) {
                return Err(Error::invalid("groups", format!("the group {} is there twice", draft.id)));
            }
            listed.push(Entry { digest: content(&draft)?, profiles: digest(&draft.users)?, draft });
        }
        Ok(List { groups: listed })
    }
}

impl List {
    /// Its groups, checked.
    pub fn groups(&self) -> impl Iterator<Item = &GroupDraft> {
        self.groups.iter().map(|entry| &entry.draft)
    }

    /// By which it is known again.
    pub fn digest(&self) -> Result<Fingerprint> {
        digest(&self.groups.iter().map(|entry| entry.digest).collect::<Vec<_>>())
    }

    /// What this list would change of the user's own.
    pub fn own_difference(&self, db: &Db, app: AppNo, user: UserNo) -> Result<Difference> {
        self.difference(db, app, user, Source::Own)
    }

    /// What this list would change of the one that the application gave.
    pub fn given_difference(&self, db: &Db, app: AppNo, user: UserNo) -> Result<Difference> {
        self.difference(db, app, user, Source::App)
    }

    fn difference(&self, db: &Db, app: AppNo, user: UserNo, source: Source) -> Result<Difference> {
        let before = of_source(db, app, user, source)?;
        let before: Vec<Listed> = before.into_iter().map(|(group, users)| (group.id, users)).collect();
        let after: Vec<GroupDraft> = self.groups().cloned().collect();
        Ok(Difference::of(&before, &after))
    }
}

fn content(draft: &GroupDraft) -> Result<Fingerprint> {
    let users: Vec<_> = draft.users.iter().map(|user| &user.id).collect();
    digest(&(&draft.id, &draft.name, &draft.parent, users))
}

fn digest(value: &impl serde::Serialize) -> Result<Fingerprint> {
    serde_json::to_vec(value).map(secret::fingerprint).map_err(Error::internal)
}

/// Makes the `app:` groups of a user what the application says. Users who are not there yet are created; who looks different
/// now is announced. Answers how many groups began, changed or ceased.
pub fn replace(tx: &mut Tx, app: AppNo, user: UserNo, list: &List, announce: Announce) -> Result<usize> {
    Viewer { app, user, source: Source::App, announce }.replace(tx, list)
}

/// The same for the user's `own:` groups. Users must be there already, or come with a name.
pub fn replace_own(tx: &mut Tx, app: AppNo, user: UserNo, list: &List, announce: Announce) -> Result<usize> {
    Viewer { app, user, source: Source::Own, announce }.replace(tx, list)
}

/// A user's own groups with all their users, in the order of their ids.
pub fn own(db: &Db, app: AppNo, user: UserNo) -> Result<Vec<(Group, Vec<UserId>)>> {
    of_source(db, app, user, Source::Own)
}

/// The groups that the application gave a user, with all their users, in the order of their ids.
pub fn given(db: &Db, app: AppNo, user: UserNo) -> Result<Vec<(Group, Vec<UserId>)>> {
    of_source(db, app, user, Source::App)
}

/// The groups that a user sees from one source, with all their users, in the order of their ids.
fn of_source(db: &Db, app: AppNo, user: UserNo, source: Source) -> Result<Vec<(Group, Vec<UserId>)>> {
    let sql = format!(
        "SELECT {} FROM group_viewer v JOIN contact_group g ON g.application = v.application AND g.no = v.grp \
         WHERE v.application = ?1 AND v.user = ?2 AND v.gone_at IS NULL AND g.source = ?3 ORDER BY g.id",
        group::COLUMNS
    );
    let groups = db.all(&sql, params![app, user, source.as_str()], group::read)?;
    groups.into_iter().map(|group| Ok((group.clone(), group::user_ids(db, app, group.no)?))).collect()
}

/// Who comes without a name must be there.
fn require_known(db: &Db, app: AppNo, profiles: &[Profile]) -> Result<()> {
    profiles
        .iter()
        .filter(|profile| profile.name.is_none())
        .try_for_each(|profile| group::known(db, app, &profile.id).map(|_| ()))
}

/// Whose list it is, and from where.
#[derive(Clone, Copy)]
struct Viewer {
    app: AppNo,
    user: UserNo,
    source: Source,
    announce: Announce,
}

/// A group that the viewer sees or has seen.
struct Link {
    grp: i64,
    digest: Vec<u8>,
    profiles: Vec<u8>,
    live: bool,
}

impl Viewer {
    fn replace(&self, tx: &mut Tx, list: &List) -> Result<usize> {
        let mut links = self.links(tx)?;
        let mut begun = Vec::new();
        for listed in &list.groups {
            let link = links.remove(listed.draft.id.as_str());
            let same = link.as_ref().filter(|link| link.live && link.digest == listed.digest);
            if same.is_some_and(|link| link.profiles == listed.profiles) {
                continue;
            }
            let grp = self.content(tx, listed)?;
            if same.is_none() {
                begun.push((grp, link));
            }
        }
        let mut ceased: Vec<Link> = links.into_values().filter(|link| link.live).collect();
        ceased.sort_by_key(|link| link.grp);
        let differing = begun.len() + ceased.len();
        if differing > 0 {
            self.change(tx, begun, ceased)?;
        }
        Ok(differing)
    }

    fn owner(&self) -> UserNo {
        if self.source == Source::Own { self.user } else { UserNo(0) }
    }

    fn links(&self, tx: &Tx) -> Result<HashMap<String, Link>> {
        let sql = "SELECT g.id, g.no, g.digest, g.profiles, v.gone_at IS NULL FROM group_viewer v \
                   JOIN contact_group g ON g.application = v.application AND g.no = v.grp \
                   WHERE v.application = ?1 AND v.user = ?2 AND g.source = ?3";
        let links = tx.all(sql, params![self.app, self.user, self.source.as_str()], |r| {
            Ok((r.get(0)?, Link { grp: r.get(1)?, digest: r.get(2)?, profiles: r.get(3)?, live: r.get(4)? }))
        })?;
        Ok(links.into_iter().collect())
    }

    /// The group with this content, where somebody was given it before, and what was last said of its users.
    fn kept(&self, db: &Db, listed: &Entry) -> Result<Option<(i64, Vec<u8>)>> {
        let sql = "SELECT no, profiles FROM contact_group WHERE application = ?1 AND source = ?2 AND id = ?3 AND owner = ?4 \
                   AND digest = ?5";
        let key = params![self.app, self.source.as_str(), listed.draft.id, self.owner(), listed.digest];
        db.maybe(sql, key, |r| Ok((r.get(0)?, r.get(1)?)))
    }

    /// The number of the group with this content, which is created where nobody was given it before. Its users are brought up
    /// to date.
    fn content(&self, tx: &mut Tx, listed: &Entry) -> Result<i64> {
        let no = match self.kept(tx, listed)? {
            Some((no, profiles)) if profiles == listed.profiles => return Ok(no),
            Some((no, _)) => {
                self.vouch(tx, &listed.draft.users)?;
                no
            }
            None => {
                let users = self.vouch(tx, &listed.draft.users)?;
                let no = self.create(tx, listed, &listed.digest)?;
                group::set_members(tx, self.app, no, &users)?;
                no
            }
        };
        let sql = "UPDATE contact_group SET profiles = ?3 WHERE application = ?1 AND no = ?2";
        tx.run(sql, params![self.app, no, listed.profiles])?;
        Ok(no)
    }

    fn vouch(&self, tx: &mut Tx, profiles: &[Profile]) -> Result<Vec<UserNo>> {
        if self.source == Source::Own {
            require_known(tx, self.app, profiles)?;
        }
        let users = profile::put_vouched(tx, self.app, profiles, self.announce)?;
        Ok(users.into_iter().map(|user| user.no).collect())
    }

    fn create(&self, tx: &mut Tx, listed: &Entry, digest: &[u8]) -> Result<i64> {
        let draft = &listed.draft;
        let group = Group {
            app: self.app,
            no: group::next_no(tx, self.app)?,
            source: self.source,
            id: draft.id.clone(),
            name: draft.name.clone(),
            parent: draft.parent.clone(),
            everyone: false,
            version: tx.next_version(self.app)?,
            gone_at: None,
        };
        group::insert(tx, &group, self.owner(), digest)?;
        Ok(group.no)
    }

    /// Links the viewer to what begins, unlinks it from what ceases, and tells it both.
    fn change(&self, tx: &mut Tx, begun: Vec<(i64, Option<Link>)>, ceased: Vec<Link>) -> Result<()> {
        let known = contact::shown(tx, self.app, self.user)?;
        let version = tx.next_version(self.app)?;
        let mut rows = Rows::default();
        let mut left = Vec::new();
        for (grp, earlier) in begun {
            if let Some(earlier) = earlier.filter(|link| link.grp != grp) {
                // The new row takes its place at the client, so nothing has to be kept of it.
                let sql = "DELETE FROM group_viewer WHERE application = ?1 AND user = ?2 AND grp = ?3";
                tx.run(sql, params![self.app, self.user, earlier.grp])?;
                left.push(earlier.grp);
            }
            group::link(tx, (self.app, grp), self.user, version, true)?;
            tx.run("UPDATE contact_group SET gone_at = NULL WHERE application = ?1 AND no = ?2", params![self.app, grp])?;
            if rows.users.len() > PUSHED {
                continue;
            }
            let (row, members) = group::get_no(tx, self.app, grp)?.row(tx)?;
            rows.groups.push(GroupRow { version, ..row });
            rows.users.extend(members.into_iter().filter(|(no, _)| !known.contains(no)).map(|(_, user)| user));
        }
        for link in ceased {
            group::link(tx, (self.app, link.grp), self.user, version, false)?;
            rows.groups.push(group::get_no(tx, self.app, link.grp)?.gone_row(version));
            left.push(link.grp);
        }
        if !left.is_empty() {
            user::review(tx, self.app, &[self.user])?;
        }
        for grp in left {
            group::settle(tx, self.app, grp)?;
        }
        if rows.users.len() > PUSHED {
            tx.tell(News::Behind { app: self.app, to: vec![self.user] });
            return Ok(());
        }
        rows.users.sort_by(|a, b| a.id.cmp(&b.id));
        rows.users.dedup_by(|a, b| a.id == b.id);
        tx.tell(News::Rows { app: self.app, version, to: vec![self.user].into(), rows: Box::new(rows), except: None });
        Ok(())
    }
}

mod preparation;

pub use preparation::Preparation;

#[cfg(test)]
mod tests;
