//! Everything that an application has, as NDJSON: read and sent a page at a time. What `parlour export` writes.

use crate::accounts::audit;
use crate::accounts::deed::Deed;
use crate::apps::key;
use crate::chat::export::{self, Kind};
use crate::error::{Error, Result};
use crate::http::House;
use crate::http::api::note;
use crate::http::guard::ApplicationKey;
use crate::http::problem::Answer;
use crate::id::AppNo;
use crate::store::Db;
use crate::time::Moment;
use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::web::{Bytes, Data};
use futures_util::stream;

/// All users, in the form that an import reads: a JSON object to a line.
#[utoipa::path(get, path = "/api/v1/export/users", tag = "export",
    responses((status = 200, body = String, content_type = "application/x-ndjson")))]
pub async fn users(house: Data<House>, by: ApplicationKey) -> Answer {
    stream(house, by, Kind::Users).await
}

/// All shared groups with their users.
#[utoipa::path(get, path = "/api/v1/export/groups", tag = "export",
    responses((status = 200, body = String, content_type = "application/x-ndjson")))]
pub async fn groups(house: Data<House>, by: ApplicationKey) -> Answer {
    stream(house, by, Kind::Groups).await
}

/// The lists that users have from the application, and their own.
#[utoipa::path(get, path = "/api/v1/export/contacts", tag = "export",
    responses((status = 200, body = String, content_type = "application/x-ndjson")))]
pub async fn contacts(house: Data<House>, by: ApplicationKey) -> Answer {
    stream(house, by, Kind::Contacts).await
}

/// All conversations with who is or was in them.
#[utoipa::path(get, path = "/api/v1/export/conversations", tag = "export",
    responses((status = 200, body = String, content_type = "application/x-ndjson")))]
pub async fn conversations(house: Data<House>, by: ApplicationKey) -> Answer {
    stream(house, by, Kind::Conversations).await
}

/// All messages in the order in which they were written.
#[utoipa::path(get, path = "/api/v1/export/messages", tag = "export",
    responses((status = 200, body = String, content_type = "application/x-ndjson")))]
pub async fn messages(house: Data<House>, by: ApplicationKey) -> Answer {
    stream(house, by, Kind::Messages).await
}

/// All files with who sent them, their SHA-256 and where their bytes are (`content`, an address of this interface).
#[utoipa::path(get, path = "/api/v1/export/files", tag = "export",
    responses((status = 200, body = String, content_type = "application/x-ndjson")))]
pub async fn files(house: Data<House>, by: ApplicationKey) -> Answer {
    stream(house, by, Kind::Files).await
}

/// One at a time for each key: a reader may take as long as it likes. The first page is read before the answer begins; a failure later cuts it off, so that nobody takes a part for the whole. So
/// does the end of the key.
async fn stream(house: Data<House>, by: ApplicationKey, kind: Kind) -> Answer {
    let whose = (by.application.no, by.key.no);
    let slot = house.exports.take(whose, 1).ok_or(Error::TooMany { after_s: 5 })?;
    let (first, next) = page(&house, whose, kind, None).await?;
    let noted = note::entry(&by, Deed::DataExport, Some(kind.as_str()));
    // A disk that is full keeps nobody from taking the data to another.
    if let Err(error) = house.store.write(move |tx| audit::record(tx, &noted)).await {
        tracing::warn!(%error, "an export could not be written into the audit log");
    }
    let rest = stream::try_unfold((house, next, slot), move |(house, next, slot)| async move {
        let Some(after) = next else { return Ok(None) };
        page(&house, whose, kind, Some(after)).await.map(|(text, next)| Some((text, (house, next, slot))))
    });
    let failed = |error: Error| {
        match error {
            Error::Unauthenticated(_) => tracing::info!("an export was cut off: its key is no longer good"),
            error => tracing::error!(%error, "an export was cut off"),
        }
        actix_web::error::ErrorInternalServerError("cut off")
    };
    let body =
        futures_util::StreamExt::chain(stream::once(async { Ok(first) }), futures_util::TryStreamExt::map_err(rest, failed));
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/x-ndjson"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .streaming::<_, actix_web::Error>(body))
}

async fn page(house: &House, (app, key): (AppNo, i64), kind: Kind, after: Option<String>) -> Result<(Bytes, Option<String>)> {
    let read = move |db: &Db| match key::stands(db, app, key, Moment::now())? {
        true => export::page(db, app, kind, after.as_deref()),
        false => Err(Error::Unauthenticated("this key is not valid".into())),
    };
    let (rows, next) = house.store.read(read).await?;
    let lines: String = rows.iter().map(|row| format!("{row}\n")).collect();
    Ok((Bytes::from(lines), next))
}
