//! `parlour listen`: an application's events as they happen, for whoever builds the application. Needs a running server.

use crate::apps::{application, delivery, secret, signature};
use crate::cli::answer::{self, Answer};
use crate::cli::call;
use crate::cli::exit::{Code, Failure, Result};
use crate::cli::serve;
use crate::cli::task::{Place, Task};
use crate::config::Config;
use crate::error;
use crate::id::AppId;
use crate::store::Db;
use crate::time::Moment;
use clap::Args;
use reqwest::{Client, Url, redirect};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::thread::sleep;
use std::time::Duration;

/// How often the server is asked for what is new.
const PAUSE: Duration = Duration::from_millis(300);
/// Events of one reading.
const PAGE: usize = 100;
/// What an application is given to answer (as for its callbacks).
const PATIENCE: Duration = Duration::from_secs(15);

#[derive(Debug, Args)]
pub struct Listen {
    #[arg(value_parser = AppId::parse)]
    app: AppId,
    /// Pass each event on to this address of this machine, signed like a callback
    #[arg(long, value_name = "URL", value_parser = local)]
    forward: Option<Url>,
}

/// What happened after `after`; without it only up to where it has come.
#[derive(Debug, Serialize, Deserialize)]
pub struct Events {
    app: AppId,
    after: Option<i64>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Happened {
    last: i64,
    events: Vec<Event>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Event {
    id: String,
    kind: String,
    at: Moment,
    body: String,
    /// Of `webhook-timestamp` and `webhook-signature`.
    timestamp: i64,
    signature: String,
}

impl Listen {
    /// Ends only when it is stopped, or the server is.
    pub fn perform(self, config: &Config, json: bool) -> Result<Answer> {
        let forward = self.forward.map(Forward::open).transpose()?;
        let mut after = ask(config, &self.app, None)?.last;
        eprintln!("listening to {}; Ctrl-C ends it", self.app);
        loop {
            let happened = ask(config, &self.app, Some(after))?;
            for event in &happened.events {
                answer::line(&event.line(json))?;
                if let Some(forward) = &forward {
                    eprintln!("{}", forward.pass(event));
                }
            }
            after = happened.last;
            if happened.events.is_empty() {
                sleep(PAUSE);
            }
        }
    }
}

fn ask(config: &Config, app: &AppId, after: Option<i64>) -> Result<Happened> {
    let answer = call::server(config, &Task::Events(Events { app: app.clone(), after }))?;
    serde_json::from_value(answer.value).map_err(|e| Failure::new(Code::Failed, e.to_string()))
}

impl Event {
    fn line(&self, json: bool) -> String {
        if !json {
            return format!("{}  {}  {}", self.at, self.kind, self.body);
        }
        // The body is an object with members.
        format!("{{\"id\":\"{}\",{}", self.id, self.body.trim_start_matches('{'))
    }
}

impl Events {
    pub fn run(self, place: &Place) -> Result<Answer> {
        let happened = place.store.read_blocking(|db| self.look(db))?;
        Answer::new("", json!(happened))
    }

    fn look(&self, db: &Db) -> error::Result<Happened> {
        let app = application::get(db, &self.app)?.no;
        let Some(after) = self.after else {
            let (newest, _) = delivery::list(db, app, false, None, 1)?;
            return Ok(Happened { last: newest.first().map_or(0, |row| row.no), events: Vec::new() });
        };
        let now = Moment::now();
        let secrets = secret::callback_secrets(db, app, now)?;
        let rows = delivery::after(db, app, after, PAGE)?;
        let last = rows.last().map_or(after, |row| row.no);
        let event = |row: delivery::Delivery| {
            let signature = signature::sign(&secrets, &row.webhook_id, now, &row.body)?;
            let (id, kind, at, body) = (row.webhook_id, row.kind, row.created_at, row.body);
            Ok(Event { id, kind, at, body, timestamp: now.unix_seconds(), signature })
        };
        Ok(Happened { last, events: rows.into_iter().map(event).collect::<error::Result<_>>()? })
    }
}

/// Where events are passed on to.
struct Forward {
    url: Url,
    client: Client,
    runtime: tokio::runtime::Runtime,
}

impl Forward {
    fn open(url: Url) -> Result<Forward> {
        let client = Client::builder().no_proxy().redirect(redirect::Policy::none()).timeout(PATIENCE).build();
        let client = client.map_err(|e| Failure::new(Code::Failed, e.to_string()))?;
        Ok(Forward { url, client, runtime: serve::runtime()? })
    }

    /// One sentence on how that went.
    fn pass(&self, event: &Event) -> String {
        let request = self.client.post(self.url.clone()).body(event.body.clone());
        let request = request
            .header("content-type", "application/json")
            .header("webhook-id", &event.id)
            .header("webhook-timestamp", event.timestamp.to_string())
            .header("webhook-signature", &event.signature);
        match self.runtime.block_on(async { request.send().await }) {
            Ok(answer) => format!("  {} answered {}", self.url, answer.status()),
            Err(error) => format!("  {} could not be reached: {error}", self.url),
        }
    }
}

/// An address of this machine: events carry what people write.
fn local(text: &str) -> std::result::Result<Url, String> {
    let url = Url::parse(text).map_err(|e| e.to_string())?;
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let here = host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
    match here && matches!(url.scheme(), "http" | "https") {
        true => Ok(url),
        false => Err("events are only passed on to this machine, such as http://127.0.0.1:3000/parlour".into()),
    }
}
