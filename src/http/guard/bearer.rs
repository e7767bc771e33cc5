//! The credentials that a request carries in its head: a Bearer token, or a cookie of our own pages. Never in its address.

use crate::http::House;
use actix_web::HttpRequest;
use actix_web::cookie::{Cookie, SameSite, time::Duration};
use actix_web::http::header::AUTHORIZATION;

/// The token after `Authorization: Bearer`.
pub fn of(request: &HttpRequest) -> Option<String> {
    let (scheme, token) = request.headers().get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_string())
}

/// The cookies that this server sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Jar {
    /// A user who signed in on the web client's page.
    Client,
    /// A sign-in that is on its way to an identity provider and back.
    Flow,
    /// An administrator.
    Console,
}

impl Jar {
    /// With TLS bound to exactly this host (`__Host-`, RFC 6265bis). A plain-HTTP server, on this machine or in a test, has no
    /// cookies that are `Secure`.
    fn name(self, house: &House) -> &'static str {
        match (self, house.own.is_secure()) {
            (Jar::Client, true) => "__Host-parlour",
            (Jar::Client, false) => "parlour",
            (Jar::Flow, true) => "__Host-parlour-flow",
            (Jar::Flow, false) => "parlour-flow",
            (Jar::Console, true) => "__Host-parlour-console",
            (Jar::Console, false) => "parlour-console",
        }
    }

    pub fn token(self, house: &House, request: &HttpRequest) -> Option<String> {
        request.cookie(self.name(house)).map(|cookie| cookie.value().to_string())
    }

    /// The cookie that keeps this token. It ends with the browser, or after so many seconds.
    pub fn keep(self, house: &House, token: &str, seconds: Option<i64>) -> Cookie<'static> {
        let mut cookie = Cookie::build(self.name(house), token.to_string()).path("/").http_only(true);
        cookie = cookie.secure(house.own.is_secure()).same_site(SameSite::Strict);
        match seconds {
            Some(seconds) => cookie.max_age(Duration::seconds(seconds)).finish(),
            None => cookie.finish(),
        }
    }

    /// The cookie that takes it away.
    pub fn clear(self, house: &House) -> Cookie<'static> {
        self.keep(house, "", Some(0))
    }
}
