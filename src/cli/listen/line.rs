//! An event as a line: for people, or the JSON that a reader of events gets.

use super::Told;
use serde_json::Value;

/// Characters of a text that a line shows; `--json` has all of it.
const SHOWN: usize = 300;
/// Users of whom a line says how they show.
const USERS: usize = 8;

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
    let (user, at) = (person(&data["user"]), &data["conversation"]);
    match body["type"].as_str().unwrap_or_default() {
        "message.created" => message(&data["message"]),
        "action.invoked" => pressed(data),
        "message.read" => format!("{user} has read conversation {at} up to message {}", data["upto"]),
        "message.received" => format!("{user} has got conversation {at} up to message {}", data["upto"]),
        "message.expired" => format!("batch {}{} is over", data["batch"], about(data)),
        "message.claimed" => claimed(data),
        "user.signed_in" => format!("{} by {}", person(&data["user"]["id"]), text(&data["way"])),
        "contacts.held" => held(data),
        "presence.changed" => present(&data["users"]),
        "delivery.failed" => format!("{}{} was given up ({})", text(&data["type"]), within(at), text(&data["id"])),
        "ping" => "somebody tries whether you answer".into(),
        "reset" => format!("what happened after {} up to {} is not kept any more", data["after"], data["upto"]),
        _ => data.to_string(),
    }
}

fn message(row: &Value) -> String {
    let mut line = format!("{} in {}: {}", text(&row["from"]), row["conversation"], cut(&text(&row["text"])));
    if row["card"].is_object() {
        line += &format!(" [card {}]", quoted(&row["card"]["title"]));
    }
    match row["attachments"].as_array().map_or(0, Vec::len) {
        0 => line,
        1 => line + " [1 file]",
        files => format!("{line} [{files} files]"),
    }
}

fn pressed(data: &Value) -> String {
    let row = &data["message"];
    let (label, action) = (quoted(&data["label"]), text(&data["action"]));
    let line = format!(
        "{} pressed {label} ({action}) on {}{}",
        person(&data["user"]),
        quoted(&row["card"]["title"]),
        within(&row["conversation"])
    );
    match data["input"].as_str().filter(|input| !input.is_empty()) {
        Some(input) => format!("{line}: {}", cut(input)),
        None => line,
    }
}

fn claimed(data: &Value) -> String {
    let (user, message, topic) = (person(&data["user"]), &data["message"], about(data));
    match data["claim"].as_str() {
        Some("all") => format!("{user} confirmed message {message}{topic}, {} of {}", data["done"], data["of"]),
        _ => format!("{user} took message {message}{topic}"),
    }
}

fn held(data: &Value) -> String {
    let whose = if data["user"].is_null() { "all people".into() } else { person(&data["user"]) };
    format!("the list of {whose} is held: {} of {} would go", data["gone"], data["had"])
}

fn present(users: &Value) -> String {
    let users = users.as_array().map(Vec::as_slice).unwrap_or_default();
    let shown: Vec<_> = users.iter().take(USERS).map(|one| format!("{} {}", person(&one["user"]), text(&one["show"]))).collect();
    let rest = users.len().saturating_sub(USERS);
    if rest > 0 { format!("{} and {rest} more", shown.join(", ")) } else { shown.join(", ") }
}

/// What a message is about, where it has a topic.
fn about(data: &Value) -> String {
    data["topic"].as_str().map_or_else(String::new, |topic| format!(" ({topic})"))
}

fn within(conversation: &Value) -> String {
    if conversation.is_null() { String::new() } else { format!(" in {conversation}") }
}

fn person(id: &Value) -> String {
    format!("user:{}", text(id))
}

fn quoted(value: &Value) -> String {
    format!("“{}”", cut(&text(value)))
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), String::from)
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.into(),
    }
}

/// What people write must not begin a line, nor move the cursor of a terminal.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apps::delivery::Kind;
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

    /// The examples of `docs/events.md`, which a test holds against what is told.
    #[test]
    fn every_type_has_words() {
        let page = include_str!("../../../docs/events.md");
        let bodies: Vec<String> =
            page.split("```json\n").skip(1).filter_map(|rest| rest.split("```").next().map(String::from)).collect();
        let lines: Vec<String> = bodies.iter().map(|body| said(body)).collect();
        for (kind, words) in [
            ("message.created", "user:anna in 5: balance?"),
            ("message.created", "user:anna in 9: lunch?"),
            ("action.invoked", "user:anna pressed “Reject” (reject) on “Leave request 118” in 5: too short"),
            ("message.read", "user:ben has read conversation 9 up to message 12"),
            ("message.received", "user:ben has got conversation 9 up to message 12"),
            ("message.expired", "batch 4 (leave/118) is over"),
            ("message.claimed", "user:anna took message 12 (lift/2)"),
            ("user.signed_in", "user:anna by local"),
            ("contacts.held", "the list of user:anna is held: 26 of 30 would go"),
            ("presence.changed", "user:anna available"),
            ("delivery.failed", "message.created in 5 was given up (msg_J0mbl9yyhVWYqzqoy3oBHAYUSQnmBn0G)"),
            ("ping", "somebody tries whether you answer"),
            ("reset", "what happened after 3 up to 40 is not kept any more"),
        ] {
            assert!(lines.iter().any(|line| line == words), "{kind}: {lines:#?}");
        }
        assert!(lines.iter().all(|line| !line.starts_with('{')), "{lines:#?}");
        let shown = |kind: &Kind| bodies.iter().any(|body| body.contains(&format!("{{\"type\": \"{}\"", kind.as_str())));
        assert!(Kind::ALL.iter().all(shown), "a type without an example");
    }

    #[test]
    fn a_card_files_and_a_long_text_stay_one_line() {
        let long = "x".repeat(5_000);
        let row = serde_json::json!({"from": "user:anna", "conversation": 3, "text": long, "card": {"title": "Drill\n"},
            "attachments": [{"id": 1}, {"id": 2}]});
        let line = of(&told(&serde_json::json!({"type": "message.created", "data": {"message": row}}).to_string()), false);
        assert!(line.ends_with("x… [card “Drill ”] [2 files]") && line.chars().count() < 420 && !line.contains('\n'), "{line}");
    }
}
