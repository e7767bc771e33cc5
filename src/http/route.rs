//! One line of the table of routes. A route cannot be made without a policy, and its handler is only reached through the
//! guard that the policy names.

use crate::apps::key::Scope;
use crate::http::guard;
use actix_web::dev::Handler;
use actix_web::http::Method;
use actix_web::middleware::from_fn;
use actix_web::{FromRequest, Responder, web};

/// Who may use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    /// Anybody from anywhere; changes nothing, and knows nobody by a cookie.
    Public,
    /// A client that signs in: from our own pages, from an application's, or from no page at all.
    SignIn,
    /// A signed-in user: by Bearer from a page that its application allows or from no page, by cookie from our own pages.
    Client,
    /// An application's program, by a key with this scope.
    Application(Scope),
    /// Anybody; changes come from a page of our own: what stands before the console.
    Door,
    /// An administrator, by cookie, from our own pages.
    Operator,
    /// Whether the server lives, for whatever watches it.
    Health,
}

impl Policy {
    /// Whether pages of an application may call it.
    pub fn is_for_pages(self) -> bool {
        matches!(self, Policy::SignIn | Policy::Client)
    }
}

/// A method, a path, who may use it, and what answers.
pub struct Route {
    pub method: Method,
    pub path: &'static str,
    pub policy: Policy,
    handler: actix_web::Route,
}

impl Route {
    pub fn new<F, Args>(method: Method, path: &'static str, policy: Policy, handler: F) -> Route
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        let route = match method {
            Method::GET => web::route().guard(actix_web::guard::Any(actix_web::guard::Get()).or(actix_web::guard::Head())),
            _ => web::method(method.clone()),
        };
        let guarded = from_fn(move |request, next| guard::check(policy, request, next));
        Route { method, path, policy, handler: route.to(handler).wrap(guarded) }
    }

    pub(super) fn into_handler(self) -> actix_web::Route {
        self.handler
    }
}
