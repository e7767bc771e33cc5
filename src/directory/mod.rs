//! The people of an application: users, how they prove who they are, and whom they know.

pub mod block;
pub mod caller;
pub mod contact;
pub mod erasure;
pub mod group;
pub mod import;
mod list;
pub mod profile;
pub mod renewal;
pub mod session;
pub mod setting;
pub mod shared;
pub mod ticket;
pub mod user;

#[cfg(test)]
mod tests;
