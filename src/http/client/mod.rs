//! The door for users: the client's pages, who the application is, signing in and out, and how a socket's `hello` is
//! admitted. Everything else that a user does goes over the socket.

pub mod agent;
pub mod application;
pub mod file;
pub mod hello;
pub mod library;
pub mod oidc;
pub mod opening;
pub mod page;
pub mod password;
pub mod session;
pub mod usage;
pub mod whoami;
