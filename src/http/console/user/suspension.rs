//! Suspending a user, and letting it in again.

use super::{both, subject};
use crate::accounts::deed::Deed;
use crate::directory::user;
use crate::http::console::address;
use crate::http::console::form::Form;
use crate::http::console::visit::Visit;
use crate::http::page::see_other;
use crate::http::problem::Answer;
use actix_web::web::Path;

pub async fn create(visit: Visit, path: Path<(String, String)>, _: Form) -> Answer {
    let (application, user) = visit.read(move |db| both(db, &path)).await?;
    let (app, no) = (application.no, user.no);
    visit.act(Deed::UserSuspend, &subject(&application, &user.id), move |tx| user::suspend(tx, app, no)).await?;
    visit.good(visit.l.with("{} is suspended.", &[&user.name]));
    Ok(see_other(&address::user(&application.id, &user.id)))
}

pub async fn destroy(visit: Visit, path: Path<(String, String)>, _: Form) -> Answer {
    let (application, user) = visit.read(move |db| both(db, &path)).await?;
    let (app, no) = (application.no, user.no);
    visit.act(Deed::UserResume, &subject(&application, &user.id), move |tx| user::resume(tx, app, no)).await?;
    visit.good(visit.l.with("{} can sign in again.", &[&user.name]));
    Ok(see_other(&address::user(&application.id, &user.id)))
}
