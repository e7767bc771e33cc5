//! Calling an application to see whether it answers. An answer starts a stopped queue.

use crate::accounts::deed::Deed;
use crate::error::Error;
use crate::http::console::form::Form;
use crate::http::console::visit::Visit;
use crate::http::console::{address, of};
use crate::http::page::see_other;
use crate::http::problem::Answer;
use crate::jobs::ping;
use actix_web::web::Path;

pub async fn create(visit: Visit, id: Path<String>, _: Form) -> Answer {
    let application = visit.read(move |db| of(db, &id)).await?;
    let (l, subject) = (visit.l, application.id.as_str());
    match ping::send(&visit.house.store, &visit.house.callout, application.no).await {
        Ok(pong) => {
            visit.note(Deed::DeliveryPing, subject, if pong.error.is_none() { "ok" } else { "unavailable" }).await;
            let ms = pong.ms.to_string();
            match pong.error {
                None => visit.good(l.with("The application answered in {} ms.", &[&ms])),
                Some(reason) => {
                    visit.bad(l.with("The application did not answer as it should: {} ({} ms)", &[&l.say(&reason), &ms]));
                }
            }
        }
        Err(Error::Conflict(sentence)) => visit.bad(l.say(&sentence)),
        Err(error) => return Err(error.into()),
    }
    Ok(see_other(&format!("{}/deliveries", address::application(&application.id))))
}
