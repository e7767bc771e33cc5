//! How a command ends: one sentence on standard error, and a code that a script can tell apart.

use crate::cli::answer;
use crate::error::Error;
use serde::{Deserialize, Serialize};
use serde_json::json;
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

impl Code {
    /// Its name in an answer for programs.
    fn as_str(self) -> &'static str {
        match self {
            Code::Failed => "failed",
            Code::Usage => "usage",
            Code::NotFound => "not_found",
            Code::Refused => "refused",
            Code::NoAnswer => "no_answer",
        }
    }
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

    /// Says it, to people or to a program, and ends with its code.
    pub fn end(&self, json: bool) -> ExitCode {
        match json {
            true => eprintln!("{}", json!({ "error": { "code": self.code.as_str(), "message": self.sentence } })),
            false => eprintln!("parlour: {}", answer::plain(&self.sentence)),
        }
        ExitCode::from(self.code as u8)
    }
}

impl From<Error> for Failure {
    /// With the inside text: who runs a command owns the machine.
    fn from(error: Error) -> Failure {
        let code = match &error {
            Error::Invalid { .. } | Error::TooLarge(_) => Code::Usage,
            Error::NotFound(_) => Code::NotFound,
            Error::Unauthenticated(_) | Error::Forbidden(_) | Error::Conflict(_) | Error::Late { .. } | Error::TooMany { .. } => {
                Code::Refused
            }
            Error::Unavailable(_) | Error::Internal(_) => Code::Failed,
        };
        Failure::new(code, error.to_string())
    }
}

/// What was typed is wrong, or asked for help.
pub fn usage(error: &clap::Error, json: bool) -> ExitCode {
    if json && error.use_stderr() {
        return Failure::new(Code::Usage, sentence(error)).end(true);
    }
    let _ = error.print();
    ExitCode::from(if error.use_stderr() { Code::Usage as u8 } else { 0 })
}

/// What is wrong, without the advice below it.
fn sentence(error: &clap::Error) -> String {
    let text = error.render().to_string();
    let first = text.split("\n\n").next().unwrap_or_default();
    let words: Vec<&str> = first.strip_prefix("error: ").unwrap_or(first).split_whitespace().collect();
    words.join(" ")
}
