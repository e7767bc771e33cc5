//! Moments: milliseconds since the Unix epoch inside, RFC 3339 in UTC with milliseconds outside.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::{fmt, time::Duration};

/// A point in time, in milliseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Moment(pub i64);

/// The first millisecond of the year 1, and the last of the year 9998: between them every moment can be written.
const EARLIEST: i64 = -62_135_596_800_000;
const LATEST: i64 = 253_370_764_799_999;

impl Moment {
    pub fn now() -> Moment {
        Moment(jiff::Timestamp::now().as_millisecond())
    }

    /// Reads an RFC 3339 time with any offset.
    pub fn parse(text: &str) -> Option<Moment> {
        text.parse::<jiff::Timestamp>().ok().map(|t| Moment(t.as_millisecond()))
    }

    /// Reads an HTTP date (RFC 9110 §5.6.7), such as `Sun, 06 Nov 1994 08:49:37 GMT`.
    pub fn parse_http(text: &str) -> Option<Moment> {
        jiff::fmt::rfc2822::parse(text).ok().map(|t| Moment(t.timestamp().as_millisecond()))
    }

    /// Never beyond what can be written, as `minus`.
    pub fn plus(self, span: Duration) -> Moment {
        let millis = i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
        Moment(self.0.saturating_add(millis).min(LATEST))
    }

    pub fn minus(self, span: Duration) -> Moment {
        let millis = i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
        Moment(self.0.saturating_sub(millis).max(EARLIEST))
    }

    /// How long ago `earlier` was; zero if it lies ahead.
    pub fn since(self, earlier: Moment) -> Duration {
        Duration::from_millis((self.0 - earlier.0).max(0) as u64)
    }

    pub fn unix_seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = jiff::Timestamp::from_millisecond(self.0).map_err(|_| fmt::Error)?;
        write!(f, "{time:.3}")
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Moment, D::Error> {
        let text = String::deserialize(input)?;
        Moment::parse(&text).ok_or_else(|| de::Error::custom("expected an RFC 3339 time such as 2026-11-22T09:30:00.123Z"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_in_utc_with_milliseconds_and_read_with_any_offset() {
        let moment = Moment(1_795_339_800_123);
        assert_eq!(moment.to_string(), "2026-11-22T09:30:00.123Z");
        assert_eq!(Moment::parse("2026-11-22T17:30:00.123+08:00"), Some(moment));
        assert_eq!(Moment::parse("yesterday"), None);
        assert_eq!(Moment::parse_http("Sun, 22 Nov 2026 09:30:00 GMT"), Some(Moment(1_795_339_800_000)));
        assert_eq!(Moment(1_795_339_800_000).to_string(), "2026-11-22T09:30:00.000Z");
        let ages = Duration::from_secs(u64::MAX);
        assert_eq!((&moment.plus(ages).to_string()[..5], &moment.minus(ages).to_string()[..5]), ("9998-", "0001-"));
    }
}
