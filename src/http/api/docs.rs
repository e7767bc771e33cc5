//! The OpenAPI document as a page that a developer reads and tries, without anything from elsewhere.

use crate::http::page::page;
use crate::http::problem::Answer;
use askama::Template;

#[derive(Template)]
#[template(path = "docs.html")]
struct Docs;

pub async fn show() -> Answer {
    page(&Docs)
}
