//! Tickets: the application lets one of its users in, once.

use crate::apps::application::SignIn;
use crate::chat::announce;
use crate::directory::ticket;
use crate::directory::user::{self, Profile, User};
use crate::error::{Error, Result};
use crate::http::House;
use crate::http::api::path::Id;
use crate::http::api::post::Post;
use crate::http::guard::ApplicationKey;
use crate::http::problem::Answer;
use crate::http::segment;
use crate::id::{AppNo, UserId};
use crate::store::Tx;
use crate::time::Moment;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Who the user is, where the application says so: one who is not there yet is created, others are brought up to date.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TicketWish)]
pub struct Body {
    #[schema(min_length = 1, max_length = 200)]
    name: Option<String>,
    email: Option<String>,
    /// The address of a picture at one of the application's origins.
    avatar: Option<String>,
    /// What the person does: "Sales".
    title: Option<String>,
}

impl Body {
    /// Nothing where nothing is said.
    fn profile(self, id: &UserId) -> Option<Profile> {
        let said = self.name.is_some() || self.email.is_some() || self.avatar.is_some() || self.title.is_some();
        let Body { name, email, avatar, title } = self;
        let plain = Profile::new(id.clone());
        said.then(|| Profile { name, email: email.map(Some), avatar: avatar.map(Some), title: title.map(Some), ..plain })
    }
}

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
    request_body = Body, responses((status = 201, description = "Made", body = View)))]
pub async fn create(house: Data<House>, by: ApplicationKey, Id(id): Id<UserId>, post: Post<Body>) -> Answer {
    by.application.require(SignIn::Ticket)?;
    let app = by.application.no;
    let link = format!("/#ticket=TICKET&app={}&user={}", by.application.id, segment::encode(id.as_str()));
    let link = house.own.link(&link);
    let profile = post.body.profile(&id);
    let make = move |tx: &mut Tx, text: &str| -> Result<Made> {
        let user = match profile {
            Some(profile) => meet(tx, app, &profile)?,
            None => user::find(tx, app, &id)?.ok_or_else(unknown)?,
        };
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

fn unknown() -> Error {
    Error::NotFound("user yet; say a `name`, and the ticket creates one")
}

/// Creates the user, or brings it up to date and tells others.
fn meet(tx: &mut Tx, app: AppNo, profile: &Profile) -> Result<User> {
    let (user, changed) = user::put(tx, app, profile)?;
    if changed {
        announce::user(tx, app, user.no)?;
    }
    Ok(user)
}
