//! What to do next with an application that is not at work yet.

use crate::apps::application::{Policy, SignIn};
use crate::apps::key;
use crate::directory::shared;
use crate::error::Result;
use crate::http::console::language::en;
use crate::http::console::tally::{Callbacks, Row};
use crate::store::Db;
use crate::time::Moment;

pub struct Step {
    /// Below the address of the application.
    pub to: &'static str,
    pub what: &'static str,
    pub why: &'static str,
}

/// In the order in which they are best done; none where everything stands.
pub fn next(db: &Db, row: &Row) -> Result<Vec<Step>> {
    let a = &row.application;
    let mut steps = Vec::new();
    let mut step = |is_missing: bool, to, what, why| {
        if is_missing {
            steps.push(Step { to, what, why });
        }
    };
    let keyless = !key::list(db, a.no)?.iter().any(|key| key.in_force(Moment::now()));
    let ungrouped = shared::list(db, a.no, None, 1)?.0.is_empty();
    let asks = row.callbacks != Callbacks::None;
    step(keyless, "/keys/new", en("Make a key"), en("Without one the application cannot call Parlour."));
    step(a.origins.is_empty(), "/edit#origins", en("Allow its pages"), en("Name the addresses at which the widget may appear."));
    step(
        !asks && a.opens(SignIn::Callback),
        "/edit#callback_url",
        en("Give a callback address"),
        en("Parlour asks there whether a password is right."),
    );
    step(
        row.users == 0,
        "/users/new",
        en("Create the first user"),
        en("Or let users come by themselves: who is vouched for is created at the first sign-in."),
    );
    step(
        !asks && ungrouped && row.users > 0 && a.policy != Policy::Application,
        "/groups/new",
        en("Make a group"),
        en("People in a group that they can see find each other in their contacts."),
    );
    Ok(steps)
}
