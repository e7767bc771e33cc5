//! The languages of the console. English stands in the templates and in the code; a table turns it into another language.
//! A test sees to it that every sentence of the console is in the table, and none too many.

use crate::http::console::words;
use actix_web::HttpRequest;
use actix_web::http::header::ACCEPT_LANGUAGE;
use std::collections::HashMap;
use std::sync::LazyLock;

/// Where a choice is kept; without one the browser's own wish counts.
pub const COOKIE: &str = "parlour_language";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    English,
    Chinese,
}

static CHINESE: LazyLock<HashMap<&str, &str>> =
    LazyLock::new(|| words::CHINESE.iter().flat_map(|table| table.iter()).copied().collect());

/// Marks a sentence that is said later, by `t`, so that the test of the tables finds it.
pub const fn en(sentence: &'static str) -> &'static str {
    sentence
}

impl Language {
    pub const ALL: [Language; 2] = [Language::English, Language::Chinese];

    pub fn tag(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::Chinese => "zh-CN",
        }
    }

    /// What it calls itself.
    pub fn name(self) -> &'static str {
        match self {
            Language::English => "English",
            Language::Chinese => "简体中文",
        }
    }

    pub fn parse(tag: &str) -> Option<Language> {
        Language::ALL.into_iter().find(|language| language.tag() == tag)
    }

    pub fn of(request: &HttpRequest) -> Language {
        let chosen = request.cookie(COOKIE).and_then(|cookie| Language::parse(cookie.value()));
        let wished = request.headers().get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        chosen.unwrap_or_else(|| Language::wished(wished.unwrap_or_default()))
    }

    /// Of the languages that we have, the one with the most weight in `Accept-Language` (RFC 9110, 12.5.4).
    fn wished(header: &str) -> Language {
        let mut best = (0.0, Language::English);
        for part in header.split(',').take(20) {
            let mut pieces = part.split(';').map(str::trim);
            let language = match pieces.next().unwrap_or_default().to_ascii_lowercase().split('-').next() {
                Some("zh") => Language::Chinese,
                Some("en") => Language::English,
                _ => continue,
            };
            let weight = pieces.find_map(|piece| piece.strip_prefix("q=")).map_or(1.0, |q| q.parse().unwrap_or(0.0));
            if weight > best.0 {
                best = (weight, language);
            }
        }
        best.1
    }

    /// A sentence of the console.
    pub fn t(self, english: &'static str) -> &'static str {
        match self {
            Language::English => english,
            Language::Chinese => CHINESE.get(english).copied().unwrap_or(english),
        }
    }

    /// A sentence with something in the place of each `{}`.
    pub fn with(self, english: &'static str, things: &[&str]) -> String {
        fill(self.t(english), things)
    }

    /// A sentence about a number: `{} user|{} users`. Languages without a plural have one form.
    pub fn n(self, english: &'static str, count: i64) -> String {
        let text = self.t(english);
        let (one, many) = text.split_once('|').unwrap_or((text, text));
        fill(if count == 1 { one } else { many }, &[&number(count)])
    }

    /// A sentence that was said elsewhere in the house, in English, with names in it.
    pub fn say(self, english: &str) -> String {
        if self == Language::English {
            return sentence(english);
        }
        known(english).unwrap_or_else(|| sentence(english))
    }
}

/// In Chinese, if it is in the table; what stands in the places of `{}` may be a sentence of the table itself.
fn known(english: &str) -> Option<String> {
    let (things, chinese) = words::FAULTS
        .iter()
        .flat_map(|table| table.iter())
        .find_map(|(form, chinese)| Some((matched(form, english)?, chinese)))?;
    let things: Vec<String> = things.into_iter().map(|thing| known(thing).unwrap_or_else(|| thing.into())).collect();
    Some(fill(chinese, &things.iter().map(String::as_str).collect::<Vec<_>>()))
}

/// With a capital letter and a full stop, as a sentence on a page has them.
fn sentence(text: &str) -> String {
    let is_address = text.split_once("://").is_some_and(|(scheme, _)| scheme.bytes().all(|b| b.is_ascii_lowercase()));
    let mut letters = text.chars();
    let begun: String = match letters.next() {
        Some(first) if !is_address => first.to_uppercase().chain(letters).collect(),
        _ => text.into(),
    };
    if begun.ends_with(['.', '?', '!']) || begun.is_empty() { begun } else { begun + "." }
}

fn fill(text: &str, things: &[&str]) -> String {
    let mut parts = text.split("{}");
    let mut filled = String::from(parts.next().unwrap_or_default());
    for (part, thing) in parts.zip(things.iter().chain(std::iter::repeat(&""))) {
        filled.push_str(thing);
        filled.push_str(part);
    }
    filled
}

/// What stands in `text` in the places of the form's `{}`, if it has that form.
fn matched<'a>(form: &str, text: &'a str) -> Option<Vec<&'a str>> {
    let mut parts = form.split("{}");
    let mut rest = text.strip_prefix(parts.next()?)?;
    let mut things = Vec::new();
    let parts: Vec<&str> = parts.collect();
    for (place, part) in parts.iter().enumerate() {
        let last = place + 1 == parts.len();
        let end = if last { rest.strip_suffix(part)?.len() } else { rest.find(part)? };
        things.push(&rest[..end]);
        rest = &rest[end + part.len()..];
    }
    rest.is_empty().then_some(things)
}

/// How large something is, in decimal units as the client has them.
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["B", "kB", "MB", "GB", "TB"];
    let power = UNITS.len().min(1 + bytes.max(1).ilog10() as usize / 3) - 1;
    let tenths = bytes.saturating_mul(10) / 1000_u64.pow(power as u32);
    let rest = if power > 1 && !tenths.is_multiple_of(10) { format!(".{}", tenths % 10) } else { String::new() };
    format!("{}{rest} {}", number((tenths / 10).cast_signed()), UNITS[power])
}

/// With commas between the thousands.
pub fn number(count: i64) -> String {
    let digits = count.unsigned_abs().to_string();
    let mut text = String::from(if count < 0 { "-" } else { "" });
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use Language::{Chinese, English};

    #[test]
    fn the_weightiest_known_language_is_taken() {
        let headers = ["zh-CN,zh;q=0.9,en;q=0.8", "fr, zh;q=0.5, en;q=0.9", "de", "", "zh;q=nonsense"];
        assert_eq!(headers.map(Language::wished), [Chinese, English, English, English, English]);
    }

    #[test]
    fn numbers_choose_the_form() {
        let waits = "{} callback waits|{} callbacks wait";
        assert_eq!(English.n(waits, 1), "1 callback waits");
        assert_eq!(English.n(waits, 1234), "1,234 callbacks wait");
        assert_eq!(Chinese.n(waits, 1), "1 个回调在等待");
        let sizes = [0, 999, 1000, 2_990_000, 26_214_400, 10_000_000_000, u64::MAX].map(size);
        assert_eq!(sizes, ["0 B", "999 B", "1 kB", "2.9 MB", "26.2 MB", "10 GB", "1,844,674.4 TB"]);
        assert_eq!([-1234, 0, 999, 1_000_000].map(number), ["-1,234", "0", "999", "1,000,000"]);
    }

    #[test]
    fn what_others_say_is_a_sentence_in_either_language() {
        let refused = "plain HTTP needs the approval of 10.0.0.5:80; use https or approve it";
        assert_eq!(English.say(refused), "Plain HTTP needs the approval of 10.0.0.5:80; use https or approve it.");
        assert_eq!(Chinese.say(refused), "使用 HTTP 需要批准 10.0.0.5:80。请使用 https，或批准它。");
        assert_eq!(Chinese.say("it answered 410"), "响应为 410。");
        assert_eq!(
            Chinese.say("row 4, id: there is nothing at /no (and 1 more)"),
            "第 4 行，id：/no 处没有内容。（另有 1 行有误）"
        );
        assert_eq!(Chinese.say("nobody has put this into Chinese"), "Nobody has put this into Chinese.");
        assert_eq!(English.say("http://oa.example answered"), "http://oa.example answered.");
        assert_eq!(English.say("{}"), "{}.");
    }
}
