//! A user's profile as the fields of a form, and back.

use crate::directory::user::{self, Profile, User};
use crate::error::Result;
use crate::http::console::form::Form;
use crate::http::console::language::en;
use crate::id::UserId;

pub fn of(user: &User) -> Form {
    let u = user.clone();
    Form::default()
        .and("id", u.id.as_str())
        .and("name", u.name)
        .and("kind", u.kind.as_str())
        .and("email", u.email.unwrap_or_default())
        .and("title", u.title.unwrap_or_default())
        .and("avatar", u.avatar.unwrap_or_default())
        .and("locale", u.locale.unwrap_or_default())
        .and("timezone", u.timezone.unwrap_or_default())
}

/// What was filled in; an empty field clears what stands there.
pub fn profile(form: &Form, id: UserId) -> Result<Profile> {
    Ok(Profile {
        id,
        name: Some(form.value("name").into()),
        kind: form.filled("kind").map(|kind| user::parse_kind(&kind)).transpose()?,
        email: Some(form.filled("email")),
        title: Some(form.filled("title")),
        avatar: Some(form.filled("avatar")),
        locale: Some(form.filled("locale")),
        timezone: Some(form.filled("timezone")),
    })
}

/// What stands on the page of a user.
pub fn facts(user: &User) -> Vec<(&'static str, Option<String>)> {
    let u = user.clone();
    vec![(en("Position"), u.title), (en("Email"), u.email), (en("Language"), u.locale), (en("Time zone"), u.timezone)]
}
