//! Shared groups: departments and the like, seen by everybody or by some.

use crate::chat::announce;
use crate::directory::difference::Difference;
use crate::directory::group::{self, Group, GroupDraft};
use crate::directory::shared::{self, Draft};
use crate::error::Result;
use crate::http::api::import::Meant;
use crate::http::api::list::{self, List, Query};
use crate::http::api::path::Id;
use crate::http::api::person::{Person, PersonSchema};
use crate::http::api::{answer, done, ok};
use crate::http::body::Json;
use crate::http::guard::ApplicationKey;
use crate::http::problem::Answer;
use crate::http::{House, to_the_end};
use crate::id::{AppNo, GroupId, UserId};
use crate::jobs::preparation;
use crate::store::{Db, Store, Tx};
use actix_web::http::StatusCode;
use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// A shared group as it is to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = GroupPut)]
pub struct Body {
    name: String,
    /// The shared group that this is a part of.
    parent: Option<GroupId>,
    /// Users must be there already, or come with a name and are then created.
    #[schema(value_type = Vec<PersonSchema>)]
    users: Vec<Person>,
    /// Only these users see it, at most 10000; absent: everybody.
    visible_to: Option<Vec<UserId>>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Group)]
pub struct View {
    #[schema(value_type = String)]
    id: GroupId,
    name: String,
    #[schema(value_type = Option<String>)]
    parent: Option<GroupId>,
    /// How many users are in it.
    count: i64,
    version: i64,
}

/// A shared group with its users.
#[derive(Serialize, ToSchema)]
#[schema(as = GroupWhole)]
pub struct Whole {
    #[serde(flatten)]
    group: View,
    #[schema(value_type = Vec<String>)]
    users: Vec<UserId>,
    /// Null: everybody sees it.
    #[schema(value_type = Option<Vec<String>>)]
    visible_to: Option<Vec<UserId>>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = GroupAnswer)]
pub struct One {
    group: Whole,
}

fn view(db: &Db, group: Group) -> Result<View> {
    let count = group::count(db, group.app, group.no)?;
    Ok(View { id: group.id, name: group.name, parent: group.parent, count, version: group.version })
}

fn whole(db: &Db, group: Group) -> Result<One> {
    let (users, visible_to) = (group::user_ids(db, group.app, group.no)?, shared::visible_to(db, &group)?);
    Ok(One { group: Whole { group: view(db, group)?, users, visible_to } })
}

/// Which groups.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// What the page before said as `next`; absent: from the beginning.
    after: Option<String>,
    /// Rows of the page: 1 to 200, 50 where nothing is said.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200)]
    limit: Option<String>,
}

/// Shared groups in the order of their ids, without their users.
#[utoipa::path(get, path = "/api/v1/groups", tag = "groups", params(Which), responses((status = 200, body = List<View>)))]
pub async fn index(house: Data<House>, by: ApplicationKey, Query(which): Query<Which>) -> Answer {
    let (app, limit) = (by.application.no, list::limit(which.limit.as_deref())?);
    let find = move |db: &Db| {
        let (groups, more) = shared::list(db, app, which.after.as_deref(), limit)?;
        Ok((groups.into_iter().map(|group| view(db, group)).collect::<Result<Vec<View>>>()?, more))
    };
    let (groups, more) = house.store.read(find).await?;
    ok(&List::page(groups, more, |group| group.id.to_string()))
}

/// One shared group with its users.
#[utoipa::path(get, path = "/api/v1/groups/{id}", tag = "groups", params(("id" = String, Path)),
    responses((status = 200, body = One)))]
pub async fn show(house: Data<House>, by: ApplicationKey, Id(id): Id<GroupId>) -> Answer {
    let app = by.application.no;
    ok(&house.store.read(move |db| whole(db, shared::get(db, app, &id)?)).await?)
}

/// A shared group after a change, with who came and who went; without the group, where nothing was to be done.
#[derive(Serialize, ToSchema)]
#[schema(as = GroupChange)]
pub struct Changed {
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<Whole>,
    difference: Difference,
    dry_run: bool,
}

/// Creates a shared group or makes it what is given.
#[utoipa::path(put, path = "/api/v1/groups/{id}", tag = "groups", params(("id" = String, Path), Meant), request_body = Body,
    responses((status = 200, body = Changed), (status = 201, description = "Created", body = Changed)))]
pub async fn create(
    house: Data<House>,
    by: ApplicationKey,
    Id(id): Id<GroupId>,
    Query(Meant { dry_run }): Query<Meant>,
    Json(body): Json<Body>,
) -> Answer {
    let app = by.application.no;
    let users = body.users.into_iter().map(|person| person.0).collect();
    let group = GroupDraft { id: id.clone(), name: body.name, parent: body.parent, users };
    let draft = Draft::parse(group, body.visible_to)?;
    let (difference, draft) = house.store.read(move |db| Ok((draft.difference(db, app)?, draft))).await?;
    if dry_run {
        return ok(&Changed { group: None, difference, dry_run });
    }
    let store = house.store.clone();
    let (begun, group) = to_the_end(async move { put(&store, app, id, draft).await }).await??;
    let group = Some(house.store.read(move |db| whole(db, group)).await?.group);
    let changed = Changed { group, difference, dry_run };
    answer(if begun { StatusCode::CREATED } else { StatusCode::OK }, &changed)
}

/// Whether it was not there before, and the group.
async fn put(store: &Store, app: AppNo, id: GroupId, draft: Draft) -> Result<(bool, Group)> {
    let draft = preparation::group(store, app, draft).await?;
    let put = move |tx: &mut Tx| {
        let begun = shared::find(tx, app, &id)?.is_none();
        Ok((begun, shared::put(tx, app, &draft, announce::user)?))
    };
    store.write(put).await
}

/// Takes a shared group away from all who see it. Its users stay.
#[utoipa::path(delete, path = "/api/v1/groups/{id}", tag = "groups", params(("id" = String, Path)),
    responses((status = 204, description = "Deleted")))]
pub async fn destroy(house: Data<House>, by: ApplicationKey, Id(id): Id<GroupId>) -> Answer {
    let app = by.application.no;
    house.store.write(move |tx| shared::delete(tx, app, &id)).await?;
    done()
}
