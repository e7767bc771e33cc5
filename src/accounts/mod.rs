//! Administrators of this server: who they are, how they get in, what they did. Knows nothing of applications and users.

pub mod audit;
pub mod deed;
pub mod invitation;
pub mod operator;
pub mod session;
