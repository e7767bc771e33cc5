//! `parlour admin`: administrators of the console.

use crate::accounts::deed::Deed;
use crate::accounts::invitation;
use crate::cli::answer::Answer;
use crate::cli::exit::Result;
use crate::cli::task::Place;
use clap::Subcommand;
use serde::{Deserialize, Serialize};
use serde_json::json;

#[derive(Debug, Subcommand, Serialize, Deserialize)]
pub enum Admin {
    /// Invite an administrator, or let one choose a new password; prints a link that is good once, for a day
    Add { name: String },
}

impl Admin {
    pub fn run(self, place: &Place) -> Result<Answer> {
        let Admin::Add { name } = self;
        let invited = name.clone();
        let token = place.change(Deed::InvitationCreate, &name, move |tx| invitation::create(tx, &invited))?;
        let link = place.own.link(&format!("/console/setup/{token}"));
        Answer::new(&link, json!({ "name": name, "link": link }))
    }
}
