//! Looking at a provider for whoever set it up: its document, its keys, whether it knows our client and where it sends browsers
//! back, each as it was asked and answered. What is brought to it is made up, and nothing follows from that.

use crate::apps::oidc::flow::{self, Flow};
use crate::callout::Callout;
use crate::callout::call::{Answer, Fault, fault};
use crate::callout::oidc::Whose;
use crate::callout::oidc::discovery::{Discovery, document};
use crate::callout::oidc::exchange::{self, Brought};
use crate::callout::tried::elapsed;
use crate::error::{Error, Result};
use crate::id::AppId;
use crate::time::Moment;
use reqwest::{Client, RequestBuilder, Url};
use serde_json::{Value, json};

/// Bytes of an answer that are shown.
const SHOWN: usize = 1024;
/// What no provider ever gave.
const CODE: &str = "parlour-doctor";
/// Seals a flow from which no browser ever comes back: any key does.
const KEY: &str = "parlour-doctor";

/// One call, and what came of it.
#[derive(Debug)]
pub struct Look {
    /// What was asked, without anything secret.
    pub request: String,
    /// None: no answer came.
    pub status: Option<u16>,
    pub kind: String,
    /// The beginning of the answer.
    pub text: String,
    /// All of it; or why there is none.
    pub body: std::result::Result<Vec<u8>, String>,
    /// Where a redirect points to.
    pub location: Option<String>,
    /// Its clock.
    pub date: Option<Moment>,
    pub ms: i64,
}

/// Everything that was asked; what could not be asked, because the document does not say where, is none.
#[derive(Debug)]
pub struct Examination {
    pub document: Look,
    /// What it says; null where it is none.
    pub said: Value,
    pub keys: Option<Look>,
    /// A browser of somebody who is not signed in there, who must not be asked (`prompt=none`).
    pub sent: Option<Look>,
    /// A code that was made up, brought by our client.
    pub brought: Option<Look>,
}

impl Callout {
    /// Asks the provider everything, and remembers nothing of it.
    pub async fn examine_provider(&self, whose: &Whose<'_>, app: &AppId) -> Result<Examination> {
        let address = document(&whose.settings.issuer);
        let document = self.look_at(whose, (format!("GET {address}"), &address), |client, url| client.get(url)).await;
        let said: Value = document.body.as_deref().ok().and_then(|body| serde_json::from_slice(body).ok()).unwrap_or_default();
        let mut found = Examination { document, said, keys: None, sent: None, brought: None };
        if found.document.status != Some(200) || found.said["issuer"] != whose.settings.issuer.as_str() {
            return Ok(found);
        }
        if let Some(keys) = found.said["jwks_uri"].as_str() {
            found.keys = Some(self.look_at(whose, (format!("GET {keys}"), keys), |client, url| client.get(url)).await);
        }
        if let Ok(discovery) = serde_json::from_value::<Discovery>(found.said.clone()) {
            let flow = Flow::of(&flow::root(KEY)?, app, &whose.settings.issuer)?.ok_or_else(|| Error::internal("no flow"))?;
            found.sent = Some(self.send(whose, &discovery, &flow).await);
            found.brought = Some(self.bring(whose, &discovery, &flow).await);
        }
        Ok(found)
    }

    async fn send(&self, whose: &Whose<'_>, discovery: &Discovery, flow: &Flow) -> Look {
        let endpoint = &discovery.authorization_endpoint;
        let request = format!("GET {endpoint}, as a browser that must not be asked (prompt=none)");
        match discovery.authorization(whose, flow) {
            Ok(url) => self.look_at(whose, (request, &format!("{url}&prompt=none")), |client, url| client.get(url)).await,
            Err(error) => Look::of(request, Err(fault(error.to_string())), Moment::now()),
        }
    }

    async fn bring(&self, whose: &Whose<'_>, discovery: &Discovery, flow: &Flow) -> Look {
        let endpoint = &discovery.token_endpoint;
        let request = format!("POST {endpoint} with a made-up code");
        match Brought::new(whose, discovery, (flow, CODE)) {
            Ok(brought) => self.look_at(whose, (request, endpoint), |client, url| brought.post(client, url)).await.reserved(),
            Err(error) => Look::of(request, Err(fault(error.to_string())), Moment::now()),
        }
    }

    async fn look_at(
        &self,
        whose: &Whose<'_>,
        (request, address): (String, &str),
        begin: impl FnOnce(&Client, Url) -> RequestBuilder,
    ) -> Look {
        let begun = Moment::now();
        Look::of(request, self.fetch_whole(whose, address, begin).await, begun)
    }
}

impl Look {
    /// Of the answer to something secret, the code alone: the rest may repeat what was sent.
    fn reserved(mut self) -> Look {
        let code = self.body.as_deref().ok().and_then(exchange::refusal);
        self.text = code.map(|code| json!({"error": code}).to_string()).unwrap_or_default();
        self
    }

    fn of(request: String, answer: std::result::Result<Answer, Fault>, begun: Moment) -> Look {
        let ms = elapsed(begun);
        match answer {
            Ok(Answer { status, head, body, .. }) => {
                let text = String::from_utf8_lossy(&body[..body.len().min(SHOWN)]).into_owned();
                let kind = head.content_type.unwrap_or_default();
                let (location, date) = (head.location, head.date);
                Look { request, status: Some(status), kind, text, body: Ok(body), location, date, ms }
            }
            Err(Fault { status, reason }) => {
                let (kind, text) = (String::new(), String::new());
                Look { request, status, kind, text, body: Err(reason), location: None, date: None, ms }
            }
        }
    }
}
