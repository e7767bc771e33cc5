//! What an application says of a user: by itself in a list, or as the body of a change. Members that nobody knows are refused.

use crate::directory::user::Profile;
use crate::id::UserId;
use crate::wire::row::UserKind;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::fmt;
use utoipa::ToSchema;

/// What is to be changed of a user. A member that is absent is left as it is; null or an empty text clears.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = UserChange)]
pub struct Fields {
    /// The id where there is none.
    #[schema(min_length = 1, max_length = 200)]
    pub name: Option<String>,
    pub kind: Option<UserKind>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    pub email: Option<Option<String>>,
    /// The address of a picture at one of the application's origins.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    pub avatar: Option<Option<String>>,
    /// What the person does: "Sales".
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    pub title: Option<Option<String>>,
    /// A language, such as `zh-CN`.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    pub locale: Option<Option<String>>,
    /// A time zone, such as `Asia/Shanghai`.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    pub timezone: Option<Option<String>>,
    /// True: nobody gets in as this user, and whoever is in is out.
    pub suspended: Option<bool>,
}

impl Fields {
    /// The profile of this user, and whether it is to be suspended.
    pub fn of(self, id: UserId) -> (Profile, Option<bool>) {
        let profile = Profile {
            id,
            name: self.name,
            kind: self.kind,
            email: self.email,
            avatar: self.avatar,
            title: self.title,
            locale: self.locale,
            timezone: self.timezone,
        };
        (profile, self.suspended)
    }
}

/// A user in a list: the id, or an object that also says who that is; it is created where it is not there yet.
#[derive(Debug, ToSchema)]
#[schema(value_type = PersonSchema)]
pub struct Person(pub Profile);

/// A user's id, or an object.
#[derive(ToSchema)]
#[serde(untagged)]
#[allow(dead_code, reason = "only describes `Person`, whose errors are clearer when it is read by hand")]
pub enum PersonSchema {
    Id(UserId),
    Object(Described),
}

/// A user with a name; one that is not there yet is created.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Described {
    id: UserId,
    #[schema(max_length = 200)]
    name: Option<String>,
    kind: Option<UserKind>,
    email: Option<String>,
    avatar: Option<String>,
    title: Option<String>,
    locale: Option<String>,
    timezone: Option<String>,
}

impl From<Described> for Profile {
    fn from(given: Described) -> Profile {
        Profile {
            id: given.id,
            name: given.name,
            kind: given.kind,
            email: given.email.map(Some),
            avatar: given.avatar.map(Some),
            title: given.title.map(Some),
            locale: given.locale.map(Some),
            timezone: given.timezone.map(Some),
        }
    }
}

impl<'de> Deserialize<'de> for Person {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Person, D::Error> {
        input.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Person;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a user's id or an object with an id")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Person, E> {
        UserId::parse(text).map(|id| Person(Profile::new(id))).map_err(E::custom)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Person, A::Error> {
        let described = Described::deserialize(MapAccessDeserializer::new(map));
        described.map(|given| Person(given.into())).map_err(A::Error::custom)
    }
}

/// A member that is there, be it null.
fn given<'de, D: Deserializer<'de>>(input: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(input).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_an_id_or_an_object() {
        let people: Vec<Person> = serde_json::from_str(r#"["anna", {"id": "ben", "name": "Ben", "title": ""}]"#).unwrap();
        assert_eq!((people[0].0.id.as_str(), people[1].0.name.as_deref()), ("anna", Some("Ben")));
        for (bad, said) in
            [("[7]", "a user's id"), (r#"[{"id":"a","role":1}]"#, "unknown field `role`"), (r#"[""]"#, "128 bytes")]
        {
            let error = serde_json::from_str::<Vec<Person>>(bad).unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
        }
    }

    #[test]
    fn what_is_absent_is_left_and_null_clears() {
        let fields: Fields = serde_json::from_str(r#"{"email": null, "title": "Sales"}"#).unwrap();
        let (profile, suspended) = fields.of(UserId::parse("anna").unwrap());
        assert_eq!((profile.email, profile.title, profile.avatar), (Some(None), Some(Some("Sales".into())), None));
        assert_eq!(suspended, None);
    }
}
