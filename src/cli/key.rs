//! `parlour app key` and `parlour app secret`: what is shown once.

use crate::accounts::deed::Deed;
use crate::apps::application;
use crate::apps::key::{self, Key, Scope, Scopes};
use crate::apps::secret::{self, Purpose};
use crate::cli::answer::{Answer, table};
use crate::cli::exit::Result;
use crate::cli::task::Place;
use crate::id::AppId;
use crate::store::Tx;
use crate::time::Moment;
use clap::{Args, Subcommand};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::time::Duration;

#[derive(Debug, Subcommand, Serialize, Deserialize)]
pub enum Keys {
    /// Make a key; it is shown once
    Create(Create),
    /// End a key, by the number that `app show` tells
    Revoke {
        /// The application's id: parlour app list shows them
        #[arg(value_parser = AppId::parse)]
        app: AppId,
        no: i64,
    },
}

#[derive(Debug, Args, Serialize, Deserialize)]
pub struct Create {
    /// The application's id: parlour app list shows them
    #[arg(value_parser = AppId::parse)]
    app: AppId,
    /// What it is for
    #[arg(long, default_value = "command line")]
    name: String,
    /// What it opens; may be repeated; without any it opens everything
    #[arg(long, value_delimiter = ',', value_parser = Scope::parse)]
    scope: Vec<Scope>,
    /// When it ends by itself
    #[arg(long, value_name = "DAYS")]
    days: Option<u64>,
}

#[derive(Debug, Subcommand, Serialize, Deserialize)]
pub enum Rotation {
    /// Make a new secret; it is shown once, and the one before stays valid for a day
    Rotate {
        /// The application's id: parlour app list shows them
        #[arg(value_parser = AppId::parse)]
        app: AppId,
        /// Which one: what signs callbacks, or what signs tokens
        #[arg(value_enum)]
        purpose: Signs,
    },
}

#[derive(Debug, Clone, Copy, clap::ValueEnum, Serialize, Deserialize)]
pub enum Signs {
    Callback,
    Token,
}

impl Keys {
    pub fn run(self, place: &Place) -> Result<Answer> {
        match self {
            Keys::Create(task) => task.run(place),
            Keys::Revoke { app, no } => {
                let subject = format!("{app}/{no}");
                place.change(Deed::KeyRevoke, subject, move |tx| key::revoke(tx, application::get(tx, &app)?.no, no))?;
                Answer::new(format!("key {no} is revoked"), json!({ "no": no }))
            }
        }
    }
}

impl Create {
    fn run(self, place: &Place) -> Result<Answer> {
        let scopes = if self.scope.is_empty() { Scopes::admin() } else { Scopes(self.scope) };
        let (id, name) = (self.app.clone(), self.name);
        let end = self.days.map(|days| Moment::now().plus(Duration::from_secs(days.saturating_mul(24 * 3600))));
        let make = move |tx: &mut Tx| key::create(tx, application::get(tx, &id)?.no, &name, &scopes, end);
        let (key, text) = place.change(Deed::KeyCreate, &self.app, make)?;
        Answer::new(&text, json!({ "no": key.no, "key": text, "scopes": key.scopes }))
    }
}

impl Rotation {
    pub fn run(self, place: &Place) -> Result<Answer> {
        let Rotation::Rotate { app, purpose } = self;
        let (purpose, name) = match purpose {
            Signs::Callback => (Purpose::Callback, "callback_secret"),
            Signs::Token => (Purpose::Token, "token_secret"),
        };
        let subject = format!("{app}/{}", purpose.as_str());
        let rotate = move |tx: &mut Tx| secret::rotate(tx, application::get(tx, &app)?.no, purpose);
        let text = place.change(Deed::SecretRotate, subject, rotate)?;
        Answer::new(&text, json!({ name: text }))
    }
}

pub fn lines(keys: &[Key]) -> String {
    let now = Moment::now();
    let row = |key: &Key| {
        let scopes: Vec<&str> = key.scopes.0.iter().map(|scope| scope.as_str()).collect();
        let used = key.last_used_at.map_or("never".into(), |at| at.to_string());
        let state = if key.in_force(now) { "valid" } else { "ended" };
        vec![key.no.to_string(), key.name.clone(), format!("{}…", key.hint), scopes.join(","), used, state.into()]
    };
    table(&["KEY", "NAME", "BEGINS", "SCOPES", "LAST USED", "STATE"], &keys.iter().map(row).collect::<Vec<_>>())
}

pub fn value(key: &Key) -> Value {
    json!({
        "no": key.no, "name": key.name, "hint": key.hint, "scopes": key.scopes, "created_at": key.created_at,
        "expires_at": key.expires_at, "last_used_at": key.last_used_at, "revoked_at": key.revoked_at,
    })
}
