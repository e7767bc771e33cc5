//! A signed-in user: by Bearer from anywhere that its application allows, by cookie from our own pages only.

use crate::apps::application;
use crate::directory::session::{self, Held};
use crate::error::{Error, Result};
use crate::http::House;
use crate::http::guard::origin::{self, Page};
use crate::http::guard::{bearer, proven};
use crate::http::problem::Problem;
use crate::id::AppId;
use crate::store::Db;
use crate::time::Moment;
use actix_web::dev::{Payload, ServiceRequest};
use actix_web::web::Query;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use serde::Deserialize;
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

const ENDED: &str = "this session is not valid; sign in again";

/// In the address: which application's session is meant, of those that a browser may have.
#[derive(Deserialize)]
struct Whose {
    app: Option<AppId>,
}

async fn by_cookie(house: &House, request: &ServiceRequest, page: Page) -> Result<SignedIn> {
    let nobody = || Error::Unauthenticated("nobody is signed in".into());
    let Query(Whose { app }) = Query::from_query(request.query_string()).map_err(|_| nobody())?;
    let mut kept = bearer::clients(house, request.request());
    kept.retain(|(of, _)| app.as_ref().is_none_or(|app| app == of));
    if kept.is_empty() || matches!(page, Page::Of(_)) {
        return Err(nobody());
    }
    origin::require_own(house, request.request())?;
    let mut found = house.store.read(move |db| in_force(db, &kept)).await?;
    let said = if found.len() > 1 { "several applications know you here; name one with ?app=" } else { ENDED };
    let only = found.pop().filter(|_| found.is_empty());
    let held = only.ok_or_else(|| Error::Unauthenticated(said.into()))?;
    note(house, &held);
    Ok(SignedIn { held })
}

/// The sessions in force of those that a browser holds.
pub fn in_force(db: &Db, kept: &[(AppId, String)]) -> Result<Vec<Held>> {
    let now = Moment::now();
    let mut held = Vec::new();
    for (app, token) in kept {
        held.extend(session::find(db, token, now)?.filter(|held| held.app == *app));
    }
    Ok(held)
}

async fn find(house: &House, token: String, page: Page) -> Result<Held> {
    let now = Moment::now();
    let look = move |db: &Db| {
        let held = session::find(db, &token, now)?.ok_or_else(|| Error::Unauthenticated(ENDED.into()))?;
        if let Page::Of(_) = page {
            page.require(&application::get_no(db, held.caller.app)?)?;
        }
        Ok(held)
    };
    let held = house.store.read(look).await?;
    note(house, &held);
    Ok(held)
}

fn note(house: &House, held: &Held) {
    if held.unnoted(Moment::now()) {
        house.uses.session(&house.store, &held.caller);
    }
}

impl FromRequest for SignedIn {
    type Error = Problem;
    type Future = Ready<std::result::Result<SignedIn, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        proven(request)
    }
}
