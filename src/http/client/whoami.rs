//! Signing in by what the application's own cookie says, without the application being changed: for our own pages only, where
//! browsers send both its cookie and ours. The page asks again every few minutes; when the application says "nobody", or does
//! not know the cookie any more, the session ends.

use crate::apps::application::{Application, SignIn};
use crate::apps::whoami::{self, WhoAmI};
use crate::callout::whoami::{Found, Whom};
use crate::chat::announce;
use crate::directory::caller::Caller;
use crate::directory::session;
use crate::directory::user::{self, Profile};
use crate::error::{Error, Result};
use crate::http::House;
use crate::http::client::opening::{self, Opened, Visit};
use crate::http::guard::Page;
use crate::store::Tx;
use crate::time::Moment;
use actix_web::HttpRequest;
use actix_web::http::header::COOKIE;

/// Opens a session for whom the application knows by this request's cookies, or lets the one that is open go on.
pub async fn enter(house: &House, application: Application, (page, cookies): (&Page, String), visit: Visit) -> Result<Opened> {
    application.require(SignIn::WhoAmI)?;
    if *page != Page::Own {
        return Err(Error::Forbidden("who somebody is by the application's cookie is asked by our own pages only".into()));
    }
    let app = application.no;
    // A page that asks again is no sign-in: a whole office has one address, and each of its pages asks every few minutes.
    match &visit.earlier {
        Some((held, _)) => house.limiters.asked(app, held.user, held.session)?,
        None => house.limiters.address(visit.address.parse().map_err(Error::internal)?)?,
    }
    let settings = house.store.read(move |db| whoami::find(db, app)).await?;
    let settings = settings.ok_or_else(|| unavailable(&application, "no address is set"))?;
    match ask(house, &application, &settings, &cookies).await? {
        Found::Somebody(vouched) => {
            let profile = Profile::from(vouched);
            house.store.write(move |tx| open(tx, &application, &profile, &visit)).await
        }
        Found::Nobody(said) => {
            end(house, visit).await?;
            tracing::debug!(application = %application.id, said, "nobody by who am I");
            Err(Error::Unauthenticated(format!("you are not signed in to {}; sign in there first", application.name)))
        }
    }
}

fn open(tx: &mut Tx, application: &Application, profile: &Profile, visit: &Visit) -> Result<Opened> {
    let end = tx.now.plus(whoami::LASTS);
    if let Some(going_on) = go_on(tx, application, (profile, end), visit)? {
        return Ok(going_on);
    }
    let opened = opening::vouched(tx, application, profile, (SignIn::WhoAmI, Some(end)), visit)?;
    session::mark_asked(tx, &opened.caller)?;
    Ok(opened)
}

/// The session that this page has already, where it is of the same user: it lasts longer, and nobody has signed in.
fn go_on(tx: &mut Tx, application: &Application, (profile, end): (&Profile, Moment), visit: &Visit) -> Result<Option<Opened>> {
    let Some((held, token)) = &visit.earlier else { return Ok(None) };
    if held.id != profile.id || !session::is_asked(tx, held)? {
        return Ok(None);
    }
    let kept = user::put_vouched(tx, held.app, std::slice::from_ref(profile), announce::user)?;
    let Some(user) = kept.into_iter().find(|user| user.no == held.user && user.is_active()) else { return Ok(None) };
    let expires_at = session::extend(tx, held, end)?;
    let caller = Caller { expires_at, ..held.clone() };
    Ok(Some(Opened { caller, app: application.id.clone(), user: user.row(), token: token.clone() }))
}

async fn ask(house: &House, application: &Application, settings: &WhoAmI, all: &str) -> Result<Found> {
    let cookies = settings.chosen(all);
    if cookies.is_empty() {
        return Ok(Found::Nobody("the browser has none of its cookies".into()));
    }
    let whom = Whom { app: application.no, settings, approved: &application.approved };
    house.callout.who_am_i(&whom, &cookies).await.map_err(|error| unavailable(application, &error.to_string()))
}

/// The reason is for the application's people; its user only hears that there is no answer.
fn unavailable(application: &Application, reason: &str) -> Error {
    tracing::warn!(application = %application.id, reason, "no usable answer to who am I");
    Error::Unavailable("the application does not answer; try again later".into())
}

/// The session that this page had is over, with all of its connections, if it came about by such a question.
async fn end(house: &House, visit: Visit) -> Result<()> {
    let Some((held, _)) = visit.earlier else { return Ok(()) };
    let work = move |tx: &mut Tx| match session::is_asked(tx, &held)? {
        true => session::revoke(tx, held.app, held.user, held.session),
        false => Ok(()),
    };
    house.store.write(work).await
}

/// What the request's `Cookie` headers say.
pub fn cookies(request: &HttpRequest) -> String {
    request.headers().get_all(COOKIE).filter_map(|value| value.to_str().ok()).collect::<Vec<_>>().join("; ")
}
