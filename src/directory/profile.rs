//! What is said of a user by whoever vouches for it: the application, an operator. Checks it and brings the user up to date.

use crate::apps::{application, origin};
use crate::directory::user::{self, User};
use crate::error::{Error, Result};
use crate::id::{AppNo, UserId, UserNo};
use crate::store::{Db, Tx, params};
use crate::wire::row::UserKind;
use serde::{Deserialize, Deserializer, Serialize};

/// A user's id and what is to be changed. A member that is absent is left as it is; an empty one is cleared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(from = "Given")]
pub struct Profile {
    pub id: UserId,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<UserKind>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<Option<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub avatar: Option<Option<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<Option<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locale: Option<Option<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timezone: Option<Option<String>>,
}

impl Profile {
    /// Nothing but the id.
    pub fn new(id: UserId) -> Profile {
        Profile { id, name: None, kind: None, email: None, avatar: None, title: None, locale: None, timezone: None }
    }

    pub fn named(id: UserId, name: &str) -> Profile {
        Profile { name: Some(name.into()), ..Profile::new(id) }
    }

    pub(super) fn check(mut self, origins: &[String]) -> Result<Profile> {
        if self.id.as_str().starts_with(user::ERASED) {
            return Err(Error::invalid("id", "ids that begin with `erased:` are kept for users who were erased"));
        }
        self.name = self.name.map(|name| text("name", &name, 200)).transpose()?;
        if self.name.as_deref() == Some("") {
            return Err(Error::invalid("name", "a name has 1 to 200 characters"));
        }
        self.email = optional(self.email, |e| email(&e))?;
        self.avatar = optional(self.avatar, |a| avatar(origins, &a))?;
        self.title = optional(self.title, |t| text("title", &t, 200))?;
        self.locale = optional(self.locale, |l| text("locale", &l, 35))?;
        self.timezone = optional(self.timezone, |t| text("timezone", &t, 64))?;
        Ok(self)
    }

    /// Without what would not pass: a picture at the wrong place must not keep a person out.
    pub(super) fn tolerate(mut self, origins: &[String]) -> Profile {
        self.name = self.name.and_then(|name| text("name", &name, 200).ok()).filter(|name| !name.is_empty());
        self.email = optional(self.email, |e| email(&e)).unwrap_or_default();
        self.avatar = optional(self.avatar, |a| avatar(origins, &a)).unwrap_or_default();
        self.title = optional(self.title, |t| text("title", &t, 200)).unwrap_or_default();
        self.locale = optional(self.locale, |l| text("locale", &l, 35)).unwrap_or_default();
        self.timezone = optional(self.timezone, |t| text("timezone", &t, 64)).unwrap_or_default();
        self
    }
}

/// Creates the user or brings it up to date. Answers whether anything that others see has changed: then tell them.
pub fn put(tx: &mut Tx, app: AppNo, profile: &Profile) -> Result<(User, bool)> {
    let origins = if profile.avatar.is_some() { application::get_no(tx, app)?.origins } else { Vec::new() };
    let (user, change) = keep(tx, app, profile.clone().check(&origins)?)?;
    Ok((user, change != Change::Unseen))
}

/// Refuses what `put` would refuse: to be asked before many are kept piece by piece, so that one refused leaves nothing behind.
pub fn require_good(db: &Db, app: AppNo, profiles: &[Profile]) -> Result<()> {
    let origins = application::get_no(db, app)?.origins;
    profiles.iter().try_for_each(|profile| profile.clone().check(&origins).map(|_| ()))
}

/// Tells others that somebody looks different now (`chat::announce::user`). It is called for each user right after its
/// change, so that what is told rises with the versions.
pub type Announce = fn(&mut Tx, AppNo, UserNo) -> Result<()>;

/// The same as `put` for what the application says at a sign-in or in a contact list: what is wrong in it is left out.
pub fn put_vouched(tx: &mut Tx, app: AppNo, profiles: &[Profile], announce: Announce) -> Result<Vec<User>> {
    let origins = application::get_no(tx, app)?.origins;
    let mut users = Vec::with_capacity(profiles.len());
    for profile in profiles {
        let (user, change) = keep(tx, app, profile.clone().tolerate(&origins).check(&origins)?)?;
        if change == Change::Seen {
            announce(tx, app, user.no)?;
        }
        users.push(user);
    }
    Ok(users)
}

/// What keeping a profile meant to others.
#[derive(PartialEq)]
enum Change {
    Unseen,
    Seen,
    /// Nobody sees a new user yet.
    Created,
}

fn keep(tx: &mut Tx, app: AppNo, profile: Profile) -> Result<(User, Change)> {
    match user::find(tx, app, &profile.id)? {
        Some(user) => update(tx, user, profile),
        None => create(tx, app, profile).map(|user| (user, Change::Created)),
    }
}

fn create(tx: &mut Tx, app: AppNo, profile: Profile) -> Result<User> {
    let no: UserNo = tx.one("SELECT coalesce(max(no), 0) + 1 FROM user WHERE application = ?1", [app], |r| r.get(0))?;
    let (version, now) = (tx.next_version(app)?, tx.now);
    let name = profile.name.clone().unwrap_or_else(|| profile.id.as_str().into());
    let sql = "INSERT INTO user (application, no, id, name, version, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    tx.run(sql, params![app, no, profile.id, name, version, now])?;
    let plain = Profile { name: Some(name), ..Profile::new(profile.id.clone()) };
    let fresh = user::get_no(tx, app, no)?;
    if profile == plain {
        return Ok(fresh);
    }
    let full = apply(fresh, profile);
    store(tx, &full)?;
    Ok(full)
}

fn update(tx: &mut Tx, user: User, profile: Profile) -> Result<(User, Change)> {
    let mut next = apply(user.clone(), profile);
    if next == user {
        return Ok((user, Change::Unseen));
    }
    let seen = |u: &User| (u.name.clone(), u.kind, u.avatar.clone(), u.title.clone());
    let changed = seen(&next) != seen(&user);
    if changed {
        next.version = tx.next_version(user.app)?;
    }
    store(tx, &next)?;
    Ok((next, if changed { Change::Seen } else { Change::Unseen }))
}

pub(super) fn apply(mut user: User, profile: Profile) -> User {
    user.name = profile.name.unwrap_or(user.name);
    user.kind = profile.kind.unwrap_or(user.kind);
    user.email = profile.email.unwrap_or(user.email);
    user.avatar = profile.avatar.unwrap_or(user.avatar);
    user.title = profile.title.unwrap_or(user.title);
    user.locale = profile.locale.unwrap_or(user.locale);
    user.timezone = profile.timezone.unwrap_or(user.timezone);
    user
}

fn store(tx: &mut Tx, user: &User) -> Result<()> {
    let sql = "UPDATE user SET name = ?3, kind = ?4, email = ?5, avatar = ?6, title = ?7, locale = ?8, timezone = ?9, \
               version = ?10 WHERE application = ?1 AND no = ?2";
    let u = user;
    let kind = u.kind.as_str();
    tx.run(sql, params![u.app, u.no, u.name, kind, u.email, u.avatar, u.title, u.locale, u.timezone, u.version]).map(|_| ())
}

/// A member that is given: blank is cleared, anything else is checked.
fn optional(given: Option<Option<String>>, check: impl FnOnce(String) -> Result<String>) -> Result<Option<Option<String>>> {
    match given {
        Some(Some(text)) if text.trim().is_empty() => Ok(Some(None)),
        Some(Some(text)) => check(text).map(|text| Some(Some(text))),
        other => Ok(other),
    }
}

fn text(field: &str, text: &str, most: usize) -> Result<String> {
    let text = text.trim();
    if text.chars().count() > most || text.chars().any(char::is_control) {
        return Err(Error::invalid(field, format!("expected at most {most} characters, none of them a control character")));
    }
    Ok(text.into())
}

fn email(given: &str) -> Result<String> {
    let given = given.trim();
    let good = given.split_once('@').is_some_and(|(local, host)| !local.is_empty() && !host.is_empty() && !host.contains('@'));
    if !good || given.len() > 254 || given.chars().any(|c| c.is_whitespace() || c.is_control() || "<>\",;".contains(c)) {
        return Err(Error::invalid("email", "expected an address such as anna@oa.example"));
    }
    Ok(given.into())
}

/// Browsers of other users fetch it, so it may lie only where the application itself lies.
fn avatar(origins: &[String], given: &str) -> Result<String> {
    let address = origin::parse_address("avatar", given.trim())?;
    match origin::of(&address).is_some_and(|origin| origins.contains(&origin)) {
        true => Ok(address),
        false => Err(Error::invalid("avatar", "a picture must lie at one of the application's origins")),
    }
}

/// As it arrives: an id alone (as text or as a whole number), or an object.
#[derive(Deserialize)]
#[serde(untagged)]
enum Given {
    Id(#[serde(deserialize_with = "user_id")] UserId),
    Object(Object),
}

/// Read alone, it says which of its members is wrong.
#[derive(Deserialize)]
pub(super) struct Object {
    #[serde(deserialize_with = "user_id")]
    id: UserId,
    name: Option<String>,
    kind: Option<UserKind>,
    #[serde(default, deserialize_with = "present")]
    email: Option<Option<String>>,
    #[serde(default, deserialize_with = "present")]
    avatar: Option<Option<String>>,
    #[serde(default, deserialize_with = "present")]
    title: Option<Option<String>>,
    #[serde(default, deserialize_with = "present")]
    locale: Option<Option<String>>,
    #[serde(default, deserialize_with = "present")]
    timezone: Option<Option<String>>,
}

impl From<Given> for Profile {
    fn from(given: Given) -> Profile {
        match given {
            Given::Id(id) => Profile::new(id),
            Given::Object(object) => object.into(),
        }
    }
}

impl From<Object> for Profile {
    fn from(o: Object) -> Profile {
        Profile {
            id: o.id,
            name: o.name,
            kind: o.kind,
            email: o.email,
            avatar: o.avatar,
            title: o.title,
            locale: o.locale,
            timezone: o.timezone,
        }
    }
}

/// A member that is there, be it null.
fn present<'de, D: Deserializer<'de>>(input: D) -> std::result::Result<Option<Option<String>>, D::Error> {
    Option::deserialize(input).map(Some)
}

/// An id as text, or as a whole number that is taken as its decimal text.
pub(super) fn decimal<'de, D: Deserializer<'de>>(input: D) -> std::result::Result<String, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Id {
        Text(String),
        Number(i64),
    }
    Ok(match Id::deserialize(input)? {
        Id::Text(text) => text,
        Id::Number(number) => number.to_string(),
    })
}

fn user_id<'de, D: Deserializer<'de>>(input: D) -> std::result::Result<UserId, D::Error> {
    UserId::parse(&decimal(input)?).map_err(serde::de::Error::custom)
}
