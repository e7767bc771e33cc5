//! `parlour demo`: Parlour with a sample office application beside it.

use crate::cli::exit::Failure;
use crate::cli::serve;
use crate::config::{Config, File};
use crate::demo;
use clap::Args;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Debug, Args)]
pub struct Options {
    /// A loopback address and port for Parlour; port 0 takes a free one [default: 127.0.0.1:8080 where it is free]
    #[arg(long, value_name = "ADDR:PORT")]
    listen: Option<SocketAddr>,
}

/// `data`: kept for the next time. The server's own configuration is not for the demo.
pub fn run(options: &Options, data: Option<PathBuf>, json: bool) -> Result<ExitCode, clap::Error> {
    let mut config = Config::load(&File::default(), None)?;
    config.log = "warn".into();
    match options.listen {
        Some(listen) => config.listen = listen,
        None if TcpListener::bind(config.listen).is_err() => config.listen.set_port(0),
        None => {}
    }
    let done = serve::log(&config).and_then(|()| serve::runtime()).and_then(|runtime| runtime.block_on(demo::run(config, data)));
    Ok(done.map_or_else(|error| Failure::from(error).end(json), |()| ExitCode::SUCCESS))
}
