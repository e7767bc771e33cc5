//! What tests are written with, so that one reads like what happened. It knows nothing of the code under test.
//!
//! ```ignore
//! let office = TestServer::start().app("oa");
//! office.person("anna").sends("ben", "hello");
//! office.person("ben").hears("hello");
//! ```

mod answer;
mod app;
mod folder;
mod http;
mod line;
mod listener;
pub mod process;
mod replica;
mod server;
mod socket;
mod voice;
mod wait;

pub use answer::Answer;
pub use app::{App, password};
pub use folder::Folder;
pub use http::Http;
pub use line::{Line, Typed};
pub use listener::{Away, Call, Listener, Reply};
pub use replica::Replica;
pub use server::{PUBLIC_URL, TestServer};
pub use socket::{Log, Socket, shake};
pub use voice::Voice;
pub use wait::{PATIENCE, eventually};
