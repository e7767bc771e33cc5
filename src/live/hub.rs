//! Who is connected: each user's outboxes, under one plain mutex that is never held while waiting. A frame is encoded once
//! for all its recipients.

use crate::id::{AppNo, UserNo};
use crate::live::outbox::Outbox;
use crate::wire::frame::{Bye, Frame, Sync};
use crate::wire::news::{End, SocketNo, To};
use crate::wire::row::Rows;
use bytestring::ByteString;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// One live connection of a signed-in user.
#[derive(Clone)]
pub struct Peer {
    pub socket: SocketNo,
    pub app: AppNo,
    pub user: UserNo,
    pub session: i64,
    /// What the client calls the device; a second connection of the same device replaces the first.
    pub device: Option<Arc<str>>,
    pub outbox: Arc<Outbox>,
}

#[derive(Default)]
pub struct Hub {
    next: AtomicU64,
    peers: Mutex<HashMap<(AppNo, UserNo), Vec<Peer>>>,
}

impl Hub {
    /// A number for a new connection.
    pub fn number(&self) -> SocketNo {
        self.next.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// From now on the connection is pushed to. An earlier one of the same session and device is ended, and the oldest of the
    /// user's where they are more than `most`.
    pub fn join(&self, peer: Peer, most: usize) {
        let mut peers = self.lock();
        // Most have one, and there are many.
        let of_user = peers.entry((peer.app, peer.user)).or_insert_with(|| Vec::with_capacity(1));
        let same = |p: &&Peer| p.device.is_some() && p.device == peer.device && p.session == peer.session;
        of_user.iter().filter(same).for_each(|p| p.outbox.end(Bye::REPLACED));
        of_user.push(peer);
        let living = of_user.iter().filter(|p| p.outbox.ended().is_none());
        let surplus = living.clone().count().saturating_sub(most);
        living.take(surplus).for_each(|p| p.outbox.end(Bye::CROWDED));
    }

    pub fn leave(&self, peer: &Peer) {
        let mut peers = self.lock();
        if let Some(of_user) = peers.get_mut(&(peer.app, peer.user)) {
            of_user.retain(|p| p.socket != peer.socket);
            if of_user.is_empty() {
                peers.remove(&(peer.app, peer.user));
            }
        }
    }

    /// Pushes rows to all connections of these users but one.
    pub fn rows(&self, (app, to): (AppNo, &To), version: i64, rows: &Rows, except: Option<SocketNo>) {
        let peers = self.lock();
        let mut text: Option<ByteString> = None;
        let mut push = |peer: &Peer| {
            if Some(peer.socket) != except {
                let text = text.get_or_insert_with(|| encode(version, rows));
                peer.outbox.push(version, text.clone());
            }
        };
        match to {
            To::Users(users) => users.iter().filter_map(|user| peers.get(&(app, *user))).flatten().for_each(&mut push),
            To::Everyone => peers.values().flatten().filter(|peer| peer.app == app).for_each(&mut push),
        }
    }

    /// Connections of these users go on from the store.
    pub fn look_again(&self, app: AppNo, users: &[UserNo]) {
        let peers = self.lock();
        users.iter().filter_map(|user| peers.get(&(app, *user))).flatten().for_each(|peer| peer.outbox.look_again());
    }

    /// Sends something that is not kept to all connections of these users.
    pub fn pass(&self, app: AppNo, to: &[UserNo], text: &ByteString) {
        let peers = self.lock();
        for peer in to.iter().filter_map(|user| peers.get(&(app, *user))).flatten() {
            peer.outbox.pass(text.clone());
        }
    }

    /// The same to all connections of an application.
    pub fn pass_all(&self, app: AppNo, text: &ByteString) {
        self.lock().values().flatten().filter(|peer| peer.app == app).for_each(|peer| peer.outbox.pass(text.clone()));
    }

    pub fn end(&self, end: End, bye: Bye) {
        for (_, of_user) in self.lock().iter() {
            of_user.iter().filter(|peer| concerns(end, peer)).for_each(|peer| peer.outbox.end(bye.clone()));
        }
    }

    pub fn end_all(&self, bye: Bye) {
        self.lock().values().flatten().for_each(|peer| peer.outbox.end(bye.clone()));
    }

    /// The sessions by which a user is connected.
    pub fn sessions(&self, app: AppNo, user: UserNo) -> Vec<i64> {
        self.lock().get(&(app, user)).map(|of_user| of_user.iter().map(|peer| peer.session).collect()).unwrap_or_default()
    }

    pub fn is_connected(&self, app: AppNo, user: UserNo) -> bool {
        self.lock().contains_key(&(app, user))
    }

    /// Every connected user of an application.
    pub fn connected(&self, app: AppNo) -> Vec<UserNo> {
        self.lock().keys().filter(|(a, _)| *a == app).map(|(_, user)| *user).collect()
    }

    /// All live connections.
    pub fn count(&self) -> usize {
        self.lock().values().map(Vec::len).sum()
    }

    /// The live connections of one application.
    pub fn count_of(&self, app: AppNo) -> usize {
        self.lock().iter().filter(|((a, _), _)| *a == app).map(|(_, of_user)| of_user.len()).sum()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<(AppNo, UserNo), Vec<Peer>>> {
        self.peers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn encode(version: i64, rows: &Rows) -> ByteString {
    Frame::Sync(Sync { version, reset: false, rows, more: false }).text().into()
}

fn concerns(end: End, peer: &Peer) -> bool {
    match end {
        End::Session { app, user, session } => peer.app == app && peer.user == user && peer.session == session,
        End::User { app, user } => peer.app == app && peer.user == user,
        End::Application { app } => peer.app == app,
        End::Key { .. } => false,
    }
}
