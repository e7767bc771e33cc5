//! A moment as people write it on a command line: exactly, or so long from now.

use crate::error::{Error, Result};
use crate::time::Moment;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A moment, and how it was written: the same words an hour later mean another moment, and ask for the same.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct When {
    pub at: Moment,
    pub written: String,
}

impl When {
    pub fn parse(text: &str) -> Result<When> {
        Ok(When { at: parse(text)?, written: text.into() })
    }
}

/// Reads `2026-12-01T18:00:00+01:00`, `45s`, `90m`, `8h` or `3d`.
pub fn parse(text: &str) -> Result<Moment> {
    let wrong =
        || Error::invalid("", "expected a moment such as 2026-12-01T18:00:00+01:00, or a time from now such as 90m, 8h, 3d");
    if let Some(moment) = Moment::parse(text) {
        return Ok(moment);
    }
    let unit = text.chars().next_back().ok_or_else(wrong)?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        'd' => 24 * 3600,
        _ => return Err(wrong()),
    };
    let count: u32 = text[..text.len() - 1].parse().map_err(|_| wrong())?;
    Ok(Moment::now().plus(Duration::from_secs(u64::from(count) * seconds)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_exact_or_from_now() {
        assert_eq!(parse("1970-01-01T01:00:00+01:00").unwrap(), Moment(0));
        let soon = parse("90m").unwrap().since(Moment::now());
        assert!(soon > Duration::from_secs(5390) && soon <= Duration::from_secs(5400), "{soon:?}");
        for bad in ["", "m", "-3d", "3w", "tomorrow", "é", "99999999999d"] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
