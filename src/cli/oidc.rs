//! `parlour app oidc`: the identity provider with which an application's users sign in.

use crate::accounts::deed::Deed;
use crate::apps::application;
use crate::apps::oidc::{self, Oidc, Secret};
use crate::cli::answer::Answer;
use crate::cli::exit::{Code, Failure, Result};
use crate::cli::task::Place;
use crate::id::AppId;
use clap::Args;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::io::Read;

#[derive(Debug, Args, Serialize, Deserialize)]
pub struct Provider {
    /// The application's id: parlour app list shows them
    #[arg(value_parser = AppId::parse)]
    app: AppId,
    /// What users call the provider; it stands on the button
    #[arg(long, value_name = "NAME", required_unless_present = "off")]
    provider: Option<String>,
    /// Its issuer, exactly as it writes it, such as https://id.example/realms/acme
    #[arg(long, value_name = "URL", required_unless_present = "off")]
    issuer: Option<String>,
    /// The id of the client that was made for Parlour there
    #[arg(long, value_name = "ID", required_unless_present = "off")]
    client: Option<String>,
    /// Read the client's secret from standard input; without it, a secret that is known stays
    #[arg(long)]
    secret_stdin: bool,
    /// The client has no secret: it is a public one
    #[arg(long, conflicts_with = "secret_stdin")]
    no_secret: bool,
    /// A scope that is asked for besides openid; may be repeated
    #[arg(long, value_name = "SCOPE", default_values = ["profile", "email"])]
    scope: Vec<String>,
    /// Only whoever has this claim comes in, such as hd=acme.example
    #[arg(long, value_name = "CLAIM=VALUE", default_value = "")]
    only: String,
    /// The claim that is the user's id: nobody must be able to choose it for himself at the provider
    #[arg(long, value_name = "CLAIM", default_value = "sub")]
    id: String,
    #[arg(long, value_name = "CLAIM", default_value = "name")]
    name: String,
    /// Taken only where the provider says that it is verified
    #[arg(long, value_name = "CLAIM", default_value = "email")]
    email: String,
    #[arg(long, value_name = "CLAIM", default_value = "")]
    title: String,
    #[arg(long, value_name = "CLAIM", default_value = "")]
    avatar: String,
    #[arg(long, value_name = "CLAIM", default_value = "locale")]
    locale: String,
    /// Close this way to sign in, and forget the provider
    #[arg(long)]
    off: bool,
    #[arg(skip)]
    secret: Option<String>,
}

impl Provider {
    pub fn prepare(&mut self) -> Result<()> {
        if self.secret_stdin {
            let mut text = String::new();
            let read = std::io::stdin().take(4096).read_to_string(&mut text);
            read.map_err(|e| Failure::new(Code::Usage, format!("the secret cannot be read: {e}")))?;
            self.secret = Some(text);
        }
        Ok(())
    }

    pub fn run(self, place: &Place) -> Result<Answer> {
        let (id, app, off) = (self.app.clone(), self.app.clone(), self.off);
        let wanted = (!off).then(|| self.settings());
        place.change(Deed::ApplicationOidc, &id, move |tx| {
            let app = application::get(tx, &app)?.no;
            oidc::open(tx, app, wanted)
        })?;
        if off {
            return Answer::new(
                format!("signing in to {id} with an identity provider is closed"),
                json!({ "id": id, "oidc": false }),
            );
        }
        let back = place.own.link(&format!("/sign-in/{id}"));
        let text = format!("signing in to {id} with an identity provider is open\nits redirect URI there: {back}");
        Answer::new(text, json!({ "id": id, "oidc": true, "redirect_uri": back }))
    }

    fn settings(self) -> (Oidc, Secret) {
        let secret = match self.secret {
            Some(text) => Secret::New(text),
            None if self.no_secret => Secret::None,
            None => Secret::Kept,
        };
        let settings = Oidc {
            provider: self.provider.unwrap_or_default(),
            issuer: self.issuer.unwrap_or_default(),
            client: self.client.unwrap_or_default(),
            scopes: self.scope,
            only: self.only,
            id: self.id,
            name: self.name,
            email: self.email,
            title: self.title,
            avatar: self.avatar,
            locale: self.locale,
        };
        (settings, secret)
    }
}
