//! Where an application says who a browser is, by its own cookie: the settings, and what came of trying them.

use crate::accounts::deed::Deed;
use crate::apps::application::{self, Application, Draft, SignIn};
use crate::apps::whoami::{self, WhoAmI};
use crate::callout::whoami::{Found, Whom};
use crate::error::Result;
use crate::http::console::address;
use crate::http::console::form::Form;
use crate::http::console::frame::Frame;
use crate::http::console::visit::Visit;
use crate::http::console::{draw_form, of};
use crate::http::page::see_other;
use crate::http::problem::Answer;
use crate::id::AppNo;
use crate::store::{Db, Tx};
use actix_web::web::Path;
use askama::Template;

#[derive(Template)]
#[template(path = "console/application/whoami.html")]
struct Edit<'a> {
    frame: Frame,
    form: &'a Form,
    is_open: bool,
}

pub async fn edit(visit: Visit, id: Path<String>) -> Answer {
    let work = move |db: &Db| {
        let application = of(db, &id)?;
        let kept = whoami::find(db, application.no)?;
        Ok((application, kept))
    };
    let (application, kept) = visit.read(work).await?;
    draw(&visit, &application, &filled(kept).dated())
}

fn draw(visit: &Visit, application: &Application, form: &Form) -> Answer {
    let is_open = application.opens(SignIn::WhoAmI);
    draw_form(form, &Edit { frame: Frame::within(visit, application, "settings"), form, is_open })
}

/// With what most will want where nothing is kept.
fn filled(kept: Option<WhoAmI>) -> Form {
    let w = kept.unwrap_or_else(|| WhoAmI { id: "/id".into(), name: "/name".into(), ..WhoAmI::default() });
    Form::default()
        .and("whoami_url", w.url)
        .and("whoami_cookies", w.cookies.join("\n"))
        .and("whoami_id", w.id)
        .and("whoami_name", w.name)
        .and("whoami_email", w.email)
        .and("whoami_title", w.title)
        .and("whoami_avatar", w.avatar)
        .and("whoami_locale", w.locale)
}

fn wanted(form: &Form) -> WhoAmI {
    let value = |name: &str| form.value(name).to_string();
    WhoAmI {
        url: value("whoami_url"),
        cookies: form.lines("whoami_cookies"),
        id: value("whoami_id"),
        name: value("whoami_name"),
        email: value("whoami_email"),
        title: value("whoami_title"),
        avatar: value("whoami_avatar"),
        locale: value("whoami_locale"),
    }
}

pub async fn update(visit: Visit, id: Path<String>, form: Form) -> Answer {
    let before = visit.read(move |db| of(db, &id)).await?;
    match change(&visit, &before, &form).await {
        Ok(sentence) => {
            visit.good(sentence);
            Ok(see_other(&format!("{}/whoami", address::application(&before.id))))
        }
        Err(error) => draw(&visit, &before, &form.refused(error)?),
    }
}

/// Keeps the settings and opens this way to sign in; with none forgets them and closes it.
fn open(tx: &mut Tx, no: AppNo, wanted: Option<&WhoAmI>) -> Result<()> {
    whoami::set(tx, no, wanted)?;
    let mut draft = Draft::of(&application::get_no(tx, no)?);
    draft.sign_in.retain(|way| *way != SignIn::WhoAmI || wanted.is_some());
    if wanted.is_some() && !draft.sign_in.contains(&SignIn::WhoAmI) {
        draft.sign_in.push(SignIn::WhoAmI);
    }
    application::update(tx, no, &draft).map(|_| ())
}

/// Keeps it, and asks once without a cookie: that shows whether there is anybody who answers.
async fn change(visit: &Visit, before: &Application, form: &Form) -> Result<String> {
    let (no, off) = (before.no, form.has("then", "off"));
    let settings = if off { None } else { Some(wanted(form).parse(&before.approved)?) };
    // Whoever is named there gets in.
    visit.confirm(form).await?;
    let (kept, form) = (settings.clone(), form.clone());
    let work = move |tx: &mut Tx| form.replace(tx, |db| whoami::find(db, no).map(filled), |tx| open(tx, no, kept.as_ref()));
    visit.act(Deed::ApplicationWhoami, before.id.as_str(), work).await?;
    let Some(settings) = settings else { return Ok(visit.l.t("Closed.").into()) };
    let whom = Whom { app: no, settings: &settings, approved: &before.approved };
    Ok(match visit.house.callout.who_am_i(&whom, "parlour-test=1").await {
        Ok(Found::Nobody(said)) => visit.l.with("Saved. Asked without a cookie, {}, as it should be.", &[&said]),
        Ok(Found::Somebody(_)) => visit.l.t("Saved, but without a cookie it names somebody: everybody would be that one.").into(),
        Err(error) => visit.l.with("Saved, but the address does not work: {}.", &[&error.to_string()]),
    })
}
