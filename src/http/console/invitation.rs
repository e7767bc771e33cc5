//! Inviting an administrator by a link that works once and is shown once.

use crate::accounts::deed::Deed;
use crate::accounts::invitation;
use crate::error::Result;
use crate::http::console::form::Form;
use crate::http::console::operator;
use crate::http::console::visit::Visit;
use crate::http::page::see_other;
use crate::http::problem::Answer;

pub async fn create(visit: Visit, form: Form) -> Answer {
    match invite(&visit, &form).await {
        Ok(token) => {
            let link = visit.house.own.link(&format!("/console/setup/{token}"));
            visit.show_once(operator::ADDRESS, vec![("Invitation", format!("{}\n{link}", form.value("name").trim()))]);
            Ok(see_other(operator::ADDRESS))
        }
        Err(error) => operator::draw(&visit, &form.refused(error)?, None).await,
    }
}

async fn invite(visit: &Visit, form: &Form) -> Result<String> {
    visit.confirm(form).await?;
    let name = form.value("name").trim().to_string();
    let subject = name.clone();
    visit.act(Deed::InvitationCreate, &subject, move |tx| invitation::create(tx, &name)).await
}
