//! A signed-in user: by Bearer from anywhere that its application allows, by cookie from our own pages only.

use crate::apps::application;
use crate::directory::session::{self, Held};
use crate::error::{Error, Result};
use crate::http::House;
use crate::http::guard::bearer::Jar;
use crate::http::guard::origin::{self, Page};
use crate::http::guard::{bearer, proven};
use crate::http::problem::Problem;
use crate::store::Db;
use crate::time::Moment;
use actix_web::dev::{Payload, ServiceRequest};
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use std::future::Ready;

/// Whose session a request shows.
#[derive(Debug, Clone)]
pub struct SignedIn {
    pub held: Held,
}

pub async fn check(house: &House, request: &ServiceRequest) -> Result<()> {
    origin::find_page(request).await?;
    let page = origin::page(request.request());
    let signed_in = match bearer::of(request.request()) {
        Some(token) => SignedIn { held: find(house, token, page).await? },
        None => by_cookie(house, request, page).await?,
    };
    request.extensions_mut().insert(signed_in);
    Ok(())
}

async fn by_cookie(house: &House, request: &ServiceRequest, page: Page) -> Result<SignedIn> {
    let token = Jar::Client.token(house, request.request()).filter(|_| !matches!(page, Page::Of(_)));
    let token = token.ok_or_else(|| Error::Unauthenticated("nobody is signed in".into()))?;
    origin::require_own(house, request.request())?;
    Ok(SignedIn { held: find(house, token, page).await? })
}

async fn find(house: &House, token: String, page: Page) -> Result<Held> {
    let now = Moment::now();
    let look = move |db: &Db| {
        let ended = || Error::Unauthenticated("this session is not valid; sign in again".into());
        let held = session::find(db, &token, now)?.ok_or_else(ended)?;
        if let Page::Of(_) = page {
            page.require(&application::get_no(db, held.caller.app)?)?;
        }
        Ok(held)
    };
    let held = house.store.read(look).await?;
    if held.unnoted(now) {
        house.uses.session(&house.store, &held.caller);
    }
    Ok(held)
}

impl FromRequest for SignedIn {
    type Error = Problem;
    type Future = Ready<std::result::Result<SignedIn, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        proven(request)
    }
}
