//! Who watches whom: the connections that are told when what shows of a user changes.

use crate::id::{AppNo, UserId};
use crate::live::outbox::Outbox;
use crate::wire::news::SocketNo;
use bytestring::ByteString;
use std::collections::HashMap;
use std::sync::Arc;

pub type Who = (AppNo, UserId);

#[derive(Default)]
pub struct Watches {
    watchers: HashMap<Who, HashMap<SocketNo, Arc<Outbox>>>,
    /// Whom each connection watches.
    watched: HashMap<SocketNo, Vec<Who>>,
}

impl Watches {
    /// Replaces whom a connection watches.
    pub fn set(&mut self, socket: SocketNo, whom: Vec<Who>, outbox: &Arc<Outbox>) {
        self.forget(socket);
        for who in &whom {
            self.watchers.entry(who.clone()).or_default().insert(socket, outbox.clone());
        }
        if !whom.is_empty() {
            self.watched.insert(socket, whom);
        }
    }

    /// The connection is gone.
    pub fn forget(&mut self, socket: SocketNo) {
        for who in self.watched.remove(&socket).unwrap_or_default() {
            if let Some(watchers) = self.watchers.get_mut(&who) {
                watchers.remove(&socket);
                if watchers.is_empty() {
                    self.watchers.remove(&who);
                }
            }
        }
    }

    pub fn tell(&self, who: &Who, text: &ByteString) {
        self.watchers(who).for_each(|outbox| outbox.pass(text.clone()));
    }

    pub fn is_watched(&self, who: &Who) -> bool {
        self.watchers.contains_key(who)
    }

    /// Whom a connection watches.
    pub fn of(&self, socket: SocketNo) -> Vec<UserId> {
        self.watched.get(&socket).into_iter().flatten().map(|(_, user)| user.clone()).collect()
    }

    /// Has those who watch somebody look again whom they may watch.
    pub fn review(&self, who: &Who) {
        self.watchers(who).for_each(|outbox| outbox.review());
    }

    /// Has these connections look again whom they may watch.
    pub fn review_own(&self, own: impl Iterator<Item = SocketNo>) {
        for socket in own {
            let first = self.watched.get(&socket).and_then(|whom| self.watchers.get(whom.first()?)?.get(&socket));
            first.into_iter().for_each(|outbox| outbox.review());
        }
    }

    fn watchers(&self, who: &Who) -> impl Iterator<Item = &Arc<Outbox>> {
        self.watchers.get(who).into_iter().flat_map(HashMap::values)
    }
}
