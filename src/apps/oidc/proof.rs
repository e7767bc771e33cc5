//! ID tokens (OpenID Connect Core 1.0 §2, §3.1.3.7): whether one was made by this provider, for this client, for this sign-in,
//! just now. The key comes from the provider's own set alone; the token only says which one of them.

use crate::error::{Error, Result};
use crate::secret;
use crate::time::Moment;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::Value;

/// Public keys only: with `HS256` whoever knows a public key could sign with it.
const ALGORITHMS: [Algorithm; 4] = [Algorithm::RS256, Algorithm::PS256, Algorithm::ES256, Algorithm::EdDSA];
/// The longest token that is looked at.
const BYTES: usize = 32 * 1024;
/// Keys of one provider.
const KEYS: usize = 100;
/// Seconds by which two clocks may differ.
const SKEW: f64 = 60.0;
/// Seconds after which a token is no answer to the code that was redeemed now.
const AGE: f64 = 15.0 * 60.0;

/// A provider's keys (JWK Set, RFC 7517 §5). One of an unknown kind is passed over.
#[derive(Debug, Clone)]
pub struct Keys(Vec<Jwk>);

impl Keys {
    pub fn parse(body: &[u8]) -> Result<Keys> {
        let wrong = || Error::invalid("", "its keys are no JWK Set (JSON with a list `keys`)");
        let set: Value = serde_json::from_slice(body).map_err(|_| wrong())?;
        let list = set.get("keys").and_then(Value::as_array).ok_or_else(wrong)?;
        let keys = list.iter().take(KEYS).filter_map(|key| serde_json::from_value(key.clone()).ok());
        Ok(Keys(keys.collect()))
    }

    /// How many of them could sign a token that is taken.
    pub fn usable(&self) -> usize {
        self.0.iter().filter(|key| ALGORITHMS.iter().any(|algorithm| fits(key, *algorithm))).count()
    }
}

/// What a token has to say.
pub struct Expected<'a> {
    pub issuer: &'a str,
    pub client: &'a str,
    pub nonce: &'a str,
    pub now: Moment,
}

/// Why a token is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Its key is none that is known: perhaps the provider has new ones.
    UnknownKey,
    Wrong(String),
}

/// The claims of a token that is good.
pub fn verify(keys: &Keys, expected: &Expected, token: &str) -> std::result::Result<Value, Refusal> {
    let claims = signed(keys, token)?;
    let faults = [issuer(&claims, expected), audience(&claims, expected), time(&claims, expected), nonce(&claims, expected)];
    match faults.into_iter().flatten().next() {
        Some(fault) => Err(Refusal::Wrong(fault)),
        None => Ok(claims),
    }
}

/// What stands in a token, where its signature is by one of the keys.
fn signed(keys: &Keys, token: &str) -> std::result::Result<Value, Refusal> {
    let wrong = |reason: &str| Refusal::Wrong(reason.into());
    if token.len() > BYTES {
        return Err(wrong("it is too long"));
    }
    let head =
        jsonwebtoken::decode_header(token).map_err(|_| wrong("it is no JWT, or signed by none of RS256, PS256, ES256, EdDSA"))?;
    if !ALGORITHMS.contains(&head.alg) {
        return Err(Refusal::Wrong(format!("it is signed by {:?}, and none but RS256, PS256, ES256, EdDSA is taken", head.alg)));
    }
    if head.crit.is_some() {
        return Err(wrong("it demands an extension (crit) that is not understood"));
    }
    let named = |key: &&Jwk| head.kid.is_none() || key.common.key_id == head.kid;
    let mut candidates = keys.0.iter().filter(|key| fits(key, head.alg)).filter(named).peekable();
    if candidates.peek().is_none() {
        return Err(Refusal::UnknownKey);
    }
    let found = candidates.find_map(|key| {
        let key = DecodingKey::from_jwk(key).ok()?;
        jsonwebtoken::decode::<Value>(token, &key, &signature_only(head.alg)).ok()
    });
    found.map(|token| token.claims).ok_or_else(|| wrong("its signature is not by the provider's key"))
}

/// What the claims say is compared below, each with its own words.
fn signature_only(algorithm: Algorithm) -> Validation {
    let mut validation = Validation::new(algorithm);
    validation.set_required_spec_claims::<&str>(&[]);
    (validation.validate_exp, validation.validate_aud) = (false, false);
    validation
}

/// Whether a key signs by this algorithm.
fn fits(key: &Jwk, algorithm: Algorithm) -> bool {
    let kind = match &key.algorithm {
        AlgorithmParameters::RSA(_) => matches!(algorithm, Algorithm::RS256 | Algorithm::PS256),
        AlgorithmParameters::EllipticCurve(ec) => algorithm == Algorithm::ES256 && ec.curve == EllipticCurve::P256,
        AlgorithmParameters::OctetKeyPair(ed) => algorithm == Algorithm::EdDSA && ed.curve == EllipticCurve::Ed25519,
        _ => false,
    };
    let meant = key.common.public_key_use.as_ref().is_none_or(|purpose| *purpose == PublicKeyUse::Signature);
    kind && meant && key.common.key_algorithm.is_none_or(|named| named == KeyAlgorithm::from(algorithm))
}

fn issuer(claims: &Value, expected: &Expected) -> Option<String> {
    let iss = &claims["iss"];
    (iss.as_str() != Some(expected.issuer)).then(|| format!("iss is {iss}, expected {}", expected.issuer))
}

/// For us; and where it is for others too, made at our request.
fn audience(claims: &Value, expected: &Expected) -> Option<String> {
    let (aud, azp) = (&claims["aud"], &claims["azp"]);
    let (ours, others) = match aud {
        Value::String(one) => (one == expected.client, false),
        Value::Array(all) => (all.iter().any(|one| one == expected.client), all.len() > 1),
        _ => (false, false),
    };
    if !ours {
        return Some(format!("aud is {aud}, expected {}", expected.client));
    }
    let named = !azp.is_null() || others;
    (named && azp.as_str() != Some(expected.client)).then(|| format!("azp is {azp}, expected {}", expected.client))
}

fn time(claims: &Value, expected: &Expected) -> Option<String> {
    let now = expected.now.0 as f64 / 1000.0;
    let at = |name: &str| claims[name].as_f64();
    match (at("exp"), at("iat")) {
        (None, _) => Some("exp is missing".into()),
        (_, None) => Some("iat is missing".into()),
        (Some(exp), _) if exp + SKEW <= now => Some("it has expired".into()),
        (_, Some(iat)) if iat > now + SKEW => Some("iat lies ahead: the clocks differ".into()),
        (_, Some(iat)) if iat < now - AGE => Some("iat lies far back: the clocks differ, or it is an old one".into()),
        _ => at("nbf").filter(|nbf| *nbf > now + SKEW).map(|_| "nbf lies ahead: the clocks differ".into()),
    }
}

/// And whose it is, without which it says nothing.
fn nonce(claims: &Value, expected: &Expected) -> Option<String> {
    let said = claims["nonce"].as_str().unwrap_or_default();
    if !secret::same(said.as_bytes(), expected.nonce.as_bytes()) {
        return Some("nonce is not that of this sign-in".into());
    }
    claims["sub"].as_str().is_none_or(str::is_empty).then(|| "sub is missing".into())
}

#[cfg(test)]
pub mod scratch;
#[cfg(test)]
mod tests;
