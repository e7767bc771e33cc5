//! Ping: whether the application can be called back.

use crate::http::House;
use crate::http::api::post::{Nothing, Post};
use crate::http::guard::ApplicationKey;
use crate::http::problem::Answer;
use crate::jobs::ping;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use serde::Serialize;
use utoipa::ToSchema;

/// How the application answered.
#[derive(Serialize, ToSchema)]
#[schema(as = Pong)]
pub struct View {
    /// Whether all is well.
    ok: bool,
    /// Milliseconds until the answer, or until it was clear that there is none.
    ms: i64,
    /// The status of the answer; null: there was none.
    status: Option<u16>,
    /// What is wrong, in one sentence; null: nothing.
    error: Option<String>,
}

/// Calls the application back, and says how long that took or what is wrong. An answer starts callbacks that were stopped.
#[utoipa::path(post, path = "/api/v1/ping", tag = "callbacks", responses((status = 200, body = View)))]
pub async fn create(house: Data<House>, by: ApplicationKey, post: Post<Nothing>) -> Answer {
    if let Some(answer) = post.once.answered(&house).await? {
        return Ok(answer);
    }
    let pong = ping::send(&house.store, &house.callout, by.application.no).await?;
    let view = View { ok: pong.error.is_none(), ms: pong.ms, status: pong.status, error: pong.error };
    post.once.answer(&house, StatusCode::OK, |_| Ok(view)).await
}
