//! What is wrong with a token, all of it, in words for whoever writes the application. Only `verify` decides whether one is good.

use crate::apps::application::Application;
use crate::id::UserId;
use crate::secret;
use crate::time::Moment;
use jsonwebtoken::{DecodingKey, Validation};
use serde_json::{Map, Value};
use std::time::Duration;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub what: String,
    /// What to do.
    pub mend: String,
}

fn fault(what: impl Into<String>, mend: impl Into<String>) -> Fault {
    Fault { what: what.into(), mend: mend.into() }
}

/// What Parlour itself gives out, by how it begins.
const OURS: [(&str, &str); 6] = [
    ("pk_", "a key for the REST calls"),
    ("ptk_", "a ticket"),
    ("ps_", "the token of a session"),
    ("pt_", "a long-lived token"),
    ("pts_", "the secret that signs tokens"),
    ("whsec_", "the secret that signs callbacks"),
];
/// Seconds since 1970 beyond this are milliseconds.
const FAR: f64 = 100_000_000_000.0;
const DAY: f64 = 24.0 * 3600.0;
const LEEWAY: f64 = 30.0;

/// The faults of a token; `secrets` sign tokens, `others` callbacks. None: nothing was found.
pub fn list(application: &Application, (secrets, others): (&[String], &[String]), text: &str, now: Moment) -> Vec<Fault> {
    let token = text.trim().trim_start_matches("Bearer ").trim();
    if let Some((_, what)) = OURS.iter().find(|(begin, _)| token.starts_with(begin)) {
        return vec![fault(
            format!("this is {what}, not a token"),
            "paste the JWT that the application signs for its user: eyJ…",
        )];
    }
    let parts: Vec<&str> = token.split('.').collect();
    let [head, payload, _] = parts[..] else {
        return vec![fault(
            format!("a JWT has three parts with dots between them, this has {}", parts.len()),
            "paste all of it, and nothing else",
        )];
    };
    let (Some(head), Some(payload)) = (read(head), read(payload)) else {
        return vec![fault("its parts are not base64url of JSON objects", "let a JWT library write it")];
    };
    let now = now.0 as f64 / 1000.0;
    let by = algorithm(application, &head);
    let is_known = by.is_none();
    let mut faults: Vec<Fault> = by.into_iter().collect();
    if is_known {
        faults.extend(signature(application, (secrets, others), token));
    }
    faults.extend(
        [subject(&payload), audience(application, &payload), end(&payload, now), begin(&payload, now)].into_iter().flatten(),
    );
    faults
}

fn read(part: &str) -> Option<Map<String, Value>> {
    serde_json::from_slice(&secret::decode_url(part)?).ok()
}

fn algorithm(application: &Application, head: &Map<String, Value>) -> Option<Fault> {
    let (alg, wanted) = (head.get("alg").and_then(Value::as_str).unwrap_or("missing"), &application.token_algorithm);
    (alg != wanted).then(|| {
        fault(
            format!("alg is {alg}, and the tokens of {} are signed with {wanted}", application.id),
            format!("sign it with {wanted}, or change the setting: parlour app update {} --token-algorithm …", application.id),
        )
    })
}

fn signature(application: &Application, (secrets, others): (&[String], &[String]), token: &str) -> Option<Fault> {
    if let Some(pem) = &application.token_key {
        let key = super::algorithm(&application.token_algorithm).and_then(|algorithm| super::public_key(algorithm, pem)).ok()?;
        let fits = fits(&key, &application.token_algorithm, token);
        let mend =
            "sign it with the private half of the key that is registered, or register this one's public half: --token-key FILE";
        return (!fits).then(|| fault("the signature does not fit the registered public key", mend));
    }
    let by = |key: &[u8]| fits(&DecodingKey::from_secret(key), "HS256", token);
    if secrets.iter().any(|secret| by(secret.as_bytes())) {
        return None;
    }
    let mend = format!(
        "the key of HS256 is the whole text of the token secret, pts_…, as bytes; a new one: parlour app secret rotate {} token",
        application.id
    );
    let bare = |secret: &String| secret.split_once('_').map(|(_, rest)| rest.to_string()).unwrap_or_default();
    let decoded =
        |secret: &String| secret::decode_url(&bare(secret)).or_else(|| secret::decode(&bare(secret))).unwrap_or_default();
    let what = match () {
        () if secrets.iter().any(|secret| by(&decoded(secret))) => "it is signed with the token secret decoded from base64",
        () if secrets.iter().any(|secret| by(bare(secret).as_bytes())) => {
            "it is signed with the token secret without its beginning pts_"
        }
        () if others.iter().any(|secret| by(secret.as_bytes()) || by(&decoded(secret))) => {
            "it is signed with the callback secret"
        }
        () => "the signature does not fit the token secret",
    };
    Some(fault(what, mend))
}

/// Whether the signature is by this key, whatever the token says.
fn fits(key: &DecodingKey, algorithm: &str, token: &str) -> bool {
    let Ok(algorithm) = super::algorithm(algorithm) else { return false };
    let mut validation = Validation::new(algorithm);
    validation.set_required_spec_claims::<&str>(&[]);
    (validation.validate_exp, validation.validate_aud) = (false, false);
    jsonwebtoken::decode::<Value>(token, key, &validation).is_ok()
}

fn subject(payload: &Map<String, Value>) -> Option<Fault> {
    let mend = "put the user's id there, as text";
    match payload.get("sub") {
        None | Some(Value::Null) => Some(fault("sub is missing", mend)),
        Some(Value::String(id)) => UserId::parse(id).err().map(|error| fault(format!("sub: {}", error.sentence()), mend)),
        Some(Value::Number(number)) => {
            Some(fault(format!("sub is the number {number}"), format!("write it as text: \"{number}\"")))
        }
        Some(_) => Some(fault("sub is not a text", mend)),
    }
}

fn audience(application: &Application, payload: &Map<String, Value>) -> Option<Fault> {
    let wanted = application.id.as_str();
    let mend = format!("\"aud\": \"{wanted}\", the id of the application: a token for something else must not open this");
    match payload.get("aud") {
        None | Some(Value::Null) => Some(fault("aud is missing", mend)),
        Some(Value::String(aud)) if aud == wanted => None,
        Some(Value::Array(list)) if list.iter().any(|aud| aud == wanted) => None,
        Some(aud) => Some(fault(format!("aud is {aud}"), mend)),
    }
}

fn end(payload: &Map<String, Value>, now: f64) -> Option<Fault> {
    let mend = "let it end minutes from now: seconds since 1970, by a clock that is right";
    let Some(exp) = payload.get("exp").filter(|exp| !exp.is_null()) else { return Some(fault("exp is missing", mend)) };
    match exp.as_f64() {
        None => Some(fault("exp is not a number", mend)),
        Some(exp) if exp > FAR => Some(fault("exp is in milliseconds", "divide by 1000: exp is in seconds since 1970")),
        Some(exp) if exp + LEEWAY <= now => Some(fault(format!("it ended {} ago", span(now - exp)), mend)),
        Some(exp) if exp > now + DAY + LEEWAY => {
            Some(fault(format!("it ends in {}, and 24 hours are the most", span(exp - now)), mend))
        }
        Some(_) => None,
    }
}

/// A beginning that lies ahead is a clock that does.
fn begin(payload: &Map<String, Value>, now: f64) -> Option<Fault> {
    let ahead = |name: &str| payload.get(name).and_then(Value::as_f64).filter(|at| *at < FAR && *at > now + LEEWAY);
    let mend = "set the application's clock by NTP";
    let said = |name: &str, at: f64| {
        fault(format!("{name} is {} ahead: the application's clock goes before this machine's", span(at - now)), mend)
    };
    ahead("nbf").map(|at| said("nbf", at)).or_else(|| ahead("iat").map(|at| said("iat", at)))
}

fn span(seconds: f64) -> String {
    let span = Duration::from_secs_f64(seconds.clamp(0.0, FAR)).as_secs();
    match span {
        0..120 => format!("{span} s"),
        120..7200 => format!("{} min", span / 60),
        7200..172_800 => format!("{} h", span / 3600),
        _ => format!("{} days", span / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apps::application::{self, Draft};
    use crate::store::scratch::Scratch;
    use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
    use serde_json::json;

    const NOW: Moment = Moment(1_800_000_000_000);
    const SECRET: &str = "pts_c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlYw";

    fn office() -> Application {
        let draft = Draft { id: "oa".into(), name: "Office".into(), ..Draft::default() };
        Scratch::open().change(move |tx| application::create(tx, &draft))
    }

    fn signed(algorithm: Algorithm, key: &[u8], payload: &Value) -> String {
        encode(&Header::new(algorithm), payload, &EncodingKey::from_secret(key)).unwrap()
    }

    fn said(text: &str) -> Vec<String> {
        let others = ["whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz".to_string()];
        list(&office(), (&[SECRET.to_string()], &others), text, NOW).into_iter().map(|fault| fault.what).collect()
    }

    #[test]
    fn each_fault_of_the_content_is_named() {
        let good = json!({"sub": "anna", "aud": "oa", "exp": 1_800_000_600});
        let with = |name: &str, value: Value| {
            let mut payload = good.clone();
            payload[name] = value;
            said(&signed(Algorithm::HS256, SECRET.as_bytes(), &payload))
        };
        assert!(with("name", json!("Anna")).is_empty() && with("aud", json!(["x", "oa"])).is_empty());
        for (name, value, what) in [
            ("sub", json!(7), "sub is the number 7"),
            ("sub", json!(null), "sub is missing"),
            ("aud", json!("crm"), "aud is \"crm\""),
            ("aud", json!(null), "aud is missing"),
            ("exp", json!(1_799_990_000), "it ended 2 h ago"),
            ("exp", json!(1_800_000_600_000i64), "exp is in milliseconds"),
            ("exp", json!(1_800_200_000), "it ends in 2 days, and 24 hours are the most"),
            ("exp", json!("soon"), "exp is not a number"),
            ("iat", json!(1_800_000_300), "iat is 5 min ahead: the application's clock goes before this machine's"),
        ] {
            assert_eq!(with(name, value), [what]);
        }
        let all = signed(Algorithm::HS256, b"x", &json!({}));
        assert_eq!(
            said(&all),
            ["the signature does not fit the token secret", "sub is missing", "aud is missing", "exp is missing"]
        );
    }

    #[test]
    fn what_was_signed_with_the_wrong_thing_is_told() {
        let good = json!({"sub": "anna", "aud": "oa", "exp": 1_800_000_600});
        let by = |key: &[u8]| said(&signed(Algorithm::HS256, key, &good)).join(" ");
        assert_eq!(by(b"secret-secret-secret-secret-sec"), "it is signed with the token secret decoded from base64");
        assert_eq!(by(&SECRET.as_bytes()[4..]), "it is signed with the token secret without its beginning pts_");
        assert_eq!(by(b"012345678901234567890123"), "it is signed with the callback secret");
        let other = said(&signed(Algorithm::HS384, SECRET.as_bytes(), &good));
        assert_eq!(other, ["alg is HS384, and the tokens of oa are signed with HS256"]);
        assert_eq!(said("ptk_x"), ["this is a ticket, not a token"]);
        assert_eq!(said("eyJ.x"), ["a JWT has three parts with dots between them, this has 2"]);
        assert_eq!(said("a.b.c"), ["its parts are not base64url of JSON objects"]);
    }
}
