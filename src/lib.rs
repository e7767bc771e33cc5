//! Parlour: instant messaging for an existing browser-based application.
//!
//! The floors of the house, from the ground up: words (`id` `time` `error` `secret` `slots` `config` `wire`), memory
//! (`store`), the product (`accounts` `apps` `directory` `chat`), the present moment and the waiting work
//! (`live` `callout` `jobs`), doors (`http`). Every arrow points down.
#![forbid(unsafe_code)]

pub mod config;
pub mod error;
pub mod id;
pub mod secret;
pub mod slots;
pub mod time;
pub mod wire;

pub mod store;

pub mod accounts;
pub mod apps;
pub mod chat;
pub mod directory;

pub mod callout;
pub mod jobs;
pub mod live;

pub mod http;

pub mod bench;
pub mod cli;
pub mod server;

pub mod demo;
