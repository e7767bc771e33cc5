//! Suspending an application, and letting it go on.

use crate::accounts::deed::Deed;
use crate::apps::application;
use crate::http::console::form::Form;
use crate::http::console::visit::Visit;
use crate::http::console::{address, of};
use crate::http::page::see_other;
use crate::http::problem::Answer;
use actix_web::web::Path;

pub async fn create(visit: Visit, id: Path<String>, _: Form) -> Answer {
    let found = visit.read(move |db| of(db, &id)).await?;
    visit.act(Deed::ApplicationSuspend, found.id.as_str(), move |tx| application::suspend(tx, found.no)).await?;
    visit.good(visit.l.with("{} is suspended.", &[&found.name]));
    Ok(see_other(&address::application(&found.id)))
}

pub async fn destroy(visit: Visit, id: Path<String>, _: Form) -> Answer {
    let found = visit.read(move |db| of(db, &id)).await?;
    visit.act(Deed::ApplicationResume, found.id.as_str(), move |tx| application::resume(tx, found.no)).await?;
    visit.good(visit.l.with("{} works again.", &[&found.name]));
    Ok(see_other(&address::application(&found.id)))
}
