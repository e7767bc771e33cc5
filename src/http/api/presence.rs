//! Presence: who is reachable now.

use crate::directory::user::{self, User};
use crate::error::{Error, Result};
use crate::http::House;
use crate::http::api::list::{self, List};
use crate::http::api::ok;
use crate::http::api::path::Id;
use crate::http::guard::ApplicationKey;
use crate::http::problem::Answer;
use crate::id::UserId;
use crate::store::Db;
use crate::time::Moment;
use crate::wire::frame::Presence;
use crate::wire::request::Show;
use actix_web::HttpRequest;
use actix_web::web::Data;
use serde::Serialize;
use utoipa::ToSchema;

/// The most users of one question.
const MOST: usize = 200;

/// How a user shows now.
#[derive(Serialize, ToSchema)]
#[schema(as = Presence)]
pub struct View {
    #[schema(value_type = String)]
    user: UserId,
    /// `available`, `away`, `busy` or `offline`.
    #[schema(value_type = String)]
    show: Show,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    until: Option<Moment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    last_seen: Option<Moment>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = PresenceAnswer)]
pub struct One {
    presence: View,
}

fn view(house: &House, user: User) -> View {
    let Presence { show, note, until, last_seen, .. } = house.live.show(user.app, &user.id, Moment::now());
    // An invisible user leaves no trace; who has gone was last seen when that was stored.
    let last_seen = last_seen.or(user.last_seen_at).filter(|_| show == Show::Offline);
    View { user: user.id, show, note, until, last_seen }
}

/// Whether a user is reachable now.
#[utoipa::path(get, path = "/api/v1/users/{id}/presence", tag = "presence", params(("id" = String, Path)),
    responses((status = 200, body = One)))]
pub async fn show(house: Data<House>, by: ApplicationKey, Id(id): Id<UserId>) -> Answer {
    let app = by.application.no;
    let user = house.store.read(move |db| user::get(db, app, &id)).await?;
    ok(&One { presence: view(&house, user) })
}

/// Which of these users are reachable now; one that is not there is left out.
#[utoipa::path(get, path = "/api/v1/presence", tag = "presence",
    params(("users" = Vec<UserId>, Query, max_items = 200, description = "Users' ids, at most 200: `users=anna&users=ben`")),
    responses((status = 200, body = List<View>)))]
pub async fn index(house: Data<House>, by: ApplicationKey, request: HttpRequest) -> Answer {
    let (app, ids) = (by.application.no, asked(request.query_string())?);
    let find = move |db: &Db| {
        let found: Result<Vec<Option<User>>> = ids.iter().map(|id| user::find(db, app, id)).collect();
        Ok(found?.into_iter().flatten().collect::<Vec<User>>())
    };
    let users = house.store.read(find).await?;
    ok(&List::whole(users.into_iter().map(|user| view(&house, user)).collect()))
}

fn asked(query: &str) -> Result<Vec<UserId>> {
    let pairs: Vec<(String, String)> = list::read(query)?;
    if pairs.is_empty() || pairs.len() > MOST {
        return Err(Error::invalid("users", format!("name 1 to {MOST} users: users=anna&users=ben")));
    }
    let one = |(name, value): &(String, String)| match name.as_str() {
        "users" => UserId::parse(value).map_err(|e| Error::invalid("users", e.sentence())),
        other => Err(Error::invalid(other, format!("unknown field `{other}`, expected `users`"))),
    };
    pairs.iter().map(one).collect()
}
