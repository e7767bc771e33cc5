//! How a call proves that it comes from here: the Standard Webhooks specification (`v1`, symmetric). While a secret is
//! rotated there is one signature for each that is still valid. Knows nothing of how a call travels.

use crate::error::{Error, Result};
use crate::secret;
use crate::time::Moment;

/// What a callback secret begins with; base64 of its bytes follows.
const PREFIX: &str = "whsec_";

/// The value of `webhook-signature`: one signature for each secret, separated by spaces.
pub fn sign(secrets: &[String], id: &str, now: Moment, body: &str) -> Result<String> {
    if secrets.is_empty() {
        return Err(Error::internal("this application has no callback secret"));
    }
    let signed = format!("{id}.{}.{body}", now.unix_seconds());
    let signatures: Result<Vec<String>> = secrets.iter().map(|secret| signature(secret, &signed)).collect();
    Ok(signatures?.join(" "))
}

fn signature(text: &str, signed: &str) -> Result<String> {
    let key = text.strip_prefix(PREFIX).and_then(secret::decode);
    let key = key.ok_or_else(|| Error::internal("a callback secret is not base64"))?;
    Ok(format!("v1,{}", secret::encode(&secret::hmac(&key, signed.as_bytes())?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::generate_signing as generate;
    use reqwest::header::HeaderMap;
    use standardwebhooks::Webhook;

    fn headers(id: &str, now: Moment, signature: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert("webhook-id", id.parse().unwrap());
        headers.insert("webhook-timestamp", now.unix_seconds().to_string().parse().unwrap());
        headers.insert("webhook-signature", signature.parse().unwrap());
        headers
    }

    #[test]
    fn the_specification_s_own_library_accepts_it_with_either_secret_and_no_other() {
        let (new, old, now) = (generate(), generate(), Moment::now());
        let body = r#"{"type":"ping","text":"早"}"#;
        let signature = sign(&[new.clone(), old.clone()], "msg_1", now, body).unwrap();
        let headers = headers("msg_1", now, &signature);
        for secret in [&new, &old] {
            Webhook::new(secret).unwrap().verify(body.as_bytes(), &headers).unwrap();
        }
        assert!(Webhook::new(&generate()).unwrap().verify(body.as_bytes(), &headers).is_err());
        assert!(Webhook::new(&new).unwrap().verify(b"{}", &headers).is_err());
    }

    #[test]
    fn the_known_answer_of_the_specification() {
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_string();
        let signature =
            sign(&[secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", Moment(1_614_265_330_000), r#"{"test": 2432232314}"#).unwrap();
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn without_a_usable_secret_nothing_is_signed() {
        assert!(sign(&[], "msg_1", Moment(0), "").is_err());
        assert!(sign(&["whsec_%%".into()], "msg_1", Moment(0), "").is_err());
        assert!(sign(&["plain".into()], "msg_1", Moment(0), "").is_err());
    }
}
