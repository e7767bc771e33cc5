//! "Who am I": an address that an application already has, which tells a browser by its cookie who is signed in. Where it is,
//! which cookies it needs, and where in its JSON a user stands. Asks nothing; that is `callout`'s.

use crate::apps::origin;
use crate::error::{Error, Result};
use crate::id::AppNo;
use crate::store::{Db, Tx, params};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How long a session lasts without being asked about again.
pub const LASTS: Duration = Duration::from_secs(30 * 60);
/// The most cookies that are passed on.
const COOKIES: usize = 10;

/// Members of a user are JSON Pointers (RFC 6901), such as `/user/id`; an empty one is not looked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WhoAmI {
    pub url: String,
    /// The names of the application's cookies that are passed on, and no others.
    pub cookies: Vec<String>,
    pub id: String,
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub email: String,
    #[serde(default)]
    pub title: String,
    #[serde(default)]
    pub avatar: String,
    #[serde(default)]
    pub locale: String,
}

impl WhoAmI {
    /// The same in checked form. Plain HTTP needs the approval of host and port, as for callbacks.
    pub fn parse(mut self, approved: &[String]) -> Result<WhoAmI> {
        self.url = origin::parse_address("whoami_url", self.url.trim())?;
        let host = origin::host_port(&self.url);
        if self.url.starts_with("http://") && !approved.contains(&host) {
            let reason = format!("plain HTTP needs the approval of {host}; use https or approve it");
            return Err(Error::invalid("whoami_url", reason));
        }
        self.cookies = self.cookies.iter().map(|name| name.trim().to_string()).filter(|name| !name.is_empty()).collect();
        if self.cookies.is_empty() || self.cookies.len() > COOKIES || !self.cookies.iter().all(|name| is_cookie(name)) {
            return Err(Error::invalid("whoami_cookies", "expected the names of 1 to 10 of the application's own cookies"));
        }
        if self.id.trim().is_empty() {
            return Err(Error::invalid("whoami_id", "say where the user's id stands, such as /user/id"));
        }
        let members = [
            ("whoami_id", &mut self.id),
            ("whoami_name", &mut self.name),
            ("whoami_email", &mut self.email),
            ("whoami_title", &mut self.title),
            ("whoami_avatar", &mut self.avatar),
            ("whoami_locale", &mut self.locale),
        ];
        for (field, pointer) in members {
            *pointer = pointer.trim().into();
            if !is_pointer(pointer) {
                return Err(Error::invalid(field, "expected a JSON Pointer such as /user/id"));
            }
        }
        Ok(self)
    }
}

impl WhoAmI {
    /// Of all cookies of a browser, as a `Cookie` header has them, those that are passed on.
    pub fn chosen(&self, all: &str) -> String {
        let wanted =
            |pair: &&str| pair.split_once('=').is_some_and(|(name, _)| self.cookies.iter().any(|wanted| wanted == name.trim()));
        all.split(';').map(str::trim).filter(wanted).collect::<Vec<_>>().join("; ")
    }
}

/// A token (RFC 6265 §4.1.1) that is none of ours.
fn is_cookie(name: &str) -> bool {
    let good = |b: u8| b.is_ascii_graphic() && !b"()<>@,;:\\\"/[]?={}".contains(&b);
    name.len() <= 100 && name.bytes().all(good) && !is_ours(&name.to_ascii_lowercase())
}

/// Our own cookies, with an application's id after a full stop or without one.
fn is_ours(name: &str) -> bool {
    let name = name.strip_prefix("__host-").unwrap_or(name);
    ["parlour", "parlour-console", "parlour-flow"].contains(&name.split('.').next().unwrap_or_default())
}

/// A JSON Pointer (RFC 6901); the empty one is the whole.
pub(super) fn is_pointer(text: &str) -> bool {
    let tilde = |rest: &str| rest.starts_with(['0', '1']);
    let plain = text.len() <= 200 && !text.chars().any(char::is_control);
    plain && (text.is_empty() || text.starts_with('/')) && text.split('~').skip(1).all(tilde)
}

/// What an application has set.
pub fn find(db: &Db, app: AppNo) -> Result<Option<WhoAmI>> {
    let set = db.maybe("SELECT settings FROM whoami WHERE application = ?1", [app], |r| r.get::<String>(0))?;
    set.map(|text| serde_json::from_str(&text).map_err(Error::internal)).transpose()
}

/// Keeps checked settings, or none.
pub fn set(tx: &mut Tx, app: AppNo, wanted: Option<&WhoAmI>) -> Result<()> {
    let Some(wanted) = wanted else { return tx.run("DELETE FROM whoami WHERE application = ?1", [app]).map(|_| ()) };
    let text = serde_json::to_string(wanted).map_err(Error::internal)?;
    let sql = "INSERT INTO whoami (application, settings) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET settings = excluded.settings";
    tx.run(sql, params![app, text]).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_named_cookies_are_passed_on() {
        let all = "parlour=ps_secret; sid=a=b ; other=1; SID=no; sid2=x; csrf=c";
        let settings = WhoAmI { cookies: vec!["sid".into(), "csrf".into()], ..good() };
        assert_eq!(settings.chosen(all), "sid=a=b; csrf=c");
        assert_eq!(settings.chosen("other=1"), "");
    }

    fn good() -> WhoAmI {
        WhoAmI { url: "https://oa.example/me".into(), cookies: vec!["sid".into()], id: "/user/id".into(), ..WhoAmI::default() }
    }

    #[test]
    fn what_is_wrong_is_named() {
        assert_eq!(good().parse(&[]).unwrap(), good());
        assert!(WhoAmI { url: "http://10.0.0.5/me".into(), ..good() }.parse(&["10.0.0.5:80".into()]).is_ok());
        for (field, wrong) in [
            ("whoami_url", WhoAmI { url: "http://10.0.0.5/me".into(), ..good() }),
            ("whoami_url", WhoAmI { url: "me".into(), ..good() }),
            ("whoami_cookies", WhoAmI { cookies: vec![], ..good() }),
            ("whoami_cookies", WhoAmI { cookies: vec!["a=b".into()], ..good() }),
            ("whoami_cookies", WhoAmI { cookies: vec!["parlour".into()], ..good() }),
            ("whoami_cookies", WhoAmI { cookies: vec!["__Host-Parlour-Console".into()], ..good() }),
            ("whoami_cookies", WhoAmI { cookies: vec!["__Host-parlour.oa".into()], ..good() }),
            ("whoami_cookies", WhoAmI { cookies: vec!["parlour-flow.oa".into()], ..good() }),
            ("whoami_id", WhoAmI { id: " ".into(), ..good() }),
            ("whoami_id", WhoAmI { id: "user.id".into(), ..good() }),
            ("whoami_name", WhoAmI { name: "/a~2".into(), ..good() }),
        ] {
            assert_eq!(wrong.clone().parse(&[]).unwrap_err().field(), Some(field), "{wrong:?}");
        }
    }
}
