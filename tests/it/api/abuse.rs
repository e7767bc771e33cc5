//! What nobody should send, to every call of the OpenAPI document: always a problem with a sentence, never a fault of the
//! server's, never silence. The cases are made from the document, so that a new call has them too.

use crate::harness::{Answer, App, TestServer};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// One request that must be refused.
struct Case {
    what: String,
    path: String,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

/// A call of the document.
struct Call<'a> {
    document: &'a Value,
    method: String,
    /// With the ids of things that are there.
    path: String,
    pattern: String,
    operation: &'a Value,
}

#[test]
fn whatever_is_sent_is_answered_with_a_problem_and_a_sentence() {
    let server = TestServer::with(&["--rest-rate", "0"]);
    let office = server.app("oa");
    office.user("anna").user("ben");
    office.put("/groups/sales", &json!({"name": "Sales", "users": ["anna"]})).is(201);
    let card = json!({"title": "hello", "actions": [{"id": "x", "label": "X"}]});
    let sent = office.post("/messages", &json!({"to": "user:anna", "text": "hello", "topic": "leave", "card": card})).is(202);
    office.post("/messages", &json!({"to": "application", "text": "a question", "from": "user:anna"})).is(202);
    let document = server.http().get("/api/v1/openapi.json").is(200);
    let mut wrong = Vec::new();
    let mut cases = 0;
    for call in calls(&document, &sent) {
        call.must_be_good(&office);
        for case in call.cases() {
            cases += 1;
            if let Some(reason) = fault(&case.by(&office, &call.method)) {
                wrong.push(format!("{} {}, {}: {reason}", call.method, call.pattern, case.what));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {cases} cases:\n{}", wrong.len(), wrong.join("\n"));
    assert!(cases > 800, "only {cases} cases were made of the document");
}

/// The calls that need a key. Ids stand in the paths as their first part says.
fn calls<'a>(document: &'a Value, sent: &Value) -> Vec<Call<'a>> {
    let id = |pattern: &str| match pattern.split('/').nth(3) {
        Some("users") => "anna".to_string(),
        Some("groups") => "sales".into(),
        Some("conversations") => sent["messages"][0]["conversation"].to_string(),
        Some("topics") => "leave".into(),
        Some("events") => "1".into(),
        Some("messages") => sent["messages"][0]["id"].to_string(),
        _ => sent["batch"].to_string(),
    };
    let mut calls = Vec::new();
    for (pattern, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            if operation["security"][0].is_object() {
                let (pattern, path) = (pattern.clone(), pattern.replace("{id}", &id(pattern)).replace("{topic}", "leave"));
                calls.push(Call { document, method: method.to_uppercase(), path, pattern, operation });
            }
        }
    }
    calls
}

/// What is wrong with an answer that has to be a problem.
fn fault(answer: &Answer) -> Option<String> {
    if !(400..500).contains(&answer.status) || answer.header("content-type") != Some("application/problem+json") {
        return Some(format!("{} {:.120}", answer.status, answer.text()));
    }
    let problem = answer.json();
    let sentence = problem["detail"].as_str().unwrap_or_default();
    let inside = ["struct ", "enum ", "i64", "u32", "usize", "panicked", "SQL", "rust"];
    match sentence.len() {
        6..=600 if !inside.iter().any(|word| sentence.contains(word)) && problem["status"] == answer.status => None,
        _ => Some(format!("its sentence is {sentence:.200}")),
    }
}

impl Case {
    fn new(what: impl Into<String>, path: &str, body: impl Into<Vec<u8>>) -> Case {
        let body = body.into();
        let headers = if body.is_empty() { Vec::new() } else { vec![("content-type", "application/json".to_string())] };
        Case { what: what.into(), path: path.into(), headers, body }
    }

    fn by(&self, office: &App, method: &str) -> Answer {
        let http = self.headers.iter().fold(office.http(), |http, (name, value)| http.with(name, value));
        http.call(method, &self.path, &self.body)
    }
}

/// Bodies that no call takes.
fn broken_bodies() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("cut off", b"{".to_vec()),
        ("null", b"null".to_vec()),
        ("a list", b"[]".to_vec()),
        ("a text", b"\"x\"".to_vec()),
        ("a number", b"1".to_vec()),
        ("not a number", b"NaN".to_vec()),
        ("infinity", b"-Infinity".to_vec()),
        ("a huge number", b"{\"a\":1e999}".to_vec()),
        ("no UTF-8", b"{\"\xff\xfe\":1}".to_vec()),
        ("a zero byte", b"\0".to_vec()),
        ("deep lists", b"[".repeat(50_000)),
        ("deep objects", b"{\"a\":".repeat(5_000)),
        ("two values", b"{} {}".to_vec()),
        ("a name that is empty", b"{\"\":1}".to_vec()),
        ("half a character", b"{\"\\ud800\":1}".to_vec()),
        ("an unknown member", b"{\"unknown\":1}".to_vec()),
        ("too much", b" ".repeat(1_100_000)),
    ]
}

const TYPES: [&str; 5] =
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "", "application/jsonx"];

/// Values for a member of each type of JSON.
fn values() -> [(&'static str, Value); 5] {
    [("string", json!("x")), ("integer", json!(7)), ("boolean", json!(true)), ("array", json!([])), ("object", json!({}))]
}

/// Values as text that no member takes, whatever its type.
const NEVER: [&str; 12] = [
    "1.5",
    "-1e400",
    "99999999999999999999999",
    "-9223372036854775809",
    "NaN",
    "\"\\ud800\"",
    "\"\\q\"",
    "[[]]",
    "[null]",
    "[{\"a\":1}]",
    "{\"a\":{\"b\":[]}}",
    "",
];

impl Call<'_> {
    fn schema(&self) -> Option<&Value> {
        let content = self.operation["requestBody"]["content"].as_object()?;
        // A form is no JSON that could be wrong in a member.
        let (_, body) = content.iter().find(|(kind, _)| !kind.starts_with("multipart/"))?;
        Some(self.resolved(&body["schema"]))
    }

    fn resolved<'b>(&'b self, schema: &'b Value) -> &'b Value {
        match schema["$ref"].as_str() {
            Some(reference) => self.resolved(self.document.pointer(reference.trim_start_matches('#')).unwrap()),
            None => schema,
        }
    }

    /// The types of JSON that a member may have.
    fn types(&self, schema: &Value) -> BTreeSet<String> {
        let schema = self.resolved(schema);
        let several = ["oneOf", "anyOf", "allOf"].iter().filter_map(|word| schema[word].as_array()).flatten();
        let mut types: BTreeSet<String> = several.flat_map(|one| self.types(one)).collect();
        match &schema["type"] {
            Value::Array(names) => types.extend(names.iter().filter_map(Value::as_str).map(String::from)),
            Value::String(name) => drop(types.insert(name.clone())),
            _ => {}
        }
        types
    }

    /// Every required member, as it should be.
    fn good(&self) -> Map<String, Value> {
        let required = self.schema().and_then(|schema| schema["required"].as_array()).cloned().unwrap_or_default();
        let value = |name: &str| match name {
            "to" => json!("user:anna"),
            "users" => json!(["anna", "ben"]),
            "user" => json!("anna"),
            "upto" => json!(1),
            "groups" => json!([{"id": "team", "name": "Team", "users": ["ben"]}]),
            _ => json!("x"),
        };
        // A message has a text or a card.
        let text = self.schema().and_then(|schema| schema["properties"]["card"].as_object()).map(|_| "text");
        required.iter().filter_map(Value::as_str).chain(text).map(|name| (name.to_string(), value(name))).collect()
    }

    /// What is changed below is wrong by that change alone.
    fn must_be_good(&self, office: &App) {
        if self.schema().is_some() {
            let answer = Case::new("good", &self.path, Value::from(self.good()).to_string()).by(office, &self.method);
            assert!(answer.status < 300, "{} {}: {}", self.method, self.path, answer.text());
        }
    }

    fn cases(&self) -> Vec<Case> {
        let mut cases = self.addresses();
        cases.extend(self.queries());
        if self.method == "POST" || self.schema().is_some() {
            cases.extend(broken_bodies().into_iter().map(|(what, body)| Case::new(what, &self.path, body)));
            for kind in TYPES {
                let headers = if kind.is_empty() { Vec::new() } else { vec![("content-type", kind.to_string())] };
                let body = Value::from(self.good()).to_string().into_bytes();
                cases.push(Case { what: format!("type {kind:?}"), path: self.path.clone(), headers, body });
            }
        }
        if self.method == "POST" {
            for key in ["", "a b", &"x".repeat(129), "a\tb"] {
                let mut case = Case::new(format!("Idempotency-Key {key:?}"), &self.path, Value::from(self.good()).to_string());
                case.headers.push(("idempotency-key", key.to_string()));
                cases.push(case);
            }
        }
        if let Some(schema) = self.schema() {
            cases.extend(self.members(schema));
        }
        cases
    }

    fn addresses(&self) -> Vec<Case> {
        if !self.pattern.contains("{id}") {
            return Vec::new();
        }
        let number = self.operation["parameters"].as_array().is_some_and(|all| all[0]["schema"]["type"] == "integer");
        let long = "x".repeat(129);
        let never = ["%FF", "%00", "%0A", "%C3%28", &long, &"%E2%98%83".repeat(43)];
        let no_number = ["x", "0", "-1", "1.5", "1e3", "NaN", "+1", "%201", "99999999999999999999", "%D9%A1"];
        let ids = never.iter().chain(no_number.iter().filter(|_| number));
        let body = self.schema().map(|_| Value::from(self.good()).to_string()).unwrap_or_default();
        ids.map(|id| Case::new(format!("id {id:.40}"), &self.pattern.replace("{id}", id), body.clone())).collect()
    }

    fn queries(&self) -> Vec<Case> {
        let parameters = self.operation["parameters"].as_array().cloned().unwrap_or_default();
        let in_query: Vec<&str> =
            parameters.iter().filter(|one| one["in"] == "query").filter_map(|one| one["name"].as_str()).collect();
        if in_query.is_empty() {
            return Vec::new();
        }
        let mut queries = vec!["unknown=1".to_string(), "%FF=1".into(), "limit[]=1".into()];
        for name in in_query {
            queries.push(format!("{name}=%FF"));
            queries.push(format!("{name}={}", "x".repeat(9_000)));
            if name == "limit" {
                let bad = ["0", "-1", "201", "NaN", "1e3", "", "%20", "99999999999999999999", "1&limit=2"];
                queries.extend(bad.map(|value| format!("limit={value}")));
            }
        }
        queries.into_iter().map(|query| Case::new(format!("?{query:.40}"), &format!("{}?{query}", self.path), "")).collect()
    }

    fn members(&self, schema: &Value) -> Vec<Case> {
        let good = self.good();
        let mut cases = Vec::new();
        for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            let rest: Map<String, Value> = good.clone().into_iter().filter(|(known, _)| known != name).collect();
            cases.push(Case::new(format!("without {name}"), &self.path, Value::from(rest).to_string()));
        }
        let listed = Value::from(good.values().cloned().collect::<Vec<_>>()).to_string();
        cases.push(Case::new("members in a list", &self.path, listed));
        let mut add = |what: String, name: &str, value: &str| {
            let others = good.iter().filter(|(known, _)| *known != name).map(|(name, value)| format!("{name:?}:{value},"));
            let body = format!("{{{}{name:?}:{value}}}", others.collect::<String>());
            cases.push(Case::new(what, &self.path, body));
        };
        add("an unknown member".into(), "unknown", "1");
        for (name, member) in schema["properties"].as_object().unwrap() {
            let types = self.types(member);
            for (kind, value) in values().iter().filter(|(kind, _)| !types.contains(*kind)) {
                add(format!("{name} of type {kind}"), name, &value.to_string());
            }
            for value in NEVER {
                add(format!("{name}: {value}"), name, value);
            }
            let given = good.get(name).cloned().unwrap_or(json!("x"));
            add(format!("{name} twice"), name, &format!("{given},{name:?}:{given}"));
            // a recipient who cannot be one is an error in its place, and not of the whole
            if types.contains("string") && name != "to" {
                add(format!("{name} too long"), name, &format!("\"{}\"", "x".repeat(20_000)));
                add(format!("{name} with a control character"), name, "\"a\\u0007b\"");
            }
        }
        cases
    }
}
