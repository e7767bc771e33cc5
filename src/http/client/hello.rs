//! Whom a socket's `hello` lets in. Whoever comes back with a session's token costs one indexed read and no write.

use crate::apps::application::{Application, SignIn};
use crate::apps::secret::token_secrets;
use crate::apps::token::{self, Claims};
use crate::directory::caller::Caller;
use crate::directory::{session, ticket};
use crate::error::{Error, Result};
use crate::http::House;
use crate::http::client::application::active;
use crate::http::client::opening::{self, Opened, Visit};
use crate::id::AppId;
use crate::time::Moment;
use crate::wire::request::Hello;

/// Who may come in, and the token for the next `hello` where a session was opened.
#[derive(Debug)]
pub struct Admitted {
    pub caller: Caller,
    pub token: Option<String>,
    /// What it came with lets nobody in again, and only the application can give another.
    pub spent: bool,
}

/// Takes the token of a session or of a program, a ticket, a socket's one-time token, or a JWT.
pub async fn admit(house: &House, hello: &Hello, address: &str) -> Result<Admitted> {
    let (app, text) = (hello.app.clone(), hello.token.clone());
    if text.starts_with(ticket::PREFIX) {
        return by_ticket(house, app, text, visit(house, hello, address)).await;
    }
    if token::looks_like(&text) {
        let (application, claims) = verify(house, app, text).await?;
        let visit = visit(house, hello, address);
        return house.store.write(move |tx| opening::by_token(tx, &application, claims, &visit)).await.map(Admitted::from);
    }
    let caller = held(house, &app, text).await?;
    Ok(Admitted { caller, token: None, spent: false })
}

/// A fresh JWT on a live socket: the session goes on until it ends. Answers the caller as it is then.
pub async fn renew(house: &House, caller: &Caller, hello: &Hello) -> Result<Caller> {
    let (_, claims) = verify(house, hello.app.clone(), hello.token.clone()).await?;
    let known = caller.clone();
    let held = house.store.read(move |db| session::find_no(db, known.app, known.user, known.session)).await?;
    if claims.sub != caller.id || held.is_none_or(|held| held.app != hello.app) {
        return Err(Error::Unauthenticated("this token is of somebody else".into()));
    }
    let (who, end) = (caller.clone(), claims.exp);
    let expires_at = house.store.write(move |tx| session::extend(tx, &who, end)).await?;
    Ok(Caller { expires_at, ..caller.clone() })
}

/// What a JWT says, where the application lets users in by one.
pub async fn verify(house: &House, app: AppId, text: String) -> Result<(Application, Claims)> {
    let work = move |db: &crate::store::Db| {
        let (application, now) = (active(db, &app)?, Moment::now());
        application.require(SignIn::Token)?;
        let secrets = token_secrets(db, application.no, now)?;
        let claims = token::verify(&application, &secrets, &text, now)?;
        Ok((application, claims))
    };
    house.store.read(work).await
}

async fn held(house: &House, app: &AppId, text: String) -> Result<Caller> {
    let now = Moment::now();
    let held = house.store.read(move |db| session::find(db, &text, now)).await?;
    let held = held.filter(|held| held.app == *app).ok_or_else(ended)?;
    if held.unnoted(now) {
        house.uses.session(&house.store, &held.caller);
    }
    Ok(held.caller)
}

async fn by_ticket(house: &House, app: AppId, text: String, visit: Visit) -> Result<Admitted> {
    let work = move |tx: &mut crate::store::Tx| {
        let redeemed = ticket::peek(tx, &text)?;
        let Some(no) = redeemed.and_then(|ticket| ticket.session) else {
            return opening::by_ticket(tx, &app, &text, &visit).map(|opened| Admitted { spent: true, ..opened.into() });
        };
        let redeemed = ticket::redeem(tx, &text)?;
        let held = session::find_no(tx, redeemed.app, redeemed.user, no)?.filter(|held| held.app == app);
        Ok(Admitted { caller: held.ok_or_else(ended)?.caller, token: None, spent: false })
    };
    house.store.write(work).await
}

fn ended() -> Error {
    Error::Unauthenticated("this session has ended; sign in again".into())
}

fn visit(house: &House, hello: &Hello, address: &str) -> Visit {
    let said = hello.client.as_ref();
    let words = [said.and_then(|c| c.name.as_deref()), said.and_then(|c| c.version.as_deref())];
    let client = words.into_iter().flatten().collect::<Vec<_>>().join(" ");
    Visit { client, address: address.into(), earlier: None, hub: house.live.hub.clone() }
}

impl From<Opened> for Admitted {
    fn from(opened: Opened) -> Admitted {
        Admitted { caller: opened.caller, token: Some(opened.token), spent: false }
    }
}
