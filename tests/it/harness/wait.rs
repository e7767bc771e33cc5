//! Waiting for what a test expects: until it is there or patience ends, and not a moment longer.

use std::{
    thread,
    time::{Duration, Instant},
};

/// How long a test waits before it says that something did not happen. Generous, because machines are shared; a test
/// that passes never waits for it.
pub const PATIENCE: Duration = Duration::from_secs(15);

/// Looks again and again until there is something to see.
pub fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(Instant::now() < end, "did not happen in {PATIENCE:?}: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}
