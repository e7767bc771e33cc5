//! Ed25519 keys and ID tokens by them, for tests of other rooms.

use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::Value;

fn key(pem: &str) -> EncodingKey {
    let Ok(key) = EncodingKey::from_ed_pem(pem.as_bytes()) else { panic!("no key of Ed25519") };
    key
}

/// The public half, as a provider shows it.
pub fn shown(pem: &str, kid: &str) -> Value {
    let jwk = Jwk::from_encoding_key(&key(pem), Algorithm::EdDSA);
    let mut jwk = jwk.ok().and_then(|jwk| serde_json::to_value(jwk).ok()).unwrap_or_default();
    jwk["kid"] = kid.into();
    jwk
}

/// Signed by this key, under this name.
pub fn token((pem, kid): (&str, &str), claims: &Value) -> String {
    let header = Header { kid: Some(kid.into()), ..Header::new(Algorithm::EdDSA) };
    jsonwebtoken::encode(&header, claims, &key(pem)).unwrap_or_default()
}
