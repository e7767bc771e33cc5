//! Conversations: rooms that the application makes, and the history for its own records.

use crate::chat::author::Author;
use crate::chat::history::{self, Span};
use crate::chat::room::{self, Draft};
use crate::chat::{conversation, mark, member};
use crate::directory::user;
use crate::error::{Error, Result};
use crate::http::House;
use crate::http::api::list::{List, Paging, Query};
use crate::http::api::ok;
use crate::http::api::path::Id;
use crate::http::api::post::Post;
use crate::http::guard::ApplicationKey;
use crate::http::problem::Answer;
use crate::id::{AppNo, ConversationId, Key, MessageId, UserId};
use crate::secret;
use crate::store::{Db, Tx};
use crate::wire::row::{ConversationRow, MemberRow, MessageRow};
use actix_web::http::StatusCode;
use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A room as it is to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RoomDraft)]
pub struct Body {
    #[schema(min_length = 1, max_length = 100)]
    title: String,
    users: Vec<UserId>,
}

/// A conversation and who is in it now.
#[derive(Serialize, ToSchema)]
#[schema(as = ConversationWhole)]
pub struct Whole {
    conversation: ConversationRow,
    members: Vec<MemberRow>,
}

/// Who has read how far.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Mark {
    user: UserId,
    /// The newest message that was read.
    #[schema(value_type = i64, minimum = 0)]
    upto: MessageId,
}

#[derive(Serialize, ToSchema)]
#[schema(as = MemberAnswer)]
pub struct Membership {
    member: MemberRow,
}

fn whole(db: &Db, app: AppNo, id: ConversationId) -> Result<Whole> {
    let members = member::present(db, app, id)?.iter().map(member::Member::row).collect();
    Ok(Whole { conversation: conversation::get(db, app, id)?.row(db, app)?, members })
}

/// Makes a room with these users. It has no owner among them: only the application renames it and takes users out.
#[utoipa::path(post, path = "/api/v1/conversations", tag = "conversations", request_body = Body,
    responses((status = 201, description = "Made", body = Whole)))]
pub async fn create(house: Data<House>, by: ApplicationKey, post: Post<Body>) -> Answer {
    let Post { body: Body { title, users }, once } = post;
    let author = Author::application(by.application.no);
    let make = move |tx: &mut Tx| {
        let draft = Draft { key: Key::parse(&secret::generate(""))?, title, users };
        let (id, _) = room::create(tx, &author, &draft).map_err(|error| match error {
            Error::NotFound(_) => Error::invalid("users", "somebody of these is not there"),
            other => other,
        })?;
        whole(tx, author.app, id)
    };
    once.answer(&house, StatusCode::CREATED, make).await
}

/// All conversations in the order of their ids, the oldest first.
#[utoipa::path(get, path = "/api/v1/conversations", tag = "conversations", params(Paging),
    responses((status = 200, body = List<ConversationRow>)))]
pub async fn index(house: Data<House>, by: ApplicationKey, Query(paging): Query<Paging>) -> Answer {
    let (app, after, limit) = (by.application.no, paging.after_number()?, paging.limit()?);
    let find = move |db: &Db| {
        let mut found = conversation::list(db, app, after, limit + 1)?;
        let more = found.len() > limit;
        found.truncate(limit);
        Ok((found.iter().map(|c| c.row(db, app)).collect::<Result<Vec<ConversationRow>>>()?, more))
    };
    let (rows, more) = house.store.read(find).await?;
    ok(&List::page(rows, more, |row| row.id.to_string()))
}

/// One conversation and who is in it.
#[utoipa::path(get, path = "/api/v1/conversations/{id}", tag = "conversations", params(("id" = i64, Path)),
    responses((status = 200, body = Whole)))]
pub async fn show(house: Data<House>, by: ApplicationKey, Id(id): Id<ConversationId>) -> Answer {
    let app = by.application.no;
    ok(&house.store.read(move |db| whole(db, app, id)).await?)
}

/// The messages of a conversation, the oldest first; `after` may be the id of any message.
#[utoipa::path(get, path = "/api/v1/conversations/{id}/messages", tag = "conversations", params(("id" = i64, Path), Paging),
    responses((status = 200, body = List<MessageRow>)))]
pub async fn messages(
    house: Data<House>,
    by: ApplicationKey,
    Id(id): Id<ConversationId>,
    Query(paging): Query<Paging>,
) -> Answer {
    let (app, after, limit) = (by.application.no, paging.after_number()?, paging.limit()?);
    let find = move |db: &Db| {
        conversation::get(db, app, id)?;
        let (messages, more) = history::whole(db, app, id, Span::After(MessageId(after)), limit as u32)?;
        Ok((messages.iter().map(|message| message.told(db)).collect::<Result<Vec<_>>>()?, more))
    };
    let (rows, more) = house.store.read(find).await?;
    ok(&List::page(rows, more, |row: &MessageRow| row.id.to_string()))
}

/// A user has read up to a message, on a page of the application's own.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/read", tag = "conversations", params(("id" = i64, Path)),
    request_body = Mark, responses((status = 200, body = Membership)))]
pub async fn read(house: Data<House>, by: ApplicationKey, Id(id): Id<ConversationId>, post: Post<Mark>) -> Answer {
    let (app, Mark { user, upto }) = (by.application.no, post.body);
    let raise = move |tx: &mut Tx| {
        conversation::get(tx, app, id)?;
        let outside = || Error::invalid("user", format!("{user} is not in this conversation"));
        let member = user::number(tx, app, &user).and_then(|no| member::require(tx, app, id, no)).map_err(|_| outside())?;
        let mut raised = mark::Raised::default();
        mark::read(tx, (app, member.user), (id, upto.0), &mut raised)?;
        raised.tell(tx)?;
        Ok(Membership { member: member::require(tx, app, id, member.user)?.row() })
    };
    post.once.answer(&house, StatusCode::OK, raise).await
}
