//! Asking an application who a browser is: a GET with its cookie, and a user out of the JSON that it answers. An application
//! says "nobody" in many ways; each is told apart from an address that does not work.

use crate::apps::whoami::WhoAmI;
use crate::callout::answer::lone_user_id;
use crate::callout::call::{QUESTION, explain, fault, read};
use crate::callout::guard;
use crate::callout::tried::elapsed;
use crate::callout::{ASKED, Callout, Vouched};
use crate::error::{Error, Result};
use crate::id::{AppNo, UserId};
use crate::time::Moment;
use reqwest::header;
use serde_json::{Map, Value};

/// Who is asked, and how.
pub struct Whom<'a> {
    pub app: AppNo,
    pub settings: &'a WhoAmI,
    /// `host:port` pairs that may be called although they are private or speak plain HTTP.
    pub approved: &'a [String],
}

/// What the application said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    Somebody(Vouched),
    /// And how it said that.
    Nobody(String),
}

/// A question that was asked only to see how it is answered.
#[derive(Debug)]
pub struct Asked {
    pub found: Result<Found>,
    /// None: no answer came.
    pub status: Option<u16>,
    pub kind: String,
    /// The beginning of the answer.
    pub text: String,
    pub ms: i64,
}

/// An answer as it comes, so that what came stays known when something goes wrong.
#[derive(Default)]
struct Said {
    status: Option<u16>,
    kind: String,
    body: Vec<u8>,
}

/// Bytes of an answer that are shown.
const SHOWN: usize = 1024;

impl Callout {
    /// Asks with these cookies, as a `Cookie` header has them. `Unavailable` says what is wrong, for whoever mends it.
    pub async fn who_am_i(&self, whom: &Whom<'_>, cookies: &str) -> Result<Found> {
        self.who(whom, cookies, &mut Said::default()).await
    }

    /// The same, with everything that there is to see.
    pub async fn ask_who_am_i(&self, whom: &Whom<'_>, cookies: &str) -> Asked {
        let (begun, mut said) = (Moment::now(), Said::default());
        let found = self.who(whom, cookies, &mut said).await;
        said.body.truncate(SHOWN);
        let text = String::from_utf8_lossy(&said.body).into_owned();
        Asked { found, status: said.status, kind: said.kind, text, ms: elapsed(begun) }
    }

    async fn who(&self, whom: &Whom<'_>, cookies: &str, said: &mut Said) -> Result<Found> {
        let busy = || Error::Unavailable("too many sign-ins wait for the application's answer; try again later".into());
        let _slot = self.inner.asked.take(whom.app, ASKED).ok_or_else(busy)?;
        let asked = tokio::time::timeout(QUESTION.time, self.ask_who(whom, cookies, said)).await;
        asked.unwrap_or_else(|_| Err(Error::Unavailable(format!("it did not answer within {} s", QUESTION.time.as_secs()))))
    }

    async fn ask_who(&self, whom: &Whom<'_>, cookies: &str, said: &mut Said) -> Result<Found> {
        let inner = &self.inner;
        let target = guard::parse(&whom.settings.url, whom.approved)?;
        let found = inner.outside.resolve(&target).await.map_err(|fault| Error::Unavailable(fault.reason))?;
        let addresses = target.check(&found, &inner.outside.own)?;
        let client = inner.sign_ins.client(whom.app, &target, &addresses)?;
        let request = client.get(target.url).header(header::ACCEPT, "application/json").header(header::COOKIE, cookies);
        let response = request.send().await.map_err(|e| Error::Unavailable(explain(&e).reason))?;
        let status = response.status().as_u16();
        said.status = Some(status);
        let kind = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        said.kind = kind.to_ascii_lowercase();
        read(response, QUESTION.bytes, &mut said.body).await.map_err(|fault| Error::Unavailable(fault.reason))?;
        understand(whom.settings, status, &said.kind, &said.body)
    }
}

fn understand(settings: &WhoAmI, status: u16, kind: &str, body: &[u8]) -> Result<Found> {
    let nobody = |said: String| Ok(Found::Nobody(said));
    match status {
        401 | 403 => return nobody(format!("it answered {status}: nobody is signed in")),
        300..=399 => {
            return nobody(format!("it answered {status}, a redirect, as to a page for signing in: nobody is signed in"));
        }
        204 => return nobody("it answered nothing: nobody is signed in".into()),
        200 => {}
        _ => return Err(Error::Unavailable(fault(format!("it answered {status}")).reason)),
    }
    if body.iter().all(u8::is_ascii_whitespace) {
        return nobody("it answered nothing: nobody is signed in".into());
    }
    if kind.starts_with("text/html") {
        return nobody("it answered a page (HTML) and not JSON: nobody is signed in, or the address is another one's".into());
    }
    let said = std::str::from_utf8(body).ok().map(|text| text.trim_start_matches('\u{feff}'));
    let json = said.and_then(|text| serde_json::from_str::<Value>(text).ok());
    let json = json.ok_or_else(|| Error::Unavailable("it answered 200, but no JSON".into()))?;
    match json.pointer(&settings.id) {
        None | Some(Value::Null | Value::Bool(false)) => nobody(format!("its JSON has nothing at {}", settings.id)),
        Some(Value::String(text)) if text.trim().is_empty() => nobody(format!("its JSON has nothing at {}", settings.id)),
        Some(id) => {
            let wrong = || Error::Unavailable(format!("what its JSON has at {} is no id", settings.id));
            let id = lone_user_id(id).ok_or_else(wrong)?.map_err(|_| wrong())?;
            Ok(Found::Somebody(vouched(settings, id, &json)))
        }
    }
}

/// What is not where it should be, or is no plain text, is left as it is known.
fn vouched(settings: &WhoAmI, id: UserId, json: &Value) -> Vouched {
    let mut fields = Map::new();
    let members = [
        ("name", &settings.name),
        ("email", &settings.email),
        ("title", &settings.title),
        ("avatar", &settings.avatar),
        ("locale", &settings.locale),
    ];
    for (member, pointer) in members {
        if let Some(value) = json.pointer(pointer).filter(|_| !pointer.is_empty()) {
            fields.insert(member.into(), value.clone());
        }
    }
    Vouched::tolerant(id, &fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn somebody_is_found_and_nobody_has_many_forms() {
        let settings = WhoAmI { id: "/data/user~1id".into(), name: "/data/names/0".into(), ..WhoAmI::default() };
        let json = br#"{"data": {"user/id": 42, "names": ["Anna"]}}"#;
        let Found::Somebody(anna) = understand(&settings, 200, "application/json", json).unwrap() else { panic!("nobody") };
        assert_eq!((anna.id.as_str(), anna.name.as_deref(), anna.email), ("42", Some("Anna"), None));
        for (status, kind, body) in [
            (401, "", &b""[..]),
            (403, "", b""),
            (302, "", b""),
            (204, "", b""),
            (200, "application/json", b" "),
            (200, "text/html; charset=utf-8", b"<form>"),
            (200, "", b"{}"),
            (200, "", b"null"),
            (200, "", br#"{"data": {"user/id": null}}"#),
            (200, "", br#"{"data": {"user/id": ""}}"#),
        ] {
            assert!(matches!(understand(&settings, status, kind, body), Ok(Found::Nobody(_))), "{status} {kind} {body:?}");
        }
        for (status, body) in [(500, &b""[..]), (404, b""), (200, b"hello"), (200, br#"{"data": {"user/id": {}}}"#)] {
            assert!(understand(&settings, status, "", body).is_err(), "{status} {body:?}");
        }
    }
}
