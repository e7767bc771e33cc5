//! The administrator's own account: another password.

use crate::accounts::deed::Deed;
use crate::accounts::{operator, session};
use crate::error::{Error, Result};
use crate::http::console::form::Form;
use crate::http::console::frame::{Flash, Frame};
use crate::http::console::visit::Visit;
use crate::http::console::{draw_form, setup};
use crate::http::guard::bearer::Jar;
use crate::http::page::see_other;
use crate::http::problem::Answer;
use askama::Template;

#[derive(Template)]
#[template(path = "console/account.html")]
struct Edit<'a> {
    frame: Frame,
    form: &'a Form,
}

pub async fn edit(visit: Visit) -> Answer {
    let mut frame = Frame::of(&visit, "account");
    if visit.here.ends_with(CHANGED) {
        frame.flash = Some(Flash { good: true, sentence: visit.l.t("Your password is changed.").into() });
    }
    draw(frame, &Form::default())
}

/// Says it on the page of the new session.
const CHANGED: &str = "?changed=1";

fn draw(frame: Frame, form: &Form) -> Answer {
    draw_form(form, &Edit { frame, form })
}

pub async fn update(visit: Visit, form: Form) -> Answer {
    match change(&visit, &form).await {
        Ok(token) => {
            let mut answer = see_other(&format!("/console/account{CHANGED}"));
            answer.add_cookie(&Jar::Console.keep(&visit.house, &token, None)).map_err(Error::internal)?;
            Ok(answer)
        }
        Err(error) => draw(Frame::of(&visit, "account"), &form.refused(error)?),
    }
}

/// Ends all sessions and opens a new one here.
async fn change(visit: &Visit, form: &Form) -> Result<String> {
    if !visit.knows_password(form.value("present_password")).await? {
        visit.note(Deed::OperatorUpdate, visit.name(), "forbidden").await;
        return Err(Error::invalid("present_password", "this is not your password"));
    }
    let (phc, no, from) = (setup::chosen(&visit.house, form).await?, visit.no(), visit.from().to_string());
    let work = move |tx: &mut crate::store::Tx| {
        operator::set_password(tx, no, &phc)?;
        session::open(tx, no, &from)
    };
    visit.act(Deed::OperatorUpdate, visit.name(), work).await
}
