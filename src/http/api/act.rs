//! Buttons of cards, pressed on behalf of a user: on a page of the application, from a mail, by a program.

use crate::chat::author::Author;
use crate::chat::card::press::{self, Press};
use crate::directory::user;
use crate::error::Error;
use crate::http::House;
use crate::http::api::path::Id;
use crate::http::api::post::Post;
use crate::http::guard::ApplicationKey;
use crate::http::problem::Answer;
use crate::id::{Key, MessageId, UserId};
use crate::secret;
use crate::store::Tx;
use crate::wire::row::MessageRow;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Who presses what.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ActionPress)]
pub struct Body {
    /// A recipient of the message.
    user: UserId,
    /// The id of a button that this user sees.
    action: String,
    /// What the button asks for.
    #[schema(max_length = 2000)]
    input: Option<String>,
    /// 1 to 64 bytes; the same again is the same press.
    key: Option<Key>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ActionPressed)]
pub struct Done {
    message: MessageRow,
    /// The key was known, and nothing was done again.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    repeated: bool,
}

/// Presses a button of a card for a user. The first press counts; a later one is a conflict that says in `done` who was first.
#[utoipa::path(post, path = "/api/v1/messages/{id}/act", tag = "messages", params(("id" = i64, Path)), request_body = Body,
    responses((status = 200, body = Done)))]
pub async fn create(house: Data<House>, by: ApplicationKey, Id(id): Id<MessageId>, post: Post<Body>) -> Answer {
    let (app, Body { user, action, input, key }) = (by.application.no, post.body);
    let key = key.map_or_else(|| Key::parse(&secret::generate("act_")), Ok)?;
    let press = Press { message: id, action, input, key };
    let act = move |tx: &mut Tx| {
        let user = user::find(tx, app, &user)?.filter(user::User::is_active);
        let user = user.ok_or_else(|| Error::invalid("user", "there is no such user who may do this"))?;
        let pressed = press::act(tx, &Author::in_name_of(&user), &press)?;
        Ok(Done { message: pressed.message.told(tx)?, repeated: pressed.repeated })
    };
    post.once.answer(&house, StatusCode::OK, act).await
}
