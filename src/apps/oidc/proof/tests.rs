//! What an ID token must be, and what those who have none try. The keys under `tests/keys` were made for these tests.

use super::*;
use jsonwebtoken::{EncodingKey, Header};
use serde_json::json;

const RSA: &str = include_str!("../../../../tests/keys/rsa.private.pem");
const RSA_PUBLIC: &str = include_str!("../../../../tests/keys/rsa.public.pem");
const EC: &str = include_str!("../../../../tests/keys/ec.private.pem");
const ED: &str = include_str!("../../../../tests/keys/ed.private.pem");
const OTHER: &str = include_str!("../../../../tests/keys/other.private.pem");
const ISSUER: &str = "https://id.example/realms/acme";
const NONCE: &str = "n-0S6_WzA2Mj";
const NOW: Moment = Moment(1_795_339_800_000);

fn private(algorithm: Algorithm) -> EncodingKey {
    match algorithm {
        Algorithm::RS256 | Algorithm::PS256 => EncodingKey::from_rsa_pem(RSA.as_bytes()).unwrap(),
        Algorithm::ES256 => EncodingKey::from_ec_pem(EC.as_bytes()).unwrap(),
        _ => EncodingKey::from_ed_pem(ED.as_bytes()).unwrap(),
    }
}

/// A key as the provider shows it.
fn public(key: &EncodingKey, algorithm: Algorithm, kid: &str) -> Value {
    let mut jwk = serde_json::to_value(Jwk::from_encoding_key(key, algorithm).unwrap()).unwrap();
    (jwk["kid"], jwk["use"]) = (kid.into(), "sig".into());
    jwk
}

fn set(keys: &[Value]) -> Keys {
    Keys::parse(json!({ "keys": keys }).to_string().as_bytes()).unwrap()
}

fn provider() -> Keys {
    let mut rsa = public(&private(Algorithm::RS256), Algorithm::RS256, "rsa");
    rsa.as_object_mut().unwrap().remove("alg"); // one key for RS256 and PS256
    set(&[
        json!({"kty": "oct", "kid": "oct", "k": "c2VjcmV0"}),
        json!({"kty": "strange", "kid": "strange"}),
        json!({"kty": "EC", "crv": "secp256k1", "kid": "k", "x": "AA", "y": "AA"}),
        rsa,
        public(&private(Algorithm::ES256), Algorithm::ES256, "ec"),
        public(&private(Algorithm::EdDSA), Algorithm::EdDSA, "ed"),
    ])
}

fn claims() -> Value {
    let now = NOW.unix_seconds();
    json!({"iss": ISSUER, "aud": "im", "sub": "248289761001", "nonce": NONCE, "iat": now, "exp": now + 300})
}

fn signed(algorithm: Algorithm, kid: Option<&str>, claims: &Value) -> String {
    let header = Header { kid: kid.map(String::from), ..Header::new(algorithm) };
    jsonwebtoken::encode(&header, claims, &private(algorithm)).unwrap()
}

fn check(keys: &Keys, token: &str) -> std::result::Result<Value, Refusal> {
    verify(keys, &Expected { issuer: ISSUER, client: "im", nonce: NONCE, now: NOW }, token)
}

fn wrong(token: &str) -> String {
    match check(&provider(), token) {
        Err(Refusal::Wrong(reason)) => reason,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_token_by_each_algorithm_is_taken_and_keys_of_unknown_kinds_are_passed_over() {
    for (algorithm, kid) in
        [(Algorithm::RS256, "rsa"), (Algorithm::PS256, "rsa"), (Algorithm::ES256, "ec"), (Algorithm::EdDSA, "ed")]
    {
        for kid in [Some(kid), None] {
            assert_eq!(check(&provider(), &signed(algorithm, kid, &claims())).unwrap(), claims(), "{algorithm:?} {kid:?}");
        }
    }
    assert_eq!(provider().usable(), 3);
    for bad in ["", "[]", "{}", r#"{"keys": {}}"#] {
        assert!(Keys::parse(bad.as_bytes()).is_err(), "{bad}");
    }
}

#[test]
fn each_claim_has_to_be_right() {
    let now = NOW.unix_seconds();
    for (name, value, reason) in [
        ("iss", json!("https://evil.example"), "iss is"),
        ("iss", json!(format!("{ISSUER}/")), "iss is"),
        ("iss", json!(null), "iss is"),
        ("iss", json!([ISSUER]), "iss is"),
        ("aud", json!("other"), "aud is"),
        ("aud", json!([]), "aud is"),
        ("aud", json!(null), "aud is"),
        ("aud", json!(["im", "other"]), "azp is"),
        ("azp", json!("other"), "azp is"),
        ("exp", json!(now - 61), "it has expired"),
        ("exp", json!(null), "exp is missing"),
        ("exp", json!("soon"), "exp is missing"),
        ("iat", json!(now + 61), "iat lies ahead"),
        ("iat", json!(now - 1000), "iat lies far back"),
        ("iat", json!(null), "iat is missing"),
        ("nbf", json!(now + 90), "nbf lies ahead"),
        ("nonce", json!("n-0S6_WzA2Mk"), "nonce is not"),
        ("nonce", json!(""), "nonce is not"),
        ("nonce", json!(null), "nonce is not"),
        ("sub", json!(null), "sub is missing"),
        ("sub", json!(7), "sub is missing"),
    ] {
        let mut claims = claims();
        claims[name] = value;
        let said = wrong(&signed(Algorithm::ES256, Some("ec"), &claims));
        assert!(said.starts_with(reason), "{claims}: {said}");
    }
    for (name, value) in [("aud", json!(["im"])), ("exp", json!(now - 59)), ("iat", json!(now + 59)), ("azp", json!("im"))] {
        let mut claims = claims();
        claims[name] = value;
        assert!(check(&provider(), &signed(Algorithm::ES256, Some("ec"), &claims)).is_ok(), "{claims}");
    }
    let mut for_others_too = claims();
    (for_others_too["aud"], for_others_too["azp"]) = (json!(["other", "im"]), json!("im"));
    assert!(check(&provider(), &signed(Algorithm::ES256, Some("ec"), &for_others_too)).is_ok());
}

#[test]
fn what_is_forged_is_refused() {
    let part = |value: Value| secret::encode_url(value.to_string().as_bytes());
    for alg in ["none", "None", "", "HS256", "HS512", "RS512"] {
        let token = format!("{}.{}.", part(json!({"alg": alg, "kid": "rsa"})), part(claims()));
        wrong(&token);
        wrong(&format!("{token}c2ln"));
    }
    // The public key as the secret of HS256.
    for kid in ["rsa", "oct"] {
        for key in [RSA_PUBLIC.as_bytes(), b"secret"] {
            let header = Header { kid: Some(kid.into()), ..Header::new(Algorithm::HS256) };
            let forged = jsonwebtoken::encode(&header, &claims(), &EncodingKey::from_secret(key)).unwrap();
            assert!(wrong(&forged).contains("HS256"));
        }
    }
    let honest = signed(Algorithm::RS256, Some("rsa"), &claims());
    let [head, payload, signature] = honest.split('.').collect::<Vec<_>>()[..] else { panic!("{honest}") };
    let mut other = claims();
    other["sub"] = json!("root");
    assert!(wrong(&format!("{head}.{}.{signature}", part(other))).starts_with("its signature"));
    for bad in ["", "a.b", &format!("{head}.{payload}."), &format!("{head}.{payload}.{signature}.x"), &"x".repeat(BYTES + 1)] {
        wrong(bad);
    }
    let demanding = Header { kid: Some("ed".into()), crit: Some(vec!["b64".into()]), ..Header::new(Algorithm::EdDSA) };
    assert!(wrong(&jsonwebtoken::encode(&demanding, &claims(), &private(Algorithm::EdDSA)).unwrap()).contains("crit"));
}

#[test]
fn a_key_that_is_not_the_providers_opens_nothing() {
    let other = EncodingKey::from_ed_pem(OTHER.as_bytes()).unwrap();
    let by_other = |kid: &str| {
        let header = Header { kid: Some(kid.into()), ..Header::new(Algorithm::EdDSA) };
        jsonwebtoken::encode(&header, &claims(), &other).unwrap()
    };
    assert!(wrong(&by_other("ed")).starts_with("its signature"), "another one's key under the name of ours");
    assert_eq!(check(&provider(), &by_other("new")), Err(Refusal::UnknownKey));
    let rotated = set(&[public(&other, Algorithm::EdDSA, "new")]);
    assert!(check(&rotated, &by_other("new")).is_ok());
    // A token that brings its own key along.
    let jwk = serde_json::from_value(public(&other, Algorithm::EdDSA, "ed")).unwrap();
    let header = Header { kid: Some("ed".into()), jwk: Some(jwk), ..Header::new(Algorithm::EdDSA) };
    assert!(wrong(&jsonwebtoken::encode(&header, &claims(), &other).unwrap()).starts_with("its signature"));
}

#[test]
fn a_key_serves_for_what_it_is_meant() {
    let key = private(Algorithm::ES256);
    let token = signed(Algorithm::ES256, None, &claims());
    let with = |name: &str, value: Value| {
        let mut jwk = public(&key, Algorithm::ES256, "ec");
        jwk[name] = value;
        check(&set(&[jwk]), &token)
    };
    assert!(with("alg", json!("ES256")).is_ok());
    for (name, value) in [("use", json!("enc")), ("alg", json!("ES384")), ("crv", json!("P-384"))] {
        assert_eq!(with(name, value.clone()), Err(Refusal::UnknownKey), "{name} {value}");
    }
}
