//! Tokens that an application signs for its users (JWT, RFC 7519). The algorithm and the key come from the application's
//! record alone; nothing that a token says about itself chooses them.

pub mod fault;

use crate::apps::application::Application;
use crate::error::{Error, Result};
use crate::id::UserId;
use crate::time::Moment;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use std::time::Duration;

/// The furthest that a token's end may lie ahead.
const LONGEST: Duration = Duration::from_secs(24 * 3600);
/// How far two clocks may differ.
const LEEWAY: Duration = Duration::from_secs(30);
/// The longest token that is looked at.
const BYTES: usize = 8 * 1024;

/// What a good token says of a user.
#[derive(Debug, Clone)]
pub struct Claims {
    pub sub: UserId,
    pub name: Option<String>,
    pub email: Option<String>,
    pub exp: Moment,
}

#[derive(Deserialize)]
struct Payload {
    sub: UserId,
    name: Option<String>,
    email: Option<String>,
    /// Some libraries write seconds with a fraction.
    exp: f64,
    nbf: Option<f64>,
}

/// Whether a text has the form of a token, to tell it from what Parlour itself gives out.
pub fn looks_like(text: &str) -> bool {
    text.starts_with("ey") && text.split('.').count() == 3
}

/// What `token` says, where it is good for this application now. `secrets` are those of HS256.
pub fn verify(application: &Application, secrets: &[String], token: &str, now: Moment) -> Result<Claims> {
    if token.len() > BYTES {
        return Err(Error::TooLarge(format!("a token has at most {BYTES} bytes")));
    }
    let algorithm = algorithm(&application.token_algorithm)?;
    let keys: Vec<DecodingKey> = match &application.token_key {
        Some(pem) => vec![public_key(algorithm, pem)?],
        None => secrets.iter().map(|secret| DecodingKey::from_secret(secret.as_bytes())).collect(),
    };
    let validation = validation(algorithm, application.id.as_str());
    let payload =
        keys.iter().find_map(|key| jsonwebtoken::decode::<Payload>(token, key, &validation).ok()).map(|token| token.claims);
    let payload = payload.ok_or_else(|| refused("it is not signed by this application for Parlour"))?;
    let exp = within(&payload, now)?;
    Ok(Claims { sub: payload.sub, name: payload.name, email: payload.email, exp })
}

/// Whether `pem` is a public key for this algorithm.
pub fn check_key(algorithm_name: &str, pem: &str) -> Result<()> {
    public_key(algorithm(algorithm_name)?, pem).map(|_| ())
}

fn algorithm(name: &str) -> Result<Algorithm> {
    match name {
        "HS256" => Ok(Algorithm::HS256),
        "RS256" => Ok(Algorithm::RS256),
        "ES256" => Ok(Algorithm::ES256),
        "EdDSA" => Ok(Algorithm::EdDSA),
        _ => Err(Error::invalid("token_algorithm", "expected HS256, RS256, ES256 or EdDSA")),
    }
}

fn public_key(algorithm: Algorithm, pem: &str) -> Result<DecodingKey> {
    if pem.contains("PRIVATE KEY") {
        return Err(Error::invalid("token_key", "this is a private key; only the public one belongs here"));
    }
    let key = match algorithm {
        Algorithm::RS256 => DecodingKey::from_rsa_pem(pem.as_bytes()),
        Algorithm::ES256 => DecodingKey::from_ec_pem(pem.as_bytes()),
        Algorithm::EdDSA => DecodingKey::from_ed_pem(pem.as_bytes()),
        _ => return Err(Error::invalid("token_key", "this algorithm has no public key")),
    };
    key.map_err(|_| Error::invalid("token_key", format!("this is no public key in PEM form for {algorithm:?}")))
}

/// Signature and audience; times are compared with our own clock in `within`.
fn validation(algorithm: Algorithm, audience: &str) -> Validation {
    let mut validation = Validation::new(algorithm);
    validation.set_required_spec_claims(&["exp", "aud", "sub"]);
    validation.set_audience(&[audience]);
    validation.validate_exp = false;
    validation
}

/// When the token ends, if that is ahead and not too far.
fn within(payload: &Payload, now: Moment) -> Result<Moment> {
    let exp = seconds(payload.exp);
    if exp.plus(LEEWAY) <= now {
        return Err(refused("it has expired"));
    }
    if exp > now.plus(LONGEST + LEEWAY) {
        return Err(refused("it ends more than 24 hours ahead"));
    }
    if payload.nbf.is_some_and(|nbf| seconds(nbf) > now.plus(LEEWAY)) {
        return Err(refused("it is not valid yet"));
    }
    Ok(exp)
}

fn seconds(value: f64) -> Moment {
    Moment((value * 1000.0) as i64)
}

fn refused(reason: &str) -> Error {
    Error::Unauthenticated(format!("this token is not accepted: {reason}"))
}

#[cfg(test)]
mod tests;
