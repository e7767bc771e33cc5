//! The one translator of errors: problem+json (RFC 9457) for programs, a page for people. A socket's frame is
//! `wire::frame::refusal`. Internal text is logged here, once, and never leaves.

mod person;

use crate::error::Error;
use crate::http::page;
use crate::wire::card::Done;
use actix_web::http::header::{self, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use person::Page;
use serde::Serialize;
use serde_json::{Map, Value};
use std::fmt;
use utoipa::ToSchema;

/// What a handler answers.
pub type Answer = std::result::Result<HttpResponse, Problem>;

/// An error on its way out of a door. `?` makes one of every `Error`.
#[derive(Debug, Clone)]
pub struct Problem {
    status: StatusCode,
    error: Error,
    /// The methods that are offered where this one is not.
    allow: Option<String>,
    /// What stands beside the members that every problem has (RFC 9457 §3.2).
    more: Map<String, Value>,
}

impl From<Error> for Problem {
    fn from(error: Error) -> Problem {
        let status = match &error {
            Error::Invalid { .. } => StatusCode::BAD_REQUEST,
            Error::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Error::Unauthenticated(_) => StatusCode::UNAUTHORIZED,
            Error::Forbidden(_) => StatusCode::FORBIDDEN,
            Error::NotFound(_) => StatusCode::NOT_FOUND,
            Error::Conflict(_) | Error::Late { .. } => StatusCode::CONFLICT,
            Error::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Error::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            Error::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Problem { status, error, allow: None, more: Map::new() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    /// Without a body: the door knows the request, and writes it.
    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status)
    }
}

impl Problem {
    /// A status that no kind of error has of its own, with a sentence.
    pub fn with_status(status: StatusCode, reason: impl Into<String>) -> Problem {
        Problem { status, error: Error::invalid("", reason), allow: None, more: Map::new() }
    }

    /// The same with these members of an object beside its own.
    pub fn and(mut self, members: &impl Serialize) -> Problem {
        if let Ok(Value::Object(members)) = serde_json::to_value(members) {
            self.more = members;
        }
        self
    }

    /// The address is there, the method is not.
    pub fn not_offered(method: &Method, offered: String) -> Problem {
        let reason = format!("{method} is not offered at this address, only {offered}");
        Problem { allow: Some(offered), ..Problem::with_status(StatusCode::METHOD_NOT_ALLOWED, reason) }
    }

    /// What an error of the framework means: its own problems as they are, others by their status.
    pub fn of(error: &actix_web::Error) -> Problem {
        if let Some(problem) = error.as_error::<Problem>() {
            return problem.clone();
        }
        let status = error.as_response_error().status_code();
        match status {
            StatusCode::NOT_FOUND => Error::NotFound("address").into(),
            _ if status.is_client_error() => Problem::with_status(status, error.to_string()),
            _ => Error::internal(error).into(),
        }
    }

    /// Writes what is only for the operator into the log.
    pub fn log(&self, request_id: &str) {
        match &self.error {
            Error::Internal(text) => tracing::error!(request = request_id, "{text}"),
            Error::Unavailable(text) => tracing::warn!(request = request_id, "{text}"),
            _ => {}
        }
    }

    pub fn json(&self, request_id: &str) -> HttpResponse {
        let body = Document {
            kind: "about:blank",
            title: self.title(),
            status: self.status.as_u16(),
            detail: self.error.sentence(),
            code: self.error.code().as_str(),
            temporary: self.error.temporary(),
            field: self.error.field(),
            retry_after: self.error.retry_after(),
            done: self.error.done(),
            request_id,
            more: &self.more,
        };
        let text = serde_json::to_string(&body).unwrap_or_default();
        self.response().content_type("application/problem+json").body(text)
    }

    pub fn page(&self, request: &HttpRequest, request_id: &str) -> HttpResponse {
        page::answer(self.response(), &Page::new(request, self.status, &self.error.sentence(), request_id))
    }

    /// What a stranger may read.
    pub fn sentence(&self) -> String {
        self.error.sentence()
    }

    fn title(&self) -> &'static str {
        self.status.canonical_reason().unwrap_or("Error")
    }

    fn response(&self) -> actix_web::HttpResponseBuilder {
        let mut response = HttpResponse::build(self.status);
        response.insert_header((header::CACHE_CONTROL, "no-store"));
        if let Some(seconds) = self.error.retry_after() {
            response.insert_header((header::RETRY_AFTER, HeaderValue::from(seconds)));
        }
        if let Some(methods) = &self.allow {
            response.insert_header((header::ALLOW, methods.as_str()));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            response.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
        }
        response
    }
}

/// The members of `application/problem+json`.
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct Document<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    title: &'a str,
    status: u16,
    detail: String,
    code: &'a str,
    temporary: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after: Option<u32>,
    /// What was done with the card before.
    #[serde(skip_serializing_if = "Option::is_none")]
    done: Option<&'a Done>,
    request_id: &'a str,
    #[serde(flatten)]
    #[schema(ignore)]
    more: &'a Map<String, Value>,
}
