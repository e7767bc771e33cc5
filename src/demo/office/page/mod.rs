//! The pages. Here: who visits, the frame around every page, and forms that carry their key.

pub mod asset;
pub mod enter;
pub mod home;
pub mod leave;
pub mod messenger;
pub mod notice;
pub mod people;
pub mod staff;
mod visitor;

pub use visitor::{Posted, Visitor, language_of};

use super::Office;
use super::flash::Flash;
use super::language::Language;
use super::person::{Person, hue};
use super::refusal::Refusal;
use super::state::State;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use askama::Template;

/// What the script tag of the widget needs.
pub struct Widget {
    pub address: String,
    pub application: String,
    pub user: String,
    pub ticket: String,
}

/// What every page shows around its own content.
pub struct Shell {
    pub l: Language,
    pub place: &'static str,
    pub me: Option<Card>,
    pub form_key: String,
    pub is_manager: bool,
    pub is_administrator: bool,
    /// Requests that wait for this person.
    pub waiting: usize,
    pub widget: Option<Widget>,
    pub parlour_is_down: bool,
    pub unsent: usize,
    pub flash: Option<Flash>,
    pub version: String,
}

/// A person as pages show one.
#[derive(Clone)]
pub struct Card {
    pub id: String,
    pub name: String,
    pub title: String,
    pub initials: String,
    pub hue: u32,
}

impl Card {
    pub fn of(person: &Person) -> Self {
        Self {
            id: person.id.clone(),
            name: person.name.clone(),
            title: person.title.clone(),
            initials: person.initials(),
            hue: hue(&person.id),
        }
    }

    pub fn by_id(state: &State, id: &str) -> Option<Self> {
        state.person(id).map(Self::of)
    }
}

impl Shell {
    /// For a visitor who is not signed in.
    pub fn empty(office: &Office, l: Language) -> Self {
        Self {
            l,
            place: "",
            me: None,
            form_key: String::new(),
            is_manager: false,
            is_administrator: false,
            waiting: 0,
            widget: None,
            parlour_is_down: false,
            unsent: 0,
            flash: None,
            version: office.assets.version.clone(),
        }
    }

    /// Asks Parlour for a ticket, so that the page's widget signs the visitor in.
    pub async fn of(office: &Office, visitor: &Visitor, place: &'static str) -> Self {
        let person = &visitor.person;
        let ticket = office.parlour.ticket(&person.id).await;
        let widget = ticket.map(|ticket| Widget {
            address: office.parlour.address.clone(),
            application: office.parlour.application.clone(),
            user: person.id.clone(),
            ticket: ticket.ticket,
        });
        let (waiting, is_manager, unsent) = office.cabinet.read(|state| {
            let waiting = state.waiting_for(person).len();
            (waiting, state.is_manager(&person.id), state.outbox.waiting.len())
        });
        Self {
            place,
            me: Some(Card::of(person)),
            form_key: visitor.session.form_key.clone(),
            is_manager,
            is_administrator: person.administrator,
            waiting,
            parlour_is_down: widget.is_none() || office.parlour.is_down(),
            widget,
            unsent,
            flash: office.flashes.take(&visitor.session.digest),
            ..Self::empty(office, visitor.language)
        }
    }
}

#[derive(Template)]
#[template(path = "demo/trouble.html")]
pub struct TroublePage {
    pub shell: Shell,
    pub sentence: String,
    pub is_missing: bool,
}

pub fn show(page: &impl Template) -> Result<HttpResponse, Refusal> {
    show_as(StatusCode::OK, page)
}

pub fn show_as(status: StatusCode, page: &impl Template) -> Result<HttpResponse, Refusal> {
    let text = page.render().map_err(|error| Refusal::Broken(error.to_string()))?;
    let html = "text/html; charset=utf-8";
    Ok(HttpResponse::build(status).content_type(html).body(text))
}

/// After a change: the page that shows it. Loading that page again changes nothing.
pub fn go(to: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, to)).finish()
}
