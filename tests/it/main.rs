//! Behaviour that somebody relies on, seen from outside: each test starts the real executable in an empty folder and
//! speaks to it as people, applications and attackers do. One file per noun. How to write one stands in
//! `harness/mod.rs`.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[allow(dead_code, unused_imports, reason = "a vocabulary has words that no test says yet")]
mod harness;

mod api;
mod callbacks;
mod card;
mod claim;
mod command;
mod config;
mod console;
mod demo;
mod disk;
mod doctor;
mod document;
mod door;
mod erasure;
mod event;
mod file;
mod hostile;
mod isolation;
mod mark;
mod office;
mod oidc;
mod people;
mod restart;
mod room;
mod session;
mod sight;
mod sign_in;
mod socket;
mod start;
mod sync;
mod talk;
mod whoami;
