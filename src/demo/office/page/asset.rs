//! Style, script and icon, from the executable; the address changes with the content.

use crate::demo::office::{Office, token};
use actix_web::HttpResponse;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::{Data, Path};

const STYLE: &str = include_str!("../../../../assets/css/office.css");
const SCRIPT: &str = include_str!("../../../../assets/js/office/office.js");
const ICON: &str = include_str!("../../../../assets/css/office.svg");

pub struct Assets {
    pub version: String,
}

impl Assets {
    pub fn new() -> Self {
        let digest = token::digest(&[STYLE, SCRIPT, ICON].concat());
        Self { version: digest.chars().take(12).collect() }
    }
}

/// `GET /assets/{version}/{name}`
pub async fn show(path: Path<(String, String)>, office: Data<Office>) -> HttpResponse {
    let (version, name) = path.into_inner();
    let (kind, text) = match name.as_str() {
        "office.css" => ("text/css; charset=utf-8", STYLE),
        "office.js" => ("text/javascript; charset=utf-8", SCRIPT),
        "office.svg" => ("image/svg+xml", ICON),
        _ => return HttpResponse::NotFound().finish(),
    };
    let keep = match version == office.assets.version {
        true => "public, max-age=31536000, immutable",
        false => "no-store",
    };
    let mut response = HttpResponse::Ok();
    response.content_type(kind).insert_header((CACHE_CONTROL, keep)).body(text)
}
