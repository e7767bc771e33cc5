//! Whether the server lives, and whether it can write. No secrets, no figures.

use crate::error::Result;
use crate::http::House;
use crate::http::problem::Answer;
use actix_web::HttpResponse;
use actix_web::web::Data;
use std::time::{Duration, Instant};
use tokio::sync::Mutex;

/// How long an answer is good for: asking costs a sync of the disk, and anybody may ask.
const FRESH: Duration = Duration::from_secs(1);

#[derive(Default)]
pub struct Health {
    last: Mutex<Option<(Instant, Result<()>)>>,
}

impl House {
    /// Whether a write reaches the disk, as of a second ago at most.
    pub async fn can_write(&self) -> Result<()> {
        let mut last = self.health.last.lock().await;
        match &*last {
            Some((at, result)) if at.elapsed() < FRESH => result.clone(),
            _ => {
                let result = self.store.try_writing().await;
                *last = Some((Instant::now(), result.clone()));
                result
            }
        }
    }
}

pub async fn live() -> HttpResponse {
    answer("alive")
}

pub async fn ready(house: Data<House>) -> Answer {
    house.can_write().await?;
    Ok(answer("ready"))
}

fn answer(status: &str) -> HttpResponse {
    HttpResponse::Ok().insert_header(("cache-control", "no-store")).json(serde_json::json!({ "status": status }))
}
