//! Random secrets and their fingerprints. A secret is shown once and kept only as its SHA-256; it has at least
//! 128 random bits, so a fast hash is enough (RFC 6749 §10.10 asks for the entropy).

use crate::error::{Error, Result};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use hmac::{Hmac, KeyInit, Mac};
use rand::Rng;
use sha2::{Digest, Sha256};

/// A SHA-256 digest.
pub type Fingerprint = [u8; 32];

/// 256 random bits from the operating system's generator.
pub fn random() -> [u8; 32] {
    let mut bytes = [0; 32];
    rand::rng().fill_bytes(&mut bytes);
    bytes
}

/// A new secret of 256 random bits in base64url with a prefix that says what it opens, such as `pk_`.
pub fn generate(prefix: &str) -> String {
    format!("{prefix}{}", URL_SAFE_NO_PAD.encode(random()))
}

pub fn fingerprint(text: impl AsRef<[u8]>) -> Fingerprint {
    Sha256::digest(text.as_ref()).into()
}

/// Compares in constant time.
pub fn same(a: &[u8], b: &[u8]) -> bool {
    use subtle::ConstantTimeEq;
    a.ct_eq(b).into()
}

/// HMAC-SHA256 (RFC 2104); any length of key will do.
pub fn hmac(key: &[u8], bytes: &[u8]) -> Result<[u8; 32]> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).map_err(Error::internal)?;
    mac.update(bytes);
    Ok(mac.finalize().into_bytes().into())
}

/// Base64 with padding, as standards outside of addresses write it.
pub fn encode(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

pub fn decode(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}
