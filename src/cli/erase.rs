//! `parlour user erase`: a person's data, which cannot be undone and is therefore asked for twice.

use crate::accounts::deed::Deed;
use crate::apps::application;
use crate::cli::answer::Answer;
use crate::cli::exit::{Code, Failure, Result};
use crate::cli::task::Place;
use crate::id::{AppId, UserId};
use crate::jobs;
use clap::Args;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::io::{IsTerminal, stdin};

#[derive(Debug, Args, Serialize, Deserialize)]
pub struct Erase {
    /// The application's id: parlour app list shows them
    #[arg(value_parser = AppId::parse)]
    app: AppId,
    #[arg(value_parser = UserId::parse)]
    id: UserId,
    /// Do not ask whether that is meant
    #[arg(long)]
    yes: bool,
}

impl Erase {
    /// Whoever sits at a terminal types the id once more; a script says --yes.
    pub fn require_meant(&self) -> Result<()> {
        if self.yes {
            return Ok(());
        }
        let refused = |sentence: String| Err(Failure::new(Code::Refused, sentence));
        if !stdin().is_terminal() {
            return refused(format!("erasing {} cannot be undone; say --yes if that is meant", self.id));
        }
        eprint!("Erasing {} of {} cannot be undone. Type the id again to do it: ", self.id, self.app);
        let mut typed = String::new();
        stdin().read_line(&mut typed).map_err(|e| Failure::new(Code::Usage, format!("standard input cannot be read: {e}")))?;
        match typed.trim() == self.id.as_str() {
            true => Ok(()),
            false => refused("that is another id; nothing was done".into()),
        }
    }

    pub fn run(self, place: &Place) -> Result<Answer> {
        let (store, id) = (&place.store, self.id.clone());
        let app = store.read_blocking(|db| Ok(application::get(db, &self.app)?.no))?;
        let noted = Place::entry(Deed::UserErase, format!("{}/{}", self.app, self.id));
        Place::wait(jobs::erasure::erase(store, app, id, noted))??;
        let text = format!("{} is erased; what was written stays with those who received it, from a former user", self.id);
        Answer::new(text, json!({ "id": self.id, "erased": true }))
    }
}
