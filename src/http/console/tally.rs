//! An application in figures: what happens in it now, and how its callbacks fare.

use crate::apps::application::Application;
use crate::apps::queue::{self, Queue};
use crate::chat::tally;
use crate::directory::user;
use crate::error::Result;
use crate::http::console::address;
use crate::http::console::language::{en, number};
use crate::http::console::part::Mark;
use crate::live::Live;
use crate::store::Db;
use crate::time::Moment;
use std::time::Duration;

/// More messages of a day are not counted for a page.
const MOST: i64 = 100_000;
const DAY: Duration = Duration::from_secs(24 * 3600);

/// How an application takes its callbacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Callbacks {
    /// There is no address.
    None,
    /// Nothing was ever answered at that address, and nothing has failed.
    Untried,
    Answering,
    /// The last ping was not answered; nothing waits.
    Silent,
    Failing,
    Stopped,
}

impl Callbacks {
    pub fn of(application: &Application, queue: &Queue) -> Callbacks {
        match (&application.callback_url, queue.stopped_at, queue.failing_since) {
            (None, ..) => Callbacks::None,
            (_, Some(_), _) => Callbacks::Stopped,
            (_, _, Some(_)) => Callbacks::Failing,
            _ if queue.unanswered_at.is_some() => Callbacks::Silent,
            _ if queue.answered_at.is_none() => Callbacks::Untried,
            _ => Callbacks::Answering,
        }
    }

    pub fn name(&self) -> &'static str {
        match self {
            Callbacks::None => en("none"),
            Callbacks::Untried => en("not tried yet"),
            Callbacks::Silent => en("did not answer the last ping"),
            Callbacks::Answering => en("answering"),
            Callbacks::Failing => en("not answering"),
            Callbacks::Stopped => en("stopped"),
        }
    }

    pub fn colour(&self) -> &'static str {
        match self {
            Callbacks::None | Callbacks::Untried => "",
            Callbacks::Answering => "badge-good",
            Callbacks::Silent | Callbacks::Failing => "badge-warn",
            Callbacks::Stopped => "badge-bad",
        }
    }

    pub fn is_grave(&self) -> bool {
        matches!(self, Callbacks::Silent | Callbacks::Failing | Callbacks::Stopped)
    }
}

/// A line of the list of applications.
#[derive(Debug)]
pub struct Row {
    pub application: Application,
    pub path: String,
    pub mark: Mark,
    pub queue: Queue,
    pub callbacks: Callbacks,
    pub connections: i64,
    pub messages: i64,
    pub users: i64,
}

impl Row {
    pub fn of(db: &Db, live: &Live, application: Application) -> Result<Row> {
        let (no, queue) = (application.no, queue::get(db, application.no)?);
        Ok(Row {
            path: address::application(&application.id),
            mark: Mark::of_application(&application),
            callbacks: Callbacks::of(&application, &queue),
            connections: live.hub.count_of(no) as i64,
            messages: tally::since(db, no, Moment::now().minus(DAY), MOST)?,
            users: user::count(db, no)?,
            application,
            queue,
        })
    }
}

/// A number of messages, as it is written.
pub fn messages(count: &i64) -> String {
    if *count >= MOST { format!("{}+", number(MOST)) } else { number(*count) }
}
