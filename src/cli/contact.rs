//! Contact lists as lines of a file: a shared group, or the list that one user has from the application.

use crate::chat::announce;
use crate::directory::contact::{self, List, Page};
use crate::directory::group::{self, Group, GroupDraft, Source};
use crate::directory::import::{Line, Report};
use crate::directory::shared;
use crate::directory::user::{self, User};
use crate::error::{Error, Result};
use crate::id::{AppNo, UserId};
use crate::store::{Db, Tx};
use serde::Deserialize;
use serde_json::{Value, json};

/// Users of a large group that one reading takes.
const PAGE: usize = 1000;
/// Rows after which a page of lines ends: what it says goes through the memory of a running server.
const ROWS: usize = 10_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UserList {
    user: UserId,
    groups: Vec<GroupDraft>,
}

#[derive(Deserialize)]
struct Shared {
    #[serde(flatten)]
    draft: GroupDraft,
    visible_to: Option<Vec<UserId>>,
}

/// Keeps these lines; what is wrong with one is said in the report.
pub fn keep(tx: &mut Tx, app: AppNo, lines: &[Line], report: &mut Report) -> Result<()> {
    for line in lines {
        match keep_one(tx, app, &line.value) {
            Ok(true) => report.changed += 1,
            Ok(false) => report.unchanged += 1,
            Err(error) => report.refuse(line.number, &error.refusal()?),
        }
    }
    Ok(())
}

fn keep_one(tx: &mut Tx, app: AppNo, value: &Value) -> Result<bool> {
    let wrong = |e: serde_json::Error| Error::invalid("", format!("not understood: {e}"));
    let before = tx.current_version(app)?;
    if value.get("user").is_some() {
        let UserList { user, groups } = UserList::deserialize(value).map_err(wrong)?;
        let (no, list) = (user::number(tx, app, &user)?, List::parse(groups)?);
        contact::replace(tx, app, no, &list, announce::user)?;
    } else {
        let Shared { draft, visible_to } = Shared::deserialize(value).map_err(wrong)?;
        shared::put(tx, app, &shared::Draft::parse(draft, visible_to)?, announce::user)?;
    }
    Ok(tx.current_version(app)? > before)
}

/// A page of shared groups as such lines, and the id of the last where there are more.
pub fn groups(db: &Db, app: AppNo, after: Option<&str>, limit: usize) -> Result<(Vec<Value>, Option<String>)> {
    let (groups, more) = shared::list(db, app, after, limit)?;
    page(&groups, more, |group| group.id.to_string(), |group| shared_line(db, group).map(|(line, read)| (Some(line), read)))
}

/// A page of the lists that users have from the application.
pub fn lists(db: &Db, app: AppNo, after: Option<&str>, limit: usize) -> Result<(Vec<Value>, Option<String>)> {
    let (users, more) = user::list(db, app, after, limit, "")?;
    page(&users, more, |user| user.id.to_string(), |user| list(db, user))
}

/// Lines until about `ROWS` rows were read for them, one at least; and the id of the last where there are more.
fn page<T>(
    all: &[T],
    more: bool,
    id: impl Fn(&T) -> String,
    line: impl Fn(&T) -> Result<(Option<Value>, usize)>,
) -> Result<(Vec<Value>, Option<String>)> {
    let (mut lines, mut rows) = (Vec::new(), 0);
    for (place, one) in all.iter().enumerate() {
        let (found, read) = line(one)?;
        lines.extend(found);
        rows += read;
        if rows >= ROWS && place + 1 < all.len() {
            return Ok((lines, Some(id(one))));
        }
    }
    Ok((lines, all.last().filter(|_| more).map(id)))
}

fn shared_line(db: &Db, group: &Group) -> Result<(Value, usize)> {
    let members = group::members(db, group.app, group.no, group::MOST)?;
    let users: Vec<UserId> = members.into_iter().map(|(_, row)| row.id).collect();
    let visible_to = shared::visible_to(db, group)?;
    let read = users.len() + visible_to.as_ref().map_or(0, Vec::len);
    let line = json!({ "id": group.id, "name": group.name, "parent": group.parent, "users": users, "visible_to": visible_to });
    Ok((line, read))
}

/// The list that a user has from the application, where it has one, and how many rows were read for it.
fn list(db: &Db, user: &User) -> Result<(Option<Value>, usize)> {
    let (rows, _) = contact::visible(db, user.app, user.no, 0)?;
    let (mut groups, mut read) = (Vec::new(), 0);
    for row in rows {
        read += row.users.as_ref().map_or(group::SHOWN, Vec::len);
        let Some(id) = bare(&row.id) else { continue };
        let parent = row.parent.as_deref().and_then(bare);
        let users = match &row.users {
            Some(users) => users.clone(),
            None => all(db, user, &row.id)?,
        };
        read += users.len();
        groups.push(json!({ "id": id, "name": row.name, "parent": parent, "users": users }));
    }
    Ok(((!groups.is_empty()).then(|| json!({ "user": user.id, "groups": groups })), read))
}

/// The id within the application, of a group that came from it.
fn bare(id: &str) -> Option<&str> {
    id.strip_prefix(Source::App.as_str())?.strip_prefix(':')
}

/// The users of a group that is too large for its row.
fn all(db: &Db, user: &User, group: &str) -> Result<Vec<UserId>> {
    let mut users: Vec<UserId> = Vec::new();
    loop {
        let after = users.last().map(|id| id.as_str().to_string());
        let page = Page { group: Some(group), text: "", after: after.as_deref(), limit: PAGE };
        let (rows, more) = contact::page(db, user.app, user.no, &page)?;
        users.extend(rows.into_iter().map(|row| row.id));
        if !more {
            return Ok(users);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_ends_when_much_was_read_for_it_and_has_one_line_at_least() {
        let cut = |reads: &[usize], more| {
            let line = |read: &usize| Ok((Some(json!(read)), *read));
            page(reads, more, |read| read.to_string(), line).map(|(lines, next)| (lines.len(), next)).unwrap()
        };
        assert_eq!(cut(&[50_000, 1], false), (1, Some("50000".into())));
        assert_eq!(cut(&[4000, 5000, 6000, 1], true), (3, Some("6000".into())));
        assert_eq!(cut(&[1, 2], true), (2, Some("2".into())));
        assert_eq!(cut(&[1, 50_000], false), (2, None));
    }
}
