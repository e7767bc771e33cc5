//! Tickets: the application lets one of its users in, once.

use crate::apps::application::SignIn;
use crate::directory::{ticket, user};
use crate::error::{Error, Result};
use crate::http::House;
use crate::http::api::path::Id;
use crate::http::api::post::{Nothing, Post};
use crate::http::guard::ApplicationKey;
use crate::http::problem::Answer;
use crate::id::UserId;
use crate::store::Tx;
use crate::time::Moment;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A ticket: good once, for 60 seconds.
#[derive(Serialize, ToSchema)]
#[schema(as = Ticket)]
pub struct View {
    ticket: String,
    /// The full client, which this ticket opens.
    url: String,
    #[schema(value_type = String, format = DateTime)]
    expires_at: Moment,
}

#[derive(Serialize, Deserialize)]
struct Made {
    expires_at: Moment,
}

/// Makes a ticket with which this user gets in once, within 60 seconds.
#[utoipa::path(post, path = "/api/v1/users/{id}/tickets", tag = "sign-in", params(("id" = String, Path)),
    responses((status = 201, description = "Made", body = View)))]
pub async fn create(house: Data<House>, by: ApplicationKey, Id(id): Id<UserId>, post: Post<Nothing>) -> Answer {
    by.application.require(SignIn::Ticket)?;
    let app = by.application.no;
    let link = format!("/#ticket=TICKET&app={}&user={}", by.application.id, encode(id.as_str()));
    let link = house.own.link(&link);
    let make = move |tx: &mut Tx, text: &str| -> Result<Made> {
        let user = user::get(tx, app, &id)?;
        if !user.is_active() {
            return Err(Error::Forbidden("this user is suspended".into()));
        }
        ticket::keep(tx, app, user.no, (text, None), ticket::TTL)?;
        Ok(Made { expires_at: tx.now.plus(ticket::TTL) })
    };
    let dress =
        |made: Made, ticket: String| View { url: link.replacen("TICKET", &ticket, 1), ticket, expires_at: made.expires_at };
    post.once.reveal(&house, (StatusCode::CREATED, ticket::PREFIX), make, dress).await
}

/// Percent-encodes all that is not unreserved (RFC 3986 §2.3).
fn encode(text: &str) -> String {
    let safe = |b: &u8| b.is_ascii_alphanumeric() || b"-._~".contains(b);
    text.bytes().map(|b| if safe(&b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}
