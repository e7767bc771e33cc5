//! The people of an application: users, how they prove who they are, and whom they know.

pub mod block;
pub mod caller;
pub mod contact;
pub mod difference;
pub mod erasure;
pub mod feed;
pub mod group;
pub mod held;
pub mod import;
mod list;
pub mod profile;
pub mod renewal;
pub mod roll;
pub mod session;
pub mod setting;
pub mod shared;
pub mod shrink;
pub mod ticket;
pub mod user;

#[cfg(test)]
mod tests;
