//! How a command ends: one sentence on standard error, and a code that a script can tell apart.

use crate::error::Error;
use std::process::ExitCode;

pub const FAILED: u8 = 1;
pub const USAGE: u8 = 2;
pub const NOT_FOUND: u8 = 3;
pub const REFUSED: u8 = 4;
pub const NO_ANSWER: u8 = 5;

/// What was typed is wrong, or asked for help.
pub fn usage(error: &clap::Error) -> ExitCode {
    let _ = error.print();
    ExitCode::from(if error.use_stderr() { USAGE } else { 0 })
}

pub fn with(error: &Error) -> ExitCode {
    // On one's own machine the inside text helps; there is no stranger here.
    eprintln!("parlour: {error}");
    ExitCode::from(code(error))
}

fn code(error: &Error) -> u8 {
    match error {
        Error::Invalid { .. } | Error::TooLarge(_) => USAGE,
        Error::NotFound(_) => NOT_FOUND,
        Error::Unauthenticated(_) | Error::Forbidden(_) | Error::Conflict(_) | Error::TooMany { .. } => REFUSED,
        Error::Unavailable(_) => NO_ANSWER,
        Error::Internal(_) => FAILED,
    }
}
