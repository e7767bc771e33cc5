//! What an application says, read with patience for the habits of its language and with no patience for anything else:
//! an empty body, `[]` and `{}` mean the same, integer ids are taken as their decimal text; a wrong entry is named.

use crate::error::{Error, Result};
use crate::id::{GroupId, UserId};
use crate::wire::request::{DEPTH, depth};
use serde_json::{Map, Value};

/// Bytes of a sentence for the user.
const SENTENCE: usize = 500;

/// The object in the body of a successful answer.
pub fn parse(body: &[u8]) -> Result<Map<String, Value>> {
    let text = std::str::from_utf8(body).map_err(|_| Error::invalid("", "the answer is not UTF-8"))?;
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.is_empty() {
        return Ok(Map::new());
    }
    if depth(text) > DEPTH {
        return Err(Error::invalid("", format!("the answer is JSON nested deeper than {DEPTH}")));
    }
    match serde_json::from_str(text) {
        Ok(Value::Object(fields)) => Ok(fields),
        Ok(Value::Array(list)) if list.is_empty() => Ok(Map::new()),
        Ok(_) => Err(Error::invalid("", "the answer is JSON, but not an object")),
        Err(error) => Err(Error::invalid("", format!("the answer is not JSON: {error}"))),
    }
}

/// The sentence that the application wants its user to read.
pub fn error_sentence(fields: &Map<String, Value>) -> Option<String> {
    let text = fields.get("error")?.as_str()?;
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let end = plain.floor_char_boundary(SENTENCE);
    Some(plain[..end].trim().to_string()).filter(|sentence| !sentence.is_empty())
}

/// A list of numbers that this server gave, as numbers or as text; absent, null and empty are none.
pub fn numbers(fields: &Map<String, Value>, name: &str) -> Result<Vec<i64>> {
    let number = |value: &Value| value.as_i64().or_else(|| value.as_str()?.parse().ok());
    let list = match fields.get(name) {
        None | Some(Value::Null) => Some(Vec::new()),
        Some(Value::Array(list)) => list.iter().map(number).collect(),
        Some(_) => None,
    };
    list.ok_or_else(|| Error::invalid(name, format!("{name} in the application's answer: expected a list of ids")))
}

/// A part of the answer, and where it stands: `groups[2].users[7]`.
pub struct Entry<'a> {
    pub fields: &'a Map<String, Value>,
    pub path: String,
}

impl<'a> Entry<'a> {
    pub fn wrong(&self, name: &str, reason: &str) -> Error {
        let path = if self.path.is_empty() { name.to_string() } else { format!("{}.{name}", self.path) };
        Error::invalid(&path, format!("{path} in the application's answer: {reason}"))
    }

    /// A text of at most `most` characters, none of them a control character; absent, null and empty are none.
    pub fn text(&self, name: &str, most: usize) -> Result<Option<String>> {
        match self.fields.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if text.chars().count() <= most && !text.chars().any(char::is_control) => {
                Ok(Some(text.trim().to_string()).filter(|text| !text.is_empty()))
            }
            Some(_) => Err(self.wrong(name, &format!("expected at most {most} characters of plain text"))),
        }
    }

    /// The same, where absent is something else than empty.
    pub fn said(&self, name: &str, most: usize) -> Result<Option<Option<String>>> {
        if self.fields.contains_key(name) { self.text(name, most).map(Some) } else { Ok(None) }
    }

    /// A text or an integer.
    pub fn id(&self, name: &str) -> Result<Option<String>> {
        match self.fields.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => id_text(value).map(Some).ok_or_else(|| self.wrong(name, "expected text or an integer")),
        }
    }

    pub fn user_id(&self, name: &str) -> Result<UserId> {
        let text = self.id(name)?.ok_or_else(|| self.wrong(name, "it is missing"))?;
        UserId::parse(&text).map_err(|e| self.wrong(name, &e.sentence()))
    }

    pub fn group_id(&self, name: &str) -> Result<Option<GroupId>> {
        let text = self.id(name)?.filter(|text| !text.is_empty());
        text.map(|text| GroupId::parse(&text).map_err(|e| self.wrong(name, &e.sentence()))).transpose()
    }

    /// A list; absent and null are empty, and so is `{}`.
    pub fn list(&self, name: &str) -> Result<&'a [Value]> {
        match self.fields.get(name) {
            None | Some(Value::Null) => Ok(&[]),
            Some(Value::Array(list)) => Ok(list),
            Some(Value::Object(fields)) if fields.is_empty() => Ok(&[]),
            Some(_) => Err(self.wrong(name, "expected a list")),
        }
    }
}

fn id_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) if number.is_i64() || number.is_u64() => Some(number.to_string()),
        _ => None,
    }
}

/// A user's id that stands alone in a list.
pub fn lone_user_id(value: &Value) -> Option<Result<UserId>> {
    id_text(value).map(|text| UserId::parse(&text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_said_in_several_ways() {
        for body in ["", " \n", "{}", "[]", "\u{feff}{}"] {
            assert_eq!(parse(body.as_bytes()).unwrap(), Map::new(), "{body:?}");
        }
        for body in ["ok", "null", "[1]", "\"x\"", "<br>Warning{}", "{\"a\":", &"[".repeat(33)] {
            assert!(parse(body.as_bytes()).is_err(), "{body:?}");
        }
        assert!(parse(b"\xff").is_err());
        assert!(parse(format!("{{\"a\":{}1{}}}", "[".repeat(40), "]".repeat(40)).as_bytes()).is_err());
    }

    #[test]
    fn a_sentence_for_the_user_is_short_and_plain() {
        let said = |body: &str| error_sentence(&parse(body.as_bytes()).unwrap());
        assert_eq!(said(r#"{"error":"Locked.\nAsk Ann."}"#), Some("Locked. Ask Ann.".into()));
        assert_eq!(said(&format!(r#"{{"error":"{}"}}"#, "早".repeat(400))).map(|s| s.len()), Some(498));
        for body in [r#"{"error":""}"#, r#"{"error":null}"#, r#"{"error":{"a":1}}"#, "{}"] {
            assert_eq!(said(body), None, "{body}");
        }
    }
}
