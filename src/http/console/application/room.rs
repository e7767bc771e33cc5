//! The room that an application's files take, and who has most of it.

use crate::apps::application::Application;
use crate::chat::file::storage::{self, Holder};
use crate::directory::user;
use crate::error::Result;
use crate::http::console::address;
use crate::http::console::language::{Language, size};
use crate::http::console::part::Mark;
use crate::id::UserNo;
use crate::store::Db;

/// Who are named.
const NAMED: usize = 5;

pub struct Room {
    /// In percent of all that there is.
    pub filled: u64,
    pub said: String,
    pub holders: Vec<Line>,
}

pub struct Line {
    pub size: String,
    /// None: the application itself.
    pub who: Option<Who>,
}

pub struct Who {
    /// Of a former user there is no page.
    pub path: Option<String>,
    pub mark: Mark,
    pub name: String,
}

impl Room {
    pub fn of(db: &Db, l: Language, application: &Application, all: u64) -> Result<Room> {
        let taken = storage::taken(db, application.no)?;
        let holders = storage::holders(db, application.no, NAMED)?;
        let holders = holders.into_iter().map(|holder| line(db, application, holder)).collect::<Result<_>>()?;
        Ok(Room { filled: storage::percent(taken, all), said: l.with("{} of {}", &[&size(taken), &size(all)]), holders })
    }

    pub fn is_short(&self) -> bool {
        self.filled >= storage::SHORT
    }
}

fn line(db: &Db, application: &Application, holder: Holder) -> Result<Line> {
    let size = size(holder.bytes);
    if holder.user == UserNo::APPLICATION {
        return Ok(Line { size, who: None });
    }
    let user = user::get_no(db, application.no, holder.user)?;
    let path = user.erased_at.is_none().then(|| address::user(&application.id, &user.id));
    let mark = Mark::of_person(user.id.as_str(), &user.name);
    Ok(Line { size, who: Some(Who { path, mark, name: user.name }) })
}
