//! Topics: what the application wrote about one object of its own, changed, withdrawn and read by the object's name.

use crate::chat::cleared::Place;
use crate::chat::{cleared, topic};
use crate::directory::user;
use crate::error::{Error, Result};
use crate::http::api::batch::{One, View, view, views};
use crate::http::api::list::{List, Paging, Query};
use crate::http::api::message::{Change, require_voice};
use crate::http::api::path::Id;
use crate::http::api::post::Post;
use crate::http::api::{answer, ok};
use crate::http::body::Json;
use crate::http::guard::ApplicationKey;
use crate::http::problem::Answer;
use crate::http::{House, to_the_end};
use crate::id::{AppNo, Topic, UserId};
use crate::store::{Db, Store, Tx};
use actix_web::http::StatusCode;
use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Who has seen what a topic is about.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TopicReader)]
pub struct Reader {
    user: UserId,
}

/// What was unread of a topic and is not any more.
#[derive(Serialize, ToSchema)]
#[schema(as = TopicRead)]
pub struct Seen {
    /// Messages.
    read: usize,
}

/// What is taken back.
#[derive(Serialize, ToSchema)]
#[schema(as = TopicWithdrawn)]
pub struct Withdrawn {
    /// Batches; those withdrawn before are not counted.
    withdrawn: i64,
}

/// What was sent about it, the newest first. A topic stands percent-encoded in the address: `leave%2F118`.
#[utoipa::path(get, path = "/api/v1/topics/{id}", tag = "topics", params(("id" = String, Path), Paging),
    responses((status = 200, body = List<View>)))]
pub async fn show(house: Data<House>, by: ApplicationKey, Id(name): Id<Topic>, Query(paging): Query<Paging>) -> Answer {
    let (app, before, limit) = (by.application.no, paging.after_number()?, paging.limit()?);
    let find = move |db: &Db| {
        topic::require(db, app, &name)?;
        views(db, topic::list(db, app, &name, before, limit)?)
    };
    ok(&house.store.read(find).await?)
}

/// Changes the newest message about it, in all its copies.
#[utoipa::path(patch, path = "/api/v1/topics/{id}", tag = "topics", params(("id" = String, Path)), request_body = Change,
    responses((status = 202, description = "Accepted", body = One)))]
pub async fn update(house: Data<House>, by: ApplicationKey, Id(name): Id<Topic>, Json(change): Json<Change>) -> Answer {
    let (app, content) = (by.application.no, change.content()?);
    let edit = move |tx: &mut Tx| {
        require_voice(&by, topic::speaker(tx, app, &name)?)?;
        let batch = topic::edit(tx, app, &name, &content)?;
        Ok(One { batch: view(tx, batch)? })
    };
    answer(StatusCode::ACCEPTED, &house.store.write(edit).await?)
}

/// Withdraws all that was sent about it, of more than 100 recipients soon after; what waits for its moment is never written.
#[utoipa::path(delete, path = "/api/v1/topics/{id}", tag = "topics", params(("id" = String, Path)),
    responses((status = 202, description = "Accepted", body = Withdrawn)))]
pub async fn destroy(house: Data<House>, by: ApplicationKey, Id(name): Id<Topic>) -> Answer {
    let (app, topic) = (by.application.no, name.clone());
    let allowed = move |db: &Db| {
        let upto = topic::newest(db, app, &topic)?;
        require_voice(&by, topic::speaker(db, app, &topic)?).map(|()| upto)
    };
    let upto = house.store.read(allowed).await?;
    let store = house.store.clone();
    let withdrawn = to_the_end(async move { withdraw(&store, app, name, upto).await }).await??;
    answer(StatusCode::ACCEPTED, &Withdrawn { withdrawn })
}

/// Piece by piece, up to a batch; answers how many there were.
async fn withdraw(store: &Store, app: AppNo, name: Topic, upto: i64) -> Result<i64> {
    let (mut withdrawn, mut after) = (0, Some(0));
    while let Some(from) = after {
        let topic = name.clone();
        let (piece, rest) = store.write(move |tx| topic::withdraw(tx, app, &topic, (from, upto))).await?;
        (withdrawn, after) = (withdrawn + piece, rest);
    }
    Ok(withdrawn)
}

/// A user has opened the page of what it is about: its messages count as read, on all devices, whatever else is unread.
#[utoipa::path(post, path = "/api/v1/topics/{id}/read", tag = "topics", params(("id" = String, Path)),
    request_body = Reader, responses((status = 200, body = Seen)))]
pub async fn read(house: Data<House>, by: ApplicationKey, Id(name): Id<Topic>, post: Post<Reader>) -> Answer {
    if let Some(answer) = post.once.answered(&house).await? {
        return Ok(answer);
    }
    let (app, Reader { user }) = (by.application.no, post.body);
    let once = post.once;
    let seen = async move {
        let read = see(&house.store, app, user, name).await?;
        once.answer(&house, StatusCode::OK, move |_| Ok(Seen { read })).await
    };
    to_the_end(seen).await?
}

/// Piece by piece, of which the first, second, fourth and so on are told at once; answers how many there were.
async fn see(store: &Store, app: AppNo, user: UserId, name: Topic) -> Result<usize> {
    let see = move |tx: &mut Tx, after: (Place, bool)| {
        topic::require(tx, app, &name)?;
        let no = user::number(tx, app, &user).map_err(|_| Error::invalid("user", format!("there is no user {user}")))?;
        cleared::read(tx, app, no, &name, after)
    };
    let (mut read, mut after, mut piece) = (0, Some(cleared::BEGINNING), 1_u64);
    while let Some(from) = after {
        let (see, told) = (see.clone(), piece.is_power_of_two());
        let (count, rest) = store.write(move |tx| see(tx, (from, told))).await?;
        (read, after, piece) = (read + count, rest, piece + 1);
    }
    Ok(read)
}
