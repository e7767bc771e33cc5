//! What stands before every page: the right host, forms from our own pages only, strict headers,
//! and a drawn page for every refusal.

use super::Office;
use super::page::{Shell, TroublePage, language_of};
use super::refusal::Refusal;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use askama::Template;

pub const CALLBACK: &str = "/parlour/callback";

pub async fn stand(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let Some(office) = request.app_data::<Data<Office>>().cloned() else {
        return Ok(request.into_response(HttpResponse::InternalServerError().finish()));
    };
    let mut response = match admit(request.request()) {
        Err(refusal) => {
            let page = draw(&office, request.request(), &refusal);
            request.into_response(page)
        }
        Ok(()) => {
            let response = next.call(request).await?.map_into_boxed_body();
            redraw(&office, response)
        }
    };
    dress(&office, response.headers_mut());
    Ok(response)
}

/// A refusal gets its page; an address that nobody serves is one.
fn redraw(office: &Office, response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    let error = response.response().error();
    let refusal = match error.and_then(|error| error.as_error::<Refusal>()) {
        Some(Refusal::SignIn { .. }) => None,
        Some(refusal) => Some(refusal.clone()),
        None => (response.status() == StatusCode::NOT_FOUND).then_some(Refusal::NotFound),
    };
    match refusal {
        None => response,
        Some(refusal) => {
            let page = draw(office, response.request(), &refusal);
            response.into_response(page)
        }
    }
}

/// A foreign host name (DNS rebinding) and a form from elsewhere are refused.
fn admit(request: &HttpRequest) -> Result<(), Refusal> {
    let head = |name: header::HeaderName| {
        let value = request.headers().get(name);
        value.and_then(|value| value.to_str().ok())
    };
    let host = head(header::HOST).unwrap_or("");
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    if !["127.0.0.1", "localhost", "[::1]"].contains(&name) {
        return Err(Refusal::NotFound);
    }
    let safe = [Method::GET, Method::HEAD].contains(request.method());
    if safe || request.path() == CALLBACK {
        return Ok(());
    }
    let site = head(header::HeaderName::from_static("sec-fetch-site"));
    let own_site = site.is_none_or(|site| ["same-origin", "none"].contains(&site));
    let own_origin = head(header::ORIGIN).is_none_or(|origin| origin == format!("http://{host}"));
    match own_site && own_origin {
        true => Ok(()),
        false => Err(Refusal::Foreign),
    }
}

fn draw(office: &Office, request: &HttpRequest, refusal: &Refusal) -> HttpResponse {
    if let Refusal::Broken(reason) = refusal {
        tracing::error!(reason, path = request.path(), "the office failed");
    }
    let language = language_of(request);
    let page = TroublePage {
        shell: Shell::empty(office, language),
        sentence: refusal.sentence().in_language(&language).to_owned(),
        is_missing: matches!(refusal, Refusal::NotFound),
    };
    let mut response = HttpResponse::build(refusal.status_code());
    match page.render() {
        Ok(text) => response.content_type("text/html; charset=utf-8").body(text),
        Err(_) => response.finish(),
    }
}

fn dress(office: &Office, headers: &mut HeaderMap) {
    let parlour = &office.parlour.address;
    let policy = format!(
        "default-src 'none'; script-src 'self' {parlour}; style-src 'self'; img-src 'self' data:; \
         connect-src 'self'; frame-src {parlour}; form-action 'self' {parlour}; base-uri 'none'; \
         frame-ancestors 'none'"
    );
    let fixed = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::CONTENT_SECURITY_POLICY, policy.as_str()),
    ];
    for (name, value) in fixed {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}
