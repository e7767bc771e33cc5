//! Random secrets and their fingerprints. A secret is shown once and kept only as its SHA-256; it has at least
//! 128 random bits, so a fast hash is enough (RFC 6749 §10.10 asks for the entropy). What people choose themselves, their
//! passwords, is kept as argon2id.

use crate::error::{Error, Result};
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use argon2::{Algorithm, Argon2, Params, Version};
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

/// A secret of the same form that follows from another one and a salt; who does not know the other one cannot guess it.
pub fn derive(prefix: &str, from: &str, salt: &str) -> Result<String> {
    Ok(format!("{prefix}{}", URL_SAFE_NO_PAD.encode(hmac(from.as_bytes(), salt.as_bytes())?)))
}

/// A new secret in the form of the Standard Webhooks specification: `whsec_` and 256 random bits in base64.
pub fn generate_signing() -> String {
    format!("whsec_{}", STANDARD.encode(random()))
}

pub fn fingerprint(text: impl AsRef<[u8]>) -> Fingerprint {
    Sha256::digest(text.as_ref()).into()
}

/// A fingerprint of what comes piece by piece.
#[derive(Default)]
pub struct Fingerprinting(Sha256);

impl Fingerprinting {
    pub fn add(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    pub fn finish(self) -> Fingerprint {
        self.0.finalize().into()
    }
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

/// Base64url without padding, as tokens and addresses write it.
pub fn encode_url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Base64url with or without padding, as tokens write it.
pub fn decode_url(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok()
}

/// A hash that no password has: whoever is unknown costs the same work as whoever is known.
pub const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$nfQ1xgU7bPj4TRpnQ6ahxg$hX4rdQSHLjLhA5mNV0Uzk0cV0XEzYUF1yGKkDpZtCno";

/// The argon2id hash of a password in PHC form. Takes some 20 ms and 19 MiB: never on the writer or an asynchronous thread.
pub fn hash_password(password: &str) -> Result<String> {
    argon2()?.hash_password(password.as_bytes()).map(|hash| hash.to_string()).map_err(Error::internal)
}

/// Whether `given` is the password of this hash. As slow as `hash_password`.
pub fn check_password(phc: &str, given: &str) -> bool {
    let (Ok(argon2), Ok(hash)) = (argon2(), PasswordHash::new(phc)) else { return false };
    argon2.verify_password(given.as_bytes(), &hash).is_ok()
}

fn argon2() -> Result<Argon2<'static>> {
    let params = Params::new(19 * 1024, 2, 1, None).map_err(Error::internal)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_known_again_and_no_other() {
        let phc = hash_password("correct horse").unwrap();
        assert!(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{phc}");
        assert!(check_password(&phc, "correct horse") && !check_password(&phc, "correct house"));
        assert_ne!(phc, hash_password("correct horse").unwrap());
    }

    #[test]
    fn nobody_has_a_hash_that_costs_the_same_and_fits_nothing() {
        assert!(PasswordHash::new(NOBODY).is_ok());
        for given in ["", "x", NOBODY] {
            assert!(!check_password(NOBODY, given));
        }
    }

    #[test]
    fn secrets_differ_and_say_what_they_open() {
        assert!(generate("pk_").starts_with("pk_") && generate("pk_").len() == 46);
        assert_ne!(generate("pk_"), generate("pk_"));
        assert_eq!(generate_signing().len(), 6 + 44);
    }
}
