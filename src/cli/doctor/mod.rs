//! `parlour doctor`: tries every interface of an application, and says what is wrong and how to mend it.

mod callback;
mod inside;
mod outside;

use crate::cli::answer::Answer;
use crate::cli::call;
use crate::cli::control;
use crate::cli::exit::{Code, Failure, Result};
use crate::cli::serve;
use crate::cli::task::{Place, Task};
use crate::config::Config;
use crate::id::AppId;
use clap::Args;
use serde::{Deserialize, Serialize};

#[derive(Debug, Args, Serialize, Deserialize)]
pub struct Doctor {
    #[arg(value_parser = AppId::parse)]
    app: AppId,
}

/// What was looked at, and what was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    pub check: String,
    pub state: State,
    pub detail: String,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mend: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    Good,
    /// Works, and could be better.
    Advice,
    Wrong,
}

impl Finding {
    pub fn good(check: &str, detail: impl Into<String>) -> Finding {
        Finding { check: check.into(), state: State::Good, detail: detail.into(), mend: None }
    }

    pub fn advice(check: &str, detail: impl Into<String>, mend: impl Into<String>) -> Finding {
        Finding { check: check.into(), state: State::Advice, detail: detail.into(), mend: Some(mend.into()) }
    }

    pub fn wrong(check: &str, detail: impl Into<String>, mend: impl Into<String>) -> Finding {
        Finding { check: check.into(), state: State::Wrong, detail: detail.into(), mend: Some(mend.into()) }
    }

    fn line(&self) -> String {
        let state = match self.state {
            State::Good => "good",
            State::Advice => "advice",
            State::Wrong => "WRONG",
        };
        let mend = self.mend.as_ref().map(|mend| format!("\n{:22}→ {mend}", "")).unwrap_or_default();
        format!("{state:<8}{:<14}{}{mend}", self.check, self.detail)
    }
}

/// What the server, or the store, can say.
#[derive(Debug, Serialize, Deserialize)]
struct Examined {
    /// The address for browsers.
    origin: String,
    findings: Vec<Finding>,
}

impl Doctor {
    pub fn perform(self, config: &Config) -> Result<Answer> {
        let app = self.app.clone();
        let answer = call::anywhere(config, Task::Doctor(self))?;
        let examined: Examined = serde_json::from_value(answer.value).map_err(|e| Failure::new(Code::Failed, e.to_string()))?;
        let mut findings = examined.findings;
        if control::is_answered(&config.data) {
            findings.extend(serve::runtime()?.block_on(outside::look(&examined.origin, &app)));
        } else {
            findings.push(Finding::wrong("server", "no server runs", "start it: parlour serve, or systemctl start parlour"));
        }
        let wrong = findings.iter().filter(|finding| finding.state == State::Wrong).count();
        let lines: Vec<String> = findings.iter().map(Finding::line).collect();
        let failed = (wrong > 0).then(|| format!("{wrong} of {} checks found something wrong with {app}", findings.len()));
        Ok(Answer { failed, ..Answer::new(lines.join("\n"), findings)? })
    }

    /// Where the store is.
    pub fn run(self, place: &Place) -> Result<Answer> {
        let findings = inside::look(place, &self.app)?;
        Answer::new("", Examined { origin: place.own.origin().into(), findings })
    }
}
