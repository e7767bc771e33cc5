//! Scripts, styles and pictures, embedded in the executable. Their address begins with the hash of all of them, so that a
//! browser may keep each for good, and modules find each other by relative addresses; without the hash it asks each time.

use crate::error::Error;
use crate::http::problem::Answer;
use crate::secret;
use actix_web::http::header::{CACHE_CONTROL, ETAG, HeaderValue, IF_NONE_MATCH};
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use rust_embed::{EmbeddedFile, RustEmbed};
use std::sync::LazyLock;

#[derive(RustEmbed)]
#[folder = "assets/"]
struct Files;

/// May be kept for good.
pub const KEEP: &str = "public, max-age=31536000, immutable";
/// May be kept, if it is asked each time whether it is still good.
pub const ASK: &str = "no-cache";

/// A debug build reads the files anew each time, so that nothing of them may be kept.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    if cfg!(debug_assertions) {
        return "debug".into();
    }
    let hashes = Files::iter().filter_map(|path| Files::get(&path)).flat_map(|file| file.metadata.sha256_hash());
    hex(&secret::fingerprint(hashes.collect::<Vec<u8>>()))[..16].into()
});

/// The address of a file, such as `js/main.js`, for use in a page.
pub fn link(path: &str) -> String {
    format!("/assets/{}/{path}", *VERSION)
}

pub async fn show(request: HttpRequest, path: Path<String>) -> Answer {
    match path.split_once('/') {
        Some((version, rest)) if version == *VERSION => file(&request, rest, if cfg!(debug_assertions) { ASK } else { KEEP }),
        _ => file(&request, &path, ASK),
    }
}

/// One embedded file, or that the browser has it already.
pub fn file(request: &HttpRequest, path: &str, keep: &'static str) -> Answer {
    let file = Files::get(path).ok_or(Error::NotFound("file"))?;
    let (hash, kind) = (file.metadata.sha256_hash(), kind(&file));
    Ok(unless_known(request, &hash, keep, |mut response| response.content_type(kind).body(file.data.into_owned())))
}

/// The text of an embedded file.
pub fn read(path: &str) -> Option<String> {
    Files::get(path).and_then(|file| String::from_utf8(file.data.into_owned()).ok())
}

/// A text that was made of embedded files, in the same way.
pub fn text(request: &HttpRequest, text: String, kind: &'static str) -> Answer {
    let hash = secret::fingerprint(&text);
    Ok(unless_known(request, &hash, ASK, |mut response| response.content_type(kind).body(text)))
}

fn unless_known(
    request: &HttpRequest,
    hash: &[u8],
    keep: &'static str,
    answer: impl FnOnce(HttpResponseBuilder) -> HttpResponse,
) -> HttpResponse {
    let tag = format!("\"{}\"", &hex(hash)[..32]);
    let same = is_known(request, &tag);
    let mut response = if same { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response.insert_header((CACHE_CONTROL, HeaderValue::from_static(keep))).insert_header((ETAG, tag));
    if same { response.finish() } else { answer(response) }
}

/// Whether who asks has what is named so (RFC 9110, 13.1.2).
pub fn is_known(request: &HttpRequest, tag: &str) -> bool {
    let known = request.headers().get(IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or_default();
    known.split(',').any(|one| one.trim().trim_start_matches("W/") == tag)
}

fn kind(file: &EmbeddedFile) -> String {
    let kind = file.metadata.mimetype();
    if kind.starts_with("text/") || kind == "application/javascript" { format!("{kind}; charset=utf-8") } else { kind.into() }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
