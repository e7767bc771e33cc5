//! Passing events on to a program on this machine, as callbacks, and carrying its answers back.

use super::{Reply, Told};
use crate::cli::call;
use crate::cli::exit::{Code, Failure, Result};
use crate::cli::serve;
use crate::cli::task::Task;
use crate::config::Config;
use crate::id::AppId;
use reqwest::{Client, Url, redirect};
use std::fmt::{self, Display, Formatter};
use std::time::Duration;

/// What an application is given to answer (as for its callbacks).
const PATIENCE: Duration = Duration::from_secs(15);

/// Where events are passed on to.
pub struct Forward {
    url: Url,
    client: Client,
    runtime: tokio::runtime::Runtime,
}

/// What came of passing an event on; `how` goes on after the address.
pub enum Came {
    /// The program has it.
    Taken { how: String, body: String },
    /// It got it, or may have got it, and did not take it.
    Refused(String),
    /// Nobody was there.
    Away(String),
}

impl Display for Forward {
    fn fmt(&self, to: &mut Formatter<'_>) -> fmt::Result {
        write!(to, "{}", self.url)
    }
}

impl Forward {
    pub fn open(url: Url) -> Result<Forward> {
        let client = Client::builder().no_proxy().redirect(redirect::Policy::none()).timeout(PATIENCE).build();
        let client = client.map_err(|e| Failure::new(Code::Failed, e.to_string()))?;
        Ok(Forward { url, client, runtime: serve::runtime()? })
    }

    pub fn pass(&self, event: &Told) -> Came {
        self.runtime.block_on(self.post(event))
    }

    async fn post(&self, event: &Told) -> Came {
        let request = self.client.post(self.url.clone()).body(event.body.clone());
        let request = request
            .header("content-type", "application/json")
            .header("webhook-id", &event.webhook_id)
            .header("webhook-timestamp", event.timestamp.to_string())
            .header("webhook-signature", &event.signature);
        let answer = match request.send().await {
            Err(e) if e.is_connect() => return Came::Away("cannot be reached".into()),
            Err(e) if e.is_timeout() => return Came::Refused(format!("did not answer within {} s", PATIENCE.as_secs())),
            Err(_) => return Came::Refused("ended without an answer".into()),
            Ok(answer) => answer,
        };
        let status = answer.status();
        match answer.text().await {
            Err(_) => Came::Refused(format!("began an answer ({}) and did not end it", status.as_u16())),
            Ok(body) if status.is_success() => Came::Taken { how: format!("answered {}", status.as_u16()), body },
            Ok(_) => Came::Refused(format!("answered {}", status.as_u16())),
        }
    }
}

/// Gives the server an answer to a question; says what it became.
pub fn carry(config: &Config, app: &AppId, event: i64, body: String) -> Result<String> {
    let answer = call::server(config, &Task::Reply(Reply { app: app.clone(), event, body }))?;
    Ok(match answer.value["message"]["text"].as_str() {
        Some(text) => format!("replied: {text}"),
        None => "no reply".into(),
    })
}

/// An address of this machine: events carry what people write.
pub fn local(text: &str) -> std::result::Result<Url, String> {
    let url = Url::parse(text).map_err(|e| format!("{e}; write it whole, such as http://127.0.0.1:3000/parlour"))?;
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let here = host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
    match here && matches!(url.scheme(), "http" | "https") {
        true => Ok(url),
        false => Err("events are only passed on to this machine, such as http://127.0.0.1:3000/parlour".into()),
    }
}
