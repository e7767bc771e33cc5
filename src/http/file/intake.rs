//! A file as the body of a request (multipart/form-data, RFC 7578): written to the disk as it comes, however large it is.

use crate::chat::file::{self, Arrival};
use crate::error::{Error, Result};
use crate::http::House;
use crate::http::body::require_type;
use crate::http::file::blocking;
use crate::http::problem::Problem;
use crate::id::{AppNo, UserNo};
use crate::store::content::Pen;
use actix_multipart::{Field, Multipart};
use actix_web::HttpRequest;
use actix_web::http::header;
use actix_web::web::{Data, Payload};
use futures_util::StreamExt;
use std::time::Duration;

/// Files that are on their way at a time: of one application and of one user.
const AT_ONCE: usize = 16;
const EACH: usize = 3;
/// Before a file is expected to come at `PACE`, and bytes a second.
const GRACE: Duration = Duration::from_secs(20);
const PACE: u64 = 16 * 1024;
/// What stands around a file in its body.
const AROUND: u64 = 16 * 1024;
/// Bytes that are written together.
const TOGETHER: usize = 256 * 1024;

/// What of a request is read here.
pub struct Body {
    pub request: HttpRequest,
    pub payload: Payload,
}

/// Takes in the file of a request. It is on the disk, and no row knows it yet: whoever has it writes one, or settles it.
pub async fn receive(house: &Data<House>, body: Body, whose: (AppNo, UserNo)) -> std::result::Result<Arrival, Problem> {
    let limits = &house.config.limits;
    let most = limits.file_bytes;
    require_type(&body.request, "multipart/form-data")?;
    if most == 0 {
        return Err(Error::Forbidden("files are not offered by this server".into()).into());
    }
    let length = body.request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > most + AROUND) {
        return Err(too_large(most).into());
    }
    let busy = Error::TooMany { after_s: 2 };
    let _slot = house.files.take(whose.0, AT_ONCE).ok_or_else(|| busy.clone())?;
    let _own = (whose.1 != UserNo::APPLICATION).then(|| house.senders.take(whose, EACH).ok_or(busy)).transpose()?;
    let (app, storage) = (whose.0, limits.storage_bytes);
    house.store.read(move |db| file::require_room(db, app, length.unwrap_or(0).saturating_sub(AROUND), storage)).await?;
    let time = GRACE + Duration::from_secs(length.unwrap_or(most) / PACE);
    let slow = |_| Error::invalid("", "the file came too slowly");
    Ok(tokio::time::timeout(time, read(house, body, most)).await.map_err(slow)??)
}

fn too_large(most: u64) -> Error {
    Error::TooLarge(format!("a file has at most {most} bytes"))
}

fn broken(error: impl std::fmt::Display) -> Error {
    Error::invalid("", format!("the body was not understood: {error}"))
}

async fn read(house: &House, body: Body, most: u64) -> Result<Arrival> {
    let mut parts = Multipart::new(body.request.headers(), body.payload);
    let missing = || Error::invalid("file", "expected one part named file");
    let mut part = parts.next().await.ok_or_else(missing)?.map_err(broken)?;
    let given = part.content_disposition().filter(|_| part.name() == Some("file")).ok_or_else(missing)?;
    let extended = given.get_filename_ext().and_then(|name| String::from_utf8(name.value.clone()).ok());
    let name = extended.or(given.get_filename().map(String::from)).unwrap_or_default();
    let contents = house.store.contents().clone();
    let pen = blocking({
        let contents = contents.clone();
        move || contents.begin()
    })
    .await?;
    let pen = write(&mut part, pen, most).await?;
    drop(part);
    if parts.next().await.transpose().map_err(broken)?.is_some() {
        return Err(Error::invalid("", "send one file at a time"));
    }
    blocking(move || file::arrive(&contents, pen, &name)).await
}

async fn write(part: &mut Field, mut pen: Pen, most: u64) -> Result<Pen> {
    let (mut waiting, mut ended) = (Vec::new(), false);
    while !ended {
        match part.next().await {
            Some(piece) => waiting.extend_from_slice(&piece.map_err(broken)?),
            None => ended = true,
        }
        if pen.size() + waiting.len() as u64 > most {
            return Err(too_large(most));
        }
        if waiting.len() >= TOGETHER || ended {
            let piece = std::mem::take(&mut waiting);
            pen = blocking(move || pen.write(&piece).map(|()| pen)).await?;
        }
    }
    match pen.size() {
        0 => Err(Error::invalid("file", "the file is empty")),
        _ => Ok(pen),
    }
}
