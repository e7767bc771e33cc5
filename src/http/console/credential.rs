//! The page that shows keys and secrets, once, after they were made.

use crate::http::console::application::KEY;
use crate::http::console::frame::Frame;
use crate::http::console::once::Shown;
use crate::http::console::snippet::{self, Snippet};
use crate::http::console::visit::Visit;
use crate::http::console::{draw, of};
use crate::http::problem::Answer;
use actix_web::web::Path;
use askama::Template;

#[derive(Template)]
#[template(path = "console/credential.html")]
struct Show {
    frame: Frame,
    shown: Shown,
    snippets: Vec<Snippet>,
}

pub async fn show(visit: Visit, id: Path<String>) -> Answer {
    let application = visit.read(move |db| of(db, &id)).await?;
    let shown = visit.take_shown();
    let key = shown.iter().find(|(name, _)| *name == KEY).map(|(_, key)| key.as_str());
    let snippets = key.map(|key| snippet::all(&application, visit.house.own.origin(), Some(key), None));
    let frame = Frame::within(&visit, &application, "keys");
    draw(&Show { frame, snippets: snippets.unwrap_or_default(), shown })
}
