//! Groups: parts of contact lists. A group row is versioned once for all who see it. Knows what stands in a group and who
//! sees it; what one user sees of all of them is `contact`'s.

use crate::directory::profile::{Profile, decimal};
use crate::directory::user;
use crate::error::{Error, Result};
use crate::id::{AppNo, GroupId, UserId, UserNo};
use crate::store::{Db, Row, Tx, params};
use crate::time::Moment;
use crate::wire::News;
use crate::wire::news::To;
use crate::wire::row::{GroupRow, Rows, UserRow};
use serde::{Deserialize, Deserializer, Serialize};

/// A larger group's users are not told in its row but paged.
pub const SHOWN: usize = 500;
/// The most users of one group.
pub const MOST: usize = 50_000;
/// Users who are put into a group or taken out of it in one piece.
pub const TOGETHER: usize = 1000;

/// Where a group comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Source {
    /// One user's own.
    Own,
    /// Kept here, for everybody or for some.
    Shared,
    /// From the application, for whom it gave it to.
    App,
}

impl Source {
    pub fn as_str(self) -> &'static str {
        match self {
            Source::Own => "own",
            Source::Shared => "shared",
            Source::App => "app",
        }
    }

    pub fn parse(text: &str) -> Result<Source> {
        [Source::Own, Source::Shared, Source::App]
            .into_iter()
            .find(|source| source.as_str() == text)
            .ok_or_else(|| Error::invalid("group", "a group's id begins with own:, shared: or app:"))
    }
}

/// A group as somebody wishes it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct GroupDraft {
    #[serde(deserialize_with = "group_id")]
    pub id: GroupId,
    pub name: String,
    #[serde(default, deserialize_with = "parent_id")]
    pub parent: Option<GroupId>,
    #[serde(default)]
    pub users: Vec<Profile>,
}

impl GroupDraft {
    /// Trimmed, and with each user once.
    pub(super) fn parse(mut self) -> Result<GroupDraft> {
        self.name = self.name.trim().into();
        if self.name.is_empty() || self.name.chars().count() > 200 || self.name.chars().any(char::is_control) {
            return Err(Error::invalid("name", "a group's name has 1 to 200 characters"));
        }
        if self.users.len() > MOST {
            return Err(Error::TooLarge(format!("a group has at most {MOST} users")));
        }
        let mut once = std::collections::HashSet::with_capacity(self.users.len());
        self.users.retain(|user| once.insert(user.id.clone()));
        Ok(self)
    }
}

#[derive(Debug, Clone)]
pub struct Group {
    pub app: AppNo,
    pub no: i64,
    pub source: Source,
    pub id: GroupId,
    pub name: String,
    pub parent: Option<GroupId>,
    /// Shared: seen by all users.
    pub everyone: bool,
    pub version: i64,
    pub gone_at: Option<Moment>,
}

impl Group {
    /// As clients know it: source and id.
    pub fn public_id(&self) -> String {
        format!("{}:{}", self.source.as_str(), self.id)
    }

    /// The row that clients keep and, where the group is small enough to tell them, its users.
    pub fn row(&self, db: &Db) -> Result<(GroupRow, Vec<(UserNo, UserRow)>)> {
        let members = members(db, self.app, self.no, SHOWN + 1)?;
        let small = members.len() <= SHOWN;
        let row = GroupRow {
            id: self.public_id(),
            name: self.name.clone(),
            parent: self.parent.as_ref().map(|parent| format!("{}:{parent}", self.source.as_str())),
            count: if small { members.len() as i64 } else { count(db, self.app, self.no)? },
            users: small.then(|| members.iter().map(|(_, user)| user.id.clone()).collect()),
            version: self.version,
            gone: false,
        };
        Ok((row, if small { members } else { Vec::new() }))
    }

    /// What is told to who does not see it any more.
    pub fn gone_row(&self, version: i64) -> GroupRow {
        GroupRow {
            id: self.public_id(),
            name: String::new(),
            parent: None,
            count: 0,
            users: Some(Vec::new()),
            version,
            gone: true,
        }
    }
}

pub(super) const COLUMNS: &str = "g.application, g.no, g.source, g.id, g.name, g.parent, g.everyone, g.version, g.gone_at";

fn find_no(db: &Db, app: AppNo, no: i64) -> Result<Option<Group>> {
    let sql = format!("SELECT {COLUMNS} FROM contact_group g WHERE g.application = ?1 AND g.no = ?2");
    db.maybe(&sql, params![app, no], read)
}

pub(super) fn get_no(db: &Db, app: AppNo, no: i64) -> Result<Group> {
    find_no(db, app, no)?.ok_or(Error::NotFound("group"))
}

/// The users of a group in its order, the first `most` of them.
pub fn members(db: &Db, app: AppNo, no: i64, most: usize) -> Result<Vec<(UserNo, UserRow)>> {
    let sql = format!(
        "SELECT {}, u.no FROM group_user m JOIN user u ON u.application = m.application AND u.no = m.user \
         WHERE m.application = ?1 AND m.grp = ?2 ORDER BY m.position LIMIT ?3",
        user::ROW
    );
    db.all(&sql, params![app, no, most as i64], |r| Ok((r.get(6)?, user::read_row(r)?)))
}

/// The ids of all users of a group in its order.
pub fn user_ids(db: &Db, app: AppNo, no: i64) -> Result<Vec<UserId>> {
    let sql = "SELECT u.id FROM group_user m JOIN user u ON u.application = m.application AND u.no = m.user \
               WHERE m.application = ?1 AND m.grp = ?2 ORDER BY m.position";
    db.all(sql, params![app, no], |r| r.get(0))
}

pub fn count(db: &Db, app: AppNo, no: i64) -> Result<i64> {
    db.one("SELECT count(*) FROM group_user WHERE application = ?1 AND grp = ?2", params![app, no], |r| r.get(0))
}

/// Who sees a group by being named, that is, not by its being everybody's.
pub(super) fn named_viewers(db: &Db, app: AppNo, no: i64) -> Result<Vec<UserNo>> {
    let sql = "SELECT user FROM group_viewer WHERE application = ?1 AND grp = ?2 AND gone_at IS NULL ORDER BY user";
    db.all(sql, params![app, no], |r| r.get(0))
}

/// Who sees a group that is not gone.
pub(super) fn viewers(db: &Db, group: &Group) -> Result<To> {
    if group.everyone { Ok(To::Everyone) } else { named_viewers(db, group.app, group.no).map(To::Users) }
}

/// Tells all who see a group how it is now; answers how many rows were read for that.
pub(super) fn tell(tx: &mut Tx, group: &Group) -> Result<usize> {
    if group.gone_at.is_some() {
        return Ok(0);
    }
    let (to, (row, users)) = (viewers(tx, group)?, group.row(tx)?);
    let read = users.len() + if let To::Users(users) = &to { users.len() } else { 0 };
    send(tx, group, to, (row, Vec::new()));
    Ok(read)
}

/// Tells these users this row of a group, with users who are new to them.
pub(super) fn send(tx: &mut Tx, group: &Group, to: To, (row, users): (GroupRow, Vec<UserRow>)) {
    if to != To::Users(Vec::new()) {
        let rows = Box::new(Rows { groups: vec![row], users, ..Rows::default() });
        tx.tell(News::Rows { app: group.app, version: group.version, to, rows, except: None });
    }
}

/// A new group without users.
pub(super) fn insert(tx: &mut Tx, group: &Group, owner: UserNo, digest: &[u8]) -> Result<()> {
    let g = group;
    let sql = "INSERT INTO contact_group (application, no, source, id, owner, digest, name, parent, everyone, version) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    let source = g.source.as_str();
    tx.run(sql, params![g.app, g.no, source, g.id, owner, digest, g.name, g.parent, g.everyone, g.version]).map(|_| ())
}

pub(super) fn next_no(db: &Db, app: AppNo) -> Result<i64> {
    db.one("SELECT coalesce(max(no), 0) + 1 FROM contact_group WHERE application = ?1", [app], |r| r.get(0))
}

/// Puts exactly these users into a group, in this order.
pub(super) fn set_members(tx: &mut Tx, app: AppNo, no: i64, users: &[UserNo]) -> Result<()> {
    for (slice, users) in users.chunks(TOGETHER).enumerate() {
        set_slice(tx, (app, no), slice * TOGETHER, users)?;
    }
    while cut(tx, (app, no), users.len())? > 0 {}
    Ok(())
}

/// Puts these users at the places from `first` on, wherever in the group they were; answers whether others were there.
pub(super) fn set_slice(tx: &mut Tx, (app, no): (AppNo, i64), first: usize, users: &[UserNo]) -> Result<bool> {
    let sql =
        "SELECT user FROM group_user WHERE application = ?1 AND grp = ?2 AND position >= ?3 AND position < ?4 ORDER BY position";
    let there: Vec<UserNo> = tx.all(sql, params![app, no, first as i64, (first + users.len()) as i64], |r| r.get(0))?;
    if there == users {
        return Ok(false);
    }
    for (position, user) in (first as i64..).zip(users) {
        let sql = "INSERT OR REPLACE INTO group_user (application, grp, position, user) VALUES (?1, ?2, ?3, ?4)";
        tx.run(sql, params![app, no, position, user])?;
    }
    Ok(true)
}

/// Takes users out of a group from a place on, a bounded number; answers how many.
pub(super) fn cut(tx: &mut Tx, (app, no): (AppNo, i64), first: usize) -> Result<usize> {
    let sql = "DELETE FROM group_user WHERE (application, grp, position) IN
               (SELECT application, grp, position FROM group_user WHERE application = ?1 AND grp = ?2 AND position >= ?3 LIMIT ?4)";
    tx.run(sql, params![app, no, first as i64, TOGETHER as i64])
}

/// Lets a user see a group from `version` on, or not any more.
pub(super) fn link(tx: &mut Tx, group: (AppNo, i64), user: UserNo, version: i64, seen: bool) -> Result<()> {
    let gone_at = (!seen).then_some(tx.now);
    let sql = "INSERT INTO group_viewer (application, user, grp, version, gone_at) VALUES (?1, ?2, ?3, ?4, ?5) \
               ON CONFLICT DO UPDATE SET version = excluded.version, gone_at = excluded.gone_at";
    tx.run(sql, params![group.0, user, group.1, version, gone_at]).map(|_| ())
}

/// Groups that nobody has seen for a while, but that still have users.
pub fn unseen(db: &Db, before: Moment) -> Result<Vec<(AppNo, i64)>> {
    db.all("SELECT application, no FROM contact_group WHERE gone_at < ?1", [before], |r| Ok((r.get(0)?, r.get(1)?)))
}

/// Clears what nobody sees any more, a bounded part of it: all of a group that nobody will hear of again, the content of one of
/// which somebody has still to hear that it is gone. What is left is for the sweep. Answers how many users it took out.
pub fn settle(tx: &mut Tx, app: AppNo, no: i64) -> Result<usize> {
    let Some(group) = find_no(tx, app, no)? else { return Ok(0) };
    let shared = group.source == Source::Shared;
    let live = "SELECT 1 FROM group_viewer WHERE application = ?1 AND grp = ?2 AND gone_at IS NULL";
    if if shared { group.gone_at.is_none() } else { tx.any(live, params![app, no])? } {
        return Ok(0);
    }
    never_match(tx, app, no)?;
    let cleared = cut(tx, (app, no), 0)?;
    if cleared == TOGETHER {
        let now = tx.now;
        let sql = "UPDATE contact_group SET gone_at = coalesce(gone_at, ?3) WHERE application = ?1 AND no = ?2";
        tx.run(sql, params![app, no, now])?;
    } else if !shared && !tx.any("SELECT 1 FROM group_viewer WHERE application = ?1 AND grp = ?2", params![app, no])? {
        tx.run("DELETE FROM contact_group WHERE application = ?1 AND no = ?2", params![app, no])?;
    }
    Ok(cleared)
}

/// Gives a group a digest that no content has, because its users are not those of its digest any more.
pub(super) fn never_match(tx: &mut Tx, app: AppNo, no: i64) -> Result<()> {
    let sql = "UPDATE contact_group SET digest = ?3 WHERE application = ?1 AND no = ?2 AND source <> 'shared'";
    tx.run(sql, params![app, no, crate::secret::random()]).map(|_| ())
}

pub(super) fn read(r: &Row) -> Result<Group> {
    Ok(Group {
        app: r.get(0)?,
        no: r.get(1)?,
        source: Source::parse(&r.get::<String>(2)?)?,
        id: r.get(3)?,
        name: r.get(4)?,
        parent: r.get(5)?,
        everyone: r.get(6)?,
        version: r.get(7)?,
        gone_at: r.get(8)?,
    })
}

fn group_id<'de, D: Deserializer<'de>>(input: D) -> std::result::Result<GroupId, D::Error> {
    GroupId::parse(&decimal(input)?).map_err(serde::de::Error::custom)
}

fn parent_id<'de, D: Deserializer<'de>>(input: D) -> std::result::Result<Option<GroupId>, D::Error> {
    #[derive(Deserialize)]
    struct Parent(#[serde(deserialize_with = "group_id")] GroupId);
    Ok(Option::<Parent>::deserialize(input)?.map(|parent| parent.0))
}

/// The number of a user that a group is to have.
pub(super) fn known(db: &Db, app: AppNo, id: &UserId) -> Result<UserNo> {
    user::number(db, app, id).map_err(|_| Error::invalid("users", format!("there is no user {id}")))
}
