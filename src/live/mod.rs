//! The present moment: who is connected, through which queue, and how they show themselves. Nothing here is stored, and
//! nothing here knows the store, the product or a transport. It knows words only.

pub mod hub;
pub mod outbox;
mod person;
pub mod presence;
pub mod reader;
pub mod round;
mod watch;

pub use hub::{Hub, Peer};
pub use outbox::{Out, Outbox};
pub use presence::Presences;
pub use reader::{Reader, Readers};
pub use round::Round;

use crate::id::{AppNo, UserId};
use crate::time::Moment;
use crate::wire::News;
use crate::wire::frame::{Bye, Frame, application_show};
use std::sync::Arc;

/// Everything that is alive, for all rooms that need it. Cheap to clone.
#[derive(Clone, Default)]
pub struct Live {
    pub hub: Arc<Hub>,
    pub presences: Arc<Presences>,
    pub round: Round,
    pub readers: Arc<Readers>,
}

impl Live {
    pub fn new() -> Live {
        Live::default()
    }

    /// Hands one committed piece of news to the connections that it concerns. What is not for connections is not taken.
    pub fn publish(&self, news: News) -> Option<News> {
        match news {
            News::Rows { app, version, to, rows, except } => self.hub.rows((app, &to), version, &rows, except),
            News::Review { app, users, between } => self.presences.review(app, users, between),
            News::End(end) => {
                self.hub.end(end, Bye::EXPIRED);
                self.readers.end(end);
            }
            News::Event { app } => self.readers.ring(app),
            News::Behind { app, to } => self.hub.look_again(app, &to),
            News::Answering { app, on } => {
                self.hub.pass_all(app, &Frame::Application { show: application_show(on) }.text().into());
            }
            News::Erased { app, id } => self.presences.forget(app, &id, Moment::now()),
            other => return Some(other),
        }
        None
    }

    /// Ends every connection, for a stop of the server.
    pub fn shut_down(&self) {
        self.hub.end_all(Bye::SHUTDOWN);
        self.readers.close();
    }

    /// How a user shows itself to others now.
    pub fn show(&self, app: AppNo, user: &UserId, now: Moment) -> crate::wire::frame::Presence {
        self.presences.show(app, user, now)
    }
}
