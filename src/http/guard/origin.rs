//! From whose page a request comes. A browser says so in `Sec-Fetch-Site` and `Origin`, and pages cannot change what it
//! says; programs say nothing and carry no cookies.

use crate::apps::application::{self, Application};
use crate::error::{Error, Result};
use crate::http::House;
use crate::http::guard::proven;
use crate::http::problem::{Answer, Problem};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::web::Data;
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse};
use std::future::Ready;
use std::net::{IpAddr, SocketAddr};

/// The address of this server as browsers see it.
#[derive(Debug, Clone)]
pub struct Own {
    /// As it was set; where it was not, every address of this machine by number, and `localhost`.
    set: bool,
    origin: String,
}

impl Own {
    pub fn new(public_url: Option<&str>, listening: SocketAddr) -> Own {
        let here = match listening.ip() {
            ip if ip.is_unspecified() => SocketAddr::new(IpAddr::from([127, 0, 0, 1]), listening.port()),
            _ => listening,
        };
        Own { set: public_url.is_some(), origin: public_url.map_or(format!("http://{here}"), Into::into) }
    }

    /// A full address for a path that begins with `/`.
    pub fn link(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Whether browsers come by TLS, so that cookies can be `Secure`.
    pub fn is_secure(&self) -> bool {
        self.origin.starts_with("https:")
    }

    /// Whether pages of `origin` are ours, for a request to `host`. A name that is not set is not believed: anybody's name
    /// can be made to point here.
    pub fn is_own(&self, origin: &str, host: &str) -> bool {
        if self.set {
            return origin == self.origin;
        }
        let name = host.rsplit_once(':').filter(|(_, port)| !port.ends_with(']')).map_or(host, |(name, _)| name);
        let number = name.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>().is_ok();
        origin.strip_prefix("http://") == Some(host) && (number || name == "localhost")
    }
}

/// Whose page sent a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Page {
    /// No page: a program.
    None,
    Own,
    /// A page of this origin, which some application allows.
    Of(String),
}

impl Page {
    /// Refuses the page of another origin than the application's.
    pub fn require(&self, application: &Application) -> Result<()> {
        match self {
            Page::Of(origin) if !application.origins.contains(origin) => Err(foreign(origin)),
            _ => Ok(()),
        }
    }
}

impl FromRequest for Page {
    type Error = Problem;
    type Future = Ready<std::result::Result<Page, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        proven(request)
    }
}

/// What `find_page` found.
pub fn page(request: &HttpRequest) -> Page {
    request.extensions().get::<Page>().cloned().unwrap_or(Page::None)
}

fn foreign(origin: &str) -> Error {
    Error::Forbidden(format!("pages of {origin} may not call this; allow that origin in the application's settings"))
}

fn text<'a>(request: &'a HttpRequest, name: &str) -> Option<&'a str> {
    request.headers().get(name).and_then(|value| value.to_str().ok())
}

/// Whether the request comes from a page of ours; `None` where no page is named.
pub fn own(house: &House, request: &HttpRequest) -> Option<bool> {
    let host = text(request, "host").unwrap_or_default();
    text(request, "origin").map(|origin| house.own.is_own(origin, host))
}

/// For what a cookie permits: a change is only made for a page of our own.
pub fn require_own(house: &House, request: &HttpRequest) -> Result<()> {
    if request.method().is_safe() {
        return Ok(());
    }
    match (own(house, request), text(request, "sec-fetch-site")) {
        (Some(true), None | Some("same-origin")) | (None, Some("same-origin")) => Ok(()),
        (Some(false), _) if !house.own.set => Err(Error::Forbidden(refused_host(house))),
        _ => Err(Error::Forbidden(format!("this is only accepted from a page of {}", house.own.origin))),
    }
}

fn refused_host(house: &House) -> String {
    format!("this is only accepted from a page of {}; set --public-url if the server has another name", house.own.origin)
}

/// Finds out whose page it is, and leaves it with the request; refuses pages that no application has.
pub async fn find_page(request: &ServiceRequest) -> Result<()> {
    let house = request.app_data::<Data<House>>().ok_or_else(|| Error::internal("no house"))?;
    let page = match (own(house, request.request()), text(request.request(), "origin")) {
        (Some(true), _) => Page::Own,
        (_, Some(origin)) => allowed(house, origin).await?,
        (None, None) => match text(request.request(), "sec-fetch-site") {
            Some("same-origin") => Page::Own,
            _ => Page::None,
        },
        _ => Page::None,
    };
    request.extensions_mut().insert(page);
    Ok(())
}

async fn allowed(house: &House, origin: &str) -> Result<Page> {
    let wanted = origin.to_string();
    let known = move |db: &crate::store::Db| Ok(application::list(db)?.iter().any(|a| a.origins.contains(&wanted)));
    match house.store.read(known).await? {
        true => Ok(Page::Of(origin.into())),
        false => Err(foreign(origin)),
    }
}

/// Tells the browser that the page of an application may read the answer (Fetch standard, CORS). Without credentials:
/// cookies are for our own pages.
pub fn allow<B>(response: &mut ServiceResponse<B>) {
    let page = response.request().extensions().get::<Page>().cloned();
    if let Some(Page::Of(origin)) = page
        && let Ok(value) = HeaderValue::from_str(&origin)
    {
        response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, value);
        response.headers_mut().insert(header::VARY, HeaderValue::from_static("Origin"));
    }
}

/// The browser's question before a call from an application's page.
pub async fn preflight(request: &HttpRequest, methods: &[Method]) -> Answer {
    let house = request.app_data::<Data<House>>().ok_or_else(|| Error::internal("no house"))?;
    let origin = text(request, "origin").ok_or_else(|| Error::invalid("origin", "the Origin header is missing"))?;
    allowed(house, origin).await?;
    Ok(HttpResponse::build(StatusCode::NO_CONTENT)
        .insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, origin))
        .insert_header((header::ACCESS_CONTROL_ALLOW_METHODS, list(methods)))
        .insert_header((header::ACCESS_CONTROL_ALLOW_HEADERS, "authorization, content-type"))
        .insert_header((header::ACCESS_CONTROL_MAX_AGE, "600"))
        .insert_header((header::VARY, "Origin"))
        .finish())
}

/// Methods, as headers list them.
pub fn list(methods: &[Method]) -> String {
    methods.iter().map(Method::as_str).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_pages_are_those_of_the_set_address() {
        let own = Own::new(Some("https://im.example"), "127.0.0.1:80".parse().unwrap());
        assert!(own.is_own("https://im.example", "anything"));
        assert!(!own.is_own("https://im.example.evil", "im.example") && !own.is_own("http://im.example", "im.example"));
        assert_eq!(own.link("/console"), "https://im.example/console");
    }

    #[test]
    fn without_one_a_name_is_not_believed() {
        let own = Own::new(None, "0.0.0.0:8080".parse().unwrap());
        assert!(own.is_own("http://10.0.0.7:8080", "10.0.0.7:8080") && own.is_own("http://[::1]:8080", "[::1]:8080"));
        assert!(own.is_own("http://localhost:8080", "localhost:8080"));
        assert!(!own.is_own("http://evil.example:8080", "evil.example:8080"));
        assert!(!own.is_own("http://10.0.0.8:8080", "10.0.0.7:8080"));
        assert_eq!(own.origin(), "http://127.0.0.1:8080");
    }
}
