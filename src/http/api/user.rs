//! Users: who they are, as their application says.

use crate::accounts::deed::Deed;
use crate::chat::announce;
use crate::directory::user::{self, Profile};
use crate::error::Result;
use crate::http::api::list::{self, List, Query};
use crate::http::api::note;
use crate::http::api::path::Id;
use crate::http::api::person::Fields;
use crate::http::api::{answer, done, ok};
use crate::http::body::Json;
use crate::http::guard::ApplicationKey;
use crate::http::problem::Answer;
use crate::http::{House, to_the_end};
use crate::id::{AppNo, UserId};
use crate::jobs;
use crate::store::Tx;
use crate::time::Moment;
use crate::wire::request::Show;
use crate::wire::row::UserKind;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// A user as its application sees it.
#[derive(Serialize, ToSchema)]
#[schema(as = User)]
pub struct View {
    #[schema(value_type = String)]
    id: UserId,
    name: String,
    kind: UserKind,
    email: Option<String>,
    avatar: Option<String>,
    title: Option<String>,
    locale: Option<String>,
    timezone: Option<String>,
    suspended: bool,
    #[schema(value_type = String, format = DateTime)]
    created_at: Moment,
    /// Now for whoever shows as being there; otherwise when other users last saw it there, which says nothing of an invisible one.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_seen_at: Option<Moment>,
    version: i64,
}

#[derive(Serialize, ToSchema)]
#[schema(as = UserAnswer)]
pub struct One {
    user: View,
}

impl View {
    fn of(house: &House, u: user::User) -> View {
        let now = Moment::now();
        let is_seen = house.live.show(u.app, &u.id, now).show != Show::Offline;
        View {
            id: u.id,
            name: u.name,
            kind: u.kind,
            email: u.email,
            avatar: u.avatar,
            title: u.title,
            locale: u.locale,
            timezone: u.timezone,
            suspended: u.suspended_at.is_some(),
            created_at: u.created_at,
            last_seen_at: if is_seen { Some(now) } else { u.last_seen_at },
            version: u.version,
        }
    }
}

/// Which users.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Search {
    /// What the page before said as `next`; absent: from the beginning.
    after: Option<String>,
    /// Rows of the page: 1 to 200, 50 where nothing is said.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200)]
    limit: Option<String>,
    /// Only who has this in name or id.
    text: Option<String>,
}

/// Users in the order of their ids.
#[utoipa::path(get, path = "/api/v1/users", tag = "users", params(Search), responses((status = 200, body = List<View>)))]
pub async fn index(house: Data<House>, by: ApplicationKey, Query(search): Query<Search>) -> Answer {
    let (app, limit) = (by.application.no, list::limit(search.limit.as_deref())?);
    let find = move |db: &crate::store::Db| {
        user::list(db, app, search.after.as_deref(), limit, search.text.as_deref().unwrap_or_default())
    };
    let (users, more) = house.store.read(find).await?;
    ok(&List::page(users.into_iter().map(|user| View::of(&house, user)).collect(), more, |user| user.id.to_string()))
}

/// One user.
#[utoipa::path(get, path = "/api/v1/users/{id}", tag = "users", params(("id" = String, Path)),
    responses((status = 200, body = One)))]
pub async fn show(house: Data<House>, by: ApplicationKey, Id(id): Id<UserId>) -> Answer {
    let app = by.application.no;
    let user = house.store.read(move |db| user::get(db, app, &id)).await?;
    ok(&One { user: View::of(&house, user) })
}

/// Creates a user, or changes what is given of one.
#[utoipa::path(put, path = "/api/v1/users/{id}", tag = "users", params(("id" = String, Path)), request_body = Fields,
    responses((status = 200, body = One), (status = 201, description = "Created", body = One)))]
pub async fn create(house: Data<House>, by: ApplicationKey, Id(id): Id<UserId>, Json(fields): Json<Fields>) -> Answer {
    let (app, (profile, suspended)) = (by.application.no, fields.of(id));
    jobs::intake::settle(&house.store, app).await?;
    let put = move |tx: &mut Tx| {
        let begun = user::find(tx, app, &profile.id)?.is_none();
        Ok((begun, write(tx, app, &profile, suspended)?))
    };
    let (begun, user) = house.store.write(put).await?;
    answer(if begun { StatusCode::CREATED } else { StatusCode::OK }, &One { user: View::of(&house, user) })
}

/// Changes what is given of a user who is there.
#[utoipa::path(patch, path = "/api/v1/users/{id}", tag = "users", params(("id" = String, Path)), request_body = Fields,
    responses((status = 200, body = One)))]
pub async fn update(house: Data<House>, by: ApplicationKey, Id(id): Id<UserId>, Json(fields): Json<Fields>) -> Answer {
    let (app, (profile, suspended)) = (by.application.no, fields.of(id));
    jobs::intake::settle(&house.store, app).await?;
    let change = move |tx: &mut Tx| {
        user::number(tx, app, &profile.id)?;
        write(tx, app, &profile, suspended)
    };
    let user = house.store.write(change).await?;
    ok(&One { user: View::of(&house, user) })
}

/// Erases a person's data. What was written before stays with those who received it, without a name.
#[utoipa::path(delete, path = "/api/v1/users/{id}", tag = "users", params(("id" = String, Path)),
    responses((status = 204, description = "Erased")))]
pub async fn destroy(house: Data<House>, by: ApplicationKey, Id(id): Id<UserId>) -> Answer {
    let app = by.application.no;
    let noted = note::entry(&by, Deed::UserErase, Some(id.as_str()));
    to_the_end(async move { jobs::erasure::erase(&house.store, app, id, noted).await }).await??;
    done()
}

fn write(tx: &mut Tx, app: AppNo, profile: &Profile, suspended: Option<bool>) -> Result<user::User> {
    let (user, changed) = user::put(tx, app, profile)?;
    user::set_suspended(tx, &user, suspended)?;
    if changed {
        announce::user(tx, app, user.no)?;
    }
    user::get_no(tx, app, user.no)
}
