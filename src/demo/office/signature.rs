//! The signature on Parlour's calls, as the Standard Webhooks specification 1.0 says:
//! HMAC-SHA256 over `id.timestamp.body` with the bytes behind `whsec_`, in base64, after `v1,`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Older or newer than this is somebody else's recording.
const WINDOW_S: i64 = 300;

pub struct Headers<'a> {
    pub id: &'a str,
    pub timestamp: &'a str,
    pub signatures: &'a str,
}

/// Whether the call is Parlour's; `now` in seconds.
pub fn is_genuine(secret: &str, headers: &Headers<'_>, body: &[u8], now: i64) -> bool {
    let fresh = headers.timestamp.parse::<i64>().is_ok_and(|at| (now - at).abs() <= WINDOW_S);
    let Ok(secret) = STANDARD.decode(secret.strip_prefix("whsec_").unwrap_or(secret)) else {
        return false;
    };
    fresh
        && !headers.id.is_empty()
        && headers
            .signatures
            .split(' ')
            .filter_map(|one| STANDARD.decode(one.strip_prefix("v1,")?).ok())
            .any(|given| verifies(&secret, headers, body, &given))
}

fn verifies(secret: &[u8], headers: &Headers<'_>, body: &[u8], given: &[u8]) -> bool {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else {
        return false;
    };
    mac.update(format!("{}.{}.", headers.id, headers.timestamp).as_bytes());
    mac.update(body);
    mac.verify_slice(given).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const AT: i64 = 1_790_000_000;

    fn genuine(signatures: &str, body: &str, now: i64) -> bool {
        let headers = Headers { id: "msg_1", timestamp: &AT.to_string(), signatures };
        is_genuine(SECRET, &headers, body.as_bytes(), now)
    }

    #[test]
    fn what_the_reference_signs_is_genuine_and_nothing_else() {
        let signer = standardwebhooks::Webhook::new(SECRET).unwrap();
        let signature = signer.sign("msg_1", AT, b"{}").unwrap();
        assert!(genuine(&signature, "{}", AT + 10));
        assert!(genuine(&format!("v1,AAAA {signature}"), "{}", AT));
        assert!(!genuine(&signature, "{ }", AT));
        assert!(!genuine(&signature, "{}", AT + 301));
        assert!(!genuine(&signature, "{}", AT - 301));
        for broken in ["", "v1,", "v1,AAAA", "v2,AAAA", "é"] {
            assert!(!genuine(broken, "{}", AT), "{broken}");
        }
    }
}
