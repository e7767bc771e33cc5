//! The console's part of the table of routes. What is named in an address begins with `@`. Forms can only get and post, so
//! that what ends something is posted to `…/delete`.

use crate::http::console::{
    account, application, attempt, audit, check, credential, delivery, feed, group, held, invitation, key, message, oidc,
    operator, overview, ping, preference, secret, session, setup, suspension, user, whoami,
};
use crate::http::route::{Policy, Route};
use actix_web::http::Method;

pub fn routes() -> Vec<Route> {
    [server(), applications(), people()].into_iter().flatten().collect()
}

#[rustfmt::skip]
fn server() -> Vec<Route> {
    use Policy::*;
    vec![
        Route::new(Method::GET,  "/console",                  Operator, overview::index),
        Route::new(Method::GET,  "/console/",                 Door,     overview::slashed),
        Route::new(Method::GET,  "/console/setup/{token}",    Door,     setup::new),
        Route::new(Method::POST, "/console/setup/{token}",    Door,     setup::create),
        Route::new(Method::GET,  "/console/sign-in",          Door,     session::new),
        Route::new(Method::POST, "/console/sign-in",          Door,     session::create),
        Route::new(Method::POST, "/console/sign-out",         Operator, session::destroy),
        Route::new(Method::POST, "/console/language",         Door,     preference::create),
        Route::new(Method::GET,  "/console/account",          Operator, account::edit),
        Route::new(Method::POST, "/console/account",          Operator, account::update),
        Route::new(Method::GET,  "/console/operators",        Operator, operator::index),
        Route::new(Method::POST, "/console/operators/{no}/suspension",        Operator, operator::suspend),
        Route::new(Method::POST, "/console/operators/{no}/suspension/delete", Operator, operator::resume),
        Route::new(Method::POST, "/console/invitations",      Operator, invitation::create),
        Route::new(Method::GET,  "/console/audit",            Operator, audit::index),
    ]
}

#[rustfmt::skip]
fn applications() -> Vec<Route> {
    use Policy::*;
    vec![
        Route::new(Method::GET,  "/console/applications",     Operator, application::index),
        Route::new(Method::POST, "/console/applications",     Operator, application::create),
        Route::new(Method::GET,  "/console/applications/new", Operator, application::new),
        Route::new(Method::GET,  "/console/@{app}",           Operator, application::show),
        Route::new(Method::POST, "/console/@{app}",           Operator, application::update),
        Route::new(Method::GET,  "/console/@{app}/edit",      Operator, application::edit),
        Route::new(Method::GET,  "/console/@{app}/whoami",    Operator, whoami::edit),
        Route::new(Method::POST, "/console/@{app}/whoami",    Operator, whoami::update),
        Route::new(Method::GET,  "/console/@{app}/oidc",      Operator, oidc::edit),
        Route::new(Method::POST, "/console/@{app}/oidc",      Operator, oidc::update),
        Route::new(Method::GET,  "/console/@{app}/check",     Operator, check::new),
        Route::new(Method::POST, "/console/@{app}/check",     Operator, check::create),
        Route::new(Method::GET,  "/console/@{app}/people",    Operator, feed::edit),
        Route::new(Method::POST, "/console/@{app}/people",    Operator, feed::update),
        Route::new(Method::POST, "/console/@{app}/people/fetch", Operator, feed::fetch),
        Route::new(Method::POST, "/console/@{app}/suspension",        Operator, suspension::create),
        Route::new(Method::POST, "/console/@{app}/suspension/delete", Operator, suspension::destroy),
        Route::new(Method::GET,  "/console/@{app}/credentials",       Operator, credential::show),
        Route::new(Method::GET,  "/console/@{app}/keys",      Operator, key::index),
        Route::new(Method::POST, "/console/@{app}/keys",      Operator, key::create),
        Route::new(Method::GET,  "/console/@{app}/keys/new",  Operator, key::new),
        Route::new(Method::POST, "/console/@{app}/keys/{no}/delete", Operator, key::destroy),
        Route::new(Method::POST, "/console/@{app}/secrets",   Operator, secret::create),
        Route::new(Method::GET,  "/console/@{app}/deliveries",      Operator, delivery::index),
        Route::new(Method::GET,  "/console/@{app}/deliveries/{no}", Operator, delivery::show),
        Route::new(Method::POST, "/console/@{app}/deliveries/{no}/attempts", Operator, attempt::create),
        Route::new(Method::GET,  "/console/@{app}/messages",        Operator, message::index),
        Route::new(Method::GET,  "/console/@{app}/messages/{no}",   Operator, message::show),
        Route::new(Method::POST, "/console/@{app}/pings",           Operator, ping::create),
    ]
}

#[rustfmt::skip]
fn people() -> Vec<Route> {
    use Policy::*;
    vec![
        Route::new(Method::GET,  "/console/@{app}/users",     Operator, user::index),
        Route::new(Method::POST, "/console/@{app}/users",     Operator, user::create),
        Route::new(Method::GET,  "/console/@{app}/users/new", Operator, user::new),
        Route::new(Method::GET,  "/console/@{app}/users/import", Operator, user::import::new),
        Route::new(Method::POST, "/console/@{app}/users/import", Operator, user::import::create),
        Route::new(Method::POST, "/console/@{app}/users/import/confirm", Operator, user::import::confirm),
        Route::new(Method::GET,  "/console/@{app}/users/@{user}",      Operator, user::show),
        Route::new(Method::POST, "/console/@{app}/users/@{user}",      Operator, user::update),
        Route::new(Method::GET,  "/console/@{app}/users/@{user}/edit", Operator, user::edit),
        Route::new(Method::GET,  "/console/@{app}/users/@{user}/contacts",   Operator, user::contact::index),
        Route::new(Method::POST, "/console/@{app}/users/@{user}/password",   Operator, user::password::update),
        Route::new(Method::POST, "/console/@{app}/users/@{user}/suspension", Operator, user::suspension::create),
        Route::new(Method::POST, "/console/@{app}/users/@{user}/suspension/delete",    Operator, user::suspension::destroy),
        Route::new(Method::POST, "/console/@{app}/users/@{user}/sessions/delete",      Operator, user::session::destroy_all),
        Route::new(Method::POST, "/console/@{app}/users/@{user}/sessions/{no}/delete", Operator, user::session::destroy),
        Route::new(Method::GET,  "/console/@{app}/users/@{user}/erasure", Operator, user::erasure::new),
        Route::new(Method::POST, "/console/@{app}/users/@{user}/erasure", Operator, user::erasure::create),
        Route::new(Method::GET,  "/console/@{app}/held",       Operator, held::index),
        Route::new(Method::POST, "/console/@{app}/held/take",  Operator, held::take),
        Route::new(Method::POST, "/console/@{app}/held/keep",  Operator, held::keep),
        Route::new(Method::GET,  "/console/@{app}/groups",     Operator, group::index),
        Route::new(Method::POST, "/console/@{app}/groups",     Operator, group::create),
        Route::new(Method::GET,  "/console/@{app}/groups/new", Operator, group::new),
        Route::new(Method::GET,  "/console/@{app}/groups/@{group}",        Operator, group::edit),
        Route::new(Method::POST, "/console/@{app}/groups/@{group}",        Operator, group::update),
        Route::new(Method::POST, "/console/@{app}/groups/@{group}/delete", Operator, group::destroy),
    ]
}
