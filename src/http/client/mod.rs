//! What the client of a user needs besides its socket: its pages, signing in and out.

pub mod page;
