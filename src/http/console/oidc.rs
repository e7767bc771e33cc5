//! The identity provider of an application: the settings, and what came of trying them. Its secret goes in and never out.

use crate::accounts::deed::Deed;
use crate::apps::application::{Application, SignIn};
use crate::apps::oidc::{self, Oidc, Secret};
use crate::callout::oidc::Whose;
use crate::error::Result;
use crate::http::client::oidc::back;
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
#[template(path = "console/application/oidc.html")]
struct Edit<'a> {
    frame: Frame,
    form: &'a Form,
    is_open: bool,
    /// Whether a secret of the client is known.
    has_secret: bool,
    /// What the provider has to know.
    back: String,
}

/// What is kept, as far as it is shown.
struct Kept {
    application: Application,
    settings: Option<Oidc>,
    secret: Option<String>,
}

async fn find(visit: &Visit, id: Path<String>) -> Result<Kept> {
    let work = move |db: &Db| {
        let application = of(db, &id)?;
        let (settings, secret) = (oidc::find(db, application.no)?, oidc::secret(db, application.no)?);
        Ok(Kept { application, settings, secret })
    };
    visit.read(work).await
}

pub async fn edit(visit: Visit, id: Path<String>) -> Answer {
    let kept = find(&visit, id).await?;
    draw(&visit, &kept, &filled(kept.settings.clone(), kept.secret.as_deref()).dated())
}

fn draw(visit: &Visit, kept: &Kept, form: &Form) -> Answer {
    let application = &kept.application;
    let back = back(&visit.house, &application.id);
    let (is_open, has_secret) = (application.opens(SignIn::Oidc), kept.secret.is_some());
    draw_form(form, &Edit { frame: Frame::within(visit, application, "settings"), form, is_open, has_secret, back })
}

fn shown(db: &Db, app: AppNo) -> Result<Form> {
    Ok(filled(oidc::find(db, app)?, oidc::secret(db, app)?.as_deref()))
}

fn filled(kept: Option<Oidc>, secret: Option<&str>) -> Form {
    let is_public = kept.is_some() && secret.is_none();
    let o = kept.unwrap_or_default();
    let members = o.members().map(|(member, claim)| (format!("oidc_{member}"), claim.to_string()));
    let form = Form::default()
        .and("oidc_provider", o.provider)
        .and("oidc_issuer", o.issuer)
        .and("oidc_client", o.client)
        .and("oidc_scopes", o.scopes.join(" "))
        .and("oidc_only", o.only)
        .and_each("oidc_public", is_public.then_some("1"))
        .and_sealed("oidc_secret", secret);
    members.into_iter().fold(form, |form, (name, claim)| form.and(&name, claim))
}

fn wanted(form: &Form) -> (Oidc, Secret) {
    let value = |name: &str| form.value(name).to_string();
    let secret = match form.filled("oidc_password") {
        Some(text) => Secret::New(text),
        None if form.has("oidc_public", "1") => Secret::None,
        None => Secret::Kept,
    };
    let settings = Oidc {
        provider: value("oidc_provider"),
        issuer: value("oidc_issuer"),
        client: value("oidc_client"),
        scopes: vec![value("oidc_scopes")],
        only: value("oidc_only"),
        id: value("oidc_id"),
        name: value("oidc_name"),
        email: value("oidc_email"),
        title: value("oidc_title"),
        avatar: value("oidc_avatar"),
        locale: value("oidc_locale"),
    };
    (settings, secret)
}

pub async fn update(visit: Visit, id: Path<String>, form: Form) -> Answer {
    let kept = find(&visit, id).await?;
    match change(&visit, &kept, &form).await {
        Ok(sentence) => {
            visit.good(sentence);
            Ok(see_other(&format!("{}/oidc", address::application(&kept.application.id))))
        }
        Err(error) => draw(&visit, &kept, &form.refused(error)?.renamed("oidc_secret", "oidc_password")),
    }
}

/// Keeps it, and asks the provider for its documents: that shows whether there is one.
async fn change(visit: &Visit, kept: &Kept, form: &Form) -> Result<String> {
    let (no, off) = (kept.application.no, form.has("then", "off"));
    let wanted = (!off).then(|| wanted(form));
    let settings = wanted.as_ref().map(|(settings, _)| settings.clone().parse(&kept.application.approved)).transpose()?;
    // Whoever is known there gets in.
    visit.confirm(form).await?;
    let id = kept.application.id.as_str();
    let form = form.clone();
    let work = move |tx: &mut Tx| form.replace(tx, |db| shown(db, no), |tx| oidc::open(tx, no, wanted));
    visit.act(Deed::ApplicationOidc, id, work).await?;
    let Some(settings) = settings else { return Ok(visit.l.t("Closed.").into()) };
    let back = back(&visit.house, &kept.application.id);
    let whose = Whose { app: no, settings: &settings, secret: None, approved: &kept.application.approved, back: &back };
    Ok(match visit.house.callout.try_provider(&whose).await {
        Ok(0) => visit.l.t("Saved, but the provider shows no key by which Parlour could believe it.").into(),
        Ok(_) => visit.l.with(
            "Saved. {} answers, and its keys are there. Now sign in once to see whether it knows this client.",
            &[&settings.provider],
        ),
        Err(error) => visit.l.with("Saved, but the provider does not answer as it should: {}.", &[&error.to_string()]),
    })
}
