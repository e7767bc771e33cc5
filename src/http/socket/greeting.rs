//! The beginning of a connection: `hello`, who that is, and what it must know. Registered with the hub first, read from the
//! store after, so that nothing falls between.

use crate::apps::application::{self, Application};
use crate::apps::queue;
use crate::chat::sync::{self, Catchup};
use crate::chat::{member, message};
use crate::directory::caller::Caller;
use crate::directory::{session, user};
use crate::error::{Error, Result};
use crate::http::House;
use crate::http::client::hello::{self, Admitted};
use crate::http::guard::origin::Page;
use crate::http::limits::Seat;
use crate::http::socket::{wire::Heard, wire::Wire};
use crate::live::{Outbox, Peer};
use crate::store::Db;
use crate::time::Moment;
use crate::wire::frame::{ApplicationInfo, Bye, FEATURES, Frame, Limits, SessionInfo, Welcome, application_show, refusal};
use crate::wire::page::Pages;
use crate::wire::request::{Hello, Request};
use crate::wire::row::UserRow;
use actix_web::web;
use bytestring::ByteString;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// A connection that has not said who it is.
pub struct Arrival {
    pub house: web::Data<House>,
    pub address: IpAddr,
    pub page: Page,
    /// Its place among those who have not said who they are; given back once it has.
    pub seat: Seat,
}

/// A connection that is signed in and told everything up to `seen`.
pub struct Guest {
    pub caller: Caller,
    pub peer: Peer,
    pub seen: i64,
    pub pages: Pages,
    pub welcome: ByteString,
}

/// Waits for `hello` and admits. What is wrong is said before the end.
pub async fn greet(arrival: &Arrival, wire: &mut Wire) -> std::result::Result<Guest, Option<Bye>> {
    let limits = &arrival.house.config.limits;
    let hello = match timeout(Duration::from_secs(limits.hello_seconds), first(wire, limits.hello_bytes)).await {
        Ok(hello) => hello?,
        Err(_) => return Err(Some(Bye::LATE)), // a page may have been frozen: that says nothing of its credential
    };
    match admit(arrival, &hello).await {
        Ok(guest) => Ok(guest),
        Err(error) => {
            note(arrival, &hello, &error);
            let _ = wire.say(refusal(None, &error).into()).await;
            Err(Some(match error {
                Error::TooMany { .. } => Bye::RATE_LIMITED,
                error if error.temporary() => Bye::INTERNAL,
                _ => Bye::UNAUTHENTICATED,
            }))
        }
    }
}

/// A line of the log: what is a fault of ours, and for whoever integrates the application what was not good, unless there were many.
fn note(arrival: &Arrival, hello: &Hello, error: &Error) {
    let (address, application, reason) = (arrival.address, &hello.app, error.to_string());
    match error {
        Error::Internal(_) => tracing::error!(%application, reason, "a connection could not be admitted"),
        _ if arrival.house.limiters.is_noted(address) => {
            tracing::info!(%address, %application, reason, "a connection was not admitted")
        }
        _ => {}
    }
}

async fn first(wire: &mut Wire, most: usize) -> std::result::Result<Hello, Option<Bye>> {
    loop {
        let text = match wire.hear().await {
            Heard::Text(text) => text,
            Heard::Nothing => continue,
            Heard::End(bye) => return Err(bye),
        };
        if text.len() > most {
            return Err(Some(Bye::TOO_LARGE));
        }
        let wrong = match Request::parse(&text) {
            Ok(Request::Hello(hello)) => return Ok(hello),
            Ok(_) => Error::Unauthenticated("say hello first".into()),
            Err(error) => error,
        };
        let _ = wire.say(refusal(Request::id_of(&text), &wrong).into()).await;
        return Err(Some(Bye::UNAUTHENTICATED));
    }
}

async fn admit(arrival: &Arrival, hello: &Hello) -> Result<Guest> {
    let house = &arrival.house;
    let admitted = hello::admit(house, hello, &arrival.address.to_string()).await?;
    let app = admitted.caller.app;
    let user = admitted.caller.user;
    let since = hello.since.as_ref().filter(|s| s.epoch == house.store.epoch()).map(|s| s.version);
    let who = admitted.caller.clone();
    let read = move |db: &Db| {
        let replayed = sync::replay(db, &who, since)?;
        let shown = if replayed.is_none() { member::places(db, app, user)? } else { 0 };
        Ok((application::get_no(db, app)?, replayed, shown))
    };
    let (application, replayed, shown) = house.store.read(read).await?;
    arrival.page.require(&application)?;
    // A fresh picture of many conversations is dear, and counted, before the hub lets this connection take the place of others.
    // Who came with a ticket has no other: the application gives so many of them, and it would be lost.
    house.limiters.picture(app, user, shown).or_else(|late| if admitted.spent { Ok(()) } else { Err(late) })?;
    let device = hello.client.as_ref().and_then(|c| c.device.as_deref()).map(Arc::from);
    let peer = Peer {
        socket: house.live.hub.number(),
        app,
        user,
        session: admitted.caller.session,
        device,
        outbox: Arc::new(Outbox::new(house.live.round.clone())),
    };
    house.live.hub.join(peer.clone(), house.config.limits.sockets_per_user);
    let caller = admitted.caller.clone();
    match house.store.read(move |db| picture(db, &caller, replayed)).await {
        Ok(picture) => {
            remember(house, &admitted.caller, hello, &picture.0).await;
            Ok(guest(house, (admitted, peer), application, picture))
        }
        Err(error) => {
            house.live.hub.leave(&peer);
            Err(error)
        }
    }
}

/// Characters of a language tag that are kept.
const LOCALE: usize = 35;

/// Keeps the language that the client speaks, where it is another than before: notices to the user are written in it.
async fn remember(house: &House, caller: &Caller, hello: &Hello, standing: &Standing) {
    let said = hello.client.as_ref().and_then(|client| client.locale.as_deref()).unwrap_or_default();
    let locale: String = said.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(LOCALE).collect();
    if locale.is_empty() || standing.locale.as_deref() == Some(&locale) {
        return;
    }
    let caller = caller.clone();
    if let Err(error) = house.store.write(move |tx| session::set_locale(tx, &caller, &locale)).await {
        tracing::debug!(%error, "a client's language was not noted");
    }
}

/// How a user stands at the moment.
struct Standing {
    me: UserRow,
    answering: bool,
    /// The language of the session's client, as it was said before.
    locale: Option<String>,
}

fn standing(db: &Db, caller: &Caller) -> Result<Standing> {
    let me = user::get_no(db, caller.app, caller.user)?;
    // Asked again after the hub knows of the connection: an end that came in between found nobody to tell.
    if session::find_no(db, caller.app, caller.user, caller.session)?.is_none() {
        return Err(Error::Unauthenticated("this session has ended; sign in again".into()));
    }
    let locale = session::locale(db, caller.app, caller.user, caller.session)?;
    Ok(Standing { me: me.row(), answering: queue::answering(db, caller.app)?, locale })
}

/// What a connection must know, read after it was registered with the hub.
fn picture(db: &Db, caller: &Caller, replayed: Option<Catchup>) -> Result<(Standing, Catchup)> {
    Ok((standing(db, caller)?, sync::go_on(db, caller, replayed)?))
}

fn guest(house: &House, (admitted, peer): (Admitted, Peer), application: Application, picture: (Standing, Catchup)) -> Guest {
    let (standing, catch_up) = picture;
    let seen = (catch_up.version, !catch_up.reset);
    let welcome = welcome(house, &admitted, application, standing, seen);
    let caller = admitted.caller;
    house.live.presences.renew(caller.app, &caller.id, peer.socket, Moment::now());
    let pages = Pages::new(catch_up.rows, catch_up.version, catch_up.reset);
    Guest { caller, peer, seen: catch_up.version, pages, welcome }
}

fn welcome(
    house: &House,
    admitted: &Admitted,
    application: Application,
    standing: Standing,
    (version, resumed): (i64, bool),
) -> ByteString {
    let caller = &admitted.caller;
    let welcome = Welcome {
        session: SessionInfo { id: caller.session, token: admitted.token.clone(), expires_at: caller.expires_at },
        me: standing.me,
        application: ApplicationInfo {
            name: application.name,
            colour: application.colour,
            icon: application.icon,
            features: &FEATURES,
            show: application_show(standing.answering),
        },
        epoch: house.store.epoch().into(),
        version,
        resumed,
        limits: limits(house),
    };
    Frame::Welcome(&welcome).text().into()
}

/// `hello` with a fresh token on a live connection: its session goes on. Answers who is asking from now on, and the welcome
/// that says so; what the connection was told stays told, up to `seen`.
pub async fn renew(house: &House, caller: &Caller, hello: &Hello, seen: i64) -> Result<(Caller, ByteString)> {
    let caller = hello::renew(house, caller, hello).await?;
    let known = caller.clone();
    let read = move |db: &Db| Ok((application::get_no(db, known.app)?, standing(db, &known)?));
    let (application, standing) = house.store.read(read).await?;
    let admitted = Admitted { caller, token: None, spent: false };
    let welcome = welcome(house, &admitted, application, standing, (seen, true));
    Ok((admitted.caller, welcome))
}

fn limits(house: &House) -> Limits {
    let limits = &house.config.limits;
    Limits {
        frame: limits.frame_bytes,
        text: message::TEXT,
        file: limits.file_bytes,
        rate: limits.message_rate,
        burst: limits.message_burst,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apps::draft::Draft;
    use crate::directory::profile::{self, Profile};
    use crate::directory::session::Kind;
    use crate::id::UserId;
    use crate::store::scratch::Scratch;

    #[test]
    fn a_session_that_ended_since_it_was_admitted_gets_no_picture() {
        let scratch = Scratch::open();
        let caller = scratch.change(|tx| {
            let app = application::create(tx, &Draft { id: "oa".into(), name: "Office".into(), ..Draft::default() })?.no;
            let (anna, _) = profile::put(tx, app, &Profile::named(UserId::parse("anna")?, "Anna"))?;
            let draft = session::Draft { kind: Kind::Token, name: "printer".into(), address: None, expires_at: None };
            let (session, _) = session::open(tx, &anna, &draft, &session::Nobody)?;
            Ok(Caller { app, user: anna.no, id: anna.id, session: session.no, expires_at: None })
        });
        assert!(scratch.read_blocking(|db| picture(db, &caller, None)).is_ok());
        let (app, user) = (caller.app, caller.user);
        scratch.change(move |tx| session::revoke_all(tx, app, user));
        let late = scratch.read_blocking(|db| picture(db, &caller, None));
        assert!(matches!(late, Err(Error::Unauthenticated(_))));
    }
}
