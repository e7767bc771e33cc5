//! The answer to `contacts.list`: one page of a user's contact list, and how pages make a list.

use crate::callout::answer::{self, Entry};
use crate::callout::vouched::{self, Vouched};
use crate::error::{Error, Result};
use crate::id::GroupId;
use serde_json::{Map, Value};

/// Groups and users of one list, over all its pages.
const GROUPS: usize = 1_000;
const USERS: usize = 50_000;

/// A part of the list, in the application's order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    pub id: GroupId,
    pub name: String,
    pub parent: Option<GroupId>,
    /// Of one that was given as an id, only the id is known.
    pub users: Vec<Vouched>,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub struct Page {
    pub unchanged: bool,
    pub groups: Vec<Listed>,
    pub next: Option<String>,
    pub etag: Option<String>,
}

pub fn parse(fields: &Map<String, Value>) -> Result<Page> {
    let whole = Entry { fields, path: String::new() };
    let mut groups = Vec::new();
    for (number, value) in whole.list("groups")?.iter().enumerate() {
        let path = format!("groups[{number}]");
        let Value::Object(fields) = value else { return Err(whole.wrong(&path, "expected an object")) };
        groups.push(group(&Entry { fields, path })?);
    }
    let short = |name| match whole.id(name)? {
        Some(text) if text.len() > 512 => Err(whole.wrong(name, "expected at most 512 bytes")),
        text => Ok(text.filter(|text| !text.is_empty())),
    };
    let unchanged = fields.get("unchanged") == Some(&Value::Bool(true));
    Ok(Page { unchanged, groups, next: short("next")?, etag: short("etag")? })
}

fn group(entry: &Entry) -> Result<Listed> {
    let id = entry.group_id("id")?.ok_or_else(|| entry.wrong("id", "it is missing"))?;
    let name = entry.text("name", 200)?.unwrap_or_else(|| id.to_string());
    let mut users = Vec::new();
    for (number, value) in entry.list("users")?.iter().enumerate() {
        users.push(user(entry, number, value)?);
    }
    Ok(Listed { id, name, parent: entry.group_id("parent")?, users })
}

fn user(entry: &Entry, number: usize, value: &Value) -> Result<Vouched> {
    let name = format!("users[{number}]");
    if let Value::Object(fields) = value {
        return vouched::read(&Entry { fields, path: format!("{}.{name}", entry.path) });
    }
    let id = answer::lone_user_id(value).ok_or_else(|| entry.wrong(&name, "expected an id or an object"))?;
    id.map(Vouched::only).map_err(|e| entry.wrong(&name, &e.sentence()))
}

/// Adds a page to a list; a group may go on from one page to the next.
pub fn append(list: &mut Vec<Listed>, page: Vec<Listed>) -> Result<()> {
    for group in page {
        match list.iter_mut().rev().find(|known| known.id == group.id) {
            Some(known) => known.users.extend(group.users),
            None => list.push(group),
        }
    }
    if list.len() > GROUPS || list.iter().map(|group| group.users.len()).sum::<usize>() > USERS {
        return Err(Error::TooLarge(format!("a contact list has at most {GROUPS} groups and {USERS} users")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(body: &str) -> Result<Page> {
        parse(&answer::parse(body.as_bytes())?)
    }

    #[test]
    fn users_are_ids_numbers_or_objects_and_nothing_is_an_empty_list() {
        let body = r#"{"groups":[{"id":7,"name":"Sales","parent":1,"users":["bob",42,{"id":"ann","name":"Ann","title":"Head"}]},
                                  {"id":"x","users":{}}],"next":2,"etag":"e"}"#;
        let read = page(body).unwrap();
        let sales = &read.groups[0];
        let ids: Vec<&str> = sales.users.iter().map(|user| user.id.as_str()).collect();
        assert_eq!((sales.id.as_str(), ids), ("7", vec!["bob", "42", "ann"]));
        assert_eq!(sales.parent.as_ref().map(GroupId::as_str), Some("1"));
        assert_eq!(sales.users[2].title, Some(Some("Head".into())));
        assert_eq!((read.groups[1].name.as_str(), read.next.as_deref(), read.etag.as_deref()), ("x", Some("2"), Some("e")));
        for body in ["", "[]", "{}", r#"{"groups":null}"#, r#"{"groups":{}}"#] {
            assert_eq!(page(body).unwrap(), Page::default(), "{body}");
        }
        assert!(page(r#"{"unchanged":true}"#).unwrap().unchanged);
    }

    #[test]
    fn a_wrong_entry_is_named() {
        for (body, name) in [
            (r#"{"groups":"all"}"#, "groups in"),
            (r#"{"groups":["all"]}"#, "groups[0] in"),
            (r#"{"groups":[{"name":"A"}]}"#, "groups[0].id in"),
            (r#"{"groups":[{"id":"a","users":"bob"}]}"#, "groups[0].users in"),
            (r#"{"groups":[{"id":"a","users":["bob",null]}]}"#, "groups[0].users[1] in"),
            (r#"{"groups":[{"id":"a","users":[""]}]}"#, "groups[0].users[0] in"),
            (r#"{"groups":[{"id":"a"},{"id":"b","users":[{"id":"x","name":7}]}]}"#, "groups[1].users[0].name in"),
        ] {
            let error = page(body).unwrap_err().sentence();
            assert!(error.starts_with(name), "{body}: {error}");
        }
    }

    #[test]
    fn a_group_goes_on_over_pages_and_a_list_ends_somewhere() {
        let mut list = page(r#"{"groups":[{"id":"a","users":["1"]},{"id":"b","users":["2"]}]}"#).unwrap().groups;
        append(&mut list, page(r#"{"groups":[{"id":"b","users":["3"]},{"id":"c"}]}"#).unwrap().groups).unwrap();
        let sizes: Vec<usize> = list.iter().map(|group| group.users.len()).collect();
        assert_eq!(sizes, [1, 2, 0]);
        let many = (0..=GROUPS).map(|n| Listed { id: GroupId::parse(&n.to_string()).unwrap(), ..list[0].clone() });
        assert!(append(&mut Vec::new(), many.collect()).is_err());
    }
}
