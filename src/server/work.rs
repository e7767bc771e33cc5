//! Starts the waiting work, which runs until the house stops.

use crate::apps::schedule::Schedule;
use crate::error::Result;
use crate::http::House;
use crate::jobs::callbacks::Callbacks;
use crate::jobs::contacts::Refresher;
use crate::jobs::{Bells, audience, sweep};
use actix_web::web::Data;
use std::sync::Arc;

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
    let (writing, ending) = (store.clone(), stop.clone());
    house.busy.spawn(async move { audience::run(&writing, &bells.audiences, ending).await });
    let (sweeping, ending) = (store.clone(), stop.clone());
    house.busy.spawn(async move { sweep::run(&sweeping, ending).await });
    Ok(())
}
