//! Puts the house together and keeps it running: the store, the doors, the waiting work; and takes it down in order.

mod clock;
mod files;
mod work;

use crate::accounts::invitation;
use crate::callout::{self, Callout};
use crate::cli::control;
use crate::cli::task::Place;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::http::guard::origin::Own;
use crate::http::{House, router};
use crate::jobs::Bells;
use crate::live::Live;
use crate::store::{Listener, Store};
use crate::wire::News;
use actix_web::dev::ServerHandle;
use actix_web::middleware::from_fn;
use actix_web::web::Data;
use actix_web::{App, HttpServer, web};
use std::net::{SocketAddr, TcpListener};
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;

/// What is being served when the end comes has this long.
const DRAIN: Duration = Duration::from_secs(10);
/// A command that has the data directory open, while no server runs, has this long to end.
const COMMAND: Duration = Duration::from_secs(5);
/// A connection without a request is closed after this.
const KEEP_ALIVE: Duration = Duration::from_secs(30);

/// A server that answers.
pub struct Running {
    pub address: SocketAddr,
    /// Where the first administrator is made, once; none where there is one.
    pub setup_link: Option<String>,
    pub house: Data<House>,
    doors: ServerHandle,
    serving: JoinHandle<std::io::Result<()>>,
    /// Takes the commands of the command line.
    ear: JoinHandle<()>,
}

/// Opens the store and the doors. When this returns, connections are taken.
pub async fn start(config: Config) -> Result<Running> {
    files::raise_limit()?;
    let (live, bells) = (Live::new(), Bells::default());
    // First: a start that is refused for its port leaves no data directory behind.
    let listener = listen(config.listen)?;
    let store = open(&config, live.clone(), bells.clone()).await?;
    let address = listener.local_addr().map_err(Error::internal)?;
    let own = Own::new(config.public_url.as_deref(), address);
    callout::prepare();
    let callout = Callout::new(vec![address])?;
    let house = Data::new(House::new(config, store, live, callout, own));
    let setup = house.store.write(invitation::set_up).await?;
    let setup_link = setup.map(|token| house.own.link(&format!("/console/setup/{token}")));
    let ear = control::listen(place(&house), house.stop.clone())?;
    let server = serve(house.clone(), listener)?;
    let doors = server.handle();
    let serving = tokio::spawn(server);
    tokio::spawn(clock::run(house.clone()));
    work::start(&house, bells)?;
    Ok(Running { address, setup_link, house, doors, serving, ear })
}

impl Running {
    /// Ends in order: nobody new, goodbye to sockets, what is being served is finished, everything is kept, the store closes.
    pub async fn stop(self) {
        tracing::info!("stopping");
        self.doors.pause().await;
        self.house.stop.cancel();
        self.house.live.shut_down();
        self.house.busy.close();
        if tokio::time::timeout(DRAIN, self.house.busy.wait()).await.is_err() {
            tracing::warn!(left = self.house.busy.len(), "not everything ended in time");
        }
        clock::end(&self.house).await;
        self.doors.stop(false).await;
        let _ = self.serving.await;
        let _ = self.ear.await;
        let store = self.house.store.clone();
        let _ = tokio::task::spawn_blocking(move || store.close()).await;
        tracing::info!("stopped");
    }
}

/// Where commands are done while the server runs.
fn place(house: &House) -> Place {
    Place {
        store: house.store.clone(),
        own: house.own.clone(),
        config: house.config.clone(),
        callout: house.callout.clone(),
        live: house.live.clone(),
    }
}

async fn open(config: &Config, live: Live, bells: Bells) -> Result<Store> {
    let directory = config.data.clone();
    let begun = Instant::now();
    while Store::is_in_use(&directory) && !control::is_answered(&directory) && begun.elapsed() < COMMAND {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let open = move || Store::open(&directory, Ear { live, bells });
    tokio::task::spawn_blocking(open).await.map_err(Error::internal)?
}

/// Hands on what was committed: to those who are connected, and to the waiting work.
struct Ear {
    live: Live,
    bells: Bells,
}

impl Listener for Ear {
    fn begin(&mut self) {
        self.live.round.begin();
    }

    fn hear(&mut self, news: News) {
        if let Some(rest) = self.live.publish(news) {
            self.bells.ring(&rest);
        }
    }

    fn end(&mut self) {
        self.live.round.end();
    }
}

fn listen(address: SocketAddr) -> Result<TcpListener> {
    let wrong = |e: std::io::Error| match e.kind() {
        std::io::ErrorKind::AddrInUse => {
            Error::Conflict(format!("another program listens on {address}; stop it or choose another with --listen"))
        }
        _ => Error::Unavailable(format!("cannot listen on {address}: {e}; choose another with --listen")),
    };
    TcpListener::bind(address).map_err(wrong)
}

fn serve(house: Data<House>, listener: TcpListener) -> Result<actix_web::dev::Server> {
    let config = house.config.clone();
    let app = move || {
        let app = App::new().app_data(house.clone()).configure(router::configure);
        app.default_service(web::to(router::nothing_here)).wrap(from_fn(crate::http::pass))
    };
    let server = HttpServer::new(app)
        .workers(config.workers())
        .tcp_nodelay(true)
        // Whoever closes is gone, and with it what it waits for.
        .h1_allow_half_closed(false)
        .keep_alive(KEEP_ALIVE)
        .client_request_timeout(Duration::from_secs(config.limits.head_seconds))
        .on_connect(|connection, _| files::give_up_on_the_dead(connection))
        .disable_signals()
        .listen(listener)
        .map_err(Error::internal)?;
    Ok(server.run())
}
