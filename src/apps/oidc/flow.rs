//! One sign-in on its way to the provider and back. Nothing of it is kept here: its browser holds one random text in a cookie,
//! and all that belongs to this one sign-in follows from that, so that no number of flows that were begun takes any room.

use crate::error::Result;
use crate::id::AppId;
use crate::secret;
use std::time::Duration;

/// How long somebody may take at the provider.
pub const LASTS: Duration = Duration::from_secs(15 * 60);
const PREFIX: &str = "pof_";
/// Of a text that `root` made: its random part, a dot and its seal.
const BYTES: usize = 91;
const SEALED: usize = 47;

/// What is sent along, and what has to come back. Another application, issuer or browser has others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    /// Comes back with the browser (RFC 6749 §10.12).
    pub state: String,
    /// Comes back in the ID token (OpenID Connect Core 1.0 §3.1.2.1).
    pub nonce: String,
    /// Shows that whoever brings the code is who asked for it (RFC 7636).
    pub verifier: String,
}

/// A new text for the cookie: 256 random bits, and a seal by which whoever has the key knows it again.
pub fn root(key: &str) -> Result<String> {
    let random = secret::generate(PREFIX);
    Ok(format!("{random}.{}", seal(key, &random)?))
}

/// Whether `root` made it with this key, and nobody else made it up.
pub fn is_sealed(root: &str, key: &str) -> Result<bool> {
    match root.split_at_checked(SEALED).and_then(|(random, rest)| Some((random, rest.strip_prefix('.')?))) {
        Some((random, given)) => Ok(secret::same(seal(key, random)?.as_bytes(), given.as_bytes())),
        None => Ok(false),
    }
}

fn seal(key: &str, random: &str) -> Result<String> {
    secret::derive("", key, random)
}

impl Flow {
    /// None where this is no text of ours.
    pub fn of(root: &str, app: &AppId, issuer: &str) -> Result<Option<Flow>> {
        if !root.starts_with(PREFIX) || root.len() != BYTES {
            return Ok(None);
        }
        let part = |what: &str| secret::derive("", root, &format!("{what}\n{app}\n{issuer}"));
        Ok(Some(Flow { state: part("state")?, nonce: part("nonce")?, verifier: part("verifier")? }))
    }

    /// `S256` of the verifier (RFC 7636 §4.2).
    pub fn challenge(&self) -> String {
        secret::encode_url(&secret::fingerprint(&self.verifier))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_flow_has_its_own_and_none_says_anything_of_another() {
        let (oa, shop) = (AppId::parse("oa").unwrap(), AppId::parse("shop").unwrap());
        let first = root("key").unwrap();
        let flow = Flow::of(&first, &oa, "https://id.example").unwrap().unwrap();
        assert_eq!(Flow::of(&first, &oa, "https://id.example").unwrap(), Some(flow.clone()));
        for (root, app, issuer) in [
            (&root("key").unwrap(), &oa, "https://id.example"),
            (&first, &shop, "https://id.example"),
            (&first, &oa, "https://evil.example"),
        ] {
            let other = Flow::of(root, app, issuer).unwrap().unwrap();
            assert!(other.state != flow.state && other.nonce != flow.nonce && other.verifier != flow.verifier);
        }
        assert!(flow.state != flow.nonce && flow.nonce != flow.verifier && flow.verifier.len() == 43);
        for bad in ["", "pof_", "pof_short", &"x".repeat(91)] {
            assert_eq!(Flow::of(bad, &oa, "https://id.example").unwrap(), None, "{bad}");
        }
    }

    #[test]
    fn nobody_makes_up_a_sign_in_that_was_begun() {
        let begun = root("key").unwrap();
        assert!(is_sealed(&begun, "key").unwrap());
        assert!(!is_sealed(&begun, "another").unwrap(), "of another server");
        assert!(!is_sealed(&begun.replacen("pof_", "pog_", 1), "key").unwrap());
        for made_up in [format!("pof_{}.{}", "x".repeat(43), "x".repeat(43)), "é".repeat(46), begun[..47].into(), String::new()]
        {
            assert!(!is_sealed(&made_up, "key").unwrap(), "{made_up}");
        }
    }

    #[test]
    fn the_challenge_is_that_of_the_standard() {
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".to_string();
        let flow = Flow { state: String::new(), nonce: String::new(), verifier };
        assert_eq!(flow.challenge(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }
}
