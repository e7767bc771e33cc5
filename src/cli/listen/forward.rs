//! Passing events on to a program on this machine, as callbacks, and carrying its answers back.

use super::{Reply, Told};
use crate::cli::call;
use crate::cli::exit::{Code, Failure, Result};
use crate::cli::serve;
use crate::cli::task::Task;
use crate::config::Config;
use crate::id::AppId;
use reqwest::{Client, Url, redirect};
use std::time::Duration;

/// What an application is given to answer (as for its callbacks).
const PATIENCE: Duration = Duration::from_secs(15);

/// Where events are passed on to.
pub struct Forward {
    url: Url,
    client: Client,
    runtime: tokio::runtime::Runtime,
}

impl Forward {
    pub fn open(url: Url) -> Result<Forward> {
        let client = Client::builder().no_proxy().redirect(redirect::Policy::none()).timeout(PATIENCE).build();
        let client = client.map_err(|e| Failure::new(Code::Failed, e.to_string()))?;
        Ok(Forward { url, client, runtime: serve::runtime()? })
    }

    /// One sentence on how that went.
    pub fn pass(&self, config: &Config, app: &AppId, event: &Told) -> String {
        match self.runtime.block_on(self.post(event)) {
            Err(reason) if event.is_open => format!("  {} {reason}; the question stays open", self.url),
            Err(reason) => format!("  {} {reason}", self.url),
            Ok((status, body)) => match event.id.filter(|_| event.is_open && (200..300).contains(&status)) {
                Some(id) => format!("  {} answered {status}; {}", self.url, carry(config, app, id, body)),
                None => format!("  {} answered {status}", self.url),
            },
        }
    }

    async fn post(&self, event: &Told) -> std::result::Result<(u16, String), String> {
        let request = self.client.post(self.url.clone()).body(event.body.clone());
        let request = request
            .header("content-type", "application/json")
            .header("webhook-id", &event.webhook_id)
            .header("webhook-timestamp", event.timestamp.to_string())
            .header("webhook-signature", &event.signature);
        let answer = request.send().await.map_err(|e| format!("could not be reached: {e}"))?;
        let status = answer.status().as_u16();
        answer.text().await.map(|body| (status, body)).map_err(|e| format!("answered {status} and then failed: {e}"))
    }
}

fn carry(config: &Config, app: &AppId, event: i64, body: String) -> String {
    match call::server(config, &Task::Reply(Reply { app: app.clone(), event, body })) {
        Ok(answer) if answer.value["message"].is_null() => "no reply".into(),
        Ok(answer) => format!("replied: {}", answer.value["message"]["text"].as_str().unwrap_or_default()),
        Err(failure) => format!("the answer does not count: {}", failure.sentence),
    }
}

/// An address of this machine: events carry what people write.
pub fn local(text: &str) -> std::result::Result<Url, String> {
    let url = Url::parse(text).map_err(|e| e.to_string())?;
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let here = host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
    match here && matches!(url.scheme(), "http" | "https") {
        true => Ok(url),
        false => Err("events are only passed on to this machine, such as http://127.0.0.1:3000/parlour".into()),
    }
}
