//! How a command ends: one sentence on standard error, and a code that a script can tell apart.

use crate::error::Error;
use serde::{Deserialize, Serialize};
use std::process::ExitCode;

/// The codes besides 0, done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Code {
    Failed = 1,
    Usage = 2,
    NotFound = 3,
    Refused = 4,
    NoAnswer = 5,
}

/// Why a command did not do what it was told.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Failure {
    pub code: Code,
    pub sentence: String,
}

pub type Result<T> = std::result::Result<T, Failure>;

impl Failure {
    pub fn new(code: Code, sentence: impl Into<String>) -> Failure {
        Failure { code, sentence: sentence.into() }
    }

    /// Says it, and ends with its code.
    pub fn end(&self) -> ExitCode {
        eprintln!("parlour: {}", self.sentence);
        ExitCode::from(self.code as u8)
    }
}

impl From<Error> for Failure {
    /// With the inside text: who runs a command owns the machine.
    fn from(error: Error) -> Failure {
        let code = match &error {
            Error::Invalid { .. } | Error::TooLarge(_) => Code::Usage,
            Error::NotFound(_) => Code::NotFound,
            Error::Unauthenticated(_) | Error::Forbidden(_) | Error::Conflict(_) | Error::TooMany { .. } => Code::Refused,
            Error::Unavailable(_) | Error::Internal(_) => Code::Failed,
        };
        Failure::new(code, error.to_string())
    }
}

/// What was typed is wrong, or asked for help.
pub fn usage(error: &clap::Error) -> ExitCode {
    let _ = error.print();
    ExitCode::from(if error.use_stderr() { Code::Usage as u8 } else { 0 })
}
