//! The one address that Parlour calls: who is this, whom do they know, what do you answer them.

use super::Office;
use super::person::Person;
use super::session;
use super::signature::{Headers, is_genuine};
use super::state::State;
use super::{answer, decision, token};
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
struct Call {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    data: Value,
}

impl Call {
    fn text<'a>(&'a self, pointer: &str) -> &'a str {
        self.data.pointer(pointer).and_then(Value::as_str).unwrap_or("")
    }

    /// `ben`, also where it is written as a party, `user:ben`.
    fn person<'a>(&'a self, pointer: &str) -> &'a str {
        let id = self.text(pointer);
        id.strip_prefix("user:").unwrap_or(id)
    }
}

/// `POST /parlour/callback`
pub async fn receive(request: HttpRequest, body: Bytes, office: Data<Office>) -> HttpResponse {
    let header = |name: &str| {
        let value = request.headers().get(name);
        value.and_then(|value| value.to_str().ok()).unwrap_or("")
    };
    let headers =
        Headers { id: header("webhook-id"), timestamp: header("webhook-timestamp"), signatures: header("webhook-signature") };
    if !is_genuine(&office.secret, &headers, &body, session::now() / 1000) {
        return HttpResponse::Unauthorized().json(json!({"error": "The signature is not valid."}));
    }
    let Ok(call) = serde_json::from_slice::<Call>(&body) else {
        return HttpResponse::BadRequest().json(json!({"error": "This is not a call."}));
    };
    match call.kind.as_str() {
        "user.verify" => HttpResponse::Ok().json(verify(&office, &call).await),
        "contacts.list" => HttpResponse::Ok().json(contacts(&office, &call)),
        "action.invoked" => HttpResponse::Ok().json(action(&office, &call).await),
        "message.created" => HttpResponse::Ok().json(message(&office, &call)),
        _ => HttpResponse::NoContent().finish(),
    }
}

async fn verify(office: &Office, call: &Call) -> Value {
    match office.sign_in(call.text("/username"), call.text("/password")).await {
        Ok(Some(person)) => json!({"user": {
            "id": person.id,
            "name": person.name,
            "title": person.title,
            "email": person.email(),
            "locale": person.language.tag(),
        }}),
        Ok(None) => json!({"user": null}),
        Err(refusal) => json!({"error": refusal.sentence().english}),
    }
}

/// Everybody else, by departments.
fn contacts(office: &Office, call: &Call) -> Value {
    let reader = call.person("/user");
    let groups = office.cabinet.read(|state| match state.person(reader) {
        Some(_) => groups_for(state, reader),
        None => Vec::new(),
    });
    let etag = token::digest(&Value::from(groups.clone()).to_string());
    match call.text("/etag") == etag {
        true => json!({"unchanged": true}),
        false => json!({"groups": groups, "etag": etag}),
    }
}

fn groups_for(state: &State, reader: &str) -> Vec<Value> {
    let row = |person: &Person| json!({"id": person.id, "name": person.name, "title": person.title});
    let of = |department: &str| -> Vec<Value> {
        let here = |person: &&Person| person.department == department && person.id != reader;
        state.present().filter(here).map(row).collect()
    };
    let departments = state.departments.iter();
    let groups = departments.map(|department| (department, of(&department.id)));
    groups
        .filter(|(_, users)| !users.is_empty())
        .map(|(department, users)| json!({"id": department.id, "name": department.name, "users": users}))
        .collect()
}

/// Somebody pressed a button of a card.
async fn action(office: &Office, call: &Call) -> Value {
    let pressed = (call.text("/action"), call.text("/input"));
    decision::press(office, call.person("/user"), call.text("/message/topic"), pressed).await
}

/// Only what a person writes to the office is answered.
fn message(office: &Office, call: &Call) -> Value {
    let writer = call.person("/message/from");
    office.cabinet.read(|state| match state.person(writer) {
        Some(person) if person.left_at.is_none() => {
            let text = call.text("/message/text");
            json!({"text": answer::answer(&office.address, state, person, text)})
        }
        _ => json!({}),
    })
}
