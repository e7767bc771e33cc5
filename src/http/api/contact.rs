//! A user's own contact list, and asking the application for its part of it again.

use crate::chat::announce;
use crate::directory::contact::{self, List};
use crate::directory::group::{Group, GroupDraft};
use crate::directory::{renewal, user};
use crate::error::Result;
use crate::http::House;
use crate::http::api::ok;
use crate::http::api::path::Id;
use crate::http::api::person::{Person, PersonSchema};
use crate::http::api::post::{Nothing, Post};
use crate::http::body::Json;
use crate::http::guard::ApplicationKey;
use crate::http::problem::Answer;
use crate::id::{AppNo, GroupId, UserId, UserNo};
use crate::jobs::preparation;
use crate::store::{Db, Tx};
use crate::wire::object::Object;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// A user's own contact list, as a whole.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ContactList)]
pub struct Body {
    #[schema(value_type = Vec<Part>)]
    groups: Vec<Object<Part>>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ContactGroup)]
pub struct Part {
    #[schema(value_type = String)]
    id: GroupId,
    name: String,
    /// The group that this is a part of.
    #[schema(value_type = Option<String>)]
    parent: Option<GroupId>,
    #[schema(value_type = Vec<PersonSchema>)]
    users: Vec<Person>,
}

impl From<Part> for GroupDraft {
    fn from(part: Part) -> GroupDraft {
        let users = part.users.into_iter().map(|person| person.0).collect();
        GroupDraft { id: part.id, name: part.name, parent: part.parent, users }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = ContactListAnswer)]
pub struct All {
    groups: Vec<View>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ContactGroupView)]
pub struct View {
    #[schema(value_type = String)]
    id: GroupId,
    name: String,
    #[schema(value_type = Option<String>)]
    parent: Option<GroupId>,
    #[schema(value_type = Vec<String>)]
    users: Vec<UserId>,
}

impl From<(Group, Vec<UserId>)> for View {
    fn from((group, users): (Group, Vec<UserId>)) -> View {
        View { id: group.id, name: group.name, parent: group.parent, users }
    }
}

/// A user's own list, without the shared groups and those that the application gave.
#[utoipa::path(get, path = "/api/v1/users/{id}/contacts", tag = "contacts", params(("id" = String, Path)),
    responses((status = 200, body = All)))]
pub async fn show(house: Data<House>, by: ApplicationKey, Id(id): Id<UserId>) -> Answer {
    let app = by.application.no;
    ok(&house.store.read(move |db| all(db, app, user::number(db, app, &id)?)).await?)
}

/// Replaces a user's own list. Users must be there already, or come with a name and are then created.
#[utoipa::path(put, path = "/api/v1/users/{id}/contacts", tag = "contacts", params(("id" = String, Path)), request_body = Body,
    responses((status = 200, body = All)))]
pub async fn update(house: Data<House>, by: ApplicationKey, Id(id): Id<UserId>, Json(body): Json<Body>) -> Answer {
    let app = by.application.no;
    let list = Arc::new(List::parse(body.groups.into_iter().map(|Object(part)| part.into()).collect())?);
    let whose = id.clone();
    let no = house.store.read(move |db| user::number(db, app, &whose)).await?;
    preparation::own_list(&house.store, app, no, &list).await?;
    let replace = move |tx: &mut Tx| {
        let no = user::number(tx, app, &id)?;
        contact::replace_own(tx, app, no, &list, announce::user).map(|_| no)
    };
    let no = house.store.write(replace).await?;
    ok(&house.store.read(move |db| all(db, app, no)).await?)
}

/// The list that the application gives (`contacts.list`) is asked for again, of this user.
#[utoipa::path(post, path = "/api/v1/users/{id}/contacts/refresh", tag = "contacts", params(("id" = String, Path)),
    responses((status = 202, description = "Will be asked for", body = Nothing)))]
pub async fn refresh(house: Data<House>, by: ApplicationKey, Id(id): Id<UserId>, post: Post<Nothing>) -> Answer {
    let app = by.application.no;
    let ask = move |tx: &mut Tx| {
        let user = user::number(tx, app, &id)?;
        renewal::wish(tx, app, Some(user)).map(|()| Nothing {})
    };
    post.once.answer(&house, StatusCode::ACCEPTED, ask).await
}

/// The same of everybody who was here in the last days; others are asked for when they come.
#[utoipa::path(post, path = "/api/v1/contacts/refresh", tag = "contacts",
    responses((status = 202, description = "Will be asked for", body = Nothing)))]
pub async fn refresh_all(house: Data<House>, by: ApplicationKey, post: Post<Nothing>) -> Answer {
    let app = by.application.no;
    let ask = move |tx: &mut Tx| renewal::wish(tx, app, None).map(|()| Nothing {});
    post.once.answer(&house, StatusCode::ACCEPTED, ask).await
}

fn all(db: &Db, app: AppNo, user: UserNo) -> Result<All> {
    Ok(All { groups: contact::own(db, app, user)?.into_iter().map(View::from).collect() })
}
