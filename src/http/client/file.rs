//! Files of a signed-in user: sending one, the addresses of those that a message carries, and what stands at an address.

use crate::chat::file::{self, Bounds, File};
use crate::chat::message;
use crate::directory::session;
use crate::error::{Error, Result};
use crate::http::api::path::Id;
use crate::http::file::intake::{self, Body, Received};
use crate::http::file::link::Grant;
use crate::http::file::{Part, answer};
use crate::http::guard::SignedIn;
use crate::http::problem::Answer;
use crate::http::{House, to_the_end};
use crate::id::{AppNo, MessageId, UserNo};
use crate::store::{Db, Tx};
use crate::time::Moment;
use crate::wire::file::FileRow;
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

/// Where a file is, for whoever asked.
#[derive(Serialize)]
struct Place {
    #[serde(flatten)]
    row: FileRow,
    url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    preview_url: Option<String>,
    expires_at: Moment,
}

#[derive(Serialize)]
struct Sent {
    file: Place,
}

#[derive(Serialize)]
struct Carried {
    files: Vec<Place>,
}

/// `POST /client/files`: a file of one's own, to be named in `send` within a day.
pub async fn create(house: Data<House>, signed_in: SignedIn, request: HttpRequest, payload: Payload) -> Answer {
    let caller = signed_in.held.caller;
    let (whose, session) = ((caller.app, caller.user), caller.session);
    house.limiters.message(caller.app, caller.user)?;
    let received = intake::receive(&house, Body { request, payload }, whose).await?;
    let at = house.clone();
    let added = to_the_end(async move { keep(&at, received, (whose, session)).await }).await?;
    let body = Sent { file: place(&house, &Grant::of(&caller, None), &added?)? };
    Ok(HttpResponse::Created().insert_header(("cache-control", "no-store")).json(body))
}

/// Much time may have gone since its sender was asked who it is.
async fn keep(house: &House, received: Received, (whose, session): ((AppNo, UserNo), i64)) -> Result<File> {
    let (arrival, _places) = received.arrive(house).await?;
    let (kept, bounds) = (arrival.clone(), Bounds::of(&house.config.limits));
    let add = move |tx: &mut Tx| match session::find_no(tx, whose.0, whose.1, session)? {
        Some(_) => file::add(tx, whose, &kept, bounds),
        None => Err(Error::Unauthenticated("the session has ended while the file came".into())),
    };
    let added = house.store.write(add).await;
    if added.is_err() {
        house.store.aside(move |store| arrival.settle(store)).await?;
    }
    added
}

/// `DELETE /client/files/{id}`: a file of one's own, which no message has.
pub async fn destroy(house: Data<House>, signed_in: SignedIn, Id(id): Id<i64>) -> Answer {
    let caller = signed_in.held.caller;
    house.limiters.look(caller.app, caller.user)?;
    let whose = (caller.app, caller.user);
    house.store.write(move |tx| file::discard(tx, whose, id)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `GET /client/messages/{id}/files`: the addresses of what a message carries.
pub async fn index(house: Data<House>, signed_in: SignedIn, Id(message): Id<MessageId>) -> Answer {
    let caller = signed_in.held.caller;
    house.limiters.look(caller.app, caller.user)?;
    let asked = caller.clone();
    let look = move |db: &Db| {
        let carried = message::require(db, &asked, message)?.files;
        carried.iter().map(|id| file::get(db, asked.app, *id)).collect::<Result<Vec<File>>>()
    };
    let found = house.store.read(look).await?;
    let grant = Grant::of(&caller, Some(message));
    let files = found.iter().map(|file| place(&house, &grant, file)).collect::<Result<_>>()?;
    Ok(HttpResponse::Ok().insert_header(("cache-control", "no-store")).json(Carried { files }))
}

fn place(house: &House, grant: &Grant, file: &File) -> Result<Place> {
    let path = |part| house.links.path(&grant.to(file.id, part));
    let preview_url = file.preview.as_ref().map(|_| path(Part::Preview)).transpose()?;
    Ok(Place { row: file.row(), url: path(Part::Whole)?, preview_url, expires_at: grant.until })
}

/// `GET /files/{link}`: what stands at an address. Whose page shows it does not matter: who has the address may look.
pub async fn show(house: Data<House>, request: HttpRequest, link: Path<String>) -> Answer {
    let grant = house.links.open(&link, Moment::now()).ok_or(Error::NotFound("file"))?;
    house.limiters.look(grant.app, grant.user)?;
    let asked = (grant.user, grant.part);
    let file = house.store.read(move |db: &Db| grant.file(db)).await?;
    let mut found = answer(&house, &request, &file, asked).await?;
    let anywhere = actix_web::http::header::HeaderValue::from_static("cross-origin");
    found.headers_mut().insert(actix_web::http::header::HeaderName::from_static("cross-origin-resource-policy"), anywhere);
    Ok(found)
}
