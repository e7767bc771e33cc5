//! Waiting work: loops that each own a queue and wait for a nudge or a tick.

pub mod marks;
