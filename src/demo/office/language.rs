//! The two languages of the office, and how each writes days and moments.
//! Both texts stand side by side where they are used, so neither can be forgotten.

use super::day::Day;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Language {
    #[default]
    #[serde(rename = "en")]
    English,
    #[serde(rename = "zh-CN")]
    Chinese,
}

/// One sentence in both languages, chosen when it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    pub english: String,
    pub chinese: String,
}

pub fn sentence(english: impl Into<String>, chinese: impl Into<String>) -> Sentence {
    Sentence { english: english.into(), chinese: chinese.into() }
}

impl Sentence {
    pub fn in_language(&self, language: &Language) -> &str {
        language.say(&self.english, &self.chinese)
    }
}

impl Language {
    /// `Accept-Language` (RFC 9110, 12.5.4): of the languages we have, the one with the highest weight.
    pub fn from_header(header: &str) -> Self {
        let mut best = (0.0, Self::English);
        for part in header.split(',').take(20) {
            let mut pieces = part.split(';');
            let tag = pieces.next().unwrap_or("").trim().to_ascii_lowercase();
            let weight =
                pieces.find_map(|piece| piece.trim().strip_prefix("q=")).map_or(1.0, |q| q.trim().parse().unwrap_or(0.0));
            let language = match tag.split('-').next() {
                Some("zh") => Self::Chinese,
                Some("en") => Self::English,
                _ => continue,
            };
            if weight > best.0 {
                best = (weight, language);
            }
        }
        best.1
    }

    /// Who writes with Han characters is answered in Chinese.
    pub fn of_text(text: &str) -> Option<Self> {
        text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)).then_some(Self::Chinese)
    }

    pub fn say<'a>(&self, english: &'a str, chinese: &'a str) -> &'a str {
        match self {
            Self::English => english,
            Self::Chinese => chinese,
        }
    }

    pub fn tag(&self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Chinese => "zh-CN",
        }
    }

    pub fn days(&self, count: &u32) -> String {
        match (self, count) {
            (Self::English, 1) => "1 day".into(),
            (Self::English, _) => format!("{count} days"),
            (Self::Chinese, _) => format!("{count} 天"),
        }
    }

    pub fn day(&self, day: &Day) -> String {
        match self {
            Self::English => day.0.strftime("%a %-d %b %Y").to_string(),
            Self::Chinese => {
                let name = ["一", "二", "三", "四", "五", "六", "日"];
                let index = day.0.weekday().to_monday_zero_offset() as usize;
                let weekday = name.get(index).copied().unwrap_or("");
                format!("{} 周{weekday}", day.0.strftime("%Y年%-m月%-d日"))
            }
        }
    }

    pub fn span(&self, first: &Day, last: &Day) -> String {
        if first == last {
            return self.day(first);
        }
        // The year once, where it is the same.
        let (first_text, last_text) = (self.day(first), self.day(last));
        let year = first.0.year();
        match (self, year == last.0.year()) {
            (Self::English, true) => {
                let short = first_text.trim_end_matches(&format!(" {year}"));
                format!("{short} – {last_text}")
            }
            (Self::Chinese, true) => {
                let short = last_text.trim_start_matches(&format!("{year}年"));
                format!("{first_text} – {short}")
            }
            _ => format!("{first_text} – {last_text}"),
        }
    }

    /// A moment given in milliseconds, in the office's own time zone.
    pub fn moment(&self, at: &i64) -> String {
        let Ok(at) = jiff::Timestamp::from_millisecond(*at) else {
            return String::new();
        };
        let at = at.to_zoned(jiff::tz::TimeZone::system());
        format!("{} {}", self.day(&Day(at.date())), at.strftime("%H:%M"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_weightiest_known_language_is_taken() {
        let chosen = ["zh-CN,zh;q=0.9,en;q=0.8", "fr, zh;q=0.5, en;q=0.9", "de", ""].map(Language::from_header);
        use Language::{Chinese, English};
        assert_eq!(chosen, [Chinese, English, English, English]);
    }

    #[test]
    fn days_are_written_in_both_languages() {
        let day = Day::parse("2026-11-23").unwrap();
        assert_eq!(Language::English.day(&day), "Mon 23 Nov 2026");
        assert_eq!(Language::Chinese.day(&day), "2026年11月23日 周一");
        assert_eq!(Language::English.days(&1), "1 day");
        let later = Day::parse("2026-12-01").unwrap();
        let spans = [Language::English, Language::Chinese].map(|l| l.span(&day, &later));
        assert_eq!(spans[0], "Mon 23 Nov – Tue 1 Dec 2026");
        assert_eq!(spans[1], "2026年11月23日 周一 – 12月1日 周二");
    }
}
