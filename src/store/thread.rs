//! The store's threads, without any of which the process must not go on.

use crate::error::{Error, Result};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread::{self, JoinHandle};

/// Starts a thread; if it panics, everything ends.
pub fn spawn(name: &str, body: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>> {
    let guarded = move || {
        if catch_unwind(AssertUnwindSafe(body)).is_err() {
            end_process("a thread of the store panicked");
        }
    };
    thread::Builder::new().name(name.into()).spawn(guarded).map_err(Error::internal)
}

/// Ends the process at once, with the exit code for a fault inside.
pub fn end_process(cause: &str) -> ! {
    // A log that cannot be written must not stand in the way of the end.
    let said = || tracing::error!(cause, "the store cannot go on; ending the process so that nothing unsure is answered");
    let _ = catch_unwind(AssertUnwindSafe(said));
    std::process::exit(70);
}
