//! The routes of the REST interface: a part of the one table in `http/router`.

use super::{
    act, batch, contact, conversation, event, export, file, group, import, ledger, message, openapi, ping, presence, session,
    ticket, token, topic, user,
};
use crate::apps::key::Scope;
use crate::http::route::{Policy::*, Route};
use actix_web::http::Method;

pub fn routes() -> Vec<Route> {
    [messages(), people(), contacts(), talk(), told()].into_iter().flatten().collect()
}

/// What an application is told, where it comes for it.
#[rustfmt::skip]
fn told() -> Vec<Route> {
    vec![
        Route::new(Method::GET,  "/api/v1/events",      Application(Scope::Events), event::index),
        Route::new(Method::GET,  "/api/v1/events/lag",  Application(Scope::Events), event::lag),
        Route::new(Method::POST, "/api/v1/events/{id}", Application(Scope::Events), event::create),
    ]
}

#[rustfmt::skip]
fn messages() -> Vec<Route> {
    vec![
        Route::new(Method::POST,   "/api/v1/messages",      Application(Scope::Messages), message::create),
        Route::new(Method::GET,    "/api/v1/messages/{id}", Application(Scope::Messages), message::show),
        Route::new(Method::PATCH,  "/api/v1/messages/{id}", Application(Scope::Messages), message::update),
        Route::new(Method::DELETE, "/api/v1/messages/{id}", Application(Scope::Messages), message::destroy),
        Route::new(Method::POST,   "/api/v1/messages/{id}/act", Application(Scope::MessagesAsUser), act::create),
        Route::new(Method::GET,    "/api/v1/batches",       Application(Scope::Messages), batch::index),
        Route::new(Method::GET,    "/api/v1/batches/{id}",  Application(Scope::Messages), batch::show),
        Route::new(Method::GET,    "/api/v1/batches/{id}/delivery", Application(Scope::Messages), ledger::show),
        Route::new(Method::PATCH,  "/api/v1/batches/{id}",  Application(Scope::Messages), batch::update),
        Route::new(Method::DELETE, "/api/v1/batches/{id}",  Application(Scope::Messages), batch::destroy),

        Route::new(Method::POST,   "/api/v1/files",              Application(Scope::Messages), file::create),
        Route::new(Method::GET,    "/api/v1/files/{id}",         Application(Scope::Messages), file::show),
        Route::new(Method::DELETE, "/api/v1/files/{id}",         Application(Scope::Messages), file::destroy),
        Route::new(Method::GET,    "/api/v1/files/{id}/content", Application(Scope::Messages), file::content),

        Route::new(Method::GET,    "/api/v1/topics/{id}",      Application(Scope::Messages), topic::show),
        Route::new(Method::PATCH,  "/api/v1/topics/{id}",      Application(Scope::Messages), topic::update),
        Route::new(Method::DELETE, "/api/v1/topics/{id}",      Application(Scope::Messages), topic::destroy),
        Route::new(Method::POST,   "/api/v1/topics/{id}/read", Application(Scope::Messages), topic::read),
    ]
}

#[rustfmt::skip]
fn people() -> Vec<Route> {
    vec![
        Route::new(Method::GET,    "/api/v1/users",               Application(Scope::Users),   user::index),
        Route::new(Method::PUT,    "/api/v1/users",               Application(Scope::Users),   import::replace),
        Route::new(Method::POST,   "/api/v1/users/import",        Application(Scope::Users),   import::create),
        Route::new(Method::GET,    "/api/v1/users/{id}",          Application(Scope::Users),   user::show),
        Route::new(Method::PUT,    "/api/v1/users/{id}",          Application(Scope::Users),   user::create),
        Route::new(Method::PATCH,  "/api/v1/users/{id}",          Application(Scope::Users),   user::update),
        Route::new(Method::DELETE, "/api/v1/users/{id}",          Application(Scope::Users),   user::destroy),
        Route::new(Method::GET,    "/api/v1/users/{id}/sessions", Application(Scope::Users),   session::index),
        Route::new(Method::DELETE, "/api/v1/users/{id}/sessions", Application(Scope::Users),   session::destroy),
        Route::new(Method::POST,   "/api/v1/users/{id}/tickets",  Application(Scope::Tickets), ticket::create),
        Route::new(Method::POST,   "/api/v1/users/{id}/tokens",   Application(Scope::Tickets), token::create),
    ]
}

#[rustfmt::skip]
fn contacts() -> Vec<Route> {
    vec![
        Route::new(Method::GET,    "/api/v1/users/{id}/contacts",         Application(Scope::Contacts), contact::show),
        Route::new(Method::PUT,    "/api/v1/users/{id}/contacts",         Application(Scope::Contacts), contact::update),
        Route::new(Method::POST,   "/api/v1/users/{id}/contacts/refresh", Application(Scope::Contacts), contact::refresh),
        Route::new(Method::POST,   "/api/v1/contacts/refresh",            Application(Scope::Contacts), contact::refresh_all),
        Route::new(Method::GET,    "/api/v1/groups",                      Application(Scope::Contacts), group::index),
        Route::new(Method::GET,    "/api/v1/groups/{id}",                 Application(Scope::Contacts), group::show),
        Route::new(Method::PUT,    "/api/v1/groups/{id}",                 Application(Scope::Contacts), group::create),
        Route::new(Method::DELETE, "/api/v1/groups/{id}",                 Application(Scope::Contacts), group::destroy),
    ]
}

#[rustfmt::skip]
fn talk() -> Vec<Route> {
    vec![
        Route::new(Method::GET,  "/api/v1/users/{id}/presence",         Application(Scope::Presence),      presence::show),
        Route::new(Method::GET,  "/api/v1/presence",                    Application(Scope::Presence),      presence::index),
        Route::new(Method::POST, "/api/v1/conversations",               Application(Scope::Conversations), conversation::create),
        Route::new(Method::GET,  "/api/v1/conversations",               Application(Scope::Conversations), conversation::index),
        Route::new(Method::GET,  "/api/v1/conversations/{id}",          Application(Scope::Conversations), conversation::show),
        Route::new(Method::GET,  "/api/v1/conversations/{id}/messages", Application(Scope::Conversations), conversation::messages),
        Route::new(Method::POST, "/api/v1/conversations/{id}/read",     Application(Scope::Conversations), conversation::read),

        Route::new(Method::GET, "/api/v1/export/users",         Application(Scope::Users),         export::users),
        Route::new(Method::GET, "/api/v1/export/groups",        Application(Scope::Contacts),      export::groups),
        Route::new(Method::GET, "/api/v1/export/contacts",      Application(Scope::Contacts),      export::contacts),
        Route::new(Method::GET, "/api/v1/export/conversations", Application(Scope::Conversations), export::conversations),
        Route::new(Method::GET, "/api/v1/export/messages",      Application(Scope::Conversations), export::messages),
        Route::new(Method::GET, "/api/v1/export/files",         Application(Scope::Messages),      export::files),

        Route::new(Method::POST, "/api/v1/ping", Application(Scope::Admin), ping::create),

        Route::new(Method::GET, "/api/v1/openapi.json", Public, openapi::show),
    ]
}
