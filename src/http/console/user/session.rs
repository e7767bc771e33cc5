//! Where a user is signed in: ending one session, or all.

use super::{both, subject};
use crate::accounts::deed::Deed;
use crate::directory::session;
use crate::http::console::address;
use crate::http::console::form::Form;
use crate::http::console::visit::Visit;
use crate::http::page::see_other;
use crate::http::problem::Answer;
use actix_web::web::Path;

pub async fn destroy(visit: Visit, path: Path<(String, String, i64)>, _: Form) -> Answer {
    let (app, id, no) = path.into_inner();
    let (application, user) = visit.read(move |db| both(db, &(app, id))).await?;
    let (app, who) = (application.no, user.no);
    visit.act(Deed::SessionRevoke, &subject(&application, &user.id), move |tx| session::revoke(tx, app, who, no)).await?;
    visit.good(visit.l.t("The session is ended."));
    Ok(see_other(&address::user(&application.id, &user.id)))
}

pub async fn destroy_all(visit: Visit, path: Path<(String, String)>, _: Form) -> Answer {
    let (application, user) = visit.read(move |db| both(db, &path)).await?;
    let (app, who) = (application.no, user.no);
    visit.act(Deed::SessionRevoke, &subject(&application, &user.id), move |tx| session::revoke_all(tx, app, who)).await?;
    visit.good(visit.l.with("{} is signed out everywhere.", &[&user.name]));
    Ok(see_other(&address::user(&application.id, &user.id)))
}
