//! Fetching a list of people from an address that an application already has: a GET, not signed, with what that address wants
//! as `Authorization`. What is in the answer is not looked at here.

use crate::callout::Callout;
use crate::callout::call::{Limit, explain, read};
use crate::callout::guard;
use crate::error::{Error, Result};
use crate::id::AppNo;
use reqwest::{Response, header};
use std::time::Duration;

/// A whole company comes in one answer, from an application that may have to gather it first.
const LIST: Limit = Limit { time: Duration::from_secs(60), bytes: 16 * 1024 * 1024, whole: true };
/// The longest name of a state of the list that is kept.
const ETAG: usize = 512;

/// What is fetched, and how.
pub struct Wanted<'a> {
    pub app: AppNo,
    pub url: &'a str,
    /// `host:port` pairs that may be called although they are private or speak plain HTTP.
    pub approved: &'a [String],
    /// The value of `Authorization`.
    pub header: Option<&'a str>,
    /// Of the list that is here (RFC 9110 §13.1.2).
    pub etag: Option<&'a str>,
    /// The type that is hoped for.
    pub accept: &'a str,
}

/// What came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fetched {
    /// As it was at the `etag` that was sent along.
    Unchanged,
    List(Page),
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    pub bytes: Vec<u8>,
    /// Its type, in small letters.
    pub kind: String,
    pub etag: Option<String>,
}

impl Page {
    /// The encoding that its type names.
    pub fn charset(&self) -> Option<&str> {
        let (_, said) = self.kind.split_once("charset=")?;
        said.split(';').next().map(|name| name.trim_matches(['"', ' ']))
    }
}

impl Callout {
    /// `Unavailable` says what is wrong, for whoever mends it.
    pub async fn people(&self, wanted: &Wanted<'_>) -> Result<Fetched> {
        let fetched = tokio::time::timeout(LIST.time, self.people_at(wanted)).await;
        fetched.unwrap_or_else(|_| Err(silent(format!("it did not answer within {} s", LIST.time.as_secs()))))
    }

    async fn people_at(&self, wanted: &Wanted<'_>) -> Result<Fetched> {
        let inner = &self.inner;
        let target = guard::parse(wanted.url, wanted.approved)?;
        let found = inner.outside.resolve(&target).await.map_err(|fault| silent(fault.reason))?;
        let addresses = target.check(&found, &inner.outside.own)?;
        let client = inner.work.client(wanted.app, &target, &addresses)?;
        let mut request = client.get(target.url).header(header::ACCEPT, wanted.accept);
        for (name, value) in [(header::AUTHORIZATION, wanted.header), (header::IF_NONE_MATCH, wanted.etag)] {
            if let Some(value) = value {
                request = request.header(name, value);
            }
        }
        let response = request.send().await.map_err(|e| silent(explain(&e).reason))?;
        match response.status().as_u16() {
            200 => page(response).await.map(Fetched::List),
            304 if wanted.etag.is_some() => Ok(Fetched::Unchanged),
            status @ (401 | 403) => {
                Err(silent(format!("it answered {status}: what is sent along as Authorization is not accepted")))
            }
            status @ 300..=399 => Err(silent(format!("it answered {status}, a redirect, which is not followed"))),
            status => Err(silent(format!("it answered {status}"))),
        }
    }
}

async fn page(response: Response) -> Result<Page> {
    let said = |name| response.headers().get(name).and_then(|value| value.to_str().ok());
    let kind = said(header::CONTENT_TYPE).unwrap_or_default().to_ascii_lowercase();
    let etag = said(header::ETAG).filter(|etag| etag.len() <= ETAG).map(String::from);
    if kind.starts_with("text/html") {
        return Err(silent("it answered a page (HTML) and no list; is it a page for signing in?".into()));
    }
    let mut page = Page { bytes: Vec::new(), kind, etag };
    read(response, LIST.bytes, &mut page.bytes).await.map_err(|fault| silent(fault.reason))?;
    Ok(page)
}

fn silent(reason: String) -> Error {
    Error::Unavailable(reason)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::callout::scratch::{Application, status};

    async fn fetch(application: &Application, etag: Option<&str>) -> Result<Fetched> {
        let approved = [application.address.to_string()];
        let callout = Callout::new(Vec::new()).unwrap();
        let url = application.url();
        let header = Some("Bearer x");
        callout.people(&Wanted { app: AppNo(1), url: &url, approved: &approved, header, etag, accept: "text/csv" }).await
    }

    fn complaint(fetched: Result<Fetched>) -> String {
        fetched.unwrap_err().to_string()
    }

    #[tokio::test]
    async fn a_list_comes_with_its_name_and_its_encoding() {
        let application = Application::start(|asked| {
            let right = asked.starts_with("GET /hook") && asked.contains("authorization: Bearer x\r\n");
            let answer = match (right, asked.contains("if-none-match: \"7\"")) {
                (true, false) => "200 OK\r\netag: \"7\"\r\ncontent-type: Text/CSV; charset=\"GBK\"; header=present",
                (true, true) => "304 So",
                _ => "400 So",
            };
            format!("HTTP/1.1 {answer}\r\ncontent-length: 2\r\n\r\nid")
                .replace("304 So\r\ncontent-length: 2\r\n\r\nid", "304 So\r\n\r\n")
        })
        .await;
        let Fetched::List(page) = fetch(&application, None).await.unwrap() else { panic!("no list") };
        assert_eq!((page.bytes.as_slice(), page.charset(), page.etag.as_deref()), (&b"id"[..], Some("gbk"), Some("\"7\"")));
        assert_eq!(fetch(&application, Some("\"7\"")).await.unwrap(), Fetched::Unchanged);
    }

    #[tokio::test]
    async fn what_is_no_list_is_said() {
        for (answer, said) in [
            (status(401), "not accepted"),
            (status(302), "a redirect"),
            (status(304), "it answered 304"),
            (status(500), "it answered 500"),
            ("HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 0\r\n\r\n".into(), "a page (HTML)"),
            (format!("HTTP/1.1 200 OK\r\ncontent-length: 99999999\r\n\r\n{}", "x".repeat(17 << 20)), "more than 16384 KiB"),
        ] {
            let answer: String = answer;
            let application = Application::start(move |_| answer.clone()).await;
            let complained = complaint(fetch(&application, None).await);
            assert!(complained.contains(said), "{complained}");
        }
        let url = "http://127.0.0.1:9/people";
        let callout = Callout::new(Vec::new()).unwrap();
        let wanted = Wanted { app: AppNo(1), url, approved: &[], header: None, etag: None, accept: "*/*" };
        assert!(complaint(callout.people(&wanted).await).contains("approved"));
    }
}
