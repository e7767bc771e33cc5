//! Opening a session for whoever has proved who they are: brings a vouched user up to date, asks for fresh contacts, tells
//! the application. The same for every way in, whether by call or by `hello`.

use crate::apps::application::{Application, SignIn};
use crate::apps::delivery::{Fact, Kind};
use crate::apps::queue;
use crate::apps::token::Claims;
use crate::chat::announce;
use crate::directory::caller::Caller;
use crate::directory::session::{self, Session};
use crate::directory::ticket::{self, Redeemed};
use crate::directory::user::{self, Profile, User};
use crate::error::{Error, Result};
use crate::http::client::application::active;
use crate::id::{AppId, AppNo, UserNo};
use crate::live::Hub;
use crate::store::Tx;
use crate::time::Moment;
use crate::wire::News;
use crate::wire::row::UserRow;
use serde::Serialize;
use std::sync::Arc;
use std::time::Duration;

/// Who knocks: a browser or a program at an address.
#[derive(Clone)]
pub struct Visit {
    /// What it calls itself.
    pub client: String,
    pub address: String,
    /// The session of the same application that it holds already, with its token.
    pub earlier: Option<(Caller, String)>,
    /// Who is connected, and so by which session.
    pub hub: Arc<Hub>,
}

/// An open session.
#[derive(Debug)]
pub struct Opened {
    pub caller: Caller,
    pub app: AppId,
    pub user: UserRow,
    pub token: String,
}

/// For the user of a ticket, which is used up.
pub fn by_ticket(tx: &mut Tx, app: &AppId, text: &str, visit: &Visit) -> Result<Opened> {
    let redeemed = ticket::redeem(tx, text)?;
    let application = active(tx, app)?;
    if application.no != redeemed.app {
        return Err(ticket::refused());
    }
    let end = match redeemed.session {
        Some(no) => end_of(tx, &redeemed, no)?,
        None => application.require(SignIn::Ticket).map(|()| None)?,
    };
    let user = user::get_no(tx, redeemed.app, redeemed.user)?;
    open(tx, &application, user, (SignIn::Ticket, end), visit)
}

/// A session that is open lets its user into another window, until it ends itself.
fn end_of(tx: &Tx, redeemed: &Redeemed, no: i64) -> Result<Option<Moment>> {
    let held = session::find_no(tx, redeemed.app, redeemed.user, no)?;
    let held = held.ok_or_else(|| Error::Unauthenticated("this session has ended; sign in again".into()))?;
    Ok(held.caller.expires_at)
}

/// For the user of a token that was verified; the session ends when the token does.
pub fn by_token(tx: &mut Tx, application: &Application, claims: Claims, visit: &Visit) -> Result<Opened> {
    let profile = Profile { name: claims.name, email: claims.email.map(Some), ..Profile::new(claims.sub) };
    vouched(tx, application, &profile, (SignIn::Token, Some(claims.exp)), visit)
}

/// For a user that the application vouches for: created on first sight, brought up to date on every other.
pub fn vouched(
    tx: &mut Tx,
    application: &Application,
    profile: &Profile,
    way: (SignIn, Option<Moment>),
    visit: &Visit,
) -> Result<Opened> {
    let kept = user::put_vouched(tx, application.no, std::slice::from_ref(profile), announce::user)?;
    let user = kept.into_iter().next().ok_or_else(|| Error::internal("nobody was kept"))?;
    open(tx, application, user, way, visit)
}

/// For a user who is there. The session ends at the moment given, or after the application's session time.
pub fn open(
    tx: &mut Tx,
    application: &Application,
    user: User,
    (way, end): (SignIn, Option<Moment>),
    visit: &Visit,
) -> Result<Opened> {
    let end = end.unwrap_or(tx.now.plus(Duration::from_millis(application.session_ms as u64)));
    let (session, token) = match &visit.earlier {
        Some((held, token)) if (held.app, held.user) == (user.app, user.no) && user.is_active() => {
            (extend(tx, held, end)?, token.clone())
        }
        earlier => {
            if let Some((held, _)) = earlier {
                session::revoke(tx, held.app, held.user, held.session)?;
            }
            fresh(tx, &user, end, visit)?
        }
    };
    tx.tell(News::Refresh { app: user.app, user: Some(user.no) });
    let data = SignedIn { user: user.row(), way };
    queue::add(tx, user.app, &Fact { kind: Kind::UserSignedIn, conversation: None, data })?;
    let caller = Caller { app: user.app, user: user.no, id: user.id.clone(), session, expires_at: Some(end) };
    Ok(Opened { caller, app: application.id.clone(), user: user.row(), token })
}

/// A page that is signed in already signs in again as the same user: its session goes on, so that its other tabs stay.
fn extend(tx: &mut Tx, held: &Caller, end: Moment) -> Result<i64> {
    session::extend(tx, held, end)?;
    Ok(held.session)
}

fn fresh(tx: &mut Tx, user: &User, end: Moment, visit: &Visit) -> Result<(i64, String)> {
    let draft = session::Draft {
        kind: session::Kind::Session,
        name: visit.client.clone(),
        address: Some(visit.address.clone()),
        expires_at: Some(end),
    };
    let (Session { no, .. }, token) = session::open(tx, user, &draft, &*visit.hub)?;
    Ok((no, token))
}

impl session::Seats for Hub {
    fn sessions(&self, app: AppNo, user: UserNo) -> Vec<i64> {
        Hub::sessions(self, app, user)
    }
}

/// The data of `user.signed_in`.
#[derive(Serialize)]
struct SignedIn {
    user: UserRow,
    way: SignIn,
}
