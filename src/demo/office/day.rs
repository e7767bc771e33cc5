//! A day of the calendar, and how many working days lie between two.

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Day(pub Date);

impl Day {
    /// `2026-11-23`, as a date field of a form sends it.
    pub fn parse(text: &str) -> Option<Self> {
        text.trim().parse().ok().map(Self)
    }

    pub fn today() -> Self {
        Self(jiff::Zoned::now().date())
    }

    pub fn after(self, days: i64) -> Self {
        self.0.checked_add(days.days()).map_or(self, Self)
    }

    pub fn is_working(self) -> bool {
        !matches!(self.0.weekday(), Weekday::Saturday | Weekday::Sunday)
    }

    /// Monday to Friday, both ends counted. The caller has bounded the distance.
    pub fn working_days_to(self, last: Self) -> u32 {
        let count = self.0.series(1.day()).take_while(|date| *date <= last.0).filter(|date| Self(*date).is_working()).count();
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    /// The first working day on or after this one.
    pub fn next_working(self) -> Self {
        let mut day = self;
        while !day.is_working() {
            day = day.after(1);
        }
        day
    }
}

impl From<Day> for String {
    fn from(day: Day) -> Self {
        day.0.to_string()
    }
}

impl TryFrom<String> for Day {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("not a day")
    }
}

impl std::fmt::Display for Day {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weekends_are_free() {
        let day = |text| Day::parse(text).unwrap();
        assert_eq!(day("2026-11-20").working_days_to(day("2026-11-24")), 3);
        assert_eq!(day("2026-11-21").working_days_to(day("2026-11-22")), 0);
        assert_eq!(day("2026-11-21").next_working(), day("2026-11-23"));
        assert_eq!(Day::parse("2026-02-30"), None);
    }
}
