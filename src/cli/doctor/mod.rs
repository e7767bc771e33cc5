//! `parlour doctor`: tries every interface of an application, and says what is wrong and how to mend it.

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
use crate::jobs::doctor::{Finding, State};
use clap::Args;
use serde::{Deserialize, Serialize};
use std::io::Read;

/// The longest token that is read.
const TOKEN: u64 = 64 * 1024;

#[derive(Debug, Args, Serialize, Deserialize)]
pub struct Doctor {
    /// The application's id: parlour app list shows them
    #[arg(value_parser = AppId::parse)]
    app: AppId,
    /// A token that the application signs for a user (a JWT), to be looked at too; - reads it from standard input
    #[arg(long, value_name = "JWT")]
    token: Option<String>,
    /// The application's cookie of somebody who is signed in there, NAME=VALUE, to ask its who-am-I address with; - reads it from
    /// standard input
    #[arg(long, value_name = "COOKIE")]
    cookie: Option<String>,
}

/// Lines of what was found begin so far in.
const COLUMN: usize = 24;

fn line(finding: &Finding) -> String {
    let state = match finding.state {
        State::Good => "good",
        State::Advice => "advice",
        State::Wrong => "WRONG",
    };
    let mut lines = vec![format!("{state:<8}{:<16}{}", finding.check, finding.detail)];
    let mut more = |text: String| lines.push(format!("{:COLUMN$}{text}", ""));
    if let Some(exchange) = finding.exchange.as_ref().filter(|_| finding.state != State::Good) {
        more(format!("asked     {}", exchange.request));
        more(format!("answered  {} ({} ms)", exchange.answer.as_deref().unwrap_or("nothing"), exchange.ms));
    }
    if let Some(mend) = &finding.mend {
        more(format!("→ {mend}"));
    }
    lines.join("\n")
}

/// What the server, or the store, can say.
#[derive(Debug, Serialize, Deserialize)]
struct Examined {
    /// The address for browsers.
    origin: String,
    /// Those of the application's pages.
    origins: Vec<String>,
    findings: Vec<Finding>,
}

fn pasted() -> Result<String> {
    let mut text = String::new();
    let read = std::io::stdin().take(TOKEN).read_to_string(&mut text);
    read.map_err(|e| Failure::new(Code::Usage, format!("standard input cannot be read: {e}")))?;
    Ok(text.trim().into())
}

impl Doctor {
    pub fn perform(mut self, config: &Config) -> Result<Answer> {
        let app = self.app.clone();
        for given in [&mut self.token, &mut self.cookie] {
            if given.as_deref() == Some("-") {
                *given = Some(pasted()?);
            }
        }
        let answer = call::anywhere(config, Task::Doctor(self))?;
        let examined: Examined = serde_json::from_value(answer.value).map_err(|e| Failure::new(Code::Failed, e.to_string()))?;
        let mut findings = examined.findings;
        if control::is_answered(&config.data) {
            findings.extend(serve::runtime()?.block_on(outside::look(&examined.origin, &app, &examined.origins)));
        } else {
            findings.push(Finding::wrong("server", "no server runs", "start it: parlour serve, or systemctl start parlour"));
        }
        let wrong = findings.iter().filter(|finding| finding.state == State::Wrong).count();
        let lines: Vec<String> = findings.iter().map(line).collect();
        let checks = if wrong == 1 { "check" } else { "checks" };
        let failed = (wrong > 0).then(|| format!("{wrong} {checks} found something wrong with {app}, see above"));
        Ok(Answer { failed, ..Answer::new(lines.join("\n"), findings)? })
    }

    /// Where the store is.
    pub fn run(self, place: &Place) -> Result<Answer> {
        let (findings, origins) = inside::look(place, &self.app, (self.token.as_deref(), self.cookie.as_deref()))?;
        Answer::new("", Examined { origin: place.own.origin().into(), origins, findings })
    }
}
