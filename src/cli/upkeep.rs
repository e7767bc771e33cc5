//! `parlour backup`, `check` and `healthcheck`: looking after the data.

use crate::apps::application;
use crate::chat::file;
use crate::cli::answer::Answer;
use crate::cli::exit::{Code, Failure, Result};
use crate::cli::task::Place;
use crate::id::AppNo;
use clap::Args;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::path::PathBuf;

/// Files that are looked at together.
const PAGE: usize = 500;

#[derive(Debug, Args, Serialize, Deserialize)]
pub struct Backup {
    /// A file that does not exist yet
    file: PathBuf,
}

impl Backup {
    /// The server may stand in another folder.
    pub fn prepare(&mut self) -> Result<()> {
        let file = std::path::absolute(&self.file);
        self.file = file.map_err(|e| Failure::new(Code::Usage, format!("{}: {e}", self.file.display())))?;
        Ok(())
    }

    pub fn run(self, place: &Place) -> Result<Answer> {
        let files = place.store.backup(&self.file)?;
        let bytes = std::fs::metadata(&self.file).map_or(0, |meta| meta.len());
        let mut text = format!("{} written and verified, {bytes} bytes", self.file.display());
        if files > 0 {
            text.push_str(&format!("; what people sent as files beside it, in {}.files, {files} bytes", self.file.display()));
        }
        Answer::new(text, json!({ "file": self.file, "bytes": bytes, "files_bytes": files }))
    }
}

#[derive(Debug, Args, Serialize, Deserialize)]
pub struct Check {}

impl Check {
    pub fn run(self, place: &Place) -> Result<Answer> {
        place.store.check()?;
        let applications = place.store.read_blocking(application::list)?.len();
        let files = files(place)?;
        let mut lines = vec![
            format!("data: {}, good", place.store.directory().display()),
            format!("applications: {applications}"),
            format!("files: {files}, all there"),
            format!("address for browsers: {}", place.own.origin()),
        ];
        let advice = self.advice(place);
        lines.extend(advice.iter().map(|advice| format!("advice: {advice}")));
        let value = json!({ "data": place.store.directory(), "applications": applications, "files": files, "advice": advice });
        Answer::new(lines.join("\n"), value)
    }

    fn advice(&self, place: &Place) -> Vec<String> {
        let limits = &place.config.limits;
        let mut advice = Vec::new();
        if place.config.public_url.is_none() {
            advice.push("set public-url, the address under which browsers reach the server".into());
        } else if !place.own.is_secure() && !place.config.listen.ip().is_loopback() {
            advice
                .push("public-url is plain HTTP: passwords and messages travel readable; put a proxy with TLS before it".into());
        }
        let rates = [
            ("message-rate", limits.message_rate),
            ("control-rate", limits.control_rate),
            ("application-rate", limits.application_rate),
            ("rest-rate", limits.rest_rate),
            ("sign-in-rate", limits.sign_in_rate),
            ("address-rate", limits.address_rate),
        ];
        let lifted = rates.iter().filter(|(_, rate)| *rate == 0).map(|(name, _)| *name);
        advice.extend(lifted.map(|name| format!("{name} is 0: there is no limit")));
        advice
    }
}

/// How many files there are; refused where the bytes of one are missing.
fn files(place: &Place) -> Result<usize> {
    let (mut after, mut count, mut missing) = ((AppNo(0), 0), 0, 0);
    loop {
        let page = place.store.read_blocking(|db| file::list(db, after, PAGE))?;
        let contents = place.store.contents();
        missing += page.iter().filter(|file| !contents.has(&file.content, file.size)).count();
        count += page.len();
        match page.last() {
            Some(last) => after = (last.app, last.id),
            None if missing > 0 => {
                let sentence =
                    format!("of {count} files the content of {missing} is missing or cut off: restore the folder files");
                return Err(Failure::new(Code::Failed, sentence));
            }
            None => return Ok(count),
        }
    }
}

#[derive(Debug, Args, Serialize, Deserialize)]
pub struct Healthcheck {}

impl Healthcheck {
    pub fn run(self, place: &Place) -> Result<Answer> {
        place.store.try_writing_blocking()?;
        Answer::new("the server can write", json!({ "status": "ready" }))
    }
}
