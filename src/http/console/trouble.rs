//! What went wrong, for an administrator: inside the console, with a way on.

use crate::http::console::draw_as;
use crate::http::console::frame::Frame;
use crate::http::console::language::en;
use crate::http::console::visit::Visit;
use crate::http::problem::Problem;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use askama::Template;

#[derive(Template)]
#[template(path = "console/trouble.html")]
struct Show<'a> {
    frame: Frame,
    title: &'static str,
    sentence: String,
    request_id: &'a str,
}

/// None where no administrator asked, or where not even that can be drawn.
pub fn page(request: &HttpRequest, problem: &Problem, request_id: &str) -> Option<HttpResponse> {
    let visit = Visit::find(request)?;
    let status = problem.status_code();
    let title = match status {
        StatusCode::NOT_FOUND => en("There is nothing here"),
        StatusCode::FORBIDDEN => en("This was not accepted"),
        _ if status.is_server_error() => en("Something went wrong"),
        _ => en("This did not work"),
    };
    let frame = Frame::of(&visit, "");
    draw_as(status, &Show { frame, title, sentence: problem.sentence(), request_id }).ok()
}
