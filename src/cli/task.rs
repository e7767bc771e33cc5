//! What a command does, as a value: it runs here on the store, or travels to the server that has the store and runs there.
//! Knows nothing of how it travels.

use crate::accounts::audit::{self, Entry};
use crate::accounts::deed::Deed;
use crate::callout::Callout;
use crate::cli::admin::Admin;
use crate::cli::answer::Answer;
use crate::cli::app::App;
use crate::cli::deposit::Deposit;
use crate::cli::doctor::Doctor;
use crate::cli::exit::{Code, Failure, Result};
use crate::cli::send::Send;
use crate::cli::user::UserTask;
use crate::cli::{export, import, listen, upkeep};
use crate::config::Config;
use crate::error;
use crate::http::guard::origin::Own;
use crate::live::Live;
use crate::store::{Store, Tx};
use clap::Subcommand;
use serde::{Deserialize, Serialize};
use tokio::runtime::Handle;

/// A command that is done on the store.
#[derive(Debug, Subcommand, Serialize, Deserialize)]
pub enum Task {
    /// Applications
    #[command(subcommand)]
    App(App),

    /// Users of an application
    #[command(subcommand)]
    User(UserTask),

    /// Administrators of the console
    #[command(subcommand)]
    Admin(Admin),

    /// Send a message from an application
    Send(Send),

    /// Make a verified copy of the database, while the server runs
    Backup(upkeep::Backup),

    /// Check the data and the configuration
    Check(upkeep::Check),

    #[command(skip)]
    Deposit(Deposit),

    #[command(skip)]
    Doctor(Doctor),

    #[command(skip)]
    Healthcheck(upkeep::Healthcheck),

    #[command(skip)]
    Import(import::Lines),

    #[command(skip)]
    Export(export::Page),

    #[command(skip)]
    Events(listen::Events),

    #[command(skip)]
    Reply(listen::Reply),
}

/// Where a task is done: the same in the server and without one.
pub struct Place {
    pub store: Store,
    pub own: Own,
    pub config: Config,
    pub callout: Callout,
    /// Who is connected and reads events; nobody where no server runs.
    pub live: Live,
}

impl Place {
    /// Changes something, and notes it in the audit log with the change.
    pub fn change<T: std::marker::Send + 'static>(
        &self,
        what: Deed,
        subject: impl ToString,
        work: impl FnOnce(&mut Tx) -> error::Result<T> + std::marker::Send + 'static,
    ) -> Result<T> {
        let entry = Place::entry(what, subject);
        let noted = move |tx: &mut Tx| work(tx).and_then(|done| audit::record(tx, &entry).map(|()| done));
        Ok(self.store.write_blocking(noted)?)
    }

    /// For the audit log: noted with what is done.
    pub fn entry(what: Deed, subject: impl ToString) -> Entry {
        Entry {
            who: "command line".into(),
            address: None,
            what: what.as_str().into(),
            subject: Some(subject.to_string()),
            result: "ok".into(),
        }
    }

    /// Waits for what is not done on the store alone. A task has a thread of its own, in the server and without one.
    pub fn wait<T>(work: impl Future<Output = T>) -> Result<T> {
        let here = Handle::try_current().map_err(|e| Failure::new(Code::Failed, e.to_string()))?;
        Ok(here.block_on(work))
    }
}

impl Task {
    /// What only the command can do: read its standard input, know its folder.
    pub fn prepare(&mut self) -> Result<()> {
        match self {
            Task::App(task) => task.prepare(),
            Task::User(task) => task.prepare(),
            Task::Backup(task) => task.prepare(),
            _ => Ok(()),
        }
    }

    /// Does it; may wait for the disk.
    pub fn run(self, place: &Place) -> Result<Answer> {
        match self {
            Task::App(task) => task.run(place),
            Task::User(task) => task.run(place),
            Task::Admin(task) => task.run(place),
            Task::Send(task) => task.run(place),
            Task::Backup(task) => task.run(place),
            Task::Check(task) => task.run(place),
            Task::Deposit(task) => task.run(place),
            Task::Doctor(task) => task.run(place),
            Task::Healthcheck(task) => task.run(place),
            Task::Import(task) => task.run(place),
            Task::Export(task) => task.run(place),
            Task::Events(task) => task.run(place),
            Task::Reply(task) => task.run(place),
        }
    }
}
