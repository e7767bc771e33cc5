//! Whether two answers are the same, but for what must differ: the number of the request, the id that was asked for, and in
//! what was made anew the moment and the number.

use crate::harness::Answer;
use serde_json::{Map, Value};

/// An answer to an id, as it would be for any id.
pub fn bare(answer: &Answer, id: &str) -> (u16, String, Vec<String>) {
    let mut names: Vec<String> = answer.headers.iter().map(|(name, _)| name.clone()).collect();
    names.sort();
    if answer.status < 300 {
        let body = if answer.body.is_empty() { Value::Null } else { answer.json() };
        return (answer.status, shape(&body, id).to_string(), names);
    }
    (answer.status, without_number(answer).replace(id, "ID"), names)
}

/// A page, as it would be for any id; and where it leads to.
pub fn page(answer: &Answer, id: &str) -> (u16, String, String) {
    let to = answer.header("location").unwrap_or_default();
    (answer.status, without_number(answer).replace(id, "ID"), to.replace(id, "ID"))
}

/// The bytes of a problem without the number of its request.
pub fn without_number(answer: &Answer) -> String {
    let text = answer.text();
    let Some(number) = answer.header("x-request-id") else { return text };
    assert!(!number.is_empty());
    text.replace(number, "REQUEST")
}

/// What was answered, without numbers and moments.
pub fn shape(value: &Value, id: &str) -> Value {
    match value {
        Value::Number(_) => Value::from(0),
        Value::String(text) if is_moment(text) => Value::from("MOMENT"),
        Value::String(text) if is_secret(text) => Value::from("SECRET"),
        Value::String(text) => Value::from(text.replace(id, "ID")),
        Value::Array(items) => items.iter().map(|item| shape(item, id)).collect(),
        Value::Object(members) => {
            let members = members.iter().map(|(name, member)| (name.clone(), shape(member, id)));
            Value::Object(members.collect::<Map<String, Value>>())
        }
        other => other.clone(),
    }
}

fn is_moment(text: &str) -> bool {
    text.len() == 24 && text.ends_with('Z') && text.as_bytes()[10] == b'T'
}

fn is_secret(text: &str) -> bool {
    ["ptk_", "pt_", "ps_"].iter().any(|prefix| text.starts_with(prefix)) || text.contains("#ticket=")
}
