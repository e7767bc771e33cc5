//! An event as a line: for people, or the JSON that a reader of events gets.

use super::Told;
use serde_json::Value;

pub fn of(event: &Told, json: bool) -> String {
    match (json, event.id) {
        // The body is an object with members.
        (true, Some(id)) => format!("{{\"id\":{id},{}", event.body.trim_start_matches('{')),
        (true, None) => event.body.clone(),
        (false, id) => {
            let id = id.map_or_else(|| "-".into(), |id| id.to_string());
            let mark = if event.is_open { " ?" } else { "" };
            format!("{id:>6}  {}  {}{mark}  {}", event.at, event.kind, plain(&said(&event.body)))
        }
    }
}

/// What is in it, in a few words; what has no words here, as it is.
fn said(body: &str) -> String {
    let body: Value = serde_json::from_str(body).unwrap_or_default();
    let data = &body["data"];
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), String::from);
    match body["type"].as_str().unwrap_or_default() {
        "message.created" => {
            let message = &data["message"];
            format!("{} in {}: {}", text(&message["from"]), message["conversation"], text(&message["text"]))
        }
        "message.read" => format!("{} has read {} up to {}", text(&data["user"]), data["conversation"], data["upto"]),
        "user.signed_in" => format!("{} by {}", text(&data["user"]["id"]), text(&data["way"])),
        "reset" => format!("what happened after {} up to {} is not kept any more", data["after"], data["upto"]),
        _ => data.to_string(),
    }
}

/// What people write must not move the cursor of a terminal.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Moment;

    fn told(body: &str) -> Told {
        let kind = serde_json::from_str::<Value>(body).unwrap()["type"].as_str().unwrap().into();
        let (webhook_id, signature) = (String::new(), String::new());
        Told { id: Some(7), kind, at: Moment(0), body: body.into(), is_open: true, webhook_id, timestamp: 0, signature }
    }

    #[test]
    fn a_line_says_what_happened_and_is_one_line() {
        let body =
            r#"{"type":"message.created","data":{"message":{"from":"user:anna","conversation":3,"text":"a\n\u001b[2Jb"}}}"#;
        let event = told(body);
        assert_eq!(of(&event, false), "     7  1970-01-01T00:00:00.000Z  message.created ?  user:anna in 3: a  [2Jb");
        assert_eq!(of(&event, true), format!("{{\"id\":7,{}", &body[1..]));
        let other = told(r#"{"type":"new.thing","data":{"a":1}}"#);
        assert!(of(&other, false).ends_with("new.thing ?  {\"a\":1}"));
    }
}
