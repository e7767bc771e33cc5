//! Calling an application to see whether it answers. An answer starts a stopped queue.

use crate::apps::application::Application;
use crate::apps::delivery::{self, Kind};
use crate::apps::outcome::Verdict;
use crate::apps::{endpoint, queue};
use crate::callout::Tried;
use crate::error::{Error, Result};
use crate::http::console::form::Form;
use crate::http::console::visit::Visit;
use crate::http::console::{address, of};
use crate::http::page::see_other;
use crate::http::problem::Answer;
use crate::time::Moment;
use actix_web::web::Path;
use serde_json::json;

pub async fn create(visit: Visit, id: Path<String>, _: Form) -> Answer {
    let application = visit.read(move |db| of(db, &id)).await?;
    let tried = ping(&visit, &application).await?;
    let ms = tried.attempt.ms.to_string();
    if tried.verdict == Verdict::Taken {
        let app = application.no;
        visit.act("delivery.ping", application.id.as_str(), move |tx| queue::start(tx, app)).await?;
        visit.good(visit.l.with("The application answered in {} ms.", &[&ms]));
    } else {
        visit.note("delivery.ping", application.id.as_str(), "unavailable").await;
        let reason = tried.attempt.error.unwrap_or_default();
        visit.bad(visit.l.with("The application did not answer as it should: {}", &[&visit.l.say(&reason)]));
    }
    Ok(see_other(&format!("{}/deliveries", address::application(&application.id))))
}

async fn ping(visit: &Visit, application: &Application) -> Result<Tried> {
    let app = application.no;
    let found = visit.read(move |db| endpoint::find(db, app, Moment::now())).await?;
    let endpoint =
        found.ok_or_else(|| Error::Conflict("there is no callback address, or the application is suspended".into()))?;
    let body = delivery::body(Kind::Ping.as_str(), &endpoint.id, &json!({}), Moment::now())?;
    Ok(visit.house.callout.tell(&endpoint, &delivery::webhook_id(), &body).await)
}
