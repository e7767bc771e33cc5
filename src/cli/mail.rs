//! `parlour mail`: letters, which this version does not send.

use crate::cli::exit::{Code, Failure, Result};
use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub enum Mail {
    /// Send a letter, and say in plain words what is wrong
    Test { address: String },
}

impl Mail {
    pub fn perform<T>(self) -> Result<T> {
        let Mail::Test { address } = self;
        Err(Failure::new(Code::Failed, format!("no letter was sent to {address}: this version of Parlour does not send email")))
    }
}
