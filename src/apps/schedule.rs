//! When a callback that failed is tried again, and when it is given up. Knows no queue.

use crate::error::{Error, Result};
use std::time::Duration;

/// Growing pauses; the last one repeats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    pauses: Vec<Duration>,
    /// How old a callback may be when it fails and is still tried again.
    pub give_up: Duration,
}

const SECOND: u64 = 1;
const MINUTE: u64 = 60;
const HOUR: u64 = 3600;
/// An application that is started anew is soon found again; one that is away for long is not asked too often.
const PAUSES: [u64; 12] = [
    5 * SECOND,
    10 * SECOND,
    20 * SECOND,
    MINUTE,
    5 * MINUTE,
    30 * MINUTE,
    2 * HOUR,
    5 * HOUR,
    10 * HOUR,
    14 * HOUR,
    20 * HOUR,
    24 * HOUR,
];
const GIVE_UP: u64 = 72 * HOUR;

impl Default for Schedule {
    fn default() -> Schedule {
        Schedule { pauses: PAUSES.map(Duration::from_secs).to_vec(), give_up: Duration::from_secs(GIVE_UP) }
    }
}

impl Schedule {
    pub fn new(pauses: Vec<Duration>, give_up: Duration) -> Result<Schedule> {
        if pauses.is_empty() || pauses.iter().any(Duration::is_zero) {
            return Err(Error::invalid("callback_pauses", "expected at least one pause, none of them zero"));
        }
        Ok(Schedule { pauses, give_up })
    }

    /// The pause after so many failed attempts, up to a fifth longer by `chance` (0 to 1), so that what failed together is not
    /// tried again together.
    pub fn pause(&self, failed: i64, chance: f64) -> Duration {
        let place = usize::try_from(failed - 1).unwrap_or(0).min(self.pauses.len() - 1);
        self.pauses[place].mul_f64(1.0 + chance.clamp(0.0, 1.0) / 5.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_the_last_repeats_and_chance_only_lengthens() {
        let schedule = Schedule::default();
        let seconds = |failed| schedule.pause(failed, 0.0).as_secs();
        assert_eq!([1, 2, 3, 4, 5, 12, 13, 99].map(seconds), [5, 10, 20, 60, 300, 86_400, 86_400, 86_400]);
        assert_eq!(schedule.pause(1, 1.0), Duration::from_secs(6));
        assert_eq!(schedule.pause(0, 0.0), Duration::from_secs(5));
    }

    #[test]
    fn a_schedule_without_a_pause_is_refused() {
        assert!(Schedule::new(vec![], Duration::ZERO).is_err());
        assert!(Schedule::new(vec![Duration::ZERO], Duration::ZERO).is_err());
    }
}
