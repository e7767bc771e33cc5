//! The REST interface, `/api/v1`, as an application's program uses it.

mod abuse;
mod batch;
mod body;
mod contact;
mod conversation;
mod group;
mod id;
mod idempotency;
mod import;
mod key;
mod ledger;
mod list;
mod message;
mod openapi;
mod ping;
mod presence;
mod schedule;
mod session;
mod single;
mod ticket;
mod token;
mod topic;
mod user;
