//! Files on their way in and out. Out of here nothing ever runs in a browser: a file is saved, and what is shown of a picture
//! was drawn anew here.

mod download;
pub mod intake;
pub mod link;
pub mod turn;

use crate::chat::file::{self, File};
use crate::error::{Error, Result};
use crate::http::House;
use crate::http::assets;
use crate::http::problem::Answer;
use crate::http::segment::encode;
use crate::id::UserNo;
use crate::secret;
use crate::store::Store;
use crate::store::content::Contents;
use actix_web::body::SizedStream;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use download::Download;

pub use download::Whose;

const POLICY: &str = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox";

/// What of a file is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    Whole,
    Preview,
}

/// The bytes of a file, or of the small picture of it, for a user or the application.
pub async fn answer(house: &House, request: &HttpRequest, file: &File, (user, part): (UserNo, Part)) -> Answer {
    let (name, kind, disposition) = match part {
        Part::Whole => (file.content.clone(), file.kind.clone(), saved(&file.name)),
        Part::Preview => {
            let kind = file.preview.clone().ok_or(Error::NotFound("file"))?;
            (Contents::beside(&file.content), kind, "inline".into())
        }
    };
    let tag = tag(file, part);
    if assets::is_known(request, &tag) {
        return Ok(told(HttpResponse::NotModified(), &tag).finish());
    }
    let whose = (file.app, user, part);
    let slot = house.downloads.take(whose, part.at_once()).ok_or(Error::TooMany { after_s: 2 })?;
    let open = move |store: &Store| {
        let opened = store.contents().read(&name)?;
        let size = opened.metadata().map_err(Error::internal)?.len();
        Ok((opened, size))
    };
    let (opened, size) = match house.store.aside(open).await {
        Err(Error::NotFound(what)) => return Err(missing(house, file, what).await?.into()),
        opened => opened?,
    };
    let (answer, (from, length)) = match range(request.headers(), &tag, size) {
        None => (HttpResponse::Ok(), (0, size)),
        Some(Some((from, last))) => {
            let mut partial = HttpResponse::PartialContent();
            partial.insert_header((header::CONTENT_RANGE, format!("bytes {from}-{last}/{size}")));
            (partial, (from, last - from + 1))
        }
        Some(None) => {
            let mut nothing = HttpResponse::build(StatusCode::RANGE_NOT_SATISFIABLE);
            return Ok(nothing.insert_header((header::CONTENT_RANGE, format!("bytes */{size}"))).finish());
        }
    };
    let mut answer = told(answer, &tag);
    answer
        .insert_header((header::CONTENT_TYPE, kind))
        .insert_header((header::CONTENT_DISPOSITION, disposition))
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((header::ACCEPT_RANGES, "bytes"));
    Ok(answer.body(SizedStream::new(length, Download::new(opened, (from, length), slot).pieces())))
}

/// What a browser has it may show again when it has asked: whether its user may still look is not for it to say.
fn told(mut answer: HttpResponseBuilder, tag: &str) -> HttpResponseBuilder {
    answer.insert_header((header::CACHE_CONTROL, "private, no-cache")).insert_header((header::ETAG, tag));
    answer
}

/// Names these bytes (RFC 9110, 8.8.3).
fn tag(file: &File, part: Part) -> String {
    let kind = if part == Part::Preview { "-preview" } else { "" };
    format!("\"{}{kind}\"", secret::encode_url(&file.hash))
}

/// Its row may have gone in the meantime; where it stands, the folder is not whole.
async fn missing(house: &House, file: &File, what: &'static str) -> Result<Error> {
    let (app, id) = (file.app, file.id);
    if house.store.read(move |db| file::find(db, app, id)).await?.is_some() {
        tracing::error!(id, content = file.content, "the content of a file is missing: `parlour check` finds all such files");
    }
    Ok(Error::NotFound(what))
}

/// To be saved under this name, whatever it is (RFC 6266, RFC 8187).
fn saved(name: &str) -> String {
    let plain: String =
        name.chars().map(|c| if c.is_ascii_graphic() && !matches!(c, '"' | '\\' | '%') { c } else { '_' }).collect();
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{}", encode(name))
}

/// The one range that is asked for, first and last byte (RFC 9110, 14.1.2); none of it where there is nothing there. Several, or
/// what is not understood, are not answered as ranges; nor is one of other bytes than these (13.1.5).
fn range(headers: &HeaderMap, tag: &str, size: u64) -> Option<Option<(u64, u64)>> {
    if headers.get(header::IF_RANGE).is_some_and(|of| of != tag) {
        return None;
    }
    let (from, to) = headers.get(header::RANGE)?.to_str().ok()?.strip_prefix("bytes=")?.split_once('-')?;
    let number = |text: &str| text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse::<u64>().ok()).flatten();
    let (first, last) = match (from, to) {
        ("", to) => (size.saturating_sub(number(to)?), size.checked_sub(1)),
        (from, "") => (number(from)?, size.checked_sub(1)),
        (from, to) => (number(from)?, Some(number(to)?.min(size.saturating_sub(1)))),
    };
    Some(last.filter(|last| first <= *last).map(|last| (first, last)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderValue;

    #[test]
    fn a_name_cannot_leave_its_place_in_the_head() {
        assert_eq!(
            saved("a\"; x=\r\n刘.txt"),
            "attachment; filename=\"a_;_x=___.txt\"; filename*=UTF-8''a%22%3B%20x%3D%0D%0A%E5%88%98.txt"
        );
    }

    #[test]
    fn one_range_is_understood() {
        let asked = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::RANGE, HeaderValue::from_str(text).unwrap());
            range(&headers, "\"a\"", 10)
        };
        assert_eq!(asked("bytes=2-4"), Some(Some((2, 4))));
        assert_eq!(asked("bytes=2-"), Some(Some((2, 9))));
        assert_eq!((asked("bytes=-3"), asked("bytes=8-99")), (Some(Some((7, 9))), Some(Some((8, 9)))));
        assert_eq!((asked("bytes=10-"), asked("bytes=5-4"), asked("bytes=-0")), (Some(None), Some(None), Some(None)));
        assert_eq!((asked("bytes=0-1,3-4"), asked("lines=1-2"), asked("bytes=+1-2")), (None, None, None));
        assert_eq!(range(&HeaderMap::new(), "\"a\"", 10), None);
        let mut changed = HeaderMap::new();
        changed.insert(header::RANGE, HeaderValue::from_static("bytes=2-4"));
        changed.insert(header::IF_RANGE, HeaderValue::from_static("\"b\""));
        assert_eq!((range(&changed, "\"a\"", 10), range(&changed, "\"b\"", 10)), (None, Some(Some((2, 4)))));
    }
}
