//! What the outside may see: rows, requests and frames of the client protocol, and the news that travels from a
//! commit to the sockets. Changed only by addition. Knows names and times, nothing of storage or transport.

pub mod card;
pub mod charset;
pub mod claim;
pub mod csv;
pub mod file;
pub mod frame;
pub mod news;
pub mod object;
pub mod page;
pub mod reply;
pub mod request;
pub mod row;

pub use news::News;
pub use row::Rows;
