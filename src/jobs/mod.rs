//! Waiting work: loops that each own a queue and wait for a nudge or a tick. They know the product and the way out, and
//! neither doors nor who is connected.

pub mod answer;
pub mod audience;
pub mod callbacks;
pub mod contacts;
pub mod doctor;
pub mod erasure;
pub mod feed;
pub mod file;
pub mod intake;
pub mod marks;
mod notice;
pub mod ping;
pub mod preparation;
pub mod presence;
pub mod sweep;
mod vouched;

#[cfg(test)]
mod tests;

use crate::wire::News;
use crate::wire::news::Work;
use contacts::Wishes;
use std::sync::Arc;
use tokio::sync::Notify;

/// What wakes the loops.
#[derive(Clone, Default)]
pub struct Bells {
    pub callbacks: Arc<Notify>,
    pub audiences: Arc<Notify>,
    pub contacts: Arc<Wishes>,
}

impl Bells {
    /// Takes a piece of news that concerns waiting work. Never waits: it is called between a commit and its answers.
    pub fn ring(&self, news: &News) {
        match news {
            News::Nudge(Work::Callbacks) => self.callbacks.notify_one(),
            News::Nudge(Work::Audiences) => self.audiences.notify_one(),
            News::Refresh { app, user } => self.contacts.add(*app, *user),
            News::Rows { .. }
            | News::Behind { .. }
            | News::Review { .. }
            | News::Answering { .. }
            | News::End(_)
            | News::Erased { .. }
            | News::Event { .. } => {}
        }
    }
}
