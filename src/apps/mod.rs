//! Applications: who they are, what opens their doors, what is on its way to them.

pub mod application;
pub mod attempt;
pub mod claim;
pub mod delivery;
pub mod draft;
pub mod endpoint;
pub mod event;
pub mod feed;
pub mod idempotency;
pub mod key;
pub mod kind;
pub mod oidc;
pub mod origin;
pub mod outcome;
pub mod queue;
pub mod reader;
pub mod schedule;
pub mod secret;
pub mod signature;
pub mod token;
pub mod whoami;
pub mod wish;
