//! Who comes in. Each route's policy is checked here before its handler is reached; what was proven is left with the
//! request, where a handler takes it as an argument. Decides by credential and policy, never by the text of an address.

pub mod address;
pub mod origin;

use crate::error::Error;
use crate::http::problem::Problem;
use crate::http::route::Policy;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use futures_util::FutureExt;
use std::panic::AssertUnwindSafe;

/// Lets a request through to its handler, or answers in its place.
pub async fn check(
    policy: Policy,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse, actix_web::Error> {
    let proven = match policy {
        Policy::Public | Policy::Health => Ok(()),
        Policy::SignIn => origin::find_page(&request).await,
    };
    let mut response = match proven {
        Ok(()) => run(request, next).await?,
        Err(error) => request.error_response(Problem::from(error)),
    };
    origin::allow(&mut response);
    Ok(response)
}

/// The handler's answer. A panic in it is one failed request.
async fn run(request: ServiceRequest, next: Next<impl MessageBody + 'static>) -> Result<ServiceResponse, actix_web::Error> {
    let kept = request.request().clone();
    match AssertUnwindSafe(next.call(request)).catch_unwind().await {
        Ok(answer) => Ok(answer?.map_into_boxed_body()),
        Err(_) => Ok(ServiceResponse::from_err(Problem::from(Error::internal("a handler panicked")), kept)),
    }
}
