//! The answer to `user.verify`: whom the application vouches for, or nobody.

use crate::callout::answer::Entry;
use crate::error::Result;
use crate::id::UserId;
use serde_json::{Map, Value};

/// A user as the application describes it. What it does not say stays as it is known; what it says is empty (null, or an
/// empty text) is empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vouched {
    pub id: UserId,
    pub name: Option<String>,
    pub email: Option<Option<String>>,
    /// The address of a picture.
    pub avatar: Option<Option<String>>,
    pub title: Option<Option<String>>,
    pub locale: Option<Option<String>>,
    pub timezone: Option<Option<String>>,
}

impl Vouched {
    /// Of whom only the id is said.
    pub fn only(id: UserId) -> Vouched {
        Vouched { id, name: None, email: None, avatar: None, title: None, locale: None, timezone: None }
    }

    /// As somebody says who was not made for this: what is no plain text, or too long, is left as it is known.
    pub(super) fn tolerant(id: UserId, fields: &Map<String, Value>) -> Vouched {
        let entry = Entry { fields, path: String::new() };
        let said = |name: &str, most: usize| entry.said(name, most).ok().flatten();
        Vouched {
            id,
            name: entry.text("name", 200).ok().flatten(),
            email: said("email", 254),
            avatar: said("avatar", 500),
            title: said("title", 200),
            locale: said("locale", 35),
            timezone: None,
        }
    }
}

/// None for wrong credentials.
pub fn parse(answer: &Map<String, Value>) -> Result<Option<Vouched>> {
    match answer.get("user") {
        None | Some(Value::Null | Value::Bool(false)) => Ok(None),
        Some(Value::Array(list)) if list.is_empty() => Ok(None),
        Some(Value::Object(fields)) if fields.is_empty() => Ok(None),
        Some(Value::Object(fields)) => read(&Entry { fields, path: "user".into() }).map(Some),
        Some(_) => Err(Entry { fields: answer, path: String::new() }.wrong("user", "expected an object or null")),
    }
}

/// Reads one user, wherever it stands.
pub fn read(entry: &Entry) -> Result<Vouched> {
    Ok(Vouched {
        id: entry.user_id("id")?,
        name: entry.text("name", 200)?,
        email: entry.said("email", 254)?,
        avatar: entry.said("avatar", 500)?,
        title: entry.said("title", 200)?,
        locale: entry.said("locale", 35)?,
        timezone: entry.said("timezone", 64)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::callout::answer;

    fn said(body: &str) -> Result<Option<Vouched>> {
        parse(&answer::parse(body.as_bytes())?)
    }

    #[test]
    fn a_user_is_read_and_nobody_has_many_forms() {
        let user =
            said(r#"{"user":{"id":42,"name":"Bob","email":"","title":null,"locale":"zh-CN","extra":[1]}}"#).unwrap().unwrap();
        assert_eq!((user.id.as_str(), user.name.as_deref(), user.email, user.title), ("42", Some("Bob"), Some(None), Some(None)));
        assert_eq!((user.locale, user.avatar), (Some(Some("zh-CN".into())), None));
        for body in ["", "{}", "[]", r#"{"user":null}"#, r#"{"user":[]}"#, r#"{"user":{}}"#, r#"{"user":false}"#] {
            assert_eq!(said(body).unwrap(), None, "{body}");
        }
    }

    #[test]
    fn a_wrong_entry_is_named() {
        for (body, name) in [
            (r#"{"user":"bob"}"#, "user in"),
            (r#"{"user":{"name":"Bob"}}"#, "user.id in"),
            (r#"{"user":{"id":1.5}}"#, "user.id in"),
            (r#"{"user":{"id":true}}"#, "user.id in"),
            (r#"{"user":{"id":"a\u0007"}}"#, "user.id in"),
            (r#"{"user":{"id":"a","name":["x"]}}"#, "user.name in"),
            (r#"{"user":{"id":"a","locale":"far too long for any language that there is"}}"#, "user.locale in"),
        ] {
            let error = said(body).unwrap_err().sentence();
            assert!(error.starts_with(name), "{body}: {error}");
        }
        assert!(said(&format!(r#"{{"user":{{"id":"{}"}}}}"#, "x".repeat(129))).is_err());
    }
}
