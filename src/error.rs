//! The one error of the house, by kind. What is said here may be shown to a stranger, except the text of
//! `Internal`, which is only logged. Translation into problem+json, a page or a socket frame is `http/problem`'s.

use crate::wire::card::Done;
use std::fmt;

pub type Result<T> = std::result::Result<T, Error>;

/// Every way in which a request can fail. `reason` is one plain sentence for the person or developer who asked.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// The input is wrong in itself; `field` names the member at fault (empty: the whole).
    #[error("{reason}")]
    Invalid { field: String, reason: String },
    #[error("{0}")]
    TooLarge(String),
    #[error("{0}")]
    Unauthenticated(String),
    #[error("{0}")]
    Forbidden(String),
    /// Not there, or not yours: the same answer.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    #[error("{0}")]
    Conflict(String),
    /// Somebody else was first; this is what it did.
    #[error("{reason}")]
    Late { reason: String, done: Box<Done> },
    /// Come back after so many seconds.
    #[error("too many requests; try again in {after_s} s")]
    TooMany { after_s: u32 },
    /// Something that is needed does not answer now (the application, the disk); trying again may help.
    #[error("{0}")]
    Unavailable(String),
    /// A fault of ours. The text is logged and never leaves.
    #[error("internal error: {0}")]
    Internal(String),
}

/// The codes of the protocol; the same in frames, REST problems and callbacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    BadRequest,
    TooLarge,
    Unauthenticated,
    Forbidden,
    NotFound,
    Conflict,
    RateLimited,
    Unavailable,
    Internal,
}

impl Code {
    pub fn as_str(self) -> &'static str {
        match self {
            Code::BadRequest => "bad_request",
            Code::TooLarge => "too_large",
            Code::Unauthenticated => "unauthenticated",
            Code::Forbidden => "forbidden",
            Code::NotFound => "not_found",
            Code::Conflict => "conflict",
            Code::RateLimited => "rate_limited",
            Code::Unavailable => "unavailable",
            Code::Internal => "internal",
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Error {
    pub fn invalid(field: &str, reason: impl Into<String>) -> Error {
        Error::Invalid { field: field.into(), reason: reason.into() }
    }

    pub fn internal(cause: impl fmt::Display) -> Error {
        Error::Internal(cause.to_string())
    }

    pub fn code(&self) -> Code {
        match self {
            Error::Invalid { .. } => Code::BadRequest,
            Error::TooLarge(_) => Code::TooLarge,
            Error::Unauthenticated(_) => Code::Unauthenticated,
            Error::Forbidden(_) => Code::Forbidden,
            Error::NotFound(_) => Code::NotFound,
            Error::Conflict(_) | Error::Late { .. } => Code::Conflict,
            Error::TooMany { .. } => Code::RateLimited,
            Error::Unavailable(_) => Code::Unavailable,
            Error::Internal(_) => Code::Internal,
        }
    }

    /// Whether the same request may succeed later.
    pub fn temporary(&self) -> bool {
        matches!(self, Error::TooMany { .. } | Error::Unavailable(_) | Error::Internal(_))
    }

    /// The error as an answer to one of many things that were asked for, beside which the others stand. One that is not about
    /// what was asked passes on, and nothing of all may stand.
    pub fn refusal(self) -> Result<Error> {
        if self.temporary() { Err(self) } else { Ok(self) }
    }

    /// The sentence a stranger may read.
    pub fn sentence(&self) -> String {
        match self {
            Error::Internal(_) => "something went wrong here; it has been logged".into(),
            other => other.to_string(),
        }
    }

    pub fn field(&self) -> Option<&str> {
        match self {
            Error::Invalid { field, .. } if !field.is_empty() => Some(field),
            _ => None,
        }
    }

    /// What was done before, where that is why it cannot be done now.
    pub fn done(&self) -> Option<&Done> {
        match self {
            Error::Late { done, .. } => Some(done),
            _ => None,
        }
    }

    /// Seconds to wait before trying again, where that is known.
    pub fn retry_after(&self) -> Option<u32> {
        match self {
            Error::TooMany { after_s } => Some(*after_s),
            _ => None,
        }
    }
}
