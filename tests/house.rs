//! The house rules, read from the sources without starting anything: which room may know which, which room hosts
//! which outside crate, how long a file may be, what a file must begin with. Each rule is a function from text to
//! complaints, shown on small strings to be able to complain, and then asked about the whole project.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "house/floors.rs"]
mod floors;
#[path = "house/hosts.rs"]
mod hosts;
#[path = "house/invariants.rs"]
mod invariants;
#[path = "house/project.rs"]
mod project;
#[path = "house/rust.rs"]
mod rust;
#[path = "house/sizes.rs"]
mod sizes;
#[path = "house/sources.rs"]
mod sources;
#[path = "house/vendored.rs"]
mod vendored;

/// Fails with all complaints at once, one to a line.
fn nothing_to_say(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n{} complaint(s):\n  {}\n", complaints.len(), complaints.join("\n  "));
}
