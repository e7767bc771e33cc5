//! `parlour demo`: Parlour and a small office application beside it, in one process and for this machine only.
//! It introduces the two to each other as an administrator would; from then on they only speak through the interfaces.

mod contract;
mod folder;
mod link;
pub mod office;

use crate::config::Config;
use crate::error::{Error, Result};
use crate::server;
use contract::Contract;
use folder::Folder;
use std::io::{ErrorKind, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::time::Duration;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// The first contents reach Parlour in less than this; if not, the links are printed all the same.
const PATIENCE: Duration = Duration::from_secs(15);

/// Runs until it is told to end. What lies in `kept` is there the next time; without it all is forgotten.
pub async fn run(config: Config, kept: Option<PathBuf>) -> Result<()> {
    if !config.listen.ip().is_loopback() {
        let reason =
            "the demo's passwords are known to everybody, so it only listens on a loopback address such as 127.0.0.1:8080";
        return Err(Error::invalid("listen", reason));
    }
    let mut end = End::expect()?;
    let folder = Folder::open(kept)?;
    let parlour = server::start(Config { data: folder.parlour(), public_url: None, ..config }).await?;
    say(&link::first(&parlour));
    let outcome = beside(&parlour, &folder, &mut end).await;
    parlour.stop().await;
    outcome
}

/// The office, from its first to its last moment.
async fn beside(parlour: &server::Running, folder: &Folder, end: &mut End) -> Result<()> {
    let earlier = Contract::find(folder)?;
    let wished = earlier.as_ref().map_or(parlour.address.port().wrapping_add(1), |contract| contract.office_port);
    let listener = listen(wished)?;
    let office = listener.local_addr().map_err(Error::internal)?;
    let contract = contract::conclude(&parlour.house.store, folder, earlier, office.port()).await?;
    let settings = office::Settings {
        folder: folder.office(),
        parlour: parlour.house.own.origin().to_owned(),
        application: contract::APPLICATION.into(),
        key: contract.key,
        secret: contract.callback_secret,
    };
    let running = office::start(listener, settings).await.map_err(Error::Unavailable)?;
    tokio::select! {
        () = running.office.is_told(PATIENCE) => say(&link::printed(&running.office, parlour, folder)),
        () = end.comes() => {}
    }
    end.comes().await;
    running.stop().await;
    Ok(())
}

/// Whoever started it may have stopped listening.
fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// The wished port, or any that is free.
fn listen(port: u16) -> Result<TcpListener> {
    let at = |port| TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    let listener = at(port).or_else(|error| match error.kind() {
        ErrorKind::AddrInUse | ErrorKind::PermissionDenied => at(0),
        _ => Err(error),
    });
    listener.map_err(|error| Error::Unavailable(format!("the office cannot listen: {error}")))
}

/// Ctrl-C or SIGTERM.
struct End {
    interrupt: Signal,
    terminate: Signal,
    came: bool,
}

impl End {
    fn expect() -> Result<End> {
        let of = |kind| signal(kind).map_err(Error::internal);
        Ok(End { interrupt: of(SignalKind::interrupt())?, terminate: of(SignalKind::terminate())?, came: false })
    }

    async fn comes(&mut self) {
        if self.came {
            return;
        }
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
        self.came = true;
    }
}
