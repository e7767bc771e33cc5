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
pub struct Place {
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
    places: Mutex<HashMap<(AppNo, UserNo), Vec<Place>>>,
}

impl Hub {
    /// A number for a new connection.
    pub fn number(&self) -> SocketNo {
        self.next.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// From now on the connection is pushed to. An earlier one of the same session and device is ended.
    pub fn join(&self, place: Place) {
        let mut places = self.lock();
        let of_user = places.entry((place.app, place.user)).or_default();
        let same = |p: &&Place| p.device.is_some() && p.device == place.device && p.session == place.session;
        of_user.iter().filter(same).for_each(|p| p.outbox.end(Bye::REPLACED));
        of_user.push(place);
    }

    pub fn leave(&self, place: &Place) {
        let mut places = self.lock();
        if let Some(of_user) = places.get_mut(&(place.app, place.user)) {
            of_user.retain(|p| p.socket != place.socket);
            if of_user.is_empty() {
                places.remove(&(place.app, place.user));
            }
        }
    }

    /// Pushes rows to all connections of these users but one.
    pub fn rows(&self, (app, to): (AppNo, &To), version: i64, rows: &Rows, except: Option<SocketNo>) {
        let places = self.lock();
        let mut text: Option<ByteString> = None;
        let mut push = |place: &Place| {
            if Some(place.socket) != except {
                let text = text.get_or_insert_with(|| encode(version, rows));
                place.outbox.push(version, text.clone());
            }
        };
        match to {
            To::Users(users) => users.iter().filter_map(|user| places.get(&(app, *user))).flatten().for_each(&mut push),
            To::Everyone => places.values().flatten().filter(|place| place.app == app).for_each(&mut push),
        }
    }

    /// Connections of these users go on from the store.
    pub fn look_again(&self, app: AppNo, users: &[UserNo]) {
        let places = self.lock();
        users.iter().filter_map(|user| places.get(&(app, *user))).flatten().for_each(|place| place.outbox.look_again());
    }

    /// Sends something that is not kept to all connections of these users.
    pub fn pass(&self, app: AppNo, to: &[UserNo], text: &ByteString) {
        let places = self.lock();
        for place in to.iter().filter_map(|user| places.get(&(app, *user))).flatten() {
            place.outbox.pass(text.clone());
        }
    }

    pub fn end(&self, end: End, bye: Bye) {
        for (_, of_user) in self.lock().iter() {
            of_user.iter().filter(|place| concerns(end, place)).for_each(|place| place.outbox.end(bye.clone()));
        }
    }

    pub fn end_all(&self, bye: Bye) {
        self.lock().values().flatten().for_each(|place| place.outbox.end(bye.clone()));
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

    fn lock(&self) -> MutexGuard<'_, HashMap<(AppNo, UserNo), Vec<Place>>> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn encode(version: i64, rows: &Rows) -> ByteString {
    Frame::Sync(Sync { version, reset: false, rows, more: false }).text().into()
}

fn concerns(end: End, place: &Place) -> bool {
    match end {
        End::Session { app, user, session } => place.app == app && place.user == user && place.session == session,
        End::User { app, user } => place.app == app && place.user == user,
        End::Application { app } => place.app == app,
    }
}
