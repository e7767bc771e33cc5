//! `parlour app whoami`: where an application says who a browser is, by its own cookie.

use crate::accounts::deed::Deed;
use crate::apps::application::{self, Draft, SignIn};
use crate::apps::whoami::{self, WhoAmI};
use crate::cli::answer::Answer;
use crate::cli::exit::Result;
use crate::cli::task::Place;
use crate::error;
use crate::id::AppId;
use crate::store::Tx;
use clap::Args;
use serde::{Deserialize, Serialize};
use serde_json::json;

#[derive(Debug, Args, Serialize, Deserialize)]
pub struct Whoami {
    /// The application's id: parlour app list shows them
    #[arg(value_parser = AppId::parse)]
    app: AppId,
    /// The address that answers JSON about whoever its cookie belongs to
    #[arg(long, required_unless_present = "off")]
    url: Option<String>,
    /// A cookie of the application that is passed on; may be repeated
    #[arg(long, value_name = "NAME", required_unless_present = "off")]
    cookie: Vec<String>,
    /// Where the user's id stands in the JSON, as a JSON Pointer
    #[arg(long, value_name = "POINTER", default_value = "/id")]
    id: String,
    #[arg(long, value_name = "POINTER", default_value = "/name")]
    name: String,
    #[arg(long, value_name = "POINTER", default_value = "")]
    email: String,
    #[arg(long, value_name = "POINTER", default_value = "")]
    title: String,
    #[arg(long, value_name = "POINTER", default_value = "")]
    avatar: String,
    #[arg(long, value_name = "POINTER", default_value = "")]
    locale: String,
    /// Close this way to sign in
    #[arg(long)]
    off: bool,
}

impl Whoami {
    pub fn run(self, place: &Place) -> Result<Answer> {
        let (id, app, off) = (self.app.clone(), self.app.clone(), self.off);
        let wanted = (!off).then(|| self.settings());
        place.change(Deed::ApplicationWhoami, &id, move |tx| keep(tx, &app, wanted))?;
        let state = if off { "closed" } else { "open" };
        Answer::new(format!("signing in by {id}'s own cookie is {state}"), json!({ "id": id, "whoami": !off }))
    }

    fn settings(self) -> WhoAmI {
        WhoAmI {
            url: self.url.unwrap_or_default(),
            cookies: self.cookie,
            id: self.id,
            name: self.name,
            email: self.email,
            title: self.title,
            avatar: self.avatar,
            locale: self.locale,
        }
    }
}

/// Keeps the settings, and opens or closes this way to sign in.
fn keep(tx: &mut Tx, app: &AppId, wanted: Option<WhoAmI>) -> error::Result<()> {
    let found = application::get(tx, app)?;
    let wanted = wanted.map(|wanted| wanted.parse(&found.approved)).transpose()?;
    whoami::set(tx, found.no, wanted.as_ref())?;
    let mut draft = Draft::of(&found);
    draft.sign_in.retain(|way| *way != SignIn::WhoAmI);
    if wanted.is_some() {
        draft.sign_in.push(SignIn::WhoAmI);
    }
    application::update(tx, found.no, &draft).map(|_| ())
}
