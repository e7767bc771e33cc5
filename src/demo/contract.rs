//! What the office and Parlour agreed on: the key, the secret of the callbacks and the office's port, kept for the next
//! start. Here the demo does what an administrator does in the console.

use super::folder::Folder;
use crate::apps::application::{self, Draft, SignIn};
use crate::apps::key::{self, Scopes};
use crate::apps::secret::{self, Purpose};
use crate::error::{Error, Result};
use crate::id::AppId;
use crate::store::{Store, Tx};
use serde::{Deserialize, Serialize};
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;

pub const APPLICATION: &str = "oa";

#[derive(Clone, Serialize, Deserialize)]
pub struct Contract {
    pub office_port: u16,
    pub key: String,
    pub callback_secret: String,
}

impl Contract {
    pub fn find(folder: &Folder) -> Result<Option<Contract>> {
        match std::fs::read(folder.mark()) {
            Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(Error::internal),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::internal(error)),
        }
    }

    fn keep(&self, folder: &Folder) -> std::io::Result<()> {
        let temporary = folder.mark().with_extension("new");
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&temporary)?;
        file.write_all(&serde_json::to_vec_pretty(self)?)?;
        file.sync_all()?;
        std::fs::rename(&temporary, folder.mark())
    }
}

/// Registers the office, or brings its registration up to date when it has come back at another port.
pub async fn conclude(store: &Store, folder: &Folder, earlier: Option<Contract>, office_port: u16) -> Result<Contract> {
    let contract = store.write(move |tx| register(tx, earlier, office_port)).await?;
    contract.keep(folder).map_err(Error::internal)?;
    Ok(contract)
}

fn register(tx: &mut Tx, earlier: Option<Contract>, office_port: u16) -> Result<Contract> {
    let here = format!("127.0.0.1:{office_port}");
    let found = application::find(tx, &AppId::parse(APPLICATION)?)?;
    let draft = Draft {
        id: APPLICATION.into(),
        name: "Harbour".into(),
        colour: Some("#0b5c66".into()),
        origins: vec![format!("http://{here}")],
        sign_in: vec![SignIn::Ticket, SignIn::Callback],
        callback_url: Some(format!("http://{here}/parlour/callback")),
        approved: vec![here],
        ..found.as_ref().map(Draft::of).unwrap_or_default()
    };
    let application = match &found {
        Some(found) => application::update(tx, found.no, &draft)?,
        None => application::create(tx, &draft)?,
    };
    if let (Some(earlier), Some(_)) = (earlier, found) {
        return Ok(Contract { office_port, ..earlier });
    }
    let (_, key) = key::create(tx, application.no, "office", &Scopes::admin(), None)?;
    let callback_secret = secret::rotate(tx, application.no, Purpose::Callback)?;
    Ok(Contract { office_port, key, callback_secret })
}
