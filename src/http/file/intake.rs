//! A file as the body of a request (multipart/form-data, RFC 7578): written to the disk as it comes, however large it is.

use crate::chat::file::{self, Arrival, Bounds, storage};
use crate::error::{Error, Result};
use crate::http::House;
use crate::http::body::require_type;
use crate::http::problem::Problem;
use crate::id::{AppNo, UserNo};
use crate::slots::Slot;
use crate::store::content::{Pen, too_large};
use crate::store::{Db, Store};
use actix_multipart::{Field, Multipart};
use actix_web::HttpRequest;
use actix_web::http::header;
use actix_web::web::{Data, Payload};
use futures_util::StreamExt;
use std::time::{Duration, Instant};

/// Files that are on their way at a time: of one application and of one user.
const AT_ONCE: usize = 16;
const EACH: usize = 3;
/// Nothing came for so long, or for so much longer than at `PACE`, bytes a second: it is too slow.
const GRACE: Duration = Duration::from_secs(20);
const PACE: u64 = 16 * 1024;
/// A picture whose turn to be drawn does not come in this time is a file as any other.
const TURN: Duration = Duration::from_secs(10);
/// What stands around a file in its body.
const AROUND: u64 = 16 * 1024;
/// Bytes that are written together.
const TOGETHER: usize = 256 * 1024;

/// What of a request is read here.
pub struct Body {
    pub request: HttpRequest,
    pub payload: Payload,
}

/// A file that has come whole, and the places that its sender takes as long as this is there.
pub struct Received {
    pen: Pen,
    name: String,
    places: Places,
}

pub type Places = (Option<Slot>, Slot<(AppNo, UserNo)>);

/// Reads the file of a request.
pub async fn receive(house: &Data<House>, body: Body, whose: (AppNo, UserNo)) -> std::result::Result<Received, Problem> {
    let limits = &house.config.limits;
    let (most, bounds) = (limits.file_bytes, Bounds::of(limits));
    require_type(&body.request, "multipart/form-data")?;
    if most == 0 {
        return Err(Error::Forbidden("files are not offered by this server".into()).into());
    }
    let length = body.request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > most + AROUND) {
        return Err(too_large(most).into());
    }
    let places = places(house, whose).ok_or(Error::TooMany { after_s: 2 })?;
    let expected = length.map_or(1, |length| length.saturating_sub(AROUND));
    house.store.read(move |db: &Db| storage::require(db, whose, expected, bounds)).await?;
    let (pen, name) = read(house, body, most).await?;
    Ok(Received { pen, name, places })
}

/// Users share some of the application's; its own program has as many for itself.
fn places(house: &House, whose: (AppNo, UserNo)) -> Option<Places> {
    match whose.1 {
        UserNo::APPLICATION => Some((None, house.senders.take(whose, AT_ONCE)?)),
        _ => Some((Some(house.files.take(whose.0, AT_ONCE)?), house.senders.take(whose, EACH)?)),
    }
}

impl Received {
    /// Puts it in its place. A picture is drawn when its turn comes, or not at all where that takes too long. Whoever has the
    /// arrival writes a row, or settles it, and gives the places back after that: see `http::to_the_end`.
    pub async fn arrive(self, house: &House) -> Result<(Arrival, Places)> {
        let Received { pen, name, places } = self;
        let mut arrival = house.store.aside(move |store| file::arrive(store.contents(), pen, &name)).await?;
        if !arrival.is_picture() {
            return Ok((arrival, places));
        }
        let Some(turn) = house.pictures.take(places.1.whose().0, TURN).await else {
            return Ok((arrival, places));
        };
        let draw = move |store: &Store| {
            let drawn = arrival.draw(store.contents());
            drop(turn);
            match drawn {
                Ok(()) => Ok(arrival),
                Err(error) => arrival.settle(store).and(Err(error)),
            }
        };
        Ok((house.store.aside(draw).await?, places))
    }
}

fn broken(error: impl std::fmt::Display) -> Error {
    Error::invalid("", format!("the body was not understood: {error}"))
}

async fn read(house: &House, body: Body, most: u64) -> Result<(Pen, String)> {
    let mut parts = Multipart::new(body.request.headers(), body.payload);
    let missing = || Error::invalid("file", "expected one part named file");
    let first = tokio::time::timeout(GRACE, parts.next()).await.map_err(|_| slow())?;
    let mut part = first.ok_or_else(missing)?.map_err(broken)?;
    let given = part.content_disposition().filter(|_| part.name() == Some("file")).ok_or_else(missing)?;
    let extended = given.get_filename_ext().and_then(|name| String::from_utf8(name.value.clone()).ok());
    let name = extended.or(given.get_filename().map(String::from)).unwrap_or_default();
    let pen = house.store.aside(|store| store.contents().begin()).await?;
    let pen = write(house, &mut part, pen, most).await?;
    drop(part);
    let end = tokio::time::timeout(GRACE, parts.next()).await.map_err(|_| slow())?;
    match end.transpose().map_err(broken)? {
        None => Ok((pen, name)),
        Some(_) => Err(Error::invalid("", "send one file at a time")),
    }
}

fn slow() -> Error {
    Error::invalid("", "the file came too slowly")
}

async fn write(house: &House, part: &mut Field, mut pen: Pen, most: u64) -> Result<Pen> {
    let (mut waiting, mut ended, begun) = (Vec::new(), false, Instant::now());
    while !ended {
        let late = begun.elapsed().saturating_sub(GRACE);
        if pen.size() + (waiting.len() as u64) < late.as_secs() * PACE {
            return Err(slow());
        }
        match tokio::time::timeout(GRACE, part.next()).await.map_err(|_| slow())? {
            Some(piece) => waiting.extend_from_slice(&piece.map_err(broken)?),
            None => ended = true,
        }
        if pen.size() + waiting.len() as u64 > most {
            return Err(too_large(most));
        }
        if waiting.len() >= TOGETHER || ended {
            let piece = std::mem::take(&mut waiting);
            pen = house.store.aside(move |_| pen.write(&piece).map(|()| pen)).await?;
        }
    }
    match pen.size() {
        0 => Err(Error::invalid("file", "the file is empty")),
        _ => Ok(pen),
    }
}
