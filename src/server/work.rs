//! Starts the waiting work, which runs until the house stops.

use crate::apps::delivery::Kind;
use crate::apps::schedule::Schedule;
use crate::apps::wish;
use crate::error::Result;
use crate::http::House;
use crate::id::AppNo;
use crate::jobs::audience::Roll;
use crate::jobs::callbacks::Callbacks;
use crate::jobs::contacts::Refresher;
use crate::jobs::presence::Reporter;
use crate::jobs::{Bells, audience, feed, sweep};
use crate::store::Db;
use crate::time::Moment;
use crate::wire::frame::Presence;
use actix_web::web::Data;
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

pub fn start(house: &Data<House>, bells: Bells) -> Result<()> {
    let (store, callout, stop) = (&house.store, &house.callout, &house.stop);
    let settings = &house.config.callbacks;
    let callbacks = Callbacks {
        store: store.clone(),
        callout: callout.clone(),
        schedule: Schedule::new(settings.callback_pauses.clone(), settings.callback_give_up)?,
        bell: bells.callbacks,
    };
    house.busy.spawn(Arc::new(callbacks).run(stop.clone()));
    let refresher = Refresher { store: store.clone(), callout: callout.clone(), wishes: bells.contacts };
    house.busy.spawn(Arc::new(refresher).run(stop.clone()));
    let (marking, ending) = (house.clone(), stop.clone());
    house.busy.spawn(async move { marking.marks.run(&marking.store, ending).await });
    let (writing, hub, ending) = (store.clone(), house.live.hub.clone(), stop.clone());
    let roll: Roll = Arc::new(move |app| hub.connected(app));
    house.busy.spawn(async move { audience::run(&writing, (&bells.audiences, roll), ending).await });
    let reporter = Arc::new(Reporter::new(store.clone(), callout.clone()));
    house.busy.spawn(report(house.clone(), reporter));
    let (feeding, calling, ending) = (store.clone(), callout.clone(), stop.clone());
    house.busy.spawn(async move { feed::run(&feeding, &calling, ending).await });
    let (sweeping, ending) = (store.clone(), stop.clone());
    house.busy.spawn(async move { sweep::run(&sweeping, ending).await });
    Ok(())
}

/// To those who read events, where their application has asked for presence: nobody else is woken.
async fn pass(house: &House, changed: &[(AppNo, Presence)]) {
    let mut read = house.live.readers.read();
    read.retain(|app| changed.iter().any(|(of, _)| of == app));
    if read.is_empty() {
        return;
    }
    let wanted = move |db: &Db| {
        let asked = |app: &AppNo| wish::is_wanted(db, *app, Kind::PresenceChanged);
        read.into_iter().filter_map(|app| asked(&app).map(|yes| yes.then_some(app)).transpose()).collect::<Result<HashSet<_>>>()
    };
    match house.store.read(wanted).await {
        Ok(wanted) => {
            let told: Vec<_> = changed.iter().filter(|(app, _)| wanted.contains(app)).cloned().collect();
            house.live.readers.pass(&told);
        }
        Err(error) => tracing::debug!(%error, "presence was passed on to no reader"),
    }
}

/// Once a second, whoever shows differently.
async fn report(house: Data<House>, reporter: Arc<Reporter>) {
    let mut second = tokio::time::interval(Duration::from_secs(1));
    loop {
        tokio::select! {
            () = house.stop.cancelled() => return,
            _ = second.tick() => {
                let changed = house.live.presences.take_changed(Moment::now());
                pass(&house, &changed).await;
                reporter.add(changed);
            }
        }
    }
}
