//! An application's program, by one of its keys. The application comes from the key alone.

use crate::apps::application::Application;
use crate::apps::key::{self, Key, Scope};
use crate::error::{Error, Result};
use crate::http::House;
use crate::http::guard::{bearer, proven};
use crate::http::problem::Problem;
use crate::time::Moment;
use actix_web::dev::{Payload, ServiceRequest};
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use std::future::Ready;

/// Which application calls, and what its key allows besides what the route asked for.
#[derive(Debug, Clone)]
pub struct ApplicationKey {
    pub application: Application,
    pub key: Key,
}

pub async fn check(house: &House, request: &ServiceRequest, scope: Scope) -> Result<()> {
    let missing = || Error::Unauthenticated("a key is needed: Authorization: Bearer pk_…".into());
    let text = bearer::of(request.request()).ok_or_else(missing)?;
    let now = Moment::now();
    let (application, key) = house.store.glance(move |db| key::authenticate(db, &text, now)).await?;
    house.limiters.rest.take((key.app.0, key.no))?;
    key.scopes.require(scope)?;
    if key.unnoted(now) {
        house.uses.key(&house.store, &key);
    }
    request.extensions_mut().insert(ApplicationKey { application, key });
    Ok(())
}

impl FromRequest for ApplicationKey {
    type Error = Problem;
    type Future = Ready<std::result::Result<ApplicationKey, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        proven(request)
    }
}
