//! `parlour backup`, `check` and `healthcheck`: looking after the data.

use crate::apps::application::{self, Application};
use crate::chat::file::{check, storage};
use crate::cli::answer::Answer;
use crate::cli::exit::{Code, Failure, Result};
use crate::cli::task::Place;
use crate::store::Db;
use crate::store::content::{Contents, DAYS};
use clap::Args;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::path::PathBuf;

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
        let look = |db: &Db, contents: &Contents| check::all(contents, |after| check::list(db, after));
        let (files, found) = place.store.backup(&self.file, look)?;
        let bytes = std::fs::metadata(&self.file).map_or(0, |meta| meta.len());
        let mut text = format!("{} written and verified, {bytes} bytes", self.file.display());
        if files > 0 {
            text.push_str(&format!("; what people sent as files beside it, in {}.files, {files} bytes", self.file.display()));
        }
        if let Some(complaint) = found.complaint() {
            return Err(Failure::new(Code::Failed, format!("{text}; but {complaint}, so they were before: see `parlour check`")));
        }
        Answer::new(text, json!({ "file": self.file, "bytes": bytes, "files_bytes": files }))
    }
}

#[derive(Debug, Args, Serialize, Deserialize)]
pub struct Check {}

impl Check {
    pub fn run(self, place: &Place) -> Result<Answer> {
        place.store.check()?;
        let applications = place.store.read_blocking(application::list)?;
        let found = check::all(place.store.contents(), |after| place.store.read_blocking(|db| check::list(db, after)))?;
        if let Some(complaint) = found.complaint() {
            let sentence = format!("{complaint}: take them from a backup's folder FILE.files into the folder files");
            return Err(Failure::new(Code::Failed, sentence));
        }
        let files = found.files;
        let mut lines = vec![
            format!("data: {}, good", place.store.directory().display()),
            format!("applications: {}", applications.len()),
            format!("files: {files}, all there"),
            format!("address for browsers: {}", place.own.origin()),
        ];
        let mut advice = self.advice(place);
        match place.store.contents().lost()?.len() {
            0 => {}
            lost => advice.push(format!(
                "{lost} files that the database does not know are in files/lost, for {DAYS} days: is it the right one?"
            )),
        }
        advice.extend(short(place, &applications)?);
        lines.extend(advice.iter().map(|advice| format!("advice: {advice}")));
        let value =
            json!({ "data": place.store.directory(), "applications": applications.len(), "files": files, "advice": advice });
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

/// Applications whose files have hardly any room left.
fn short(place: &Place, applications: &[Application]) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for Application { no, id, .. } in applications {
        let no = *no;
        let taken = place.store.read_blocking(move |db| storage::taken(db, no))?;
        let filled = storage::percent(taken, place.config.limits.storage_bytes);
        if filled >= storage::SHORT {
            found.push(format!(
                "{filled} % of the room for the files of {id} is taken: raise storage-bytes, or delete messages with files"
            ));
        }
    }
    Ok(found)
}

#[derive(Debug, Args, Serialize, Deserialize)]
pub struct Healthcheck {}

impl Healthcheck {
    pub fn run(self, place: &Place) -> Result<Answer> {
        place.store.try_writing_blocking()?;
        Answer::new("the server can write", json!({ "status": "ready" }))
    }
}
