//! Sending a callback again.

use crate::accounts::deed::Deed;
use crate::apps::queue;
use crate::error::Error;
use crate::http::console::form::Form;
use crate::http::console::visit::Visit;
use crate::http::console::{address, of};
use crate::http::page::see_other;
use crate::http::problem::Answer;
use actix_web::web::Path;

pub async fn create(visit: Visit, path: Path<(String, i64)>, _: Form) -> Answer {
    let (id, no) = path.into_inner();
    let application = visit.read(move |db| of(db, &id)).await?;
    let (app, subject) = (application.no, format!("{}/{no}", application.id));
    match visit.act(Deed::DeliveryAgain, &subject, move |tx| queue::again(tx, app, no)).await {
        Ok(_) => visit.good(visit.l.t("It is being sent again. Load the page again to see the answer.")),
        Err(Error::Conflict(sentence)) => visit.bad(visit.l.say(&sentence)),
        Err(error) => return Err(error.into()),
    }
    Ok(see_other(&format!("{}/deliveries/{no}", address::application(&application.id))))
}
