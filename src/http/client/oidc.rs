//! Signing in with the identity provider of an application (OpenID Connect): where the page sends its browser, and what the
//! page brings back from there. For our own pages only. The address to which the provider sends browsers is a page; what it
//! got, the page posts, as every other way in is posted: nothing changes because somebody was led to an address.

use crate::apps::application::{Application, SignIn};
use crate::apps::oidc::flow::{self, Flow};
use crate::apps::oidc::{self, Oidc};
use crate::callout::oidc::{Returned, Whose};
use crate::directory::user::Profile;
use crate::error::{Error, Result};
use crate::http::House;
use crate::http::body::Json;
use crate::http::client::application::active;
use crate::http::client::opening::{self, Opened, Visit};
use crate::http::guard::bearer::Jar;
use crate::http::guard::{Page, address};
use crate::http::problem::Answer;
use crate::id::AppId;
use crate::store::Db;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    app: AppId,
}

/// Where the browser goes now.
#[derive(Serialize)]
struct Way {
    url: String,
}

/// What the provider gave the browser (RFC 6749 §4.1.2, RFC 9207).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Brought {
    code: String,
    state: String,
    iss: Option<String>,
}

/// The address to which the provider sends browsers back, each application's own: a code of one provider never reaches another
/// (RFC 9700 §4.4).
pub fn back(house: &House, app: &AppId) -> String {
    house.own.link(&format!("/sign-in/{app}"))
}

/// `POST /client/oidc`: begins a sign-in, which belongs to this browser alone.
pub async fn begin(house: Data<House>, page: Page, request: HttpRequest, given: Json<Wanted>) -> Answer {
    require_own(&page)?;
    house.limiters.address(address::of(&request))?;
    let (application, settings, secret) = find(&house, given.0.app).await?;
    let root = house.limiters.begun()?;
    let flow = Flow::of(&root, &application.id, &settings.issuer)?.ok_or_else(|| Error::internal("no flow of a new root"))?;
    let back = back(&house, &application.id);
    let url = house.callout.authorization(&whose(&application, &settings, (secret.as_deref(), &back)), &flow).await;
    let url = url.map_err(|error| plain(&application, &settings, error))?;
    let lasts = flow::LASTS.as_secs() as i64;
    let mut answer = HttpResponse::Created();
    answer.insert_header(("cache-control", "no-store")).cookie(Jar::Flow(&application.id).keep(&house, &root, Some(lasts)));
    Ok(answer.json(Way { url }))
}

/// Opens a session for whom the provider knows by the code, if this browser began that sign-in.
pub async fn enter(
    house: &House,
    app: AppId,
    (page, request): (&Page, &HttpRequest),
    brought: Brought,
    visit: Visit,
) -> Result<Opened> {
    require_own(page)?;
    let (application, settings, secret) = find(house, app).await?;
    let root = Jar::Flow(&application.id).token(house, request).unwrap_or_default();
    let flow = Flow::of(&root, &application.id, &settings.issuer)?;
    let flow = flow.filter(|flow| crate::secret::same(flow.state.as_bytes(), brought.state.as_bytes()));
    let stale = || Error::Conflict("this sign-in was begun in another window, or too long ago; begin again".into());
    let flow = flow.ok_or_else(stale)?;
    house.limiters.brought(&root, visit.address.parse().map_err(Error::internal)?)?;
    let back = back(house, &application.id);
    let returned = Returned { code: &brought.code, issuer: brought.iss.as_deref() };
    let vouched = house.callout.redeem(&whose(&application, &settings, (secret.as_deref(), &back)), &flow, &returned).await;
    let profile = Profile::from(vouched.map_err(|error| plain(&application, &settings, error))?);
    house.store.write(move |tx| opening::vouched(tx, &application, &profile, (SignIn::Oidc, None), &visit)).await
}

fn require_own(page: &Page) -> Result<()> {
    match page {
        Page::Own => Ok(()),
        _ => Err(Error::Forbidden("signing in with an identity provider is for our own pages only".into())),
    }
}

async fn find(house: &House, app: AppId) -> Result<(Application, Oidc, Option<String>)> {
    let look = move |db: &Db| {
        let application = active(db, &app)?;
        application.require(SignIn::Oidc)?;
        let settings = oidc::find(db, application.no)?;
        let secret = oidc::secret(db, application.no)?;
        Ok((application, settings, secret))
    };
    let (application, settings, secret) = house.store.read(look).await?;
    let unset = || Error::Unavailable("no identity provider is set for this application yet".into());
    Ok((application, settings.ok_or_else(unset)?, secret))
}

fn whose<'a>(application: &'a Application, settings: &'a Oidc, (secret, back): (Option<&'a str>, &'a str)) -> Whose<'a> {
    Whose { app: application.no, settings, secret, approved: &application.approved, back }
}

/// The reason is for whoever looks after it; users only hear what they can do.
fn plain(application: &Application, settings: &Oidc, error: Error) -> Error {
    let (application, provider) = (&application.id, &settings.provider);
    tracing::warn!(%application, reason = %error, "no sign-in with the identity provider");
    match error {
        Error::Unauthenticated(_) => {
            Error::Unauthenticated(format!("the sign-in with {provider} was not completed; begin again"))
        }
        Error::Forbidden(_) => Error::Forbidden(format!("{provider} knows you, but you may not use this")),
        Error::Unavailable(_) => Error::Unavailable(format!("signing in with {provider} does not work now; try again later")),
        other => other,
    }
}
