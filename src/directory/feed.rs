//! A fetched list of people, JSON or a table, as lines that are checked like those of a file, and their departments as groups.
//! What may be missing and would not pass is left out: the application is not to be changed for it. Who has no id, or the same
//! one as somebody else, refuses the whole list.

mod department;
mod list;

pub use department::{Settled, members, remove, settle};

use crate::apps::feed::{Feed, Form};
use crate::apps::origin;
use crate::directory::group::GroupDraft;
use crate::directory::import::{self, Header, Line, Report};
use crate::directory::profile::Profile;
use crate::error::{Error, Result};
use crate::id::{GroupId, UserId};
use crate::secret::{self, Fingerprint};
use crate::wire::{charset, csv};
use serde_json::{Map, Value};

/// What a list says.
#[derive(Debug)]
pub struct Listing {
    pub lines: Vec<Line>,
    /// Departments, in the order of the list.
    pub groups: Vec<GroupDraft>,
    /// Of rows that cannot be read.
    pub report: Report,
}

/// Reads what was fetched. `said`: the encoding that the answer names. `origins`: those of the application's pages.
pub fn read(feed: &Feed, bytes: &[u8], said: Option<&str>, origins: &[String]) -> Result<Listing> {
    let mut found = Vec::new();
    let mut report = Report::default();
    match feed.form {
        Form::Json => json(feed, bytes, &mut found)?,
        Form::Csv => table(feed, bytes, said, (&mut found, &mut report))?,
    }
    import::require_bounded(found.len() + report.refused)?;
    let mut departments = department::Departments::default();
    let mut lines = Vec::with_capacity(found.len());
    for (number, mut members) in found {
        let group = members.remove("group").unwrap_or_default();
        match person(feed, members, origins) {
            Ok((id, value)) => {
                if value["suspended"] != Value::Bool(true) {
                    departments.add(&group, &id);
                }
                lines.push(Line { number, value });
            }
            Err(error) => report.refuse(number, &error),
        }
    }
    Ok(Listing { lines, groups: departments.drafts()?, report })
}

/// By which a list of these people in these departments is known again, whatever else is said of them.
pub fn digest(lines: &[Line], groups: &[GroupDraft]) -> Result<Fingerprint> {
    let mut ids: Vec<&str> = lines.iter().filter_map(|line| line.value["id"].as_str()).collect();
    let mut departments: Vec<&GroupId> = groups.iter().map(|group| &group.id).collect();
    ids.sort_unstable();
    departments.sort_unstable();
    serde_json::to_vec(&(ids, departments)).map(secret::fingerprint).map_err(Error::internal)
}

type Found = Vec<(usize, Map<String, Value>)>;

fn json(feed: &Feed, bytes: &[u8], found: &mut Found) -> Result<()> {
    let members = [
        ("id", &feed.id),
        ("name", &feed.name),
        ("email", &feed.email),
        ("title", &feed.title),
        ("avatar", &feed.avatar),
        ("group", &feed.group),
    ];
    list::each(bytes, &feed.list, |number, item| {
        let named = members.iter().filter(|(_, pointer)| !pointer.is_empty());
        let said = named.filter_map(|(name, pointer)| Some((name.to_string(), item.pointer(pointer)?.clone())));
        found.push((number, said.collect()));
        import::require_bounded(found.len())
    })
}

fn table(feed: &Feed, bytes: &[u8], said: Option<&str>, (found, report): (&mut Found, &mut Report)) -> Result<()> {
    let chosen = Some(feed.charset.as_str()).filter(|charset| !charset.is_empty());
    let (text, _) = charset::decode(bytes, chosen.or(said))?;
    let columns = [
        ("id", feed.id.as_str()),
        ("name", &feed.name),
        ("email", &feed.email),
        ("title", &feed.title),
        ("avatar", &feed.avatar),
        ("group", &feed.group),
    ];
    let columns: Vec<_> = columns.into_iter().filter(|(_, name)| !name.is_empty()).collect();
    let mut records = csv::parse(&text).take(import::MOST + 2);
    let first = records.next().map_or(Ok(Vec::new()), |record| record.cells);
    let header = Header::chosen(first.map_err(|reason| Error::invalid("", reason))?, &columns)?;
    for record in records {
        match record.cells.map_err(|reason| Error::invalid("", reason)).and_then(|cells| header.members(cells)) {
            Ok(members) => found.push((record.line, import::filled(members))),
            Err(error) => report.refuse(record.line, &error),
        }
    }
    Ok(())
}

/// One person as an object whose members pass.
fn person(feed: &Feed, mut members: Map<String, Value>, origins: &[String]) -> Result<(UserId, Value)> {
    let id = id(feed, members.remove("id"))?;
    let suspended = members.remove("suspended").filter(Value::is_boolean);
    members.retain(|name, value| name != "kind" && (value.is_string() || value.is_null() && name != "name"));
    members.insert("id".into(), id.as_str().into());
    if let Some(Value::String(avatar)) = members.get_mut("avatar") {
        complete(avatar, &feed.url);
    }
    let said: Profile = serde_json::from_value(Value::Object(members)).map_err(Error::internal)?;
    let mut value = serde_json::to_value(said.tolerate(origins)).map_err(Error::internal)?;
    if let Some(suspended) = suspended {
        value["suspended"] = suspended;
    }
    Ok((id, value))
}

fn id(feed: &Feed, value: Option<Value>) -> Result<UserId> {
    let text = match value {
        Some(Value::String(text)) if !text.trim().is_empty() => text,
        Some(Value::Number(number)) if number.is_i64() || number.is_u64() => number.to_string(),
        None | Some(Value::Null | Value::String(_)) => {
            let said = if feed.form == Form::Csv { "there is no id".into() } else { format!("there is nothing at {}", feed.id) };
            return Err(Error::invalid("id", said));
        }
        Some(_) => return Err(Error::invalid("id", format!("what is at {} is no id", feed.id))),
    };
    UserId::parse(&text).map_err(|error| Error::invalid("id", error.sentence()))
}

/// A picture is often said without the application's origin.
fn complete(avatar: &mut String, url: &str) {
    if let Some(origin) = origin::of(url).filter(|_| avatar.starts_with('/') && !avatar.starts_with("//")) {
        avatar.insert_str(0, &origin);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const ORIGIN: &str = "https://oa.example";

    fn feed() -> Feed {
        Feed {
            url: format!("{ORIGIN}/api/people"),
            list: "/data/items".into(),
            id: "/no".into(),
            name: "/name".into(),
            email: "/contact/email".into(),
            avatar: "/photo".into(),
            group: "/dept".into(),
            ..Feed::default()
        }
    }

    fn listing(feed: &Feed, text: &[u8]) -> Result<Listing> {
        read(feed, text, None, &[ORIGIN.into()])
    }

    #[test]
    fn people_are_found_by_pointers_and_what_does_not_pass_is_left_out() {
        let text = json!({"data": {"items": [
            {"no": 7, "name": "Anna", "contact": {"email": "a@oa.example"}, "photo": "/p/7.png", "dept": "Sales", "x": 1},
            {"no": "ben", "name": "B", "contact": {"email": "nonsense"}, "photo": "https://evil.example/b.png", "dept": ["Sales", 4]},
            {"no": "cleo", "name": null, "contact": null, "photo": ["x"], "dept": ""},
        ]}});
        let read = listing(&feed(), text.to_string().as_bytes()).unwrap();
        assert_eq!(read.report.refused, 0);
        let values: Vec<&Value> = read.lines.iter().map(|line| &line.value).collect();
        assert_eq!(
            values[0],
            &json!({"id": "7", "name": "Anna", "email": "a@oa.example", "avatar": "https://oa.example/p/7.png"})
        );
        assert_eq!(values[1..], [&json!({"id": "ben", "name": "B"}), &json!({"id": "cleo"})]);
        let groups: Vec<_> = read.groups.iter().map(|group| (group.name.as_str(), group.users.len())).collect();
        assert_eq!(groups, [("Sales", 2), ("4", 1)]);
    }

    #[test]
    fn a_list_that_is_none_is_told_and_who_has_no_id_is_named() {
        for (text, said) in [
            ("hello", "no JSON"),
            ("[]", "nothing at /data/items"),
            (r#"{"data": {"items": {"7": {}}}}"#, "at /data/items is no list"),
        ] {
            let error = listing(&feed(), text.as_bytes()).unwrap_err().sentence();
            assert!(error.contains(said), "{error}");
        }
        let read = listing(&feed(), br#"{"data": {"items": [{"no": 1}, {"name": "B"}, {"no": ""}, {"no": {}}, 5]}}"#).unwrap();
        let rows: Vec<_> = read.report.rows.iter().map(|row| (row.row, row.column.as_deref())).collect();
        assert_eq!(rows, [(2, Some("id")), (3, Some("id")), (4, Some("id")), (5, Some("id"))]);
        assert!(read.report.rows[0].sentence.contains("nothing at /no"));
    }

    #[test]
    fn a_table_of_a_chinese_office_is_read() {
        let table = Feed { form: Form::Csv, ..Feed { url: feed().url, ..Feed::default() } };
        let text = "\u{feff}工号;姓名;部门;工资;停用\r\n1;刘洋;研发部;9;否\r\n2;李雷;研发部;8;是\r\n;王五;市场部;7;否\r\n";
        let read = listing(&table, text.as_bytes()).unwrap();
        assert_eq!(read.lines[1].value, json!({"id": "2", "name": "李雷", "suspended": true}));
        assert_eq!((read.groups.len(), read.groups[0].users.len()), (1, 1), "who is suspended stands in no department");
        assert_eq!((read.report.rows[0].row, read.report.rows[0].column.as_deref()), (4, Some("id")));
        let known = |said: &Listing| digest(&said.lines, &[]).unwrap();
        assert_eq!(known(&read), known(&listing(&table, b"\xb9\xa4\xba\xc5\n2\n1\n").unwrap()));
        assert_ne!(known(&read), digest(&read.lines, &read.groups).unwrap(), "departments count too");
    }
}
