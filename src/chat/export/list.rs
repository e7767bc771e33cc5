//! Contact lists as lines of a file: shared groups, and the lists that users have from the application and of their own.

use crate::directory::contact::{self, Page};
use crate::directory::group::{self, Group, Source};
use crate::directory::shared;
use crate::directory::user::{self, User};
use crate::error::Result;
use crate::id::{AppNo, UserId};
use crate::store::Db;
use serde_json::{Value, json};

/// Users of a large group that one reading takes.
const PAGE: usize = 1000;
/// Rows after which a page of lines ends: what it says goes through the memory of a running server.
const ROWS: usize = 10_000;

/// A page of shared groups as such lines, and the id of the last where there are more.
pub(super) fn groups(db: &Db, app: AppNo, after: Option<&str>, limit: usize) -> Result<(Vec<Value>, Option<String>)> {
    let (groups, more) = shared::list(db, app, after, limit)?;
    page(&groups, more, |group| group.id.to_string(), |group| shared_line(db, group).map(|(line, read)| (vec![line], read)))
}

/// A page of the lists that users have from the application.
pub(super) fn lists(db: &Db, app: AppNo, after: Option<&str>, limit: usize) -> Result<(Vec<Value>, Option<String>)> {
    let (users, more) = user::list(db, app, after, limit, "")?;
    page(&users, more, |user| user.id.to_string(), |user| list(db, user))
}

/// Lines until about `ROWS` rows were read for them, one at least; and the id of the last where there are more.
fn page<T>(
    all: &[T],
    more: bool,
    id: impl Fn(&T) -> String,
    line: impl Fn(&T) -> Result<(Vec<Value>, usize)>,
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

/// The lists that a user has from the application and of its own, where it has them, and how many rows were read for it.
fn list(db: &Db, user: &User) -> Result<(Vec<Value>, usize)> {
    let (mut rows, _) = contact::visible(db, user.app, user.no, 0)?;
    rows.sort_by(|a, b| a.id.cmp(&b.id)); // as the list itself is answered
    let (mut given, mut own, mut read) = (Vec::new(), Vec::new(), 0);
    for row in rows {
        read += row.users.as_ref().map_or(group::SHOWN, Vec::len);
        let Some((source, id)) = row.id.split_once(':').filter(|(source, _)| *source != Source::Shared.as_str()) else {
            continue;
        };
        let parent = row.parent.as_deref().and_then(|parent| parent.split_once(':')).map(|(_, id)| id);
        let users = match &row.users {
            Some(users) => users.clone(),
            None => all(db, user, &row.id)?,
        };
        read += users.len();
        let groups = if source == Source::Own.as_str() { &mut own } else { &mut given };
        groups.push(json!({ "id": id, "name": row.name, "parent": parent, "users": users }));
    }
    let mut lines = Vec::new();
    if !given.is_empty() {
        lines.push(json!({ "user": user.id, "groups": given }));
    }
    if !own.is_empty() {
        lines.push(json!({ "user": user.id, "groups": own, "own": true }));
    }
    Ok((lines, read))
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
            let line = |read: &usize| Ok((vec![json!(read)], *read));
            page(reads, more, |read| read.to_string(), line).map(|(lines, next)| (lines.len(), next)).unwrap()
        };
        assert_eq!(cut(&[50_000, 1], false), (1, Some("50000".into())));
        assert_eq!(cut(&[4000, 5000, 6000, 1], true), (3, Some("6000".into())));
        assert_eq!(cut(&[1, 2], true), (2, Some("2".into())));
        assert_eq!(cut(&[1, 50_000], false), (2, None));
    }
}
