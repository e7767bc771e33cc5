//! A new password of a user, kept here as its hash.

use super::{both, draw_show, subject};
use crate::accounts::deed::Deed;
use crate::directory::user;
use crate::error::Result;
use crate::http::House;
use crate::http::console::address;
use crate::http::console::form::Form;
use crate::http::console::visit::Visit;
use crate::http::page::see_other;
use crate::http::problem::Answer;
use crate::secret;
use actix_web::web::Path;

pub async fn update(visit: Visit, path: Path<(String, String)>, form: Form) -> Answer {
    let (application, user) = visit.read(move |db| both(db, &path)).await?;
    let phc = match confirmed(&visit, &form).await {
        Ok(phc) => phc,
        Err(error) => return draw_show(&visit, &application, &user, &form.refused(error)?).await,
    };
    let (app, no) = (application.no, user.no);
    let work = move |tx: &mut crate::store::Tx| user::set_password(tx, app, no, Some(&phc));
    visit.act(Deed::UserPassword, &subject(&application, &user.id), work).await?;
    visit.good(visit.l.t("The password is set. Whoever was signed in with the old one is signed out."));
    Ok(see_other(&address::user(&application.id, &user.id)))
}

/// The new hash, for an administrator who gave the own password lately.
async fn confirmed(visit: &Visit, form: &Form) -> Result<String> {
    visit.confirm(form).await?;
    hash(&visit.house, form.value("password")).await
}

/// The hash of a password that is good enough.
pub async fn hash(house: &House, given: &str) -> Result<String> {
    let given = user::parse_password(given)?.to_string();
    house.hash(move || secret::hash_password(&given)).await
}
