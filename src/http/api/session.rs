//! Sessions: where a user is signed in, and signing it out everywhere.

use crate::directory::{session, user};
use crate::http::House;
use crate::http::api::list::List;
use crate::http::api::path::Id;
use crate::http::api::{done, ok};
use crate::http::guard::ApplicationKey;
use crate::http::problem::Answer;
use crate::id::UserId;
use crate::store::{Db, Tx};
use crate::time::Moment;
use actix_web::web::Data;
use serde::Serialize;
use utoipa::ToSchema;

/// Somebody signed in (`session`), or a program's long-lived token (`token`).
#[derive(Serialize, ToSchema)]
#[schema(as = Session)]
pub struct View {
    id: i64,
    kind: &'static str,
    /// What signed in, or what a token was made for.
    name: String,
    address: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Moment,
    #[schema(value_type = Option<String>, format = DateTime)]
    last_used_at: Option<Moment>,
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Moment>,
}

impl From<session::Session> for View {
    fn from(s: session::Session) -> View {
        View {
            id: s.no,
            kind: s.kind.as_str(),
            name: s.name,
            address: s.address,
            created_at: s.created_at,
            last_used_at: s.last_used_at,
            expires_at: s.expires_at,
        }
    }
}

/// Where a user is signed in now, the last used first.
#[utoipa::path(get, path = "/api/v1/users/{id}/sessions", tag = "sign-in", params(("id" = String, Path)),
    responses((status = 200, body = List<View>)))]
pub async fn index(house: Data<House>, by: ApplicationKey, Id(id): Id<UserId>) -> Answer {
    let app = by.application.no;
    let find = move |db: &Db| session::list(db, app, user::number(db, app, &id)?);
    let sessions = house.store.read(find).await?;
    ok(&List::whole(sessions.into_iter().map(View::from).collect()))
}

/// Out everywhere: ends all sessions, tokens and tickets of a user, and closes its connections.
#[utoipa::path(delete, path = "/api/v1/users/{id}/sessions", tag = "sign-in", params(("id" = String, Path)),
    responses((status = 204, description = "Signed out")))]
pub async fn destroy(house: Data<House>, by: ApplicationKey, Id(id): Id<UserId>) -> Answer {
    let app = by.application.no;
    let revoke = move |tx: &mut Tx| {
        let no = user::number(tx, app, &id)?;
        session::revoke_all(tx, app, no)
    };
    house.store.write(revoke).await?;
    done()
}
