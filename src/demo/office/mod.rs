//! A small office application: people, leave, notices. It is a stranger to the rest of the house and
//! knows Parlour only as any other application does: callbacks, tickets, REST, the script tag.
//! It must not use any other module of this package.

mod answer;
mod attempt;
mod callback;
mod card;
mod day;
mod decision;
mod entry;
mod flash;
mod guard;
mod language;
mod leave;
mod letter;
mod notice;
mod outbox;
mod page;
mod parlour;
mod password;
mod person;
mod refusal;
mod session;
mod signature;
mod state;
mod story;
#[cfg(test)]
mod tests;
mod token;
mod voice;

use actix_web::dev::ServerHandle;
use actix_web::middleware::from_fn;
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{App, HttpServer};
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

pub use story::password_of;

/// What the office must be told, as an administrator would write it into its configuration.
pub struct Settings {
    pub folder: PathBuf,
    /// Where Parlour is, for us and for browsers: `http://127.0.0.1:8080`.
    pub parlour: String,
    pub application: String,
    pub key: String,
    /// `whsec_…`
    pub secret: String,
}

pub struct Office {
    pub address: String,
    pub(crate) cabinet: state::Cabinet,
    pub(crate) parlour: parlour::Parlour,
    pub(crate) secret: String,
    pub(crate) attempts: attempt::Attempts,
    pub(crate) entries: entry::Entries,
    pub(crate) flashes: flash::Once<flash::Flash>,
    pub(crate) added: flash::Once<page::staff::Added>,
    pub(crate) assets: page::asset::Assets,
    pub(crate) nudge: Notify,
    /// The outbox has become empty.
    pub(crate) delivered: Notify,
}

impl Office {
    /// Makes a change and wakes the outbox, which may have something to do now.
    pub(crate) async fn change<T: Send + 'static>(
        &self,
        make: impl FnOnce(&mut state::State) -> Result<T, refusal::Refusal> + Send + 'static,
    ) -> Result<T, refusal::Refusal> {
        let answer = self.cabinet.change(make).await;
        self.nudge.notify_one();
        answer
    }

    /// A one-time address by which a person enters without a password.
    pub fn entry(&self, person: &str) -> String {
        format!("{}/enter/{}", self.address, self.entries.create(person))
    }

    /// What has not reached Parlour yet.
    pub fn unsent(&self) -> usize {
        self.cabinet.read(|state| state.outbox.waiting.len())
    }

    /// Waits until Parlour has been told everything, but not for ever.
    pub async fn is_told(&self, patience: Duration) {
        let all = async {
            while self.unsent() > 0 {
                self.delivered.notified().await;
            }
        };
        let _ = tokio::time::timeout(patience, all).await;
    }
}

/// A running office. Stopping it waits for requests under way.
pub struct Running {
    pub office: Arc<Office>,
    server: ServerHandle,
    stop: CancellationToken,
    outbox: tokio::task::JoinHandle<()>,
}

impl Running {
    pub async fn stop(self) {
        self.stop.cancel();
        self.server.stop(true).await;
        let _ = self.outbox.await;
    }
}

/// Opens (or makes) the office's file and serves on the given socket. Hashes passwords on the first
/// start, which takes a moment.
pub async fn start(listener: TcpListener, settings: Settings) -> Result<Running, String> {
    let port = listener.local_addr().map_err(|e| e.to_string())?.port();
    let address = format!("http://127.0.0.1:{port}");
    let (file, home) = (settings.folder.join("office.json"), address.clone());
    let open = move || state::Cabinet::open(&file, || story::first(&home));
    let cabinet = tokio::task::spawn_blocking(open).await;
    let office = Arc::new(Office {
        address,
        cabinet: cabinet.map_err(|e| e.to_string())??,
        parlour: parlour::Parlour::new(&settings.parlour, &settings.application, &settings.key)?,
        secret: settings.secret,
        attempts: attempt::Attempts::default(),
        entries: entry::Entries::default(),
        flashes: flash::Once::default(),
        added: flash::Once::default(),
        assets: page::asset::Assets::new(),
        nudge: Notify::new(),
        delivered: Notify::new(),
    });
    let data = Data::from(office.clone());
    let app = move || {
        let data = data.clone();
        App::new().app_data(data).wrap(from_fn(guard::stand)).configure(routes)
    };
    let server =
        HttpServer::new(app).workers(1).disable_signals().shutdown_timeout(2).listen(listener).map_err(|e| e.to_string())?.run();
    let handle = server.handle();
    tokio::spawn(server);
    let stop = CancellationToken::new();
    let outbox = tokio::spawn(outbox::run(office.clone(), stop.clone()));
    Ok(Running { office, server: handle, stop, outbox })
}

/// A page of an office needs no more than this.
const MOST_FORM: usize = 64 * 1024;

fn routes(app: &mut ServiceConfig) {
    use page::{asset, enter, home, leave, messenger, notice, people, staff};
    use web::resource;
    app.app_data(web::FormConfig::default().limit(MOST_FORM))
        .app_data(web::PayloadConfig::default().limit(1024 * 1024))
        .service(resource("/").get(home::index))
        .service(resource("/people").get(people::index))
        .service(resource("/people/presence").get(people::shows))
        .service(resource("/leave").get(leave::index).post(leave::create))
        .service(resource("/leave/{id}").get(leave::detail))
        .service(resource("/leave/{id}/decision").post(leave::decide))
        .service(resource("/requests").get(leave::requests))
        .service(resource("/notices").get(notice::index).post(notice::create))
        .service(resource("/staff").get(staff::index).post(staff::create))
        .service(resource("/staff/{id}/departure").get(staff::leaving).post(staff::depart))
        .service(resource("/messenger").post(messenger::create))
        .service(resource("/sign-in").get(enter::new).post(enter::create))
        .service(resource("/sign-out").post(enter::destroy))
        .service(resource("/enter/{token}").get(enter::link).post(enter::follow))
        .service(resource(guard::CALLBACK).post(callback::receive))
        .service(resource("/assets/{version}/{name}").get(asset::show));
}
