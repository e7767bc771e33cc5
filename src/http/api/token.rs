//! Long-lived tokens, with which a program or a device is signed in as a user.

use crate::directory::session::{self, Draft, Kind};
use crate::directory::user;
use crate::error::{Error, Result};
use crate::http::House;
use crate::http::api::path::Id;
use crate::http::api::post::Post;
use crate::http::guard::ApplicationKey;
use crate::http::problem::Answer;
use crate::id::UserId;
use crate::store::Tx;
use crate::time::Moment;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A token as it is to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TokenDraft)]
pub struct Body {
    /// What it is for: "the printer on the second floor".
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    /// When it ends; absent: when it is revoked.
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Moment>,
}

/// A new token, which is shown this once.
#[derive(Serialize, ToSchema)]
#[schema(as = Token)]
pub struct View {
    token: String,
    #[serde(flatten)]
    made: Made,
}

#[derive(Serialize, Deserialize, ToSchema)]
#[schema(as = TokenMade)]
pub struct Made {
    /// Its number among the user's sessions.
    id: i64,
    name: String,
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Moment>,
}

/// Makes a token with which a program or a device is signed in as this user until it ends.
#[utoipa::path(post, path = "/api/v1/users/{id}/tokens", tag = "sign-in", params(("id" = String, Path)), request_body = Body,
    responses((status = 201, description = "Made", body = View)))]
pub async fn create(house: Data<House>, by: ApplicationKey, Id(id): Id<UserId>, post: Post<Body>) -> Answer {
    let (app, draft) = (by.application.no, parse(post.body)?);
    let hub = house.live.hub.clone();
    let make = move |tx: &mut Tx, text: &str| {
        let user = user::get(tx, app, &id)?;
        let session = session::open_by(tx, &user, (&draft, text), &*hub)?;
        Ok(Made { id: session.no, name: session.name, expires_at: session.expires_at })
    };
    let dress = |made: Made, token: String| View { token, made };
    post.once.reveal(&house, (StatusCode::CREATED, Kind::Token.prefix()), make, dress).await
}

fn parse(body: Body) -> Result<Draft> {
    let name = body.name.trim();
    if name.is_empty() || name.chars().count() > 100 || name.chars().any(char::is_control) {
        return Err(Error::invalid("name", "a token's name has 1 to 100 characters"));
    }
    if body.expires_at.is_some_and(|end| end <= Moment::now()) {
        return Err(Error::invalid("expires_at", "this moment has passed"));
    }
    Ok(Draft { kind: Kind::Token, name: name.into(), address: None, expires_at: body.expires_at })
}
