//! Who visits, from the cookie; and a form that this visitor really sent from a page of ours.
//! A handler that changes something takes a `Posted`, so that none can forget to check.

use crate::demo::office::Office;
use crate::demo::office::language::Language;
use crate::demo::office::person::Person;
use crate::demo::office::refusal::Refusal;
use crate::demo::office::session::{self, Session};
use actix_web::dev::Payload;
use actix_web::http::{Method, header};
use actix_web::web::{Data, Form};
use actix_web::{FromRequest, HttpRequest};
use serde::de::DeserializeOwned;
use std::collections::HashMap;
use std::future::{Future, Ready, ready};
use std::pin::Pin;
use subtle::ConstantTimeEq;

pub struct Visitor {
    pub session: Session,
    pub person: Person,
    pub language: Language,
}

pub fn language_of(request: &HttpRequest) -> Language {
    let header = request.headers().get(header::ACCEPT_LANGUAGE);
    let header = header.and_then(|value| value.to_str().ok());
    Language::from_header(header.unwrap_or(""))
}

impl Visitor {
    pub fn find(request: &HttpRequest) -> Option<Self> {
        let office = request.app_data::<Data<Office>>()?;
        let cookie = request.cookie(session::COOKIE)?;
        let (session, person) = office.cabinet.read(|state| {
            let session = session::find(state, cookie.value())?;
            let person = state.person(&session.person).cloned()?;
            person.left_at.is_none().then_some((session, person))
        })?;
        Some(Self { session, person, language: language_of(request) })
    }

    fn require(request: &HttpRequest) -> Result<Self, Refusal> {
        let next = match *request.method() {
            Method::GET => request.uri().to_string(),
            _ => "/".into(),
        };
        Self::find(request).ok_or(Refusal::SignIn { next })
    }
}

impl FromRequest for Visitor {
    type Error = Refusal;
    type Future = Ready<Result<Self, Refusal>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::require(request))
    }
}

pub struct Posted<T> {
    pub visitor: Visitor,
    pub form: T,
}

impl<T: DeserializeOwned> FromRequest for Posted<T> {
    type Error = Refusal;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Refusal>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let visitor = Visitor::require(request);
        let fields = Form::<HashMap<String, String>>::from_request(request, payload);
        Box::pin(async move {
            let visitor = visitor?;
            let fields = fields.await.map_err(|_| Refusal::Foreign)?.into_inner();
            let given = fields.get("form_key").map_or("", String::as_str);
            let wanted = visitor.session.form_key.as_bytes();
            if !bool::from(given.as_bytes().ct_eq(wanted)) {
                return Err(Refusal::Foreign);
            }
            let value = serde_json::to_value(fields).and_then(serde_json::from_value);
            let form = value.map_err(|_| Refusal::Foreign)?;
            Ok(Self { visitor, form })
        })
    }
}
