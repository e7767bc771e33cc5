//! `parlour user`: the people, programs and devices of an application.

use crate::accounts::deed::Deed;
use crate::apps::application;
use crate::chat::announce;
use crate::cli::answer::{Answer, table};
use crate::cli::erase::Erase;
use crate::cli::exit::{Code, Failure, Result};
use crate::cli::task::Place;
use crate::directory::session::{self, Draft, Kind};
use crate::directory::user::{self, Profile, User};
use crate::error::{self, Error};
use crate::id::{AppId, UserId};
use crate::secret;
use crate::store::{Db, Tx};
use crate::time::Moment;
use crate::wire::row::UserKind;
use clap::{Args, Subcommand};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::io::Read;
use std::time::Duration;

#[derive(Debug, Subcommand, Serialize, Deserialize)]
pub enum UserTask {
    /// Add a user
    Add(Add),
    /// List an application's users
    List {
        /// The application's id: parlour app list shows them
        #[arg(value_parser = AppId::parse)]
        app: AppId,
        /// Only those whose name or id has this
        #[arg(long, default_value = "")]
        text: String,
    },
    /// Sign a user out everywhere and let it in no more, until it is resumed
    Suspend(Suspend),
    /// Erase a person's data, which cannot be undone; what it wrote stays with those who received it, without a name
    Erase(Erase),
    /// Print a token with which a program or device comes as this user, until it is revoked; a person's needs an end
    Token(Token),
}

#[derive(Debug, Args, Serialize, Deserialize)]
pub struct Add {
    /// The application's id: parlour app list shows them
    #[arg(value_parser = AppId::parse)]
    app: AppId,
    /// The application's own id for it
    #[arg(value_parser = UserId::parse)]
    id: UserId,
    #[arg(long)]
    name: String,
    #[arg(long)]
    email: Option<String>,
    /// What stands under the name, such as a department
    #[arg(long)]
    title: Option<String>,
    /// person, program or device
    #[arg(long, default_value = "person", value_parser = user::parse_kind)]
    kind: UserKind,
    /// Read a password from standard input: everything up to its end, without a line break
    #[arg(long)]
    password_stdin: bool,
    #[arg(skip)]
    password: Option<String>,
}

#[derive(Debug, Args, Serialize, Deserialize)]
pub struct Suspend {
    /// The application's id: parlour app list shows them
    #[arg(value_parser = AppId::parse)]
    app: AppId,
    #[arg(value_parser = UserId::parse)]
    id: UserId,
    /// Let it in again
    #[arg(long)]
    resume: bool,
}

#[derive(Debug, Args, Serialize, Deserialize)]
pub struct Token {
    /// The application's id: parlour app list shows them
    #[arg(value_parser = AppId::parse)]
    app: AppId,
    #[arg(value_parser = UserId::parse)]
    id: UserId,
    /// What it is for
    #[arg(long, default_value = "command line")]
    name: String,
    /// When it ends by itself; a person's token has to
    #[arg(long, value_name = "DAYS")]
    days: Option<u64>,
}

impl UserTask {
    pub fn prepare(&mut self) -> Result<()> {
        match self {
            UserTask::Add(task) if task.password_stdin => task.read_password(),
            UserTask::Erase(task) => task.require_meant(),
            _ => Ok(()),
        }
    }

    pub fn run(self, place: &Place) -> Result<Answer> {
        match self {
            UserTask::Add(task) => task.run(place),
            UserTask::List { app, text } => list(place, &app, &text),
            UserTask::Suspend(task) => task.run(place),
            UserTask::Erase(task) => task.run(place),
            UserTask::Token(task) => task.run(place),
        }
    }
}

impl Add {
    fn read_password(&mut self) -> Result<()> {
        let mut text = String::new();
        let read = std::io::stdin().take(4096).read_to_string(&mut text);
        read.map_err(|e| Failure::new(Code::Usage, format!("the password cannot be read: {e}")))?;
        self.password = Some(text.trim_end_matches(['\r', '\n']).to_string());
        Ok(())
    }

    fn run(self, place: &Place) -> Result<Answer> {
        // Before the writer's turn: a hash takes long.
        let hash = match &self.password {
            Some(password) => Some(secret::hash_password(user::parse_password(password)?)?),
            None => None,
        };
        let subject = format!("{}/{}", self.app, self.id);
        let user = place.change(Deed::UserCreate, subject, move |tx| self.put(tx, hash.as_deref()))?;
        Answer::new(format!("{} is added", user.id), value(&user, false))
    }

    fn put(self, tx: &mut Tx, hash: Option<&str>) -> error::Result<User> {
        let app = application::get(tx, &self.app)?.no;
        if user::find(tx, app, &self.id)?.is_some() {
            return Err(Error::Conflict(format!("there is a user {} already", self.id)));
        }
        let profile = Profile {
            kind: Some(self.kind),
            email: self.email.map(Some),
            title: self.title.map(Some),
            ..Profile::named(self.id, &self.name)
        };
        let (user, _) = user::put(tx, app, &profile)?;
        if hash.is_some() {
            user::set_password(tx, app, user.no, hash)?;
        }
        announce::user(tx, app, user.no)?;
        Ok(user)
    }
}

impl Suspend {
    fn run(self, place: &Place) -> Result<Answer> {
        let (app, id, resume) = (self.app, self.id.clone(), self.resume);
        let what = if resume { Deed::UserResume } else { Deed::UserSuspend };
        place.change(what, format!("{app}/{id}"), move |tx| {
            let app = application::get(tx, &app)?.no;
            let no = user::get(tx, app, &id)?.no;
            if resume { user::resume(tx, app, no) } else { user::suspend(tx, app, no) }
        })?;
        let state = if resume { "resumed" } else { "suspended" };
        Answer::new(format!("{} is {state}", self.id), json!({ "id": self.id, "suspended": !resume }))
    }
}

impl Token {
    fn run(self, place: &Place) -> Result<Answer> {
        let expires_at = self.days.map(|days| Moment::now().plus(Duration::from_secs(days.saturating_mul(24 * 3600))));
        let draft = Draft { kind: Kind::Token, name: self.name, address: None, expires_at };
        let (app, id, hub) = (self.app, self.id, place.live.hub.clone());
        let (session, token) = place.change(Deed::TokenCreate, format!("{app}/{id}"), move |tx| {
            let app = application::get(tx, &app)?.no;
            let user = user::get(tx, app, &id)?;
            require_end(&user, &draft)?;
            session::open(tx, &user, &draft, &*hub)
        })?;
        Answer::new(&token, json!({ "id": session.no, "token": token, "expires_at": session.expires_at }))
    }
}

/// Whoever holds a token is its user: a person should not be spoken for without an end.
fn require_end(user: &User, draft: &Draft) -> error::Result<()> {
    if user.kind != UserKind::Person || draft.expires_at.is_some() {
        return Ok(());
    }
    let sentence = "this user is a person, as whom whoever holds the token writes; say with --days when it ends, or add a user of the kind program";
    Err(Error::Forbidden(sentence.into()))
}

/// Users that one reading takes.
const PAGE: usize = 1000;

fn list(place: &Place, app: &AppId, text: &str) -> Result<Answer> {
    let look = |db: &Db| {
        let app = application::get(db, app)?.no;
        let mut all: Vec<User> = Vec::new();
        loop {
            let after = all.last().map(|user| user.id.as_str().to_string());
            let (page, more) = user::list(db, app, after.as_deref(), PAGE, text)?;
            all.extend(page);
            if !more {
                return Ok(all);
            }
        }
    };
    let all = place.store.read_blocking(look)?;
    let here = |u: &User| place.live.hub.is_connected(u.app, u.no);
    let row = |u: &User| {
        let state = if u.suspended_at.is_some() { "suspended" } else { "open" };
        let seen = if here(u) { "now".into() } else { u.present_at.map_or("never".into(), |at| at.to_string()) };
        vec![u.id.to_string(), u.name.clone(), u.kind.as_str().into(), u.email.clone().unwrap_or_default(), seen, state.into()]
    };
    let lines = table(&["ID", "NAME", "KIND", "EMAIL", "LAST SEEN", "STATE"], &all.iter().map(row).collect::<Vec<_>>());
    Answer::new(lines, all.iter().map(|user| value(user, here(user))).collect::<Vec<_>>())
}

fn value(user: &User, here: bool) -> Value {
    let seen = if here { Some(Moment::now()) } else { user.present_at };
    json!({
        "id": user.id, "name": user.name, "kind": user.kind, "email": user.email, "avatar": user.avatar, "title": user.title,
        "locale": user.locale, "timezone": user.timezone, "created_at": user.created_at,
        "suspended_at": user.suspended_at, "connected": here, "last_seen_at": seen,
    })
}
