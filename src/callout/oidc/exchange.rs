//! The code for the tokens (OpenID Connect Core 1.0 §3.1.3), and the access token for what the ID token does not say (§5.3).

use crate::apps::oidc::flow::Flow;
use crate::callout::Callout;
use crate::callout::oidc::Whose;
use crate::callout::oidc::discovery::Discovery;
use crate::error::{Error, Result};
use crate::secret;
use reqwest::{Client, RequestBuilder, Url, header};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
pub struct Tokens {
    pub id_token: String,
    access_token: Option<String>,
}

/// How a client says who it is.
#[derive(Debug, PartialEq, Eq)]
enum Method {
    /// In the head (`client_secret_basic`).
    Basic,
    /// In the form (`client_secret_post`).
    Post,
    /// By its id alone: a public client.
    None,
}

impl Callout {
    pub(super) async fn exchange(&self, whose: &Whose<'_>, discovery: &Discovery, (flow, code): (&Flow, &str)) -> Result<Tokens> {
        let brought = Brought::new(whose, discovery, (flow, code))?;
        let begin = |http: &Client, url: Url| brought.post(http, url);
        let (status, body) = self.fetch(whose, ("its token", &discovery.token_endpoint), begin).await?;
        understand(status, &body)
    }

    /// Nothing where it does not answer: what is needed and missing is said later. What it says of somebody else is refused.
    pub(super) async fn userinfo(
        &self,
        whose: &Whose<'_>,
        discovery: &Discovery,
        (tokens, claims): (&Tokens, &Value),
    ) -> Result<Value> {
        let (Some(address), Some(token)) = (&discovery.userinfo_endpoint, &tokens.access_token) else { return Ok(Value::Null) };
        let bearer = format!("Bearer {token}");
        let begin = |http: &Client, url: Url| http.get(url).header(header::AUTHORIZATION, bearer);
        let answer = self.fetch(whose, ("its userinfo", address), begin).await;
        let said: Value = match answer {
            Ok((200, body)) => serde_json::from_slice(&body).unwrap_or_default(),
            Ok((status, _)) => {
                tracing::warn!(issuer = %discovery.issuer, status, "no userinfo from an identity provider");
                Value::Null
            }
            Err(error) => {
                tracing::warn!(issuer = %discovery.issuer, reason = %error, "no userinfo from an identity provider");
                Value::Null
            }
        };
        match said.is_null() || said["sub"] == claims["sub"] {
            true => Ok(said),
            false => Err(Error::Unauthenticated("its userinfo is of somebody else".into())),
        }
    }
}

/// A code, with what shows who brings it.
pub struct Brought {
    body: String,
    basic: Option<String>,
}

impl Brought {
    pub fn new(whose: &Whose<'_>, discovery: &Discovery, (flow, code): (&Flow, &str)) -> Result<Brought> {
        let method = method(whose, discovery)?;
        let client = &whose.settings.client;
        let mut fields = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", whose.back),
            ("code_verifier", &flow.verifier),
        ];
        let secret = whose.secret.unwrap_or_default();
        match method {
            Method::Basic => {}
            Method::Post => fields.extend([("client_id", client.as_str()), ("client_secret", secret)]),
            Method::None => fields.push(("client_id", client)),
        }
        let basic = (method == Method::Basic).then(|| basic(client, secret)).transpose()?;
        Ok(Brought { body: form(&fields)?, basic })
    }

    pub fn post(self, http: &Client, url: Url) -> RequestBuilder {
        let request = http.post(url).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(self.body);
        self.basic.into_iter().fold(request, |request, value| request.header(header::AUTHORIZATION, value))
    }
}

/// What the provider takes, the one that standards prefer first (RFC 6749 §2.3.1).
fn method(whose: &Whose<'_>, discovery: &Discovery) -> Result<Method> {
    let offered = discovery.token_endpoint_auth_methods_supported.as_deref();
    let takes = |name: &str| offered.is_some_and(|all| all.iter().any(|known| known == name));
    match whose.secret {
        None => Ok(Method::None),
        Some(_) if offered.is_none() || takes("client_secret_basic") => Ok(Method::Basic),
        Some(_) if takes("client_secret_post") => Ok(Method::Post),
        Some(_) => Err(Error::Unavailable("its token: it takes a secret neither by Basic nor in the form".into())),
    }
}

/// Id and secret are encoded as in a form before they are put together (RFC 6749 §2.3.1).
fn basic(client: &str, given: &str) -> Result<String> {
    let encoded = |text: &str| form(&[("x", text)]).map(|pair| pair[2..].to_string());
    Ok(format!("Basic {}", secret::encode(format!("{}:{}", encoded(client)?, encoded(given)?).as_bytes())))
}

fn form(fields: &[(&str, &str)]) -> Result<String> {
    let mut url = Url::parse("http://form.invalid/").map_err(Error::internal)?;
    url.query_pairs_mut().extend_pairs(fields);
    Ok(url.query().unwrap_or_default().into())
}

/// The code of its refusal (RFC 6749 §5.2), one word. What it says beyond that may repeat what was sent, the secret too.
pub fn refusal(body: &[u8]) -> Option<String> {
    let said: Value = serde_json::from_slice(body).ok()?;
    let is_word = |code: &&str| code.len() <= 60 && code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    said["error"].as_str().filter(is_word).map(str::to_string)
}

fn understand(status: u16, body: &[u8]) -> Result<Tokens> {
    if status == 200 {
        let unread = |_| Error::Unavailable("its token: the answer has no ID token; is openid among the client's scopes?".into());
        return serde_json::from_slice(body).map_err(unread);
    }
    let code = refusal(body).unwrap_or_else(|| "no reason".into());
    match code.as_str() {
        "invalid_grant" => Err(Error::Unauthenticated("its token: the code was used already, is too old, or not ours".into())),
        "invalid_client" | "unauthorized_client" => {
            Err(Error::Unavailable(format!("its token: it answered {status}, {code}: are the client's id and secret right?")))
        }
        _ => Err(Error::Unavailable(format!("its token: it answered {status}, {code}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn id_and_secret_are_encoded_before_they_are_put_together() {
        // RFC 6749 §2.3.1: a colon or a percent sign in one of them must not end it
        let text = basic("im:1", "a b+c%é").unwrap();
        assert_eq!(text, format!("Basic {}", secret::encode(b"im%3A1:a+b%2Bc%25%C3%A9")));
    }

    #[test]
    fn what_the_provider_refuses_is_told_apart() {
        assert!(matches!(understand(400, br#"{"error":"invalid_grant"}"#), Err(Error::Unauthenticated(_))));
        for body in [&br#"{"error":"invalid_client"}"#[..], b"", b"<html>", br#"{"error":{}}"#] {
            assert!(matches!(understand(401, body), Err(Error::Unavailable(_))), "{body:?}");
        }
        assert!(matches!(understand(200, br#"{"access_token":"x"}"#), Err(Error::Unavailable(_))));
    }
}
