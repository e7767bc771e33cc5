//! Conversations and what is said in them. Ordinary blocking Rust over the store: a function of this floor *is* the use
//! case. It knows people (`directory`) and applications (`apps`), and nothing of sockets, HTTP or who is connected.

pub mod announce;
pub mod answer;
pub mod audience;
pub mod author;
pub mod batch;
pub mod card;
pub mod cleared;
pub mod conversation;
pub mod copy;
pub mod erasure;
pub mod export;
pub mod fact;
pub mod file;
pub mod history;
pub mod intake;
pub mod ledger;
pub mod mark;
pub mod member;
pub mod message;
pub mod picture;
pub mod room;
#[cfg(test)]
mod scratch;
pub mod sight;
pub mod sync;
pub mod tally;
pub mod term;
pub mod topic;
