//! Doors: sockets, REST for applications, the console, the web client. Parses what comes, asks the product, translates
//! what it says. Every route stands in `router` with its policy; no other room knows that there is a network.

pub mod api;
pub mod assets;
pub mod body;
mod bundle;
pub mod client;
pub mod console;
pub mod example;
pub mod file;
pub mod guard;
pub mod health;
pub mod limits;
pub mod page;
pub mod problem;
pub mod route;
pub mod router;
mod segment;
pub mod socket;

mod door;

pub use door::{RequestId, pass};

use crate::callout::Callout;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::id::{AppNo, UserNo};
use crate::jobs::marks::Marks;
use crate::live::Live;
use crate::slots::Slots;
use crate::store::{Db, Store};
use guard::origin::Own;
use limits::Limiters;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Password hashes that are computed at once; each takes 19 MiB and a processor.
const HASHES: usize = 2;

/// What every handler may use, as `web::Data<House>`.
pub struct House {
    pub config: Config,
    pub store: Store,
    /// The address under which browsers reach this server, and the check of where a request comes from.
    pub own: Own,
    pub limiters: Limiters,
    /// Who is connected, and how they show themselves.
    pub live: Live,
    /// Marks on their way to the store.
    pub marks: Marks,
    /// The way to applications.
    pub callout: Callout,
    /// When sessions and keys were last used, on its way to the store.
    pub uses: client::usage::Uses,
    /// Keys of applications that are in use.
    keys: guard::application::Keys,
    /// How far events were read, on its way to the store.
    pub cursors: api::cursor::Cursors,
    /// What the console shows once.
    pub once: console::once::Once,
    /// Cancelled when the server ends: sockets say goodbye, new requests are refused.
    pub stop: CancellationToken,
    /// Requests and sockets that are still being served; the end waits for them.
    pub busy: TaskTracker,
    health: health::Health,
    hashes: Semaphore,
    /// Lists that are being sent.
    uploads: Slots,
    /// Files that are being sent, of each application and of each user.
    files: Slots,
    senders: Slots<(AppNo, UserNo)>,
    /// Files that are fetched.
    downloads: Slots<file::Whose>,
    /// Whose turn it is to have a picture drawn.
    pictures: file::turn::Turns,
    /// Signs the addresses of files.
    links: file::link::Sealer,
    /// Readings that take long.
    long: Slots,
    /// Exports, by key.
    exports: Slots<(AppNo, i64)>,
}

impl House {
    pub fn new(config: Config, store: Store, live: Live, callout: Callout, own: Own) -> House {
        House {
            limiters: Limiters::new(&config.limits),
            uses: client::usage::Uses::default(),
            keys: guard::application::Keys::default(),
            cursors: api::cursor::Cursors::default(),
            live,
            marks: Marks::default(),
            once: console::once::Once::default(),
            config,
            store,
            callout,
            own,
            stop: CancellationToken::new(),
            busy: TaskTracker::new(),
            health: health::Health::default(),
            hashes: Semaphore::new(HASHES),
            uploads: Slots::default(),
            files: Slots::default(),
            senders: Slots::default(),
            downloads: Slots::default(),
            pictures: file::turn::Turns::default(),
            links: file::link::Sealer::fresh(),
            long: Slots::default(),
            exports: Slots::default(),
        }
    }

    /// As `store.read`, of which an application has one at a time: there are few readers, and they are for all.
    pub async fn read_long<T: Send + 'static>(
        &self,
        app: AppNo,
        work: impl FnOnce(&Db) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let slot = self.long.take(app, 1).ok_or(Error::TooMany { after_s: 1 })?;
        self.store
            .read(move |db| {
                let _slot = slot;
                work(db)
            })
            .await
    }

    /// Runs the computing of a password hash where it delays nobody, and few at once.
    pub async fn hash<T: Send + 'static>(&self, work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
        let _permit = self.hashes.acquire().await.map_err(Error::internal)?;
        tokio::task::spawn_blocking(work).await.map_err(Error::internal)?
    }
}

/// Goes on also where whoever asked has gone: nothing is left half done, and nobody begins anew while the earlier is still at work.
pub async fn to_the_end<T: 'static>(work: impl Future<Output = T> + 'static) -> Result<T> {
    actix_web::rt::spawn(work).await.map_err(Error::internal)
}
