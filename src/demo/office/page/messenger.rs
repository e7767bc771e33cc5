//! `POST /messenger`: the full messenger, with a ticket made at the moment of the click.

use super::{Posted, go};
use crate::demo::office::language::sentence;
use crate::demo::office::refusal::Refusal;
use crate::demo::office::{Office, parlour};
use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Deserialize;

#[derive(Deserialize)]
pub struct Wish {
    /// A party whose conversation opens at once: `user:ben`.
    #[serde(default)]
    with: String,
}

pub async fn create(posted: Posted<Wish>, office: Data<Office>) -> Result<HttpResponse, Refusal> {
    let visitor = posted.visitor;
    let Some(ticket) = office.parlour.ticket(&visitor.person.id).await else {
        let said = sentence(
            "The messenger does not answer just now. Please try again in a moment.",
            "通讯服务暂时没有响应，请稍后再试。",
        );
        office.flashes.bad(&visitor.session.digest, said);
        return Ok(go("/people"));
    };
    let mut url = ticket.url;
    if !posted.form.with.is_empty() {
        url.push_str(&format!("&with={}", parlour::encode(&posted.form.with)));
    }
    Ok(go(&url))
}
