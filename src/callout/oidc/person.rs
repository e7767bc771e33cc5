//! Whom the claims of a provider describe (OpenID Connect Core 1.0 §5.1). The id is one claim that the administrator chose; an
//! email address identifies nobody, and is taken only where the provider says that it is verified.

use crate::apps::oidc::{Oidc, claim};
use crate::callout::Vouched;
use crate::callout::answer::lone_user_id;
use crate::error::{Error, Result};
use crate::id::UserId;
use serde_json::{Map, Number, Value};

/// The standard claim of an email address.
const EMAIL: &str = "email";

/// Whether the ID token alone does not say all that is looked for.
pub fn lacks(settings: &Oidc, claims: &Value) -> bool {
    let required = settings.requirement().map(|(name, _)| name);
    let mut wanted = settings.members().into_iter().map(|(_, name)| name).chain(required).filter(|name| !name.is_empty());
    wanted.any(|name| claim(claims, name).is_none()) || !settings.email.is_empty() && verified(claims, &settings.email).is_none()
}

/// A user out of the ID token, and out of the userinfo of the same subject where that says nothing.
pub fn read(settings: &Oidc, claims: &Value, more: &Value) -> Result<Vouched> {
    require(settings, claims, more)?;
    let found = |name: &str| claim(claims, name).or_else(|| claim(more, name));
    let address = |name: &str| verified(claims, name).or_else(|| verified(more, name));
    let id = user_id(settings, if settings.id == EMAIL { address(EMAIL) } else { found(&settings.id) })?;
    let mut fields = Map::new();
    for (member, name) in settings.members().into_iter().skip(1) {
        let value = if member == "email" { address(name) } else { found(name) };
        fields.extend(value.map(|value| (member.to_string(), value.clone())));
    }
    Ok(Vouched::tolerant(id, &fields))
}

fn user_id(settings: &Oidc, value: Option<&Value>) -> Result<UserId> {
    let name = &settings.id;
    let missing = || match name == EMAIL {
        true => Error::Forbidden("the claim email is the user's id, and it is missing or not verified".into()),
        false => Error::Unavailable(format!("the claim {name}, which is the user's id, is missing")),
    };
    let wrong = || Error::Unavailable(format!("the claim {name} is no user's id"));
    lone_user_id(value.ok_or_else(missing)?).ok_or_else(wrong)?.map_err(|_| wrong())
}

/// The claim of an email address, where the same source says that it is verified; some write that as text.
fn verified<'a>(source: &'a Value, name: &str) -> Option<&'a Value> {
    let word = source.get("email_verified");
    word.is_some_and(|word| *word == true || *word == "true").then(|| claim(source, name)).flatten()
}

/// The claim that the administrator demands of whoever comes in.
fn require(settings: &Oidc, claims: &Value, more: &Value) -> Result<()> {
    let Some((name, wanted)) = settings.requirement() else { return Ok(()) };
    let is = |value: &Value| match value {
        Value::String(text) => text == wanted,
        Value::Bool(yes) => wanted.parse() == Ok(*yes),
        Value::Number(number) => wanted.parse().is_ok_and(|wanted: Number| wanted == *number),
        _ => false,
    };
    let has = match claim(claims, name).or_else(|| claim(more, name)) {
        Some(Value::Array(list)) => list.iter().any(is),
        Some(value) => is(value),
        None => false,
    };
    match has {
        true => Ok(()),
        false => Err(Error::Forbidden(format!("the claim {name} is not {wanted}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(settings: &Oidc, claims: Value, more: Value) -> Result<Vouched> {
        read(settings, &claims, &more)
    }

    #[test]
    fn an_address_that_is_not_verified_is_not_taken() {
        let settings = Oidc::default();
        let anna = |said: Value| {
            let mut claims = json!({"sub": "7", "name": "Anna", "email": "anna@acme.example"});
            if !said.is_null() {
                claims["email_verified"] = said;
            }
            of(&settings, claims, Value::Null).unwrap()
        };
        for yes in [json!(true), json!("true")] {
            assert_eq!(anna(yes).email, Some(Some("anna@acme.example".into())));
        }
        for no in [Value::Null, json!(false), json!("false"), json!(1), json!("yes"), json!([true])] {
            let anna = anna(no.clone());
            assert_eq!((anna.id.as_str(), anna.name.as_deref(), anna.email), ("7", Some("Anna"), None), "{no}");
        }
        let mixed = of(&settings, json!({"sub": "7", "email": "a@x"}), json!({"email": "b@x", "email_verified": true})).unwrap();
        assert_eq!(mixed.email, Some(Some("b@x".into())), "the word of one source is not about the other's address");
    }

    #[test]
    fn an_address_is_an_id_only_where_it_is_verified() {
        let settings = Oidc { id: "email".into(), ..Oidc::default() };
        let claims = json!({"sub": "7", "email": "anna@acme.example", "email_verified": true});
        assert_eq!(of(&settings, claims, Value::Null).unwrap().id.as_str(), "anna@acme.example");
        let claims = json!({"sub": "7", "email": "root@acme.example", "email_verified": false});
        assert!(matches!(of(&settings, claims, Value::Null), Err(Error::Forbidden(_))));
    }

    #[test]
    fn the_id_is_the_chosen_claim_and_no_other() {
        let settings = Oidc { id: "/acme/no".into(), title: "/acme/titles/0".into(), ..Oidc::default() };
        let claims = json!({"sub": "x", "acme": {"no": 42, "titles": ["Sales"]}, "name": ["not a text"], "locale": "zh-CN"});
        let anna = of(&settings, claims, json!({"name": "Anna", "sub": "x"})).unwrap();
        assert_eq!((anna.id.as_str(), anna.title, anna.locale), ("42", Some(Some("Sales".into())), Some(Some("zh-CN".into()))));
        for claims in [json!({"sub": "x"}), json!({"sub": "x", "acme": {"no": {}}}), json!({"sub": "x", "acme": {"no": ""}})] {
            assert!(of(&settings, claims.clone(), Value::Null).is_err(), "{claims}");
        }
    }

    #[test]
    fn a_claim_that_is_demanded_is_there_or_nobody_comes_in() {
        let settings = Oidc { only: "groups=im users".into(), ..Oidc::default() };
        let with = |groups: Value| of(&settings, json!({"sub": "7", "groups": groups}), Value::Null);
        let plainly = |only: &str, value: Value| {
            of(&Oidc { only: only.into(), ..Oidc::default() }, json!({"sub": "7", "staff": value}), Value::Null).is_ok()
        };
        assert!(plainly("staff=true", json!(true)) && plainly("staff=7", json!(7)));
        assert!(!plainly("staff=true", json!(false)) && !plainly("staff=1", json!(true)) && !plainly("staff=7", json!(8)));
        assert!(with(json!("im users")).is_ok() && with(json!(["a", "im users"])).is_ok());
        for groups in [json!(null), json!("im users 2"), json!([]), json!({"im users": true})] {
            assert!(matches!(with(groups.clone()), Err(Error::Forbidden(_))), "{groups}");
        }
        assert!(of(&settings, json!({"sub": "7"}), json!({"sub": "7", "groups": ["im users"]})).is_ok());
        assert!(lacks(&settings, &json!({"sub": "7", "name": "A", "locale": "de", "email": "a@x", "email_verified": true})));
    }
}
