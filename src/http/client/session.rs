//! Signing in and out by call. Our own pages get the session in a cookie, everybody else its token.

use crate::apps::application::{Application, SignIn};
use crate::directory::{session, ticket, user};
use crate::error::{Error, Result};
use crate::http::House;
use crate::http::body::Json;
use crate::http::client::application::active;
use crate::http::client::opening::{self, Opened, Visit};
use crate::http::client::password::{self, Given};
use crate::http::client::{agent, hello, oidc, whoami};
use crate::http::guard::bearer::Jar;
use crate::http::guard::{Page, SignedIn, address};
use crate::http::problem::Answer;
use crate::id::AppId;
use crate::time::Moment;
use crate::wire::row::UserRow;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};

/// One of the ways to sign in.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credential {
    app: AppId,
    username: Option<String>,
    password: Option<String>,
    token: Option<String>,
    ticket: Option<String>,
    /// Nothing but the application's own cookie, which comes with the request.
    #[serde(default)]
    who_am_i: bool,
    /// What an identity provider gave the browser.
    oidc: Option<oidc::Brought>,
}

#[derive(Serialize)]
struct Body {
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
    app: AppId,
    user: UserRow,
    expires_at: Option<Moment>,
    /// The application is to be asked again every few minutes who this is: `who_am_i` once more.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    ask_again: bool,
}

/// `POST /client/session`
pub async fn create(house: Data<House>, page: Page, request: HttpRequest, mut given: Json<Credential>) -> Answer {
    let app = given.0.app.clone();
    let application = house.store.read(move |db| active(db, &app)).await?;
    page.require(&application)?;
    let visit = visit(&house, &application, &page, &request).await?;
    let (asked, brought) = (given.0.who_am_i, given.0.oidc.take());
    let opened = match brought {
        Some(brought) => oidc::enter(&house, application.id, (&page, &request), brought, visit).await?,
        None if asked => whoami::enter(&house, application, (&page, whoami::cookies(&request)), visit).await?,
        None => open(&house, application, given.0, visit).await?,
    };
    let end = opened.caller.expires_at;
    let mut body = Body { token: None, app: opened.app, user: opened.user, expires_at: end, ask_again: asked };
    let mut answer = HttpResponse::Created();
    answer.insert_header(("cache-control", "no-store"));
    if page == Page::Own {
        let left = end.map(|end| end.since(Moment::now()).as_secs() as i64);
        if Jar::Flow(&body.app).token(&house, &request).is_some() {
            answer.cookie(Jar::Flow(&body.app).clear(&house)); // it has served
        }
        return Ok(answer.cookie(Jar::Client(&body.app).keep(&house, &opened.token, left)).json(body));
    }
    body.token = Some(opened.token);
    Ok(answer.json(body))
}

/// `DELETE /client/session`
pub async fn destroy(house: Data<House>, request: HttpRequest, signed_in: SignedIn) -> Answer {
    let (caller, app) = (signed_in.held.caller, signed_in.held.app);
    let kept = Jar::Client(&app).token(&house, &request);
    let end = move |tx: &mut crate::store::Tx| {
        let held = kept.map(|token| session::authenticate(tx, &token, tx.now)).transpose()?.flatten();
        session::revoke(tx, caller.app, caller.user, caller.session)?;
        Ok(held.is_none_or(|held| (held.app, held.user, held.session) == (caller.app, caller.user, caller.session)))
    };
    let mut answer = HttpResponse::NoContent();
    // A cookie may be that of another window, in which somebody goes on.
    if house.store.write(end).await? {
        answer.cookie(Jar::Client(&app).clear(&house));
    }
    Ok(answer.finish())
}

/// `POST /client/session/socket`: a token that opens one socket within half a minute, or another window as a ticket does.
pub async fn socket(house: Data<House>, signed_in: SignedIn) -> Answer {
    let (caller, app) = (signed_in.held.caller, signed_in.held.app);
    let end = caller.expires_at;
    let work = move |tx: &mut crate::store::Tx| {
        let text = ticket::issue(tx, caller.app, caller.user, Some(caller.session), ticket::SOCKET)?;
        Ok((text, user::get_no(tx, caller.app, caller.user)?.row(), session::is_asked(tx, &caller)?))
    };
    let (token, user, ask_again) = house.store.write(work).await?;
    let body = Body { token: Some(token), app, user, expires_at: end, ask_again };
    Ok(HttpResponse::Created().insert_header(("cache-control", "no-store")).json(body))
}

async fn open(house: &House, application: Application, given: Credential, visit: Visit) -> Result<Opened> {
    match given {
        Credential { username: Some(username), password: Some(password), token: None, ticket: None, .. } => {
            by_password(house, application, Given { username: username.trim().into(), password }, visit).await
        }
        Credential { token: Some(token), username: None, password: None, ticket: None, .. } => {
            let (application, claims) = hello::verify(house, application.id, token).await?;
            house.store.write(move |tx| opening::by_token(tx, &application, claims, &visit)).await
        }
        Credential { ticket: Some(ticket), username: None, password: None, token: None, .. } => {
            house.store.write(move |tx| opening::by_ticket(tx, &application.id, &ticket, &visit)).await
        }
        _ => Err(Error::invalid("", "expected username and password, or token, or ticket")),
    }
}

async fn by_password(house: &House, application: Application, given: Given, visit: Visit) -> Result<Opened> {
    if !application.opens(SignIn::Local) && !application.opens(SignIn::Callback) {
        return Err(Error::Forbidden("signing in with a password is not open for this application".into()));
    }
    let address = visit.address.parse().map_err(Error::internal)?;
    password::throttle(house, &application, &given, address)?;
    if let Some(user) = password::local(house, &application, &given).await? {
        return house.store.write(move |tx| opening::open(tx, &application, user, (SignIn::Local, None), &visit)).await;
    }
    match password::callback(house, &application, &given, address).await? {
        Some(user) => {
            house.store.write(move |tx| opening::vouched(tx, &application, &user, (SignIn::Callback, None), &visit)).await
        }
        None => Err(password::wrong()),
    }
}

/// Who knocks, and the session of this application that its cookie holds where the page is ours.
async fn visit(house: &House, application: &Application, page: &Page, request: &HttpRequest) -> Result<Visit> {
    let given = request.headers().get("user-agent").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kept = Jar::Client(&application.id).token(house, request).filter(|_| *page == Page::Own);
    let earlier = match kept {
        Some(token) => {
            let text = token.clone();
            let held = house.store.read(move |db| session::authenticate(db, &text, Moment::now())).await?;
            held.filter(|held| held.app == application.no).map(|caller| (caller, token))
        }
        None => None,
    };
    let hub = house.live.hub.clone();
    Ok(Visit { client: agent::name(given), address: address::of(request).to_string(), earlier, hub })
}
