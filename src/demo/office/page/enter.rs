//! Signing in and out: by name and password, or by a one-time link of the demo.

use super::{Posted, Shell, Visitor, go, language_of, show, show_as};
use crate::demo::office::language::{Language, Sentence, sentence};
use crate::demo::office::person::Person;
use crate::demo::office::refusal::Refusal;
use crate::demo::office::{Office, session};
use actix_web::cookie::{Cookie, SameSite, time::Duration};
use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

#[derive(Deserialize)]
pub struct Onward {
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
pub struct Credentials {
    username: String,
    password: String,
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
pub struct Nothing {}

#[derive(Template)]
#[template(path = "demo/sign-in.html")]
struct SignIn {
    shell: Shell,
    next: String,
    username: String,
    error: Option<Sentence>,
}

#[derive(Template)]
#[template(path = "demo/enter.html")]
struct Enter {
    shell: Shell,
    token: String,
    name: String,
}

/// Only a path of our own: no way out to another host.
fn onward(next: &str) -> &str {
    let own = next.starts_with('/') && !next.starts_with("//") && !next.contains('\\');
    if own && !next.chars().any(char::is_control) { next } else { "/" }
}

/// `GET /sign-in`
pub async fn new(request: HttpRequest, query: Query<Onward>, office: Data<Office>) -> Result<HttpResponse, Refusal> {
    if Visitor::find(&request).is_some() {
        return Ok(go(onward(&query.next)));
    }
    show(&SignIn {
        shell: Shell::empty(&office, language_of(&request)),
        next: onward(&query.next).to_owned(),
        username: String::new(),
        error: None,
    })
}

/// `POST /sign-in`
pub async fn create(request: HttpRequest, form: Form<Credentials>, office: Data<Office>) -> Result<HttpResponse, Refusal> {
    let form = form.into_inner();
    if let Some(person) = office.sign_in(&form.username, &form.password).await? {
        return begin(&office, &person, onward(&form.next)).await;
    }
    let wrong = sentence("That name and password do not belong together.", "用户名或密码不正确。");
    let page = SignIn {
        shell: Shell::empty(&office, language_of(&request)),
        next: onward(&form.next).to_owned(),
        username: form.username,
        error: Some(wrong),
    };
    show_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

async fn begin(office: &Office, person: &Person, next: &str) -> Result<HttpResponse, Refusal> {
    let id = person.id.clone();
    let token = office.cabinet.change(move |state| Ok(session::begin(state, &id))).await?;
    let cookie = Cookie::build(session::COOKIE, token)
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .max_age(Duration::milliseconds(session::LASTS_MS))
        .finish();
    let mut response = go(next);
    response.add_cookie(&cookie).map_err(|error| Refusal::Broken(error.to_string()))?;
    Ok(response)
}

/// `POST /sign-out`: here, and through Parlour everywhere in the messenger.
pub async fn destroy(posted: Posted<Nothing>, office: Data<Office>) -> Result<HttpResponse, Refusal> {
    let Nothing {} = posted.form;
    let session = posted.visitor.session;
    let leave = move |state: &mut crate::demo::office::state::State| {
        session::end(state, &session.digest);
        state.outbox.sign_out(&session.person);
        Ok(())
    };
    office.change(leave).await?;
    let mut response = go("/sign-in");
    let mut cookie = Cookie::build(session::COOKIE, "").path("/").finish();
    cookie.make_removal();
    response.add_cookie(&cookie).map_err(|error| Refusal::Broken(error.to_string()))?;
    Ok(response)
}

/// `GET /enter/{token}`: nothing changes on GET; the page's own form does it.
pub async fn link(request: HttpRequest, token: Path<String>, office: Data<Office>) -> Result<HttpResponse, Refusal> {
    let token = token.into_inner();
    let l: Language = language_of(&request);
    match office.entries.find(&token) {
        None => Err(used()),
        Some(person) => {
            show(&Enter { shell: Shell::empty(&office, l), token, name: office.cabinet.read(|state| state.name_of(&person)) })
        }
    }
}

/// `POST /enter/{token}`
pub async fn follow(token: Path<String>, office: Data<Office>) -> Result<HttpResponse, Refusal> {
    let person = office.entries.take(&token).ok_or_else(used)?;
    let person = office.cabinet.read(|state| state.person(&person).cloned());
    begin(&office, &person.ok_or(Refusal::NotFound)?, "/").await
}

fn used() -> Refusal {
    Refusal::invalid(
        "This link has been used already. Please sign in with name and password.",
        "此链接已使用过。请用用户名和密码登录。",
    )
}

#[cfg(test)]
mod tests {
    use super::onward;

    #[test]
    fn nobody_is_sent_to_another_host() {
        assert_eq!(onward("/leave/3?x=1"), "/leave/3?x=1");
        for foreign in ["", "//evil.example", "https://evil.example", "/\\evil", "/\r\nx"] {
            assert_eq!(onward(foreign), "/");
        }
    }
}
