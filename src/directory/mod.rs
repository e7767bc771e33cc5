//! The people of an application: users, how they prove who they are, and whom they know.

pub mod caller;
pub mod user;
