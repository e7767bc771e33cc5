//! An administrator at the console: by cookie, from our own pages only. Whoever is not signed in is shown the way to the
//! sign-in page instead of an error.

use crate::accounts::session::{self, Session};
use crate::error::{Error, Result};
use crate::http::House;
use crate::http::console::address;
use crate::http::guard::bearer::Jar;
use crate::http::guard::{origin, proven};
use crate::http::page::see_other;
use crate::http::problem::Problem;
use crate::time::Moment;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use std::future::Ready;

/// The session of the administrator who asks.
#[derive(Debug, Clone)]
pub struct Operator(pub Session);

pub async fn check(house: &House, request: &ServiceRequest) -> Result<()> {
    let nobody = || Error::Unauthenticated("sign in to the console first".into());
    let token = Jar::Console.token(house, request.request()).ok_or_else(nobody)?;
    origin::require_own(house, request.request())?;
    let now = Moment::now();
    let session = house.store.read(move |db| session::authenticate(db, &token, now)).await?.ok_or_else(nobody)?;
    if session.unnoted(now) {
        let seen = session.clone();
        // A full disk keeps nobody from reading.
        let _ = house.store.write(move |tx| session::note_use(tx, &seen)).await;
    }
    request.extensions_mut().insert(Operator(session));
    Ok(())
}

/// To the sign-in page, and from there back to the page that was wanted.
pub fn to_sign_in(request: ServiceRequest) -> ServiceResponse {
    let wanted = match *request.method() {
        Method::GET => request.uri().path_and_query().map(|wanted| wanted.as_str()).unwrap_or_default(),
        _ => "",
    };
    let held = request.app_data::<Data<House>>().and_then(|house| Jar::Console.token(house, request.request()));
    let address = address::sign_in(wanted, held.is_some());
    request.into_response(see_other(&address))
}

impl FromRequest for Operator {
    type Error = Problem;
    type Future = Ready<std::result::Result<Operator, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        proven(request)
    }
}
