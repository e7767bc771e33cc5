//! The OpenAPI document of the REST interface, made from what stands at the handlers. What holds for all of them, the key and
//! its scope, the errors, the `Idempotency-Key`, is added from the table of routes.

use super::{
    act, batch, contact, conversation, event, export, file, group, import, ledger, message, ping, presence, sample, session,
    ticket, token, topic, user,
};
use crate::http::problem::{Answer, Document};
use crate::http::route::{Policy, Route};
use crate::http::router;
use crate::id::UserId;
use actix_web::http::Method;
use serde_json::{Value, json};
use std::sync::LazyLock;
use utoipa::{OpenApi, PartialSchema};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Parlour",
        description = "What Parlour gives to an application: messages, users, contacts, presence. Each call can be tried here with a key of the \
                       application. How to begin (letting people in, the widget in a page, the calls that the application answers) is the guide \
                       docs/integrate.md, which comes with Parlour's source; the console shows code for each application.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    paths(
        message::create,
        message::show,
        message::update,
        message::destroy,
        act::create,
        batch::index,
        batch::show,
        ledger::show,
        batch::update,
        batch::destroy,
        file::create,
        file::show,
        file::destroy,
        file::content,
        topic::show,
        topic::update,
        topic::destroy,
        topic::read,
        user::index,
        import::replace,
        import::create,
        user::show,
        user::create,
        user::update,
        user::destroy,
        contact::show,
        contact::update,
        contact::refresh,
        contact::refresh_all,
        group::index,
        group::show,
        group::create,
        group::destroy,
        ticket::create,
        token::create,
        session::index,
        session::destroy,
        presence::show,
        presence::index,
        conversation::create,
        conversation::index,
        conversation::show,
        conversation::messages,
        conversation::read,
        event::index,
        event::lag,
        event::create,
        export::users,
        export::groups,
        export::contacts,
        export::conversations,
        export::messages,
        export::files,
        ping::create,
        show,
    ),
    components(schemas(Document, event::Item))
)]
struct Described;

static TEXT: LazyLock<String> = LazyLock::new(|| document().to_string());

/// This document.
#[utoipa::path(get, path = "/api/v1/openapi.json", tag = "about", responses((status = 200, body = Object)))]
pub async fn show() -> Answer {
    Ok(super::written(actix_web::http::StatusCode::OK, TEXT.clone()))
}

/// The groups of calls, in the order in which somebody needs them.
const TAGS: [(&str, &str); 13] = [
    ("messages", "What the application says, to one or to many, and what became of it"),
    ("topics", "Messages about one object of the application"),
    ("files", "What messages carry"),
    ("users", "Who is there"),
    ("sign-in", "Letting users, programs and devices in"),
    ("contacts", "Whom a user sees, from the user's own list"),
    ("groups", "Groups that several see: departments, shifts"),
    ("presence", "Who can be reached now"),
    ("conversations", "Rooms and what was said in them"),
    ("events", "What is asked and told, for an application that no server can reach"),
    ("callbacks", "Whether the application can be called"),
    ("export", "Everything that an application has"),
    ("about", "This document"),
];

/// Status, name, what it means.
const ERRORS: [(u16, &str, &str); 11] = [
    (400, "BadRequest", "What was sent is wrong in itself; `field` names the member at fault"),
    (401, "Unauthenticated", "No key, or one that is not valid"),
    (403, "Forbidden", "The key does not have the scope that this needs, or it may not be done now"),
    (404, "NotFound", "There is nothing of that name in this application"),
    (409, "Conflict", "It contradicts what is there; also an Idempotency-Key that was used for another request"),
    (413, "TooLarge", "The body, or something in it, is larger than allowed"),
    (415, "UnsupportedMediaType", "The body is not application/json"),
    (429, "RateLimited", "Too many requests; try again after so many seconds as `Retry-After` says"),
    (500, "Internal", "A fault of the server's; it has been logged"),
    (503, "Unavailable", "Something that is needed does not answer now; try again later"),
    (431, "HeadTooLarge", "The head of the request is larger than allowed"),
];

fn document() -> Value {
    let mut document = serde_json::to_value(Described::openapi()).unwrap_or_default();
    document["info"]["version"] = env!("CARGO_PKG_VERSION").into();
    document["servers"] = json!([{"url": "/"}]);
    let key = json!({"type": "http", "scheme": "bearer", "description": "A key of the application: `pk_…`"});
    document["components"]["securitySchemes"] = json!({"key": key});
    for (_, name, meaning) in ERRORS {
        let content = json!({"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}});
        document["components"]["responses"][name] = json!({"description": meaning, "content": content});
    }
    let header = |schema: Value| json!({"required": true, "schema": schema});
    let responses = &mut document["components"]["responses"];
    responses["RateLimited"]["headers"]["Retry-After"] = header(json!({"type": "integer", "minimum": 1}));
    responses["Unauthenticated"]["headers"]["WWW-Authenticate"] = header(json!({"const": "Bearer"}));
    let schemas = document["components"]["schemas"].clone();
    document["tags"] = TAGS.iter().map(|(name, meaning)| json!({"name": name, "description": meaning})).collect();
    for (place, route) in router::routes().iter().filter(|route| route.path.starts_with("/api/v1/")).enumerate() {
        let method = route.method.as_str().to_lowercase();
        if let Some(operation) = document["paths"][route.path].get_mut(&method) {
            complete(operation, route);
            // An object has no order, and whoever begins looks for the first call of the table.
            operation["x-order"] = place.into();
            for (status, answer) in sample::answers(&method, route.path) {
                operation["responses"][status]["content"]["application/json"]["example"] = answer;
            }
            let examples = sample::bodies(&method, route.path);
            if !examples.is_empty() {
                operation["requestBody"]["content"]["application/json"]["examples"] = named(examples);
            }
            if let Some(body) = operation.get_mut("requestBody").filter(|_| route.method == Method::POST) {
                body["required"] = needs_body(body, &schemas).into();
            }
        }
    }
    document
}

/// Examples as the document has them, in their order: the first is what a page shows.
fn named(examples: Vec<(&str, Value)>) -> Value {
    let each = |(number, (name, body)): (usize, (&str, Value))| (number.to_string(), json!({"summary": name, "value": body}));
    Value::Object(examples.into_iter().enumerate().map(each).collect())
}

/// What holds for every operation of its kind.
fn complete(operation: &mut Value, route: &Route) {
    let name = route.path.trim_start_matches("/api/v1/").replace(['{', '}', '.'], "").replace('/', "_");
    operation["operationId"] = format!("{}_{name}", route.method.as_str().to_lowercase()).into();
    let scope = match route.policy {
        Policy::Application(scope) => Some(scope.as_str()),
        _ => None,
    };
    operation["security"] = scope.map_or_else(|| json!([]), |scope| json!([{"key": [scope]}]));
    let body = operation.get("requestBody").is_some();
    for (status, error, _) in ERRORS.iter().filter(|(status, ..)| may_happen(*status, route, body)) {
        operation["responses"][status.to_string()] = json!({"$ref": format!("#/components/responses/{error}")});
    }
    let mut parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
    parameters.iter_mut().for_each(narrow);
    parameters.iter_mut().filter(|one| one["in"] == "path").for_each(|one| one["example"] = sample::id(route.path));
    if route.method == Method::POST {
        parameters.push(json!({
            "name": "Idempotency-Key", "in": "header", "required": false,
            "description": "The same again within 24 hours answers the same and does nothing more",
            "schema": {"type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[!-~]+$"}
        }));
    }
    operation["parameters"] = parameters.into();
}

/// What every id in a path is; and a parameter that is not given is absent, never null.
fn narrow(parameter: &mut Value) {
    let (place, schema) = (parameter["in"].clone(), &mut parameter["schema"]);
    match schema["type"].as_array().and_then(|types| types.iter().find(|one| *one != "null")).cloned() {
        Some(only) if place == "query" => schema["type"] = only,
        _ if place == "path" && schema["type"] == "integer" => schema["minimum"] = 1.into(),
        _ if place == "path" => *schema = serde_json::to_value(UserId::schema()).unwrap_or_default(),
        _ => {}
    }
}

/// An empty body is `{}`, where that is enough.
fn needs_body(body: &Value, schemas: &Value) -> bool {
    let reference = body["content"]["application/json"]["schema"]["$ref"].as_str().unwrap_or_default();
    let schema = &schemas[reference.rsplit('/').next().unwrap_or_default()];
    schema["type"] != "object" || schema["required"].as_array().is_some_and(|required| !required.is_empty())
}

fn may_happen(status: u16, route: &Route, body: bool) -> bool {
    let keyed = matches!(route.policy, Policy::Application(_));
    match status {
        401 | 403 | 429 => keyed,
        400 => keyed,
        404 => route.path.contains("{id}"),
        409 => route.method == Method::POST || body,
        413 | 415 => body || route.method == Method::POST,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// Each method and path of the document, with its operation.
    fn operations(document: &Value) -> Vec<(String, &Value)> {
        let paths = document["paths"].as_object().unwrap();
        let each = |(path, item): (&String, &'_ Value)| (path.clone(), item.as_object().unwrap().clone());
        let names: Vec<(String, String)> = paths
            .iter()
            .map(each)
            .flat_map(|(path, item)| item.into_iter().map(move |(method, _)| (path.clone(), method)))
            .collect();
        names.into_iter().map(|(path, method)| (format!("{} {path}", method.to_uppercase()), &paths[&path][&method])).collect()
    }

    #[test]
    fn it_has_the_routes_of_the_table_and_no_others() {
        let document = document();
        let described: BTreeSet<String> = operations(&document).into_iter().map(|(name, _)| name).collect();
        let offered: BTreeSet<String> = router::routes()
            .iter()
            .filter(|route| route.path.starts_with("/api/v1/"))
            .map(|route| format!("{} {}", route.method, route.path))
            .collect();
        assert_eq!(described, offered);
    }

    #[test]
    fn each_operation_says_what_can_go_wrong() {
        let document = document();
        for (name, operation) in operations(&document) {
            let responses: Vec<&String> = operation["responses"].as_object().unwrap().keys().collect();
            let has = |status: &str| responses.iter().any(|known| *known == status);
            assert!(responses.iter().any(|status| status.starts_with('2')), "{name}");
            assert!(has("500") && has("503"), "{name}: {responses:?}");
            if name != "GET /api/v1/openapi.json" {
                assert!(has("400") && has("401") && has("403") && has("429"), "{name}: {responses:?}");
                assert!(!operation["security"][0]["key"][0].as_str().unwrap().is_empty(), "{name}");
            }
            assert_eq!(name.contains("{id}"), has("404"), "{name}");
            assert!(!name.starts_with("POST") || operation["parameters"].to_string().contains("Idempotency-Key"), "{name}");
        }
    }

    #[test]
    fn each_group_of_calls_has_its_place_and_sending_comes_first() {
        let document = document();
        let (all, known): (Vec<_>, BTreeSet<_>) = (operations(&document), TAGS.iter().map(|(name, _)| *name).collect());
        let used: BTreeSet<&str> = all.iter().map(|(_, operation)| operation["tags"][0].as_str().unwrap()).collect();
        assert_eq!(used, known);
        assert_eq!(document["tags"][0]["name"], "messages");
        let first = all.iter().min_by_key(|(_, operation)| operation["x-order"].as_i64().unwrap()).unwrap();
        assert_eq!(first.0, "POST /api/v1/messages");
        let in_path = |operation: &Value| {
            operation["parameters"].as_array().unwrap().iter().filter(|p| p["in"] == "path").cloned().collect::<Vec<_>>()
        };
        assert!(
            all.iter().flat_map(|(_, operation)| in_path(operation)).all(|one| !one["example"].is_null()),
            "what Execute fills in"
        );
    }

    #[test]
    fn it_is_openapi_3_1_by_structure() {
        let document = document();
        assert!(document["openapi"].as_str().unwrap().starts_with("3.1"), "{}", document["openapi"]);
        assert!(document["info"]["title"].is_string() && document["info"]["version"].is_string());
        let mut ids = BTreeSet::new();
        for (name, operation) in operations(&document) {
            assert!(ids.insert(operation["operationId"].to_string()), "{name}: its id is not unique");
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            let in_path = parameters.iter().filter(|p| p["in"] == "path");
            assert_eq!(in_path.clone().count(), name.matches('{').count(), "{name}");
            assert!(in_path.clone().all(|p| p["required"] == true), "{name}");
            assert!(parameters.iter().all(|p| p["name"].is_string() && p["schema"].is_object()), "{name}: {parameters:?}");
        }
        references(&document, &document);
    }

    fn references(document: &Value, part: &Value) {
        match part {
            Value::Object(members) => {
                if let Some(reference) = members.get("$ref").and_then(Value::as_str) {
                    let pointer = reference.trim_start_matches('#');
                    assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
                }
                members.values().for_each(|member| references(document, member));
            }
            Value::Array(items) => items.iter().for_each(|item| references(document, item)),
            _ => {}
        }
    }
}
