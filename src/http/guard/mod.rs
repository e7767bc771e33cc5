//! Who comes in. Each route's policy is checked here before its handler is reached; what was proven is left with the
//! request, where a handler takes it as an argument. Decides by credential and policy, never by the text of an address.

pub mod address;
pub mod application;
pub mod bearer;
pub mod client;
pub mod operator;
pub mod origin;

pub use application::ApplicationKey;
pub use client::SignedIn;
pub use operator::Operator;
pub use origin::Page;

use crate::error::{Error, Result};
use crate::http::House;
use crate::http::problem::Problem;
use crate::http::route::Policy;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{HttpMessage, HttpRequest};
use futures_util::FutureExt;
use std::future::{Ready, ready};
use std::panic::AssertUnwindSafe;

/// Lets a request through to its handler, or answers in its place.
pub async fn check(
    policy: Policy,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> std::result::Result<ServiceResponse, actix_web::Error> {
    let mut response = match admit(policy, &request).await {
        Ok(()) => run(request, next).await?,
        Err(Error::Unauthenticated(_)) if policy == Policy::Operator => operator::to_sign_in(request),
        Err(error) => request.error_response(Problem::from(error)),
    };
    origin::allow(&mut response);
    Ok(response)
}

async fn admit(policy: Policy, request: &ServiceRequest) -> Result<()> {
    let house = request.app_data::<Data<House>>().ok_or_else(|| Error::internal("no house"))?;
    match policy {
        Policy::Public | Policy::Health => Ok(()),
        Policy::Door => origin::require_own(house, request.request()),
        Policy::Operator => operator::check(house, request).await,
        Policy::SignIn => origin::find_page(request).await,
        Policy::Client => client::check(house, request).await,
        Policy::Application(scope) => application::check(house, request, scope).await,
    }
}

/// What the guard proved and left with the request.
fn proven<T: Clone + 'static>(request: &HttpRequest) -> Ready<std::result::Result<T, Problem>> {
    let found = request.extensions().get::<T>().cloned();
    ready(found.ok_or_else(|| Error::internal("this route's policy does not prove what its handler asks for").into()))
}

/// The handler's answer. A panic in it is one failed request.
async fn run(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> std::result::Result<ServiceResponse, actix_web::Error> {
    let kept = request.request().clone();
    match AssertUnwindSafe(next.call(request)).catch_unwind().await {
        Ok(answer) => Ok(answer?.map_into_boxed_body()),
        Err(_) => Ok(ServiceResponse::from_err(Problem::from(Error::internal("a handler panicked")), kept)),
    }
}
