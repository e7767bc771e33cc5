//! When callbacks to applications are tried again.

use clap::Args;
use std::time::Duration;

#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Callbacks")]
pub struct Callbacks {
    /// Pauses before a failed callback is sent again, with commas between them; the last one repeats
    #[arg(long, env = "PARLOUR_CALLBACK_PAUSES", value_name = "TIME", value_delimiter = ',', value_parser = time,
          default_value = "5s,10s,20s,1m,5m,30m,2h,5h,10h,14h,20h,24h")]
    pub callback_pauses: Vec<Duration>,

    /// How long a callback is tried before it is given up
    #[arg(long, env = "PARLOUR_CALLBACK_GIVE_UP", value_name = "TIME", value_parser = time, default_value = "3d")]
    pub callback_give_up: Duration,
}

/// A number with `ms`, `s`, `m`, `h` or `d`, above zero.
fn time(text: &str) -> Result<Duration, String> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let unit_ms = match unit {
        "ms" => 1,
        "s" => 1000,
        "m" => 60 * 1000,
        "h" => 3600 * 1000,
        "d" => 24 * 3600 * 1000,
        _ => 0,
    };
    let ms = number.parse::<u64>().ok().and_then(|number| number.checked_mul(unit_ms)).unwrap_or(0);
    match ms {
        1..=MOST => Ok(Duration::from_millis(ms)),
        _ => Err("expected a time such as 500ms, 5s, 30m, 2h or 3d, at most 30d".into()),
    }
}

const MOST: u64 = 30 * 24 * 3600 * 1000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_a_number_with_its_unit() {
        for (text, ms) in [("250ms", 250), ("5s", 5_000), ("2h", 7_200_000), ("3d", 259_200_000)] {
            assert_eq!(time(text), Ok(Duration::from_millis(ms)));
        }
        for bad in ["", "5", "s", "0s", "-1s", "1.5h", "5 s", "31d", "99999999999999999999d"] {
            assert!(time(bad).is_err(), "{bad}");
        }
    }
}
