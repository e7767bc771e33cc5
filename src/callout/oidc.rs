//! Talking with an identity provider (OpenID Connect Core 1.0, authorization code flow): where a browser is sent, and whom the
//! code that it brings back belongs to. What went wrong is said for whoever mends it; a user hears less.

mod discovery;
mod examination;
mod exchange;
mod person;
mod provider;
#[cfg(test)]
mod tests;

pub use examination::{Examination, Look};
pub use exchange::refusal;
pub use provider::Providers;

use crate::apps::oidc::Oidc;
use crate::apps::oidc::flow::Flow;
use crate::apps::oidc::proof::{self, Expected, Refusal};
use crate::callout::{Callout, SIGN_INS, Vouched};
use crate::error::{Error, Result};
use crate::id::AppNo;
use crate::time::Moment;
use discovery::Discovery;
use exchange::Tokens;
use serde_json::Value;

/// Characters of what went wrong.
const SENTENCE: usize = 300;

/// An application's provider.
pub struct Whose<'a> {
    pub app: AppNo,
    pub settings: &'a Oidc,
    /// Of the client; none: it is public.
    pub secret: Option<&'a str>,
    /// `host:port` pairs that may be called although they are private or speak plain HTTP.
    pub approved: &'a [String],
    /// Where the provider sends browsers back to; it has the same text.
    pub back: &'a str,
}

/// What a browser brought back.
pub struct Returned<'a> {
    pub code: &'a str,
    /// Who says so (RFC 9207).
    pub issuer: Option<&'a str>,
}

impl Callout {
    /// The address at the provider to which a browser goes.
    pub async fn authorization(&self, whose: &Whose<'_>, flow: &Flow) -> Result<String> {
        let _slot = self.inner.flows.take(whose.app, SIGN_INS).ok_or_else(busy)?;
        let discovery = self.discovery(whose).await.map_err(brief)?;
        discovery.authorization(whose, flow)
    }

    /// Whom the code belongs to. `Unauthenticated`: it is not good, or the proof that came for it; `Forbidden`: the provider
    /// knows somebody whom the application does not want; `Unavailable`: the provider does not answer as it should.
    pub async fn redeem(&self, whose: &Whose<'_>, flow: &Flow, returned: &Returned<'_>) -> Result<Vouched> {
        let _slot = self.inner.flows.take(whose.app, SIGN_INS).ok_or_else(busy)?;
        self.redeem_at_length(whose, flow, returned).await.map_err(brief)
    }

    async fn redeem_at_length(&self, whose: &Whose<'_>, flow: &Flow, returned: &Returned<'_>) -> Result<Vouched> {
        let discovery = self.discovery(whose).await?;
        require_issuer(&discovery, returned.issuer)?;
        let tokens = self.exchange(whose, &discovery, (flow, returned.code)).await?;
        let claims = self.prove(whose, &discovery, (flow, &tokens)).await?;
        let more = match person::lacks(whose.settings, &claims) {
            true => self.userinfo(whose, &discovery, (&tokens, &claims)).await?,
            false => Value::Null,
        };
        person::read(whose.settings, &claims, &more)
    }

    /// How many keys the provider signs with: asks for its documents anew.
    pub async fn try_provider(&self, whose: &Whose<'_>) -> Result<usize> {
        self.inner.providers.forget(whose.app);
        let discovery = self.discovery(whose).await.map_err(brief)?;
        self.keys(whose, &discovery).await.map(|keys| keys.usable()).map_err(brief)
    }

    /// What the ID token says, where it is good. A key that is not known is looked for once more, but not all the time.
    async fn prove(&self, whose: &Whose<'_>, discovery: &Discovery, (flow, tokens): (&Flow, &Tokens)) -> Result<Value> {
        let settings = whose.settings;
        let expected = Expected { issuer: &settings.issuer, client: &settings.client, nonce: &flow.nonce, now: Moment::now() };
        let keys = self.keys(whose, discovery).await?;
        let mut verdict = proof::verify(&keys, &expected, &tokens.id_token);
        if verdict == Err(Refusal::UnknownKey) && self.inner.providers.may_ask_again(whose.app) {
            let fresh = self.keys(whose, discovery).await?;
            verdict = proof::verify(&fresh, &expected, &tokens.id_token);
        }
        verdict.map_err(|refusal| {
            let reason = match refusal {
                Refusal::UnknownKey => "its key is none of the provider's".into(),
                Refusal::Wrong(reason) => reason,
            };
            Error::Unauthenticated(format!("the ID token is not good: {reason}"))
        })
    }
}

/// A code that another provider gave must not be brought to this one (RFC 9207 §2.4).
fn require_issuer(discovery: &Discovery, said: Option<&str>) -> Result<()> {
    match said {
        Some(said) if said == discovery.issuer => Ok(()),
        None if !discovery.authorization_response_iss_parameter_supported => Ok(()),
        said => Err(Error::Unauthenticated(format!("the answer is from {said:?}, expected {}", discovery.issuer))),
    }
}

/// What the provider says of itself is repeated in logs and in the console: one line of it, and no more.
fn brief(error: Error) -> Error {
    let one = |text: String| text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(SENTENCE).collect();
    match error {
        Error::Unauthenticated(text) => Error::Unauthenticated(one(text)),
        Error::Forbidden(text) => Error::Forbidden(one(text)),
        Error::Unavailable(text) => Error::Unavailable(one(text)),
        other => other,
    }
}

fn busy() -> Error {
    Error::Unavailable("too many sign-ins wait for the provider's answer; try again later".into())
}
