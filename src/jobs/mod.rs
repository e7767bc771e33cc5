//! Waiting work: loops that each own a queue and wait for a nudge or a tick.

pub mod audience;
pub mod marks;

use crate::wire::News;
use crate::wire::news::Work;
use std::sync::Arc;
use tokio::sync::Notify;

/// What wakes the loops.
#[derive(Clone, Default)]
pub struct Bells {
    pub callbacks: Arc<Notify>,
    pub audiences: Arc<Notify>,
}

impl Bells {
    /// Takes a piece of news that concerns waiting work. Never waits: it is called between a commit and its answers.
    pub fn ring(&self, news: &News) {
        match news {
            News::Nudge(Work::Callbacks) => self.callbacks.notify_one(),
            News::Nudge(Work::Audiences) => self.audiences.notify_one(),
            News::Refresh { .. } | News::Rows { .. } | News::End(_) => {}
        }
    }
}
