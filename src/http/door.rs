//! What every request passes on its way in and out: a number by which it is found again, bounds on its head, the headers
//! that keep a browser safe, the translation of what went wrong, one line of log without secrets.

use crate::error::Error;
use crate::http::House;
use crate::http::console::trouble;
use crate::http::guard::address;
use crate::http::problem::Problem;
use crate::secret;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{HttpMessage, HttpRequest};
use std::time::Instant;

/// The number of a request, which its answer and the log carry.
#[derive(Debug, Clone)]
pub struct RequestId(pub String);

pub async fn pass(request: ServiceRequest, next: Next<impl MessageBody + 'static>) -> Result<ServiceResponse, actix_web::Error> {
    let begun = Instant::now();
    let id = number();
    request.extensions_mut().insert(RequestId(id.clone()));
    let house = request.app_data::<Data<House>>().cloned();
    let _busy = house.as_ref().map(|house| house.busy.token());
    let response = match house.map_or(Ok(()), |house| refuse_early(&house, &request)) {
        Err(problem) => request.error_response(problem),
        Ok(()) => next.call(request).await?.map_into_boxed_body(),
    };
    let mut response = explain(response, &id);
    protect(response.headers_mut(), &id);
    log(&response, &id, begun);
    Ok(response)
}

fn number() -> String {
    let first = secret::random().first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes));
    format!("{first:016x}")
}

fn refuse_early(house: &House, request: &ServiceRequest) -> Result<(), Problem> {
    if house.stop.is_cancelled() {
        return Err(Error::Unavailable("the server is being restarted".into()).into());
    }
    let lines: usize = request.headers().iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    let most = house.config.limits.head_bytes;
    if lines + request.uri().path().len() + request.query_string().len() > most {
        let reason = format!("the head of this request is larger than {most} bytes");
        return Err(Problem::with_status(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, reason));
    }
    Ok(())
}

/// Says what went wrong in the tongue of whoever asked.
fn explain(response: ServiceResponse, id: &str) -> ServiceResponse {
    let Some(problem) = response.response().error().map(Problem::of) else { return response };
    problem.log(id);
    note(&response, &problem, id);
    let (request, before) = response.into_parts();
    let mut answer = match is_program(&request) {
        true => problem.json(id),
        false => trouble::page(&request, &problem, id).unwrap_or_else(|| problem.page(&request, id)),
    };
    for (name, value) in before.headers() {
        if name.as_str().starts_with("access-control-") || name == header::VARY || name == header::ALLOW {
            answer.headers_mut().insert(name.clone(), value.clone());
        }
    }
    ServiceResponse::new(request, answer)
}

/// A line of the log about a key, a password or a token that was not good, or not for this: whoever integrates an application looks
/// there, and whoever keeps guessers away. Nobody's first visit to a page is one.
fn note(response: &ServiceResponse, problem: &Problem, id: &str) {
    let request = response.request();
    let is_refused = matches!(response.status(), StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN);
    let came_with = request.headers().contains_key(header::AUTHORIZATION) || request.method() == Method::POST;
    let address = address::of(request);
    let is_noted = || request.app_data::<Data<House>>().is_some_and(|house| house.limiters.is_noted(address));
    if is_refused && came_with && is_noted() {
        let route = request.match_pattern().unwrap_or_default();
        tracing::info!(request = id, %address, method = %request.method(), route, reason = problem.sentence(), "a request was refused");
    }
}

/// Programs read problem+json, people read a page.
fn is_program(request: &HttpRequest) -> bool {
    let path = request.path();
    let wants = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    ["/api", "/client", "/ws"].iter().any(|door| path.starts_with(door)) || wants.contains("json")
}

fn protect(headers: &mut HeaderMap, id: &str) {
    let mut set = |name: HeaderName, value: &'static str| {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    };
    set(header::CONTENT_SECURITY_POLICY, "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::REFERRER_POLICY, "no-referrer");
    set(header::PERMISSIONS_POLICY, "camera=(), microphone=(), geolocation=()");
    set(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    if let Ok(value) = HeaderValue::from_str(id) {
        headers.insert(HeaderName::from_static("x-request-id"), value);
    }
}

/// The pattern of the route instead of the address: links that are used once carry a secret in theirs.
fn log(response: &ServiceResponse<BoxBody>, id: &str, begun: Instant) {
    let request = response.request();
    tracing::debug!(
        target: "parlour::access",
        request = id,
        method = %request.method(),
        route = request.match_pattern().as_deref().unwrap_or("-"),
        status = response.status().as_u16(),
        ms = begun.elapsed().as_millis() as u64,
        address = %address::of(request),
    );
}
