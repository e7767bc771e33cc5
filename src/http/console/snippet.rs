//! Code that works, for one application with its own ids.

use crate::apps::application::Application;
use crate::http::console::language::en;
use crate::http::segment;
use crate::id::UserId;
use serde_json::json;

#[derive(Debug, Clone)]
pub struct Snippet {
    pub title: &'static str,
    pub code: String,
}

/// `key`: the application's key where it is known, that is, where it is shown for the only time. `somebody`: one of its users.
pub fn all(application: &Application, server: &str, key: Option<&str>, somebody: Option<&UserId>) -> Vec<Snippet> {
    let key = key.unwrap_or("$PARLOUR_KEY");
    let user = somebody.map_or("anna", UserId::as_str);
    let message = json!({"to": format!("user:{user}"), "text": "Hello from the application"}).to_string();
    let path = format!("users/{}", segment::encode(user));
    let mut snippets = vec![
        Snippet { title: en("Send a message"), code: call(server, key, ("POST", "messages"), &message) },
        Snippet {
            title: en("Fetch a ticket for who is signed in"),
            code: call(server, key, ("POST", &format!("{path}/tickets")), ""),
        },
        Snippet { title: en("Put the widget on a page"), code: widget(server, application.id.as_str()) },
    ];
    if somebody.is_none() {
        let body = json!({"name": "Anna Berg"}).to_string();
        snippets.insert(0, Snippet { title: en("Create a user"), code: call(server, key, ("PUT", &path), &body) });
    }
    snippets
}

fn call(server: &str, key: &str, (method, path): (&str, &str), body: &str) -> String {
    let head = format!("curl -X {method} {server}/api/v1/{path} \\\n  -H \"Authorization: Bearer {key}\"");
    match body {
        "" => head,
        body => format!("{head} \\\n  -H \"Content-Type: application/json\" \\\n  -d '{}'", body.replace('\'', r"'\''")),
    }
}

fn widget(server: &str, id: &str) -> String {
    format!(
        "<script src=\"{server}/widget.js\" async\n  data-app=\"{id}\"\n  data-user=\"THE USER\"\n  data-ticket=\"THE TICKET\"></script>"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_cannot_end_the_quotes_of_a_command() {
        let code = call("http://a", "k", ("POST", "messages"), r#"{"to":"user:o'hara"}"#);
        assert!(code.ends_with(r#"-d '{"to":"user:o'\''hara"}'"#), "{code}");
    }
}
