//! The administrators of this server: who they are, keeping one out.

use crate::accounts::deed::Deed;
use crate::accounts::operator::{self, Operator};
use crate::error::Error;
use crate::http::console::draw_form;
use crate::http::console::form::Form;
use crate::http::console::frame::Frame;
use crate::http::console::part::Mark;
use crate::http::console::visit::Visit;
use crate::http::page::see_other;
use crate::http::problem::Answer;
use crate::time::Moment;
use actix_web::web::Path;
use askama::Template;

pub const ADDRESS: &str = "/console/operators";

#[derive(Template)]
#[template(path = "console/operator/index.html")]
struct Index<'a> {
    frame: Frame,
    form: &'a Form,
    operators: Vec<Row>,
    /// The link for somebody who was just invited.
    invited: Option<(String, String)>,
}

struct Row {
    no: i64,
    mark: Mark,
    name: String,
    is_me: bool,
    /// The name of the question before this one is suspended.
    ask: String,
    created_at: Moment,
    suspended_at: Option<Moment>,
}

impl Row {
    fn of(visit: &Visit, operator: Operator) -> Row {
        Row {
            mark: Mark::of_person(&operator.name, &operator.name),
            is_me: operator.no == visit.no(),
            ask: format!("suspend-{}", operator.no),
            no: operator.no,
            name: operator.name,
            created_at: operator.created_at,
            suspended_at: operator.suspended_at,
        }
    }
}

pub async fn index(visit: Visit) -> Answer {
    let invited = visit.take_shown().into_iter().next();
    let split = |(_, line): (&str, String)| line.split_once('\n').map(|(name, link)| (name.to_string(), link.to_string()));
    draw(&visit, &Form::default(), invited.and_then(split)).await
}

pub async fn draw(visit: &Visit, form: &Form, invited: Option<(String, String)>) -> Answer {
    let found = visit.read(operator::list).await?;
    let operators = found.into_iter().map(|operator| Row::of(visit, operator)).collect();
    draw_form(form, &Index { frame: Frame::of(visit, "operators"), form, operators, invited })
}

/// Keeps an administrator out.
pub async fn suspend(visit: Visit, no: Path<i64>, _: Form) -> Answer {
    let no = no.into_inner();
    let found = visit.read(move |db| operator::get_no(db, no)).await?;
    match visit.act(Deed::OperatorSuspend, &found.name, move |tx| operator::suspend(tx, no)).await {
        Ok(()) => visit.good(visit.l.with("{} is suspended.", &[&found.name])),
        Err(Error::Conflict(sentence)) => visit.bad(visit.l.say(&sentence)),
        Err(error) => return Err(error.into()),
    }
    Ok(see_other(ADDRESS))
}

pub async fn resume(visit: Visit, no: Path<i64>, _: Form) -> Answer {
    let no = no.into_inner();
    let found = visit.read(move |db| operator::get_no(db, no)).await?;
    visit.act(Deed::OperatorResume, &found.name, move |tx| operator::resume(tx, no)).await?;
    visit.good(visit.l.with("{} can sign in again.", &[&found.name]));
    Ok(see_other(ADDRESS))
}
