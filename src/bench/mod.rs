//! `parlour bench`: puts load on a server of its own, or a running one, and with `--raw` on a bare relay beside it, and
//! says what each did. A stranger to the house: its clients speak the public protocol; only the stage is set from inside.

mod client;
mod everyone;
mod group;
mod http;
mod idle;
mod machine;
mod measure;
mod pairs;
mod past;
mod relay;
mod report;
mod rest;
mod stage;

pub use report::print;

use clap::{Args, ValueEnum};
use serde_json::Value;

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Scene {
    /// Messages between pairs, and their latency at a fifth of that rate
    Pairs,
    /// A message to a room of `--pairs` times two connected members
    Group,
    /// A message to everyone of an application of 10,000, of whom `--pairs` times two are connected, beside a busy neighbour
    Everyone,
    /// Messages to one user each, by REST from 50 kept connections
    Rest,
    /// Memory of idle connections
    Idle,
    /// Connections that come back with a session token
    Return,
    /// A page of history and a catch-up after 1,000 missed messages, at 10 thousand and at 1 million stored
    History,
    /// From the start to the first connection, with 1 million stored messages
    Start,
}

#[derive(Debug, Clone, Args)]
pub struct Options {
    /// A running server; its application and key are then needed
    #[arg(long, requires_all = ["app", "key"])]
    pub url: Option<String>,

    /// The application to use on a running server
    #[arg(long)]
    pub app: Option<String>,

    /// A key of that application
    #[arg(long, env = "PARLOUR_KEY", hide_env_values = true)]
    pub key: Option<String>,

    /// Pairs of connections
    #[arg(long, default_value_t = 100)]
    pub pairs: usize,

    /// Messages of one connection that may be unanswered
    #[arg(long, default_value_t = 10)]
    pub window: usize,

    /// Seconds of each measurement
    #[arg(long, default_value_t = 10)]
    pub seconds: u64,

    /// Measure the bare relay too, and give the ratio
    #[arg(long)]
    pub raw: bool,

    /// What is measured
    #[arg(long, value_enum, default_value_t = Scene::Pairs)]
    pub scene: Scene,

    /// Worker threads of the server; the relay has one
    #[arg(long, default_value_t = 1)]
    pub workers: usize,

    /// Serve the bare relay itself, for another bench
    #[arg(long, hide = true)]
    pub relay: bool,
}

/// Runs the measurement and answers it as JSON.
pub fn run(options: &Options) -> anyhow::Result<Value> {
    if options.relay {
        return relay::serve();
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(measure::quietly(options))
}
