//! Signing in with a user id and a password: kept here, or asked of the application. Whoever is unknown costs the same work
//! and gets the same answer as whoever has the wrong password.

use crate::apps::application::{Application, SignIn};
use crate::apps::{endpoint, queue};
use crate::callout::Credentials;
use crate::directory::user::{self, Profile, User};
use crate::error::{Error, Result};
use crate::http::House;
use crate::id::UserId;
use crate::secret;
use crate::store::Db;
use crate::time::Moment;
use std::net::IpAddr;

/// The longest password that is looked at.
const LONGEST: usize = 1024;

/// What was given at the door.
pub struct Given {
    pub username: String,
    pub password: String,
}

/// Counts the attempt, by account and by address.
pub fn throttle(house: &House, application: &Application, given: &Given, address: IpAddr) -> Result<()> {
    house.limiters.address(address)?;
    house.limiters.account(application.id.as_str(), &given.username)
}

/// The user whose password, kept here, this is.
pub async fn local(house: &House, application: &Application, given: &Given) -> Result<Option<User>> {
    if !application.opens(SignIn::Local) || given.password.len() > LONGEST {
        return Ok(None);
    }
    let (app, id) = (application.no, UserId::parse(&given.username).ok());
    let found = house.store.read(move |db| {
        let Some(user) = id.map(|id| user::find(db, app, &id)).transpose()?.flatten() else { return Ok(None) };
        let phc = user::password(db, app, user.no)?;
        Ok(phc.map(|phc| (user, phc)))
    });
    let found = found.await?;
    let phc = found.as_ref().map_or_else(|| secret::NOBODY.to_string(), |(_, phc)| phc.clone());
    let password = given.password.clone();
    let same = house.hash(move || Ok(secret::check_password(&phc, &password))).await?;
    Ok(found.filter(|_| same).map(|(user, _)| user))
}

/// Whom the application knows by this password.
pub async fn callback(house: &House, application: &Application, given: &Given, address: IpAddr) -> Result<Option<Profile>> {
    if !application.opens(SignIn::Callback) || given.password.len() > LONGEST || given.username.len() > LONGEST {
        return Ok(None);
    }
    let app = application.no;
    let find = move |db: &Db| Ok((endpoint::find(db, app, Moment::now())?, queue::get(db, app)?.answered_at.is_none()));
    let (endpoint, untried) = house.store.read(find).await?;
    let Some(endpoint) = endpoint else {
        tracing::warn!(application = %application.id, "passwords are to be asked of the application, which has no callback address");
        return Ok(None);
    };
    let credentials = Credentials { username: &given.username, password: &given.password, address: Some(address) };
    let vouched = house.callout.verify(&endpoint, &credentials).await?;
    if untried {
        house.store.write(move |tx| queue::answered(tx, app)).await?;
    }
    Ok(vouched.map(Profile::from))
}

pub fn wrong() -> Error {
    Error::Unauthenticated("the user id or the password is wrong".into())
}
