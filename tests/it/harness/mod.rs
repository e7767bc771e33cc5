//! What tests are written with. A test reads like what happened:
//!
//! ```ignore
//! let server = TestServer::start();
//! let office = server.app("oa");
//! let (anna, ben) = (office.person("anna"), office.person("ben"));
//! anna.sends("ben", "hello");
//! ben.hears("hello");
//! ```

mod answer;
mod app;
mod folder;
mod http;
mod listener;
mod replica;
mod server;
mod socket;
mod voice;
mod wait;

pub use answer::Answer;
pub use app::App;
pub use http::Http;
pub use listener::{Call, Listener, Reply};
pub use server::TestServer;
pub use socket::Socket;
pub use voice::Voice;
pub use wait::{PATIENCE, eventually};
