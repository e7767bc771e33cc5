//! The document in which a provider says where it is asked what (OpenID Connect Discovery 1.0 §3, §4).

use crate::apps::oidc::flow::Flow;
use crate::callout::Callout;
use crate::callout::call::{Answer, Fault, Head, QUESTION, explain, fault, read};
use crate::callout::guard;
use crate::callout::oidc::Whose;
use crate::error::{Error, Result};
use reqwest::{Client, RequestBuilder, Url, header};
use serde::Deserialize;

/// The most that a provider answers.
const BYTES: usize = 512 * 1024;

#[derive(Debug, Clone, Deserialize)]
pub struct Discovery {
    pub issuer: String,
    pub authorization_endpoint: String,
    pub token_endpoint: String,
    pub jwks_uri: String,
    pub userinfo_endpoint: Option<String>,
    /// Where it says nothing, `client_secret_basic` is meant.
    pub token_endpoint_auth_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    pub authorization_response_iss_parameter_supported: bool,
}

impl Discovery {
    /// The address for the browser, with all that the provider is to know. It is opened there and never fetched by us.
    pub fn authorization(&self, whose: &Whose<'_>, flow: &Flow) -> Result<String> {
        let wrong = || Error::Unavailable("its authorization_endpoint is no address to which a browser can be sent".into());
        let mut url = Url::parse(&self.authorization_endpoint).map_err(|_| wrong())?;
        let host = format!("{}:{}", url.host_str().unwrap_or_default(), url.port_or_known_default().unwrap_or_default());
        let secure = url.scheme() == "https" || url.scheme() == "http" && whose.approved.contains(&host);
        if !secure || url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
            return Err(wrong());
        }
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &whose.settings.client)
            .append_pair("redirect_uri", whose.back)
            .append_pair("scope", &whose.settings.scopes.join(" "))
            .append_pair("state", &flow.state)
            .append_pair("nonce", &flow.nonce)
            .append_pair("code_challenge", &flow.challenge())
            .append_pair("code_challenge_method", "S256");
        Ok(url.into())
    }
}

/// Where the document of an issuer lies (§4.1).
pub fn document(issuer: &str) -> String {
    format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'))
}

impl Callout {
    /// Asks for the document. Its issuer has to be the one that is set, to the letter: who answers for another one is another.
    pub(super) async fn discover(&self, whose: &Whose<'_>) -> Result<Discovery> {
        let issuer = &whose.settings.issuer;
        let address = document(issuer);
        let (status, body) = self.fetch(whose, ("its discovery document", &address), |client, url| client.get(url)).await?;
        if status != 200 {
            return Err(Error::Unavailable(format!("its discovery document: {address} answered {status}")));
        }
        let unread =
            |error: serde_json::Error| Error::Unavailable(format!("its discovery document: {address} is not one: {error}"));
        let found: Discovery = serde_json::from_slice(&body).map_err(unread)?;
        match found.issuer == *issuer {
            true => Ok(found),
            false => Err(Error::Unavailable(format!("it calls itself {}, and {issuer} is set as its issuer", found.issuer))),
        }
    }

    /// One call to an address of the provider, through the guard. `what` is asked, in words.
    pub(super) async fn fetch(
        &self,
        whose: &Whose<'_>,
        (what, address): (&str, &str),
        begin: impl FnOnce(&Client, Url) -> RequestBuilder,
    ) -> Result<(u16, Vec<u8>)> {
        let answer = self.fetch_whole(whose, address, begin).await;
        answer.map(|answer| (answer.status, answer.body)).map_err(|fault| Error::Unavailable(format!("{what}: {}", fault.reason)))
    }

    /// The same, with the head of the answer.
    pub(super) async fn fetch_whole(
        &self,
        whose: &Whose<'_>,
        address: &str,
        begin: impl FnOnce(&Client, Url) -> RequestBuilder,
    ) -> std::result::Result<Answer, Fault> {
        let asked = tokio::time::timeout(QUESTION.time, self.fetch_at_leisure(whose, address, begin)).await;
        asked.unwrap_or_else(|_| Err(fault(format!("it did not answer within {} s", QUESTION.time.as_secs()))))
    }

    async fn fetch_at_leisure(
        &self,
        whose: &Whose<'_>,
        address: &str,
        begin: impl FnOnce(&Client, Url) -> RequestBuilder,
    ) -> std::result::Result<Answer, Fault> {
        let inner = &self.inner;
        let refused = |error: Error| fault(error.sentence());
        let target = guard::parse(address, whose.approved).map_err(refused)?;
        let addresses = target.check(&inner.outside.resolve(&target).await?, &inner.outside.own).map_err(refused)?;
        let client = inner.sign_ins.client(whose.app, &target, &addresses).map_err(refused)?;
        let request = begin(&client, target.url).header(header::ACCEPT, "application/json");
        let response = request.send().await.map_err(|error| explain(&error))?;
        let mut answer =
            Answer { status: response.status().as_u16(), retry_after: None, head: Head::of(&response), body: Vec::new() };
        read(response, BYTES, &mut answer.body).await?;
        Ok(answer)
    }
}
