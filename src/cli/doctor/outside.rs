//! The way that browsers and applications take to the server, with whatever proxy stands in it.

use crate::id::AppId;
use crate::jobs::doctor::Finding;
use reqwest::{Client, Response, redirect};
use serde_json::Value;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(10);
/// Origins that are tried.
const PAGES: usize = 5;
/// A key that nobody has: refused as wrong where it arrives, as missing where something takes it away.
const KEY: &str = "pk_of_nobody";

pub async fn look(origin: &str, app: &AppId, origins: &[String]) -> Vec<Finding> {
    let client = match Client::builder().http1_only().no_proxy().redirect(redirect::Policy::none()).timeout(PATIENCE).build() {
        Ok(client) => client,
        Err(error) => return vec![Finding::wrong("reachable", error.to_string(), "report this")],
    };
    let reached = reached(&client, origin).await;
    if reached.mend.is_some() {
        return vec![reached];
    }
    let mut findings =
        vec![reached, rest(&client, origin).await, widget(&client, origin, app).await, socket(&client, origin).await];
    for page in origins.iter().take(PAGES) {
        findings.push(admitted(&client, (origin, app), page).await);
    }
    findings
}

async fn get(client: &Client, address: String) -> Result<Response, String> {
    let sent = client.get(&address).bearer_auth(KEY).send().await;
    sent.map_err(|error| format!("{address} cannot be reached: {}", cause(&error)))
}

/// The innermost reason: "connection refused" instead of "error sending request".
fn cause(error: &dyn std::error::Error) -> String {
    error.source().map_or_else(|| error.to_string(), cause)
}

async fn reached(client: &Client, origin: &str) -> Finding {
    let mend = "is public-url the address that browsers use, and does its proxy pass to this server?";
    match get(client, format!("{origin}/healthz")).await {
        Ok(answer) if answer.status() == 200 && answer.headers().contains_key("x-request-id") => {
            Finding::good("reachable", origin)
        }
        Ok(answer) => Finding::wrong("reachable", format!("{origin} answers {}, but is not this server", answer.status()), mend),
        Err(reason) => Finding::wrong("reachable", reason, mend),
    }
}

async fn rest(client: &Client, origin: &str) -> Finding {
    let address = format!("{origin}/api/v1/users");
    let status_and_detail = match get(client, address.clone()).await {
        Ok(answer) => {
            let status = answer.status();
            let text = answer.text().await.unwrap_or_default();
            let problem: Value = serde_json::from_str(&text).unwrap_or_default();
            (status, problem["detail"].as_str().unwrap_or_default().to_string())
        }
        Err(reason) => return Finding::wrong("REST", reason, "does the proxy pass /api?"),
    };
    match status_and_detail {
        (status, detail) if status == 401 && detail.contains("not valid") => Finding::good("REST", address),
        (status, _) if status == 401 => {
            let mend = "something on the way takes the Authorization header away: let the proxy pass it";
            Finding::wrong("REST", "keys do not arrive", mend)
        }
        (status, _) => Finding::wrong("REST", format!("{address} answers {status}"), "does the proxy pass /api unchanged?"),
    }
}

async fn widget(client: &Client, origin: &str, app: &AppId) -> Finding {
    let address = format!("{origin}/widget?app={app}");
    match get(client, address.clone()).await {
        Ok(answer) if answer.status() != 200 => {
            Finding::wrong("widget", format!("{address} answers {}", answer.status()), "does the proxy pass /widget unchanged?")
        }
        Ok(answer) if answer.headers().contains_key("x-frame-options") => {
            let mend = "let the proxy not add X-Frame-Options: it keeps the application's pages from showing the widget";
            Finding::wrong("widget", "the proxy forbids to show it in a frame", mend)
        }
        Ok(_) => Finding::good("widget", address),
        Err(reason) => Finding::wrong("widget", reason, "does the proxy pass /widget?"),
    }
}

/// Only the handshake (RFC 6455, 4.1).
async fn socket(client: &Client, origin: &str) -> Finding {
    let mend = "let the proxy pass Upgrade and Connection for /ws (docs/operate.md shows how)";
    let address = format!("{origin}/ws");
    let request = client.get(&address).header("connection", "Upgrade").header("upgrade", "websocket").header("origin", origin);
    let request = request
        .header("sec-websocket-version", "13")
        .header("sec-websocket-key", "cGFybG91ci1kb2N0b3Ihdw==")
        .header("sec-websocket-protocol", "parlour.v1");
    match request.send().await {
        Ok(answer) if answer.status() == 101 => Finding::good("WebSocket", address),
        Ok(answer) => Finding::wrong("WebSocket", format!("{address} answers {} instead of 101", answer.status()), mend),
        Err(error) => Finding::wrong("WebSocket", format!("{address} cannot be reached: {}", cause(&error)), mend),
    }
}

/// Whether a page of the application may speak to this server (the CORS protocol of the Fetch standard).
async fn admitted(client: &Client, (origin, app): (&str, &AppId), page: &str) -> Finding {
    let check = "origin";
    let address = format!("{origin}/client/application?app={app}");
    match client.get(&address).header("origin", page).send().await {
        Ok(answer) => match answer.headers().get("access-control-allow-origin").and_then(|value| value.to_str().ok()) {
            Some(allowed) if allowed == page => Finding::good(check, format!("pages at {page} may use it")),
            Some(allowed) => {
                let mend = "let the proxy not write Access-Control-Allow-Origin itself";
                Finding::wrong(check, format!("pages at {page} are told that only {allowed} may use it"), mend)
            }
            None => {
                let mend = "let the proxy pass Origin in and Access-Control-Allow-Origin out";
                Finding::wrong(check, format!("pages at {page} are not allowed, {address} answers {}", answer.status()), mend)
            }
        },
        Err(error) => {
            Finding::wrong(check, format!("{address} cannot be reached: {}", cause(&error)), "does the proxy pass /client?")
        }
    }
}
