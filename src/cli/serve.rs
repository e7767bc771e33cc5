//! `parlour serve`: the server until it is told to end.

use crate::cli::answer;
use crate::cli::exit::Failure;
use crate::config::{Config, File, LogFormat};
use crate::error::{Error, Result};
use crate::server;
use std::process::ExitCode;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

pub fn run(config: Config, file: &File, json: bool) -> ExitCode {
    match log(&config).and_then(|()| runtime()).and_then(|runtime| runtime.block_on(serve(config, file))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => Failure::from(error).end(json),
    }
}

async fn serve(config: Config, file: &File) -> Result<()> {
    if let Some(path) = file.path() {
        tracing::info!(file = %path.display(), "configuration read");
    }
    let mut terminate = signal(SignalKind::terminate()).map_err(Error::internal)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(Error::internal)?;
    let running = server::start(config).await?;
    // Whoever started it may have stopped listening.
    let _ = answer::line(&format!("parlour listening on http://{}", running.address));
    if let Some(link) = &running.setup_link {
        let _ = answer::line(&format!("set up at {link}"));
    }
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    running.stop().await;
    Ok(())
}

/// The threads that wait for the disk, for signals and for applications; connections have threads of their own.
pub fn runtime() -> Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Error::internal)
}

/// Everything that is logged goes to standard error.
pub fn log(config: &Config) -> Result<()> {
    let wrong = |e| Error::invalid("log", format!("the log filter {:?} is not understood: {e}", config.log));
    // What a stranger sends that is no HTTP is no fault of ours.
    let filter = EnvFilter::try_new(format!("actix_http=off,{}", config.log)).map_err(wrong)?;
    // What cannot be written is lost: told as an internal error it would panic, and end whoever wanted to log.
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).log_internal_errors(false);
    match config.log_format {
        LogFormat::Json => log.json().init(),
        LogFormat::Text => log.with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr())).init(),
    }
    Ok(())
}
