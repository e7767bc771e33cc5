//! `parlour listen`: an application's events as they happen, for whoever builds the application. Needs a running server, and
//! waits for it when it is started again.

mod forward;
mod line;
mod queue;

use crate::apps::delivery::{self, Kind};
use crate::apps::event::{self, Event};
use crate::apps::{application, secret, signature, wish};
use crate::callout::Tried;
use crate::cli::answer::{self, Answer};
use crate::cli::call;
use crate::cli::exit::{Code, Failure, Result};
use crate::cli::task::{Place, Task};
use crate::config::Config;
use crate::error;
use crate::id::{AppId, AppNo};
use crate::jobs;
use crate::live::Reader;
use crate::store::Db;
use crate::time::Moment;
use clap::Args;
use forward::Forward;
use queue::Queue;
use reqwest::Url;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::time::{Duration, Instant};

/// How long the server holds a question for what is new.
const WAIT: Duration = Duration::from_secs(20);
/// A server that is away is looked for this often.
const PAUSE: Duration = Duration::from_secs(1);
/// Events of one reading: few, because their signatures are made at once and good for five minutes.
const PAGE: usize = 10;

#[derive(Debug, Args)]
pub struct Listen {
    /// The application's id: parlour app list shows them
    #[arg(value_parser = AppId::parse)]
    app: AppId,
    /// Begin after this event, instead of with what happens from now on; 0: with the oldest
    #[arg(long, value_name = "ID", value_parser = clap::value_parser!(i64).range(0..))]
    after: Option<i64>,
    /// Pass each event on to this address of this machine, signed like a callback, and wait for it while nobody is there; where the
    /// application has no callback address, the answer to a question counts, and it is asked until it is answered
    #[arg(long, value_name = "URL", value_parser = forward::local)]
    forward: Option<Url>,
}

/// What happened after `after`; without it only up to where it has come.
#[derive(Debug, Serialize, Deserialize)]
pub struct Events {
    app: AppId,
    after: Option<i64>,
    /// Milliseconds that it waits for something to happen; at most `WAIT`.
    wait: u64,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Happened {
    last: i64,
    events: Vec<Told>,
}

/// An event, and what a call of it carries.
#[derive(Debug, Serialize, Deserialize)]
struct Told {
    /// None: it is not kept.
    id: Option<i64>,
    kind: String,
    at: Moment,
    body: String,
    /// Waits for an answer that nobody else gives.
    is_open: bool,
    webhook_id: String,
    /// Of `webhook-timestamp` and `webhook-signature`.
    timestamp: i64,
    signature: String,
}

/// The answer of the program to which a question was passed on.
#[derive(Debug, Serialize, Deserialize)]
pub struct Reply {
    app: AppId,
    event: i64,
    body: String,
}

impl Listen {
    /// Ends only when it is stopped.
    pub fn perform(self, config: &Config, json: bool) -> Result<Answer> {
        let forward = self.forward.map(Forward::open).transpose()?;
        let mut queue = forward.map(|forward| Queue::open(config, &self.app, forward));
        let begun = ask(config, &self.app, None, Duration::ZERO)?.last;
        let mut after = self.after.unwrap_or(begun);
        eprintln!("listening to {} after event {after}; Ctrl-C ends it", self.app);
        loop {
            let wait = queue.as_ref().and_then(Queue::pause).unwrap_or(WAIT);
            let happened = patiently(config, &self.app, after, wait)?;
            for event in happened.events {
                answer::line(&line::of(&event, json))?;
                queue.as_mut().map_or(Ok(()), |queue| queue.take(event))?;
            }
            queue.as_mut().map_or(Ok(()), Queue::go_on)?;
            after = happened.last;
        }
    }
}

fn ask(config: &Config, app: &AppId, after: Option<i64>, wait: Duration) -> Result<Happened> {
    let wait = wait.as_millis() as u64;
    let answer = call::server(config, &Task::Events(Events { app: app.clone(), after, wait }))?;
    serde_json::from_value(answer.value).map_err(|e| Failure::new(Code::Failed, e.to_string()))
}

/// Waits for a server that is away.
fn patiently(config: &Config, app: &AppId, after: i64, wait: Duration) -> Result<Happened> {
    let mut is_away = false;
    loop {
        match ask(config, app, Some(after), wait) {
            Err(failure) if failure.code == Code::NoAnswer => {
                if !is_away {
                    eprintln!("the server is away; going on after event {after} when it is back");
                }
                is_away = true;
                std::thread::sleep(PAUSE);
            }
            other => return other,
        }
    }
}

impl Events {
    pub fn run(self, place: &Place) -> Result<Answer> {
        let no = place.store.read_blocking(|db| application::get(db, &self.app))?.no;
        let Some(after) = self.after else {
            let last = place.store.read_blocking(|db| event::last(db, no))?;
            return Answer::new("", Happened { last, events: Vec::new() });
        };
        // Whoever owns the machine may listen, however many do.
        let seat =
            place.live.readers.sit(no, 0, usize::MAX).ok_or_else(|| Failure::new(Code::Failed, "there is no place to listen"))?;
        let end = Instant::now() + WAIT.min(Duration::from_millis(self.wait));
        loop {
            let mut happened = place.store.read_blocking(|db| look(db, no, after))?;
            happened.events.extend(place.store.read_blocking(|db| passing(db, no, &seat))?);
            if !happened.events.is_empty() || Instant::now() >= end || wait(&seat, end)? {
                return Answer::new("", happened);
            }
        }
    }
}

/// Until there is something new, or nothing more will come: then it answers so.
fn wait(seat: &Reader, end: Instant) -> Result<bool> {
    Place::wait(async {
        tokio::select! {
            () = seat.ended() => true,
            () = seat.rung() => false,
            () = tokio::time::sleep_until(end.into()) => true,
        }
    })
}

fn look(db: &Db, app: AppNo, after: i64) -> error::Result<Happened> {
    let page = event::page(db, app, after, PAGE)?;
    let has_address = application::get_no(db, app)?.callback_url.is_some();
    let mut events = Vec::with_capacity(page.events.len());
    for Event { id, kind, webhook_id, is_open, body, at } in page.events {
        let webhook_id = webhook_id.unwrap_or_else(delivery::webhook_id);
        let (timestamp, signature) = sign(db, app, &webhook_id, &body)?;
        let is_open = is_open && !has_address;
        events.push(Told { id: Some(id), kind, at, body, is_open, webhook_id, timestamp, signature });
    }
    Ok(Happened { last: page.next, events })
}

/// Presence, where the application has asked for it.
fn passing(db: &Db, app: AppNo, seat: &Reader) -> error::Result<Option<Told>> {
    let users = seat.passing();
    if users.is_empty() || !wish::is_wanted(db, app, Kind::PresenceChanged)? {
        return Ok(None);
    }
    let (at, kind, webhook_id) = (Moment::now(), Kind::PresenceChanged.as_str(), delivery::webhook_id());
    let body = delivery::body(kind, &application::get_no(db, app)?.id, &json!({ "users": users }), at)?;
    let (timestamp, signature) = sign(db, app, &webhook_id, &body)?;
    Ok(Some(Told { id: None, kind: kind.into(), at, body, is_open: false, webhook_id, timestamp, signature }))
}

fn sign(db: &Db, app: AppNo, webhook_id: &str, body: &str) -> error::Result<(i64, String)> {
    let now = Moment::now();
    let secrets = secret::callback_secrets(db, app, now)?;
    Ok((now.unix_seconds(), signature::sign(&secrets, webhook_id, now, body)?))
}

impl Reply {
    /// Takes it as if the application had answered.
    pub fn run(self, place: &Place) -> Result<Answer> {
        let tried = Tried::given(self.body.as_bytes())?;
        let give = move |tx: &mut crate::store::Tx| {
            let app = application::get(tx, &self.app)?.no;
            jobs::answer::give(tx, app, self.event, &tried)
        };
        let message = place.store.write_blocking(give)?;
        Answer::new("", json!({ "message": message }))
    }
}
