//! Random secrets, and what is kept of them: only their SHA-256.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// 192 random bits, as text that fits into an address.
pub fn fresh() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 24]>())
}

pub fn digest(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(text.as_bytes()))
}

/// A first password that can be read out loud.
pub fn password() -> String {
    const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
    let letter = |byte: u8| char::from(LETTERS[usize::from(byte) % LETTERS.len()]);
    let bytes = rand::random::<[u8; 12]>();
    let parts = bytes.chunks(4).map(|part| part.iter().copied().map(letter).collect::<String>());
    parts.collect::<Vec<_>>().join("-")
}
