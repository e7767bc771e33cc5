//! Code in the languages of `examples/`, for one application with its own ids: with the file of that language beside it, it
//! works as it stands. The key and the secrets come from the environment; they are shown nowhere twice.

use crate::apps::application::{Application, SignIn};
use crate::http::console::language::en;
use crate::http::console::snippet::Snippet;
use crate::id::UserId;
use serde_json::Value;

/// A language: what it calls itself, the file to copy, and code that uses it.
#[derive(Debug, Clone)]
pub struct Sample {
    pub language: &'static str,
    pub file: &'static str,
    pub snippets: Vec<Snippet>,
}

/// What a language says. In all of it `{url}`, `{app}`, `{user}` and `{party}` stand for texts of that language.
struct Words {
    language: &'static str,
    file: &'static str,
    begin: &'static str,
    ticket: &'static str,
    token: &'static str,
    send: &'static str,
    answer: &'static str,
}

const ALL: [Words; 5] = [
    Words {
        language: "PHP",
        file: "Parlour.php",
        begin: "require_once 'Parlour.php';

$parlour = new Parlour({url}, {app}, key: getenv('PARLOUR_KEY'),
    callbackSecret: getenv('PARLOUR_CALLBACK_SECRET'), tokenSecret: getenv('PARLOUR_TOKEN_SECRET'));",
        ticket: "$ticket = $parlour->ticket({user});",
        token: "$token = $parlour->token({user});",
        send: "$parlour->send({party}, 'Hello from the application');",
        answer: "[$status, $answer] = $parlour->answer(getallheaders(), file_get_contents('php://input'), [
    'contacts.list' => fn ($call) => ['groups' => [['id' => 'all', 'name' => 'All', 'users' => [{user}]]]],
]);
http_response_code($status);
header('Content-Type: application/json');
echo $answer;",
    },
    Words {
        language: "Python",
        file: "parlour.py",
        begin: "import os
from parlour import Parlour

parlour = Parlour({url}, {app}, key=os.environ[\"PARLOUR_KEY\"],
                  callback_secret=os.environ[\"PARLOUR_CALLBACK_SECRET\"], token_secret=os.environ[\"PARLOUR_TOKEN_SECRET\"])",
        ticket: "ticket = parlour.ticket({user})",
        token: "token = parlour.token({user})",
        send: "parlour.send({party}, \"Hello from the application\")",
        answer: "status, answer = parlour.answer(request.headers, request.body, {
    \"contacts.list\": lambda call: {\"groups\": [{\"id\": \"all\", \"name\": \"All\", \"users\": [{user}]}]},
})",
    },
    Words {
        language: "Node",
        file: "parlour.mjs",
        begin: "import { Parlour } from './parlour.mjs';

const parlour = new Parlour({ url: {url}, app: {app}, key: process.env.PARLOUR_KEY,
  callbackSecret: process.env.PARLOUR_CALLBACK_SECRET, tokenSecret: process.env.PARLOUR_TOKEN_SECRET });",
        ticket: "const ticket = await parlour.ticket({user});",
        token: "const token = parlour.token({user});",
        send: "await parlour.send({party}, \"Hello from the application\");",
        answer: "const { status, body } = await parlour.answer(request.headers, bytes, {
  'contacts.list': (call) => ({ groups: [{ id: 'all', name: 'All', users: [{user}] }] }),
});",
    },
    Words {
        language: "Java",
        file: "Parlour.java",
        begin: "var parlour = new Parlour({url}, {app}, System.getenv(\"PARLOUR_KEY\"),
    System.getenv(\"PARLOUR_CALLBACK_SECRET\"), System.getenv(\"PARLOUR_TOKEN_SECRET\"));",
        ticket: "String ticket = parlour.ticket({user}, Map.of());",
        token: "String token = parlour.token({user}, Map.of(), 3600);",
        send: "parlour.send({party}, \"Hello from the application\");",
        answer: "var reply = parlour.answer(request.getHeaders(), body, Map.of(
    \"contacts.list\", call -> Map.of(\"groups\", List.of(Map.of(\"id\", \"all\", \"name\", \"All\", \"users\", List.of({user}))))));",
    },
    Words {
        language: "C#",
        file: "Parlour.cs",
        begin: "var parlour = new Parlour({url}, {app}, Environment.GetEnvironmentVariable(\"PARLOUR_KEY\")!,
    Environment.GetEnvironmentVariable(\"PARLOUR_CALLBACK_SECRET\")!, Environment.GetEnvironmentVariable(\"PARLOUR_TOKEN_SECRET\")!);",
        ticket: "var ticket = await parlour.Ticket({user});",
        token: "var token = parlour.Token({user});",
        send: "await parlour.Send({party}, \"Hello from the application\");",
        answer: "var answers = new Dictionary<string, Func<Parlour.Call, Task<JsonObject?>>>
{
    [\"contacts.list\"] = call => Task.FromResult(JsonNode.Parse(\"\"\"{\"groups\": []}\"\"\") as JsonObject),
};
var reply = await parlour.Answer(name => request.Headers[name], body, answers);",
    },
];

/// `somebody`: one of its users.
pub fn all(application: &Application, server: &str, somebody: Option<&UserId>) -> Vec<Sample> {
    let user = somebody.map_or("anna", UserId::as_str);
    let party = format!("user:{user}");
    let values = [("{url}", server), ("{app}", application.id.as_str()), ("{user}", user), ("{party}", party.as_str())];
    let signed = application.sign_in.contains(&SignIn::Token) && !application.sign_in.contains(&SignIn::Ticket);
    ALL.iter().map(|words| sample(words, &values, signed)).collect()
}

fn sample(words: &Words, values: &[(&str, &str)], signed: bool) -> Sample {
    let quote = if words.language == "PHP" { single } else { double };
    let fill = |code: &str| fill(code, values, quote);
    let let_in = match signed {
        true => Snippet { title: en("Sign a token for who is signed in"), code: fill(words.token) },
        false => Snippet { title: en("Fetch a ticket for who is signed in"), code: fill(words.ticket) },
    };
    let snippets = vec![
        Snippet { title: en("Begin"), code: fill(words.begin) },
        let_in,
        Snippet { title: en("Send a message"), code: fill(words.send) },
        Snippet { title: en("Verify a callback and answer it"), code: fill(words.answer) },
    ];
    Sample { language: words.language, file: words.file, snippets }
}

/// Puts values in the places of their marks, once: a value may look like a mark.
fn fill(code: &str, values: &[(&str, &str)], quote: fn(&str) -> String) -> String {
    let (mut filled, mut rest) = (String::new(), code);
    while let Some((at, mark, value)) = values.iter().filter_map(|(mark, value)| Some((rest.find(mark)?, mark, value))).min() {
        filled += &rest[..at];
        filled += &quote(value);
        rest = &rest[at + mark.len()..];
    }
    filled + rest
}

/// A text in single quotes, in which nothing but the backslash and the quote means something.
fn single(text: &str) -> String {
    format!("'{}'", text.replace('\\', r"\\").replace('\'', r"\'"))
}

/// A text in double quotes: that of JSON is one in Python, JavaScript, Java and C#, too.
fn double(text: &str) -> String {
    Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_cannot_end_the_quotes_of_a_text() {
        let values = [("{user}", r#"o'ha"ra\ $x {party}"#), ("{party}", "p")];
        let code = |number: usize| sample(&ALL[number], &values, false).snippets[1].code.clone();
        assert_eq!(code(1), r#"ticket = parlour.ticket("o'ha\"ra\\ $x {party}")"#);
        assert_eq!(code(0), r#"$ticket = $parlour->ticket('o\'ha"ra\\ $x {party}');"#);
    }
}
