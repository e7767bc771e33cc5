//! The feed: an address from which an application's people are fetched, without the application being changed. Where it is, in
//! which form it answers, and where a person stands in that. Fetches nothing; that is `callout`'s.

mod state;

pub use state::{
    Held, Outcome, State, begin, claim, due, fail, find, forget_etag, get, hold, is_meant, keep, remove, require_claimed, resume,
    set, succeed, take,
};

use crate::apps::origin;
use crate::apps::whoami::is_pointer;
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The shortest and the longest time between two fetches, in minutes.
pub const SHORTEST: i64 = 5;
pub const LONGEST: i64 = 7 * 24 * 60;
const HOUR: i64 = 60;
/// Failures in a row after which it is asked sooner than usual, not later.
const AGAIN: i64 = 3;
/// The usual one.
pub const USUAL: i64 = 60;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    #[default]
    Json,
    Csv,
}

impl Form {
    pub fn as_str(self) -> &'static str {
        match self {
            Form::Json => "json",
            Form::Csv => "csv",
        }
    }
}

/// Members of a person are JSON Pointers (RFC 6901) within an item, or names of columns; an empty one is not looked for in JSON,
/// and found by its usual names in a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Feed {
    pub url: String,
    pub form: Form,
    /// JSON: where the list stands; empty: the answer is the list.
    pub list: String,
    /// CSV: how its text is written, where that is not found out.
    pub charset: String,
    pub id: String,
    pub name: String,
    pub email: String,
    pub title: String,
    pub avatar: String,
    /// A department, or a list of them.
    pub group: String,
    /// Between two fetches.
    pub minutes: i64,
    /// It is the whole list: who does not stand in it is suspended.
    pub whole: bool,
}

impl Default for Feed {
    fn default() -> Feed {
        let none = String::new;
        Feed {
            url: none(),
            form: Form::Json,
            list: none(),
            charset: none(),
            id: none(),
            name: none(),
            email: none(),
            title: none(),
            avatar: none(),
            group: none(),
            minutes: USUAL,
            whole: true,
        }
    }
}

impl Feed {
    /// The same in checked form. Plain HTTP needs the approval of host and port, as for callbacks.
    pub fn parse(mut self, approved: &[String]) -> Result<Feed> {
        self.url = origin::parse_address("feed_url", self.url.trim())?;
        let host = origin::host_port(&self.url);
        if self.url.starts_with("http://") && !approved.contains(&host) {
            let reason = format!("plain HTTP needs the approval of {host}; use https or approve it");
            return Err(Error::invalid("feed_url", reason));
        }
        if !(SHORTEST..=LONGEST).contains(&self.minutes) {
            return Err(Error::invalid("feed_minutes", format!("expected {SHORTEST} to {LONGEST} minutes")));
        }
        self.charset = self.charset.trim().into();
        let is_json = self.form == Form::Json;
        if is_json && self.id.trim().is_empty() {
            return Err(Error::invalid("feed_id", "say where a person's id stands, such as /id"));
        }
        for (field, place) in self.places() {
            *place = place.trim().into();
            if is_json && !is_pointer(place) {
                return Err(Error::invalid(field, "expected a JSON Pointer such as /id"));
            }
            if place.chars().count() > 200 || place.chars().any(char::is_control) {
                return Err(Error::invalid(field, "expected at most 200 characters, none of them a control character"));
            }
        }
        Ok(self)
    }

    fn places(&mut self) -> [(&'static str, &mut String); 7] {
        [
            ("feed_list", &mut self.list),
            ("feed_id", &mut self.id),
            ("feed_name", &mut self.name),
            ("feed_email", &mut self.email),
            ("feed_title", &mut self.title),
            ("feed_avatar", &mut self.avatar),
            ("feed_group", &mut self.group),
        ]
    }

    /// Until the next fetch: after some failures in a row sooner than usual, but not at once. `chance`, from 0 to 1, spreads the
    /// fetches of several applications that began together.
    pub fn pause(&self, failed: i64, chance: f64) -> Duration {
        let usual = self.minutes.clamp(SHORTEST, LONGEST);
        let minutes = match failed {
            0 => usual,
            failed if failed <= AGAIN => usual.min(SHORTEST << (failed - 1)),
            // An address that has been silent for so long does not hold up those of others by being asked often.
            failed => (SHORTEST << (failed.min(12) - 1)).min(usual.max(HOUR)),
        };
        Duration::from_secs(minutes as u64 * 60).mul_f64(0.9 + 0.2 * chance.clamp(0.0, 1.0))
    }
}

/// The value of an `Authorization` header, as somebody gives it (RFC 9110 §5.5).
pub fn parse_header(text: &str) -> Result<String> {
    let text = text.trim();
    match !text.is_empty() && text.len() <= 4096 && text.bytes().all(|b| b == b' ' || b.is_ascii_graphic()) {
        true => Ok(text.into()),
        false => Err(Error::invalid("feed_header", "expected a value such as `Bearer …`, in visible ASCII")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> Feed {
        Feed { url: "https://oa.example/people".into(), id: "/id".into(), ..Feed::default() }
    }

    #[test]
    fn what_is_wrong_is_named() {
        assert_eq!(good().parse(&[]).unwrap(), good());
        assert!(Feed { form: Form::Csv, id: "".into(), name: "Full name".into(), ..good() }.parse(&[]).is_ok());
        assert!(Feed { url: "http://10.0.0.5/p".into(), ..good() }.parse(&["10.0.0.5:80".into()]).is_ok());
        for (field, wrong) in [
            ("feed_url", Feed { url: "http://10.0.0.5/p".into(), ..good() }),
            ("feed_url", Feed { url: "people.csv".into(), ..good() }),
            ("feed_minutes", Feed { minutes: 4, ..good() }),
            ("feed_id", Feed { id: " ".into(), ..good() }),
            ("feed_list", Feed { list: "data".into(), ..good() }),
            ("feed_group", Feed { group: "/a~2".into(), ..good() }),
            ("feed_name", Feed { form: Form::Csv, name: "a\nb".into(), ..good() }),
        ] {
            assert_eq!(wrong.clone().parse(&[]).unwrap_err().field(), Some(field), "{wrong:?}");
        }
        assert!(parse_header(" Bearer x ").is_ok_and(|value| value == "Bearer x"));
        assert!(["", "a\r\nCookie: b", "é"].iter().all(|bad| parse_header(bad).is_err()));
    }

    #[test]
    fn a_fetch_that_failed_is_tried_sooner_and_never_at_once() {
        let pauses = |failed| [0.0, 1.0].map(|chance| good().pause(failed, chance).as_secs() / 60);
        assert_eq!([0, 1, 2, 9].map(pauses), [[54, 66], [4, 5], [9, 11], [54, 66]]);
        let often = Feed { minutes: 5, ..good() };
        assert_eq!(often.pause(3, 0.5), Duration::from_secs(300));
    }
}
