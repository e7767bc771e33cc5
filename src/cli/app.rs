//! `parlour app`: applications, registered and looked after.

use crate::accounts::deed::Deed;
use crate::apps::application::{self, Application, Draft, SignIn};
use crate::apps::key::{self, Scopes};
use crate::apps::secret::{self, Purpose};
use crate::cli::answer::{Answer, table};
use crate::cli::exit::Result;
use crate::cli::key::{self as keys, Keys, Rotation};
use crate::cli::oidc::Provider;
use crate::cli::people::People;
use crate::cli::settings::Settings;
use crate::cli::task::Place;
use crate::cli::whoami::Whoami;
use crate::directory::shrink::{self, Shrink};
use crate::error;
use crate::id::AppId;
use crate::store::{Db, Tx};
use clap::{Args, Subcommand};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[derive(Debug, Subcommand, Serialize, Deserialize)]
pub enum App {
    /// Register an application; prints its key and its secrets, once
    Register(Box<Register>),
    /// List all applications
    List,
    /// Show one with its settings and keys
    Show {
        /// The application's id: parlour app list shows them
        #[arg(value_parser = AppId::parse)]
        app: AppId,
    },
    /// Change settings; a list that is given replaces the one that was there
    Update(Box<Update>),
    /// Let its users in by its own cookie, without changing it
    Whoami(Box<Whoami>),
    /// Let its users in with an identity provider (OpenID Connect)
    Oidc(Box<Provider>),
    /// Fetch its people from an address that it already has, without changing it; alone, say how that stands
    People(Box<People>),
    /// Let nobody in any more, until it is resumed
    Suspend(Suspend),
    /// Keys for the REST interface
    #[command(subcommand)]
    Key(Keys),
    /// Secrets that sign callbacks and tokens
    #[command(subcommand)]
    Secret(Rotation),
}

#[derive(Debug, Args, Serialize, Deserialize)]
pub struct Register {
    /// Its id: 2 to 32 of a-z, 0-9 and -
    #[arg(value_parser = AppId::parse)]
    id: AppId,
    /// Its name, as users see it
    #[arg(long)]
    name: String,
    #[command(flatten)]
    settings: Settings,
}

#[derive(Debug, Args, Serialize, Deserialize)]
pub struct Update {
    /// The application's id: parlour app list shows them
    #[arg(value_parser = AppId::parse)]
    app: AppId,
    /// Its name, as users see it
    #[arg(long)]
    name: Option<String>,
    #[command(flatten)]
    settings: Settings,
}

#[derive(Debug, Args, Serialize, Deserialize)]
pub struct Suspend {
    /// The application's id: parlour app list shows them
    #[arg(value_parser = AppId::parse)]
    app: AppId,
    /// Let them in again
    #[arg(long)]
    resume: bool,
}

impl App {
    pub fn prepare(&mut self) -> Result<()> {
        match self {
            App::Register(task) => task.settings.prepare(),
            App::Update(task) => task.settings.prepare(),
            App::Oidc(task) => task.prepare(),
            App::People(task) => task.prepare(),
            _ => Ok(()),
        }
    }

    pub fn run(self, place: &Place) -> Result<Answer> {
        match self {
            App::Register(task) => task.run(place),
            App::List => list(place),
            App::Show { app } => show(place, &app),
            App::Update(task) => task.run(place),
            App::Whoami(task) => task.run(place),
            App::Oidc(task) => task.run(place),
            App::People(task) => task.run(place),
            App::Suspend(task) => task.run(place),
            App::Key(task) => task.run(place),
            App::Secret(task) => task.run(place),
        }
    }
}

/// What is shown once.
struct Secrets {
    key: String,
    callback: String,
    token: String,
}

impl Register {
    fn run(self, place: &Place) -> Result<Answer> {
        let draft = Draft { id: self.id.as_str().into(), name: self.name, ..Draft::default() };
        let shrink = self.settings.shrink(Shrink::default());
        let draft = self.settings.apply(draft);
        let s = place.change(Deed::ApplicationCreate, &self.id, move |tx| {
            let secrets = register(tx, &draft)?;
            let app = application::get(tx, &AppId::parse(&draft.id)?)?.no;
            shrink.map_or(Ok(()), |wanted| shrink::set(tx, app, wanted)).map(|()| secrets)
        })?;
        let text = format!(
            "{} is registered. These are shown once; keep them:\nkey              {}\ncallback secret  {}\ntoken secret     {}",
            self.id, s.key, s.callback, s.token
        );
        Answer::new(text, json!({ "id": self.id, "key": s.key, "callback_secret": s.callback, "token_secret": s.token }))
    }
}

fn register(tx: &mut Tx, draft: &Draft) -> error::Result<Secrets> {
    let application = application::create(tx, draft)?;
    let (_, key) = key::create(tx, application.no, "first", &Scopes::admin(), None)?;
    let callback = secret::rotate(tx, application.no, Purpose::Callback)?;
    let token = secret::rotate(tx, application.no, Purpose::Token)?;
    Ok(Secrets { key, callback, token })
}

impl Update {
    fn run(self, place: &Place) -> Result<Answer> {
        let (id, name, settings) = (self.app.clone(), self.name, self.settings);
        let changed = place.change(Deed::ApplicationUpdate, &self.app, move |tx| {
            let application = application::get(tx, &id)?;
            if let Some(wanted) = settings.shrink(shrink::get(tx, application.no)?) {
                shrink::set(tx, application.no, wanted)?;
            }
            let mut draft = settings.apply(Draft::of(&application));
            draft.name = name.unwrap_or(draft.name);
            application::update(tx, application.no, &draft)
        })?;
        Answer::new(lines(&changed), value(&changed))
    }
}

impl Suspend {
    fn run(self, place: &Place) -> Result<Answer> {
        let (id, resume) = (self.app.clone(), self.resume);
        let what = if resume { Deed::ApplicationResume } else { Deed::ApplicationSuspend };
        place.change(what, &self.app, move |tx| {
            let no = application::get(tx, &id)?.no;
            if resume { application::resume(tx, no) } else { application::suspend(tx, no) }
        })?;
        let state = if resume { "resumed" } else { "suspended" };
        Answer::new(format!("{} is {state}", self.app), json!({ "id": self.app, "suspended": !resume }))
    }
}

fn list(place: &Place) -> Result<Answer> {
    let all = place.store.read_blocking(application::list)?;
    let row = |a: &Application| vec![a.id.to_string(), a.name.clone(), ways(a), a.policy.as_str().into(), state(a).into()];
    let text = table(&["ID", "NAME", "SIGN IN", "POLICY", "STATE"], &all.iter().map(row).collect::<Vec<_>>());
    Answer::new(text, all.iter().map(value).collect::<Vec<_>>())
}

fn show(place: &Place, id: &AppId) -> Result<Answer> {
    let look = |db: &Db| {
        let application = application::get(db, id)?;
        let keys = key::list(db, application.no)?;
        Ok((application, keys))
    };
    let (application, held) = place.store.read_blocking(look)?;
    let mut value = value(&application);
    value["keys"] = held.iter().map(keys::value).collect();
    Answer::new(format!("{}\n\n{}", lines(&application), keys::lines(&held)), value)
}

fn ways(application: &Application) -> String {
    application.sign_in.iter().map(|way| SignIn::as_str(*way)).collect::<Vec<_>>().join(",")
}

fn state(application: &Application) -> &'static str {
    if application.suspended_at.is_some() { "suspended" } else { "open" }
}

fn lines(a: &Application) -> String {
    let or_none = |text: String| if text.is_empty() { "none".into() } else { text };
    let rows = [
        ("id", a.id.to_string()),
        ("name", a.name.clone()),
        ("state", state(a).into()),
        ("sign in", ways(a)),
        ("policy", a.policy.as_str().into()),
        ("origins", or_none(a.origins.join(" "))),
        ("callback", or_none(a.callback_url.clone().unwrap_or_default())),
        ("approved", or_none(a.approved.join(" "))),
        ("told of", or_none(a.events.join(" "))),
        ("asked", or_none(a.questions.join(" "))),
        ("tokens", a.token_algorithm.clone()),
        ("session", format!("{} h", a.session_ms as f64 / 3_600_000.0)),
        ("registered", a.created_at.to_string()),
    ];
    rows.map(|(name, text)| format!("{name:<12}{text}")).join("\n")
}

fn value(a: &Application) -> Value {
    json!({
        "id": a.id, "name": a.name, "colour": a.colour, "icon": a.icon, "origins": a.origins, "sign_in": a.sign_in,
        "policy": a.policy, "callback_url": a.callback_url, "approved": a.approved, "events": a.events,
        "questions": a.questions, "token_algorithm": a.token_algorithm, "token_key": a.token_key,
        "session_ms": a.session_ms, "created_at": a.created_at, "suspended_at": a.suspended_at,
    })
}
