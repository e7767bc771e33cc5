//! What an application is registered with, before it is checked. Says what is allowed; knows nothing of who may do it.

use crate::apps::application::{Application, Policy, SignIn};
use crate::apps::{kind, origin};
use crate::error::{Error, Result};
use crate::id::AppId;
use std::time::Duration;

/// How tokens can be signed: `HS256` with the application's secret, the others with its private key.
pub const ALGORITHMS: [&str; 4] = ["HS256", "RS256", "ES256", "EdDSA"];

const MOST: usize = 50;
const SESSION: Duration = Duration::from_secs(12 * 3600);

/// All settings of an application as somebody wishes them. To change some: begin with `Draft::of` the application.
#[derive(Debug, Clone)]
pub struct Draft {
    pub id: String,
    pub name: String,
    pub colour: Option<String>,
    pub icon: Option<String>,
    pub origins: Vec<String>,
    pub sign_in: Vec<SignIn>,
    pub policy: Policy,
    pub callback_url: Option<String>,
    pub approved: Vec<String>,
    pub events: Vec<String>,
    pub questions: Vec<String>,
    pub token_key: Option<String>,
    pub token_algorithm: String,
    pub session_ms: i64,
}

impl Default for Draft {
    fn default() -> Draft {
        Draft {
            id: String::new(),
            name: String::new(),
            colour: None,
            icon: None,
            origins: Vec::new(),
            sign_in: vec![SignIn::Ticket, SignIn::Local],
            policy: Policy::Everyone,
            callback_url: None,
            approved: Vec::new(),
            events: Vec::new(),
            questions: kind::questions().into_iter().map(String::from).collect(),
            token_key: None,
            token_algorithm: "HS256".into(),
            session_ms: SESSION.as_millis() as i64,
        }
    }
}

impl Draft {
    /// The settings that an application has now.
    pub fn of(application: &Application) -> Draft {
        let a = application.clone();
        Draft {
            id: a.id.as_str().into(),
            name: a.name,
            colour: a.colour,
            icon: a.icon,
            origins: a.origins,
            sign_in: a.sign_in,
            policy: a.policy,
            callback_url: a.callback_url,
            approved: a.approved,
            events: a.events,
            questions: a.questions,
            token_key: a.token_key,
            token_algorithm: a.token_algorithm,
            session_ms: a.session_ms,
        }
    }

    /// The same in checked form: trimmed, lists without repetitions, addresses as browsers write them.
    pub(super) fn parse(&self) -> Result<Draft> {
        let approved = each(&self.approved, "approved", origin::parse_host_port)?;
        Ok(Draft {
            id: AppId::parse(&self.id)?.as_str().into(),
            name: name(&self.name)?,
            colour: filled(&self.colour).map(|c| colour(&c)).transpose()?,
            icon: filled(&self.icon).map(|i| origin::parse_address("icon", &i)).transpose()?,
            origins: each(&self.origins, "origins", origin::parse)?,
            sign_in: sign_in(&self.sign_in)?,
            policy: self.policy,
            callback_url: filled(&self.callback_url).map(|url| callback(&url, &approved)).transpose()?,
            events: each(&self.events, "events", |e| one_of("events", e, &kind::facts()))?,
            questions: each(&self.questions, "questions", |q| one_of("questions", q, &kind::questions()))?,
            token_key: self.signing_key()?,
            token_algorithm: one_of("token_algorithm", &self.token_algorithm, &ALGORITHMS)?,
            session_ms: self.session()?,
            approved,
        })
    }

    fn signing_key(&self) -> Result<Option<String>> {
        let key = filled(&self.token_key);
        match (self.token_algorithm.as_str(), &key) {
            ("HS256", Some(_)) => Err(Error::invalid("token_key", "HS256 uses the application's token secret, not a key")),
            ("HS256", None) => Ok(None),
            (algorithm, None) => Err(Error::invalid("token_key", format!("{algorithm} needs a public key in PEM form"))),
            (algorithm, Some(pem)) => crate::apps::token::check_key(algorithm, pem).map(|()| key),
        }
    }

    fn session(&self) -> Result<i64> {
        let allowed = 5 * 60 * 1000..=90 * 24 * 3600 * 1000;
        if allowed.contains(&self.session_ms) {
            return Ok(self.session_ms);
        }
        Err(Error::invalid("session", "a session lasts from 5 minutes to 90 days"))
    }
}

/// A text that is there: blank means none.
fn filled(text: &Option<String>) -> Option<String> {
    text.as_deref().map(str::trim).filter(|t| !t.is_empty()).map(String::from)
}

fn name(text: &str) -> Result<String> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > 100 || text.chars().any(char::is_control) {
        return Err(Error::invalid("name", "a name has 1 to 100 characters"));
    }
    Ok(text.into())
}

fn colour(text: &str) -> Result<String> {
    let hex = text.strip_prefix('#').unwrap_or_default();
    if hex.len() == 6 && hex.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Ok(text.to_ascii_lowercase());
    }
    Err(Error::invalid("colour", "a colour is written as #rrggbb"))
}

fn sign_in(ways: &[SignIn]) -> Result<Vec<SignIn>> {
    let mut once: Vec<SignIn> = Vec::new();
    for way in ways {
        if !once.contains(way) {
            once.push(*way);
        }
    }
    if once.is_empty() {
        return Err(Error::invalid("sign_in", "at least one way to sign in is needed"));
    }
    Ok(once)
}

/// HTTPS anywhere; plain HTTP only to a host and port that were approved.
fn callback(url: &str, approved: &[String]) -> Result<String> {
    let url = origin::parse_address("callback_url", url)?;
    if url.starts_with("http://") && !approved.contains(&origin::host_port(&url)) {
        let host = origin::host_port(&url);
        return Err(Error::invalid("callback_url", format!("plain HTTP needs the approval of {host}; use https or approve it")));
    }
    Ok(url)
}

fn one_of(field: &str, text: &str, allowed: &[&str]) -> Result<String> {
    match allowed.contains(&text) {
        true => Ok(text.into()),
        false => Err(Error::invalid(field, format!("expected one of {}", allowed.join(", ")))),
    }
}

fn each(list: &[String], field: &str, parse: impl Fn(&str) -> Result<String>) -> Result<Vec<String>> {
    let mut once = Vec::new();
    for text in list.iter().map(|t| t.trim()).filter(|t| !t.is_empty()) {
        let parsed = parse(text)?;
        if !once.contains(&parsed) {
            once.push(parsed);
        }
    }
    if once.len() > MOST {
        return Err(Error::invalid(field, format!("at most {MOST} are possible")));
    }
    Ok(once)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apps::application;
    use crate::store::scratch::Scratch;

    fn draft() -> Draft {
        Draft { id: "oa".into(), name: " Office ".into(), ..Draft::default() }
    }

    #[test]
    fn what_is_kept_is_what_was_meant() {
        let store = Scratch::open();
        let made = store.change(|tx| {
            let draft = Draft { colour: Some("#0A7".into()), ..draft() };
            assert!(application::create(tx, &draft).is_err());
            application::create(
                tx,
                &Draft {
                    colour: Some("#00AA77".into()),
                    origins: vec!["https://OA.example/".into(), "https://oa.example".into(), " ".into()],
                    callback_url: Some("http://10.0.0.5:8090/parlour".into()),
                    approved: vec!["10.0.0.5:8090".into()],
                    sign_in: vec![SignIn::Token, SignIn::Local, SignIn::Token],
                    ..self::draft()
                },
            )
        });
        assert_eq!((made.name.as_str(), made.colour.as_deref()), ("Office", Some("#00aa77")));
        assert_eq!(made.origins, ["https://oa.example"]);
        assert_eq!(made.sign_in, [SignIn::Token, SignIn::Local]);
        let no = made.no;
        let changed =
            store.change(move |tx| application::update(tx, no, &Draft { policy: Policy::Contacts, ..Draft::of(&made) }));
        assert_eq!((changed.policy, changed.callback_url.as_deref()), (Policy::Contacts, Some("http://10.0.0.5:8090/parlour")));
        assert!(matches!(store.write_blocking(|tx| application::create(tx, &self::draft())), Err(Error::Conflict(_))));
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (field, draft) in [
            ("app", Draft { id: "O A".into(), ..draft() }),
            ("name", Draft { name: " ".into(), ..draft() }),
            ("colour", Draft { colour: Some("red".into()), ..draft() }),
            ("icon", Draft { icon: Some("javascript:alert(1)".into()), ..draft() }),
            ("origins", Draft { origins: vec!["*".into()], ..draft() }),
            ("sign_in", Draft { sign_in: vec![], ..draft() }),
            ("callback_url", Draft { callback_url: Some("http://oa.example/".into()), ..draft() }),
            ("callback_url", Draft { callback_url: Some("https://u:p@oa.example/".into()), ..draft() }),
            ("approved", Draft { approved: vec!["oa.example".into()], ..draft() }),
            ("events", Draft { events: vec!["everything".into()], ..draft() }),
            ("questions", Draft { questions: vec!["why".into()], ..draft() }),
            ("token_key", Draft { token_algorithm: "RS256".into(), ..draft() }),
            ("session", Draft { session_ms: 1000, ..draft() }),
        ] {
            assert_eq!(draft.parse().unwrap_err().field(), Some(field));
        }
    }
}
