//! The credentials that a request carries in its head: a Bearer token, or a cookie of our own pages. Never in its address.

use crate::http::House;
use crate::id::AppId;
use actix_web::HttpRequest;
use actix_web::cookie::{Cookie, SameSite, time::Duration};
use actix_web::http::header::AUTHORIZATION;

/// The token after `Authorization: Bearer`.
pub fn of(request: &HttpRequest) -> Option<String> {
    let (scheme, token) = request.headers().get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_string())
}

/// The cookies that this server sets. Those of users are each application's own: whoever comes or goes in one is in the other
/// as before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Jar<'a> {
    /// A user who signed in on one of our own pages.
    Client(&'a AppId),
    /// A sign-in that is on its way to an identity provider and back.
    Flow(&'a AppId),
    /// An administrator.
    Console,
}

/// Before an application's id. No id has a full stop, so that no application's cookie is the console's.
const CLIENT: &str = "parlour.";

/// With TLS bound to exactly this host (`__Host-`, RFC 6265bis). A plain-HTTP server, on this machine or in a test, has no
/// cookies that are `Secure`.
fn bound(house: &House) -> &'static str {
    if house.own.is_secure() { "__Host-" } else { "" }
}

/// What the browser holds of users: their applications, each with a token.
pub fn clients(house: &House, request: &HttpRequest) -> Vec<(AppId, String)> {
    let cookies = request.cookies();
    let all = cookies.iter().flat_map(|all| all.iter());
    let one = |cookie: &Cookie| {
        let app = cookie.name().strip_prefix(bound(house))?.strip_prefix(CLIENT)?;
        Some((AppId::parse(app).ok()?, cookie.value().to_string()))
    };
    all.filter_map(one).collect()
}

impl Jar<'_> {
    fn name(self, house: &House) -> String {
        let bound = bound(house);
        match self {
            Jar::Client(app) => format!("{bound}{CLIENT}{app}"),
            Jar::Flow(app) => format!("{bound}parlour-flow.{app}"),
            Jar::Console => format!("{bound}parlour-console"),
        }
    }

    pub fn token(self, house: &House, request: &HttpRequest) -> Option<String> {
        request.cookie(&self.name(house)).map(|cookie| cookie.value().to_string())
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
