//! What a token must be, and what those who have none try. The keys under `tests/keys` were made for these tests.

use super::*;
use crate::apps::application::{self, Draft};
use crate::store::scratch::Scratch;
use jsonwebtoken::{EncodingKey, Header};
use serde_json::{Value, json};

const SECRET: &str = "pts_0123456789012345678901234567890123456789012";
const RSA: &str = include_str!("../../../tests/keys/rsa.private.pem");
const RSA_PUBLIC: &str = include_str!("../../../tests/keys/rsa.public.pem");
const EC: &str = include_str!("../../../tests/keys/ec.private.pem");
const EC_PUBLIC: &str = include_str!("../../../tests/keys/ec.public.pem");
const ED: &str = include_str!("../../../tests/keys/ed.private.pem");
const ED_PUBLIC: &str = include_str!("../../../tests/keys/ed.public.pem");

fn now() -> Moment {
    Moment(1_795_339_800_000)
}

fn application(algorithm: &str, key: Option<&str>) -> Application {
    let draft = Draft {
        id: "oa".into(),
        name: "Office".into(),
        token_key: key.map(String::from),
        token_algorithm: algorithm.into(),
        ..Draft::default()
    };
    Scratch::open().change(move |tx| application::create(tx, &draft))
}

fn claims() -> Value {
    json!({"sub": "anna", "name": "Anna", "aud": "oa", "exp": now().unix_seconds() + 600})
}

fn changed(name: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[name] = value;
    claims
}

fn signed(algorithm: Algorithm, claims: &Value) -> String {
    let key = match algorithm {
        Algorithm::HS256 => EncodingKey::from_secret(SECRET.as_bytes()),
        Algorithm::RS256 => EncodingKey::from_rsa_pem(RSA.as_bytes()).unwrap(),
        Algorithm::ES256 => EncodingKey::from_ec_pem(EC.as_bytes()).unwrap(),
        _ => EncodingKey::from_ed_pem(ED.as_bytes()).unwrap(),
    };
    jsonwebtoken::encode(&Header::new(algorithm), claims, &key).unwrap()
}

fn refused(application: &Application, token: &str) -> String {
    let error = verify(application, &[SECRET.into()], token, now()).unwrap_err();
    assert!(matches!(error, Error::Unauthenticated(_)), "{error:?}");
    error.sentence()
}

#[test]
fn each_algorithm_is_accepted_with_its_own_key_and_no_other() {
    let kinds = [
        (Algorithm::HS256, "HS256", None),
        (Algorithm::RS256, "RS256", Some(RSA_PUBLIC)),
        (Algorithm::ES256, "ES256", Some(EC_PUBLIC)),
        (Algorithm::EdDSA, "EdDSA", Some(ED_PUBLIC)),
    ];
    for (registered, name, key) in kinds {
        let application = application(name, key);
        for (used, ..) in kinds {
            let result = verify(&application, &[SECRET.into()], &signed(used, &claims()), now());
            assert_eq!(result.is_ok(), used == registered, "{name} registered, {used:?} used");
        }
    }
}

#[test]
fn a_good_token_says_who_and_until_when() {
    let token = signed(Algorithm::HS256, &changed("email", json!("anna@oa.example")));
    let claims = verify(&application("HS256", None), &[SECRET.into()], &token, now()).unwrap();
    assert_eq!((claims.sub.as_str(), claims.name.as_deref()), ("anna", Some("Anna")));
    assert_eq!((claims.email.as_deref(), claims.exp), (Some("anna@oa.example"), now().plus(Duration::from_secs(600))));
    let earlier = ["pts_newer".to_string(), SECRET.into()];
    assert!(verify(&application("HS256", None), &earlier, &token, now()).is_ok(), "while a secret is rotated");
}

#[test]
fn a_token_without_a_signature_is_refused() {
    let application = application("HS256", None);
    for algorithm in ["none", "None", "NONE", "nOnE"] {
        let part = |value: Value| {
            let padded = crate::secret::encode(value.to_string().as_bytes()).replace('+', "-").replace('/', "_");
            padded.trim_end_matches('=').to_string()
        };
        let head = part(json!({"alg": algorithm, "typ": "JWT"}));
        for signature in ["", "AAAA"] {
            refused(&application, &format!("{head}.{}.{signature}", part(claims())));
        }
    }
    let token = signed(Algorithm::HS256, &claims());
    refused(&application, token.rsplit_once('.').unwrap().0);
    refused(&application, &format!("{}.", token.rsplit_once('.').unwrap().0));
}

#[test]
fn the_public_key_is_no_secret() {
    // The classic confusion: HS256 with the text of the public key as its secret.
    let application = application("RS256", Some(RSA_PUBLIC));
    for key in [RSA_PUBLIC, RSA_PUBLIC.trim()] {
        let key = EncodingKey::from_secret(key.as_bytes());
        let token = jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims(), &key).unwrap();
        refused(&application, &token);
    }
}

#[test]
fn what_a_token_says_about_keys_is_not_believed() {
    let mut header = Header::new(Algorithm::HS256);
    header.jku = Some("http://127.0.0.1:9/keys".into());
    header.kid = Some("../../dev/null".into());
    let key = EncodingKey::from_secret(b"the attacker's own");
    refused(&application("HS256", None), &jsonwebtoken::encode(&header, &claims(), &key).unwrap());
}

#[test]
fn a_token_is_for_this_application_and_this_time() {
    let application = application("HS256", None);
    let seconds = now().unix_seconds();
    for (name, value, reason) in [
        ("aud", json!("crm"), "not signed"),
        ("aud", json!(["crm"]), "not signed"),
        ("aud", Value::Null, "not signed"),
        ("sub", Value::Null, "not signed"),
        ("sub", json!(""), "not signed"),
        ("sub", json!("a\nb"), "not signed"),
        ("exp", Value::Null, "not signed"),
        ("exp", json!("tomorrow"), "not signed"),
        ("exp", json!(seconds - 60), "expired"),
        ("exp", json!(-1), "not signed"),
        ("exp", json!(0), "expired"),
        ("exp", json!(seconds + 25 * 3600), "24 hours"),
        ("exp", json!(u64::MAX), "24 hours"),
        ("nbf", json!(seconds + 3600), "not valid yet"),
    ] {
        let sentence = refused(&application, &signed(Algorithm::HS256, &changed(name, value.clone())));
        assert!(sentence.contains(reason), "{name} {value}: {sentence}");
    }
    for (name, value) in [("aud", json!(["crm", "oa"])), ("exp", json!(seconds - 20)), ("exp", json!(seconds as f64 + 60.5))] {
        let token = signed(Algorithm::HS256, &changed(name, value));
        assert!(verify(&application, &[SECRET.into()], &token, now()).is_ok());
    }
}

#[test]
fn with_no_secret_nothing_is_accepted() {
    let token = signed(Algorithm::HS256, &claims());
    assert!(verify(&application("HS256", None), &[], &token, now()).is_err());
    let empty = jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims(), &EncodingKey::from_secret(b"")).unwrap();
    assert!(verify(&application("HS256", None), &[], &empty, now()).is_err());
}

#[test]
fn only_a_fitting_public_key_can_be_registered() {
    for (name, key) in [
        ("RS256", EC_PUBLIC),
        ("ES256", RSA_PUBLIC),
        ("EdDSA", EC_PUBLIC),
        ("RS256", RSA),
        ("EdDSA", ED),
        ("RS256", "no key"),
        ("HS256", RSA_PUBLIC),
        ("HS512", RSA_PUBLIC),
        ("none", ""),
    ] {
        let draft = Draft {
            id: "oa".into(),
            name: "Office".into(),
            token_key: Some(key.into()),
            token_algorithm: name.into(),
            ..Draft::default()
        };
        let result = Scratch::open().write_blocking(move |tx| application::create(tx, &draft));
        assert!(matches!(result, Err(Error::Invalid { .. })), "{name}");
    }
}
