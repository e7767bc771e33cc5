//! The loop that owns the queue of callbacks: claims what is due, sends it, keeps what came of it. What an answer means is the
//! business of `jobs/answer`.

use crate::apps::application;
use crate::apps::delivery::Delivery;
use crate::apps::outcome;
use crate::apps::schedule::Schedule;
use crate::apps::{claim, endpoint};
use crate::callout::{Callout, Tried};
use crate::error::Result;
use crate::jobs::answer::{complained, settle};
use crate::jobs::notice;
use crate::store::{Store, Tx};
use crate::time::Moment;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// What is on its way when the end comes has this long.
const DRAIN: Duration = Duration::from_secs(5);
/// After a failure of our own.
const PAUSE: Duration = Duration::from_secs(5);
const HOUR: Duration = Duration::from_secs(3600);
/// Rows that are given up together because they are too old.
const TOGETHER: usize = 100;

pub struct Callbacks {
    pub store: Store,
    pub callout: Callout,
    pub schedule: Schedule,
    pub bell: Arc<Notify>,
}

impl Callbacks {
    /// Runs until stopped. What is on its way then may end; what does not is sent again after the next start.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) {
        if let Err(error) = self.store.write(claim::forget).await {
            tracing::warn!(%error, "callbacks that were on their way must wait for their claims to end");
        }
        let mut flying = JoinSet::new();
        let mut hour = tokio::time::interval(HOUR);
        loop {
            let next = self.fill(&mut flying).await.unwrap_or_else(|error| {
                tracing::warn!(%error, "the queue of callbacks could not be read");
                Some(Moment::now().plus(PAUSE))
            });
            tokio::select! {
                () = stop.cancelled() => break,
                () = self.bell.notified() => {}
                Some(_) = flying.join_next() => {}
                () = until(next) => {}
                _ = hour.tick() => self.give_up_old().await,
            }
        }
        let _ = tokio::time::timeout(DRAIN, async { while flying.join_next().await.is_some() {} }).await;
    }

    /// Sends everything that is due, one round after the other, until nothing is. Answers how many were sent.
    pub async fn run_once(self: &Arc<Self>) -> Result<usize> {
        let (mut sent, mut flying) = (0, JoinSet::new());
        loop {
            self.fill(&mut flying).await?;
            if flying.is_empty() {
                return Ok(sent);
            }
            sent += flying.len();
            while flying.join_next().await.is_some() {}
        }
    }

    /// Claims and sends what is due, and answers when more will be; none: not before a nudge or an end.
    async fn fill(self: &Arc<Self>, flying: &mut JoinSet<()>) -> Result<Option<Moment>> {
        let room = claim::MOST.saturating_sub(flying.len());
        let next = || self.store.read(|db| claim::next_due(db, Moment::now()));
        match next().await? {
            _ if room == 0 => Ok(None),
            Some(due) if due <= Moment::now() => {
                for delivery in self.store.write(move |tx| claim::take(tx, room)).await? {
                    flying.spawn(self.clone().deliver(delivery));
                }
                if flying.len() >= claim::MOST { Ok(None) } else { next().await }
            }
            later => Ok(later),
        }
    }

    async fn deliver(self: Arc<Self>, delivery: Delivery) {
        let (app, no) = (delivery.app, delivery.no);
        if let Err(error) = self.try_once(delivery).await {
            tracing::warn!(application = app.0, delivery = no, %error, "what came of a callback could not be kept; it will be sent again");
        }
    }

    async fn try_once(&self, delivery: Delivery) -> Result<()> {
        let app = delivery.app;
        let found = self.store.read(move |db| endpoint::find(db, app, Moment::now())).await?;
        let Some(endpoint) = found else { return Ok(()) };
        let tried = self.callout.deliver(&endpoint, &delivery).await;
        if let Some(error) = &tried.attempt.error {
            tracing::info!(application = %endpoint.id, kind = delivery.kind, id = delivery.webhook_id, error, "a callback");
        }
        self.keep(delivery, tried).await
    }

    /// Keeps what came of it. Where the application has taken it and a part of what it said cannot be used, the rest counts.
    async fn keep(&self, delivery: Delivery, mut tried: Tried) -> Result<()> {
        let chance = rand::random::<f64>();
        loop {
            let (sent, came, schedule) = (delivery.clone(), tried.clone(), self.schedule.clone());
            let whole = move |tx: &mut Tx| settle(tx, &sent, &came, (&schedule, chance)).map(|_| ());
            match self.store.write(whole).await {
                Err(error) if !error.temporary() && !tried.reply.is_empty() => {
                    tried = complained(tried, &error);
                    tried.reply.drop_part(error.field());
                }
                other => return other,
            }
        }
    }

    /// Gives up what nobody tries any more, and says so.
    async fn give_up_old(&self) {
        let applications = self.store.read(application::list).await.unwrap_or_default();
        for app in applications.into_iter().map(|application| application.no) {
            let give_up = self.schedule.give_up;
            let expire = move |tx: &mut Tx| {
                let old = outcome::expire(tx, app, give_up, TOGETHER)?;
                let lost = |row: &&Delivery| row.question && row.delivered_at.is_none();
                old.iter().filter(lost).try_for_each(|row| notice::lost(tx, row))?;
                Ok(old.len() + notice::lapse(tx, app, give_up, TOGETHER)?)
            };
            while matches!(self.store.write(expire).await, Ok(some) if some > 0) {}
        }
    }
}

async fn until(next: Option<Moment>) {
    match next {
        Some(next) => tokio::time::sleep(next.since(Moment::now())).await,
        None => std::future::pending().await,
    }
}
