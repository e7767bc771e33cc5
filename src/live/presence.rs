//! Presence: a lease that each connection renews and that lapses by itself. A chosen `invisible` wins and reads as
//! `offline`; otherwise the most available device counts. Whoever watches a user is told when what shows changes.

use crate::id::{AppNo, UserId};
use crate::live::hub::Peer;
pub use crate::live::person::Choice;
use crate::live::person::{Lease, Person};
use crate::live::watch::{Watches, Who};
use crate::time::Moment;
use crate::wire::frame::{Frame, Presence};
use crate::wire::news::SocketNo;
use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A connection that has not been heard of for this long no longer counts.
pub const LEASE: Duration = Duration::from_secs(60);
/// After the last connection went, how long a user still shows as it did: a reload is not a departure.
pub const GRACE: Duration = Duration::from_secs(5);
/// Characters of a note.
pub const NOTE: usize = 80;

/// That somebody was there.
#[derive(Debug, Clone, PartialEq)]
pub struct Sighting {
    pub app: AppNo,
    pub user: UserId,
    pub at: Moment,
    /// When others saw it last; none where that is to stay as it is, because it was invisible.
    pub seen: Option<Moment>,
}

#[derive(Default)]
pub struct Presences {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    people: HashMap<Who, Person>,
    watches: Watches,
    /// How often the right to see somebody may have ended.
    reviews: HashMap<AppNo, u64>,
    /// Who shows differently since `take_changed`.
    changed: HashSet<Who>,
}

impl Presences {
    /// Renews a connection's lease; the first one makes its user appear.
    pub fn renew(&self, app: AppNo, user: &UserId, socket: SocketNo, now: Moment) {
        let mut state = self.lock();
        let who = (app, user.clone());
        let leases = &mut state.people.entry(who.clone()).or_default().leases;
        leases.entry(socket).or_insert(Lease { end: now, idle: false }).end = now.plus(LEASE);
        state.tell(&who, now);
    }

    /// The connection went: its lease ends after the grace.
    pub fn release(&self, app: AppNo, user: &UserId, socket: SocketNo, now: Moment) {
        let mut state = self.lock();
        if let Some(person) = state.people.get_mut(&(app, user.clone())) {
            person.leases.entry(socket).and_modify(|lease| lease.end = now.plus(GRACE));
        }
        state.watches.forget(socket);
    }

    /// A device says whether somebody is at it.
    pub fn idle(&self, (app, user): (AppNo, &UserId), socket: SocketNo, idle: bool, now: Moment) {
        let mut state = self.lock();
        let who = (app, user.clone());
        if let Some(lease) = state.people.get_mut(&who).and_then(|person| person.leases.get_mut(&socket)) {
            lease.idle = idle;
            state.tell(&who, now);
        }
    }

    /// A user says how it wants to show; `None` goes back to what its devices say.
    pub fn choose(&self, app: AppNo, user: &UserId, choice: Option<Choice>, now: Moment) {
        let mut state = self.lock();
        let who = (app, user.clone());
        state.people.entry(who.clone()).or_default().choose(choice, now);
        state.tell(&who, now);
    }

    /// Replaces whom a connection watches; answers how they show now. Whom it may watch was read when so many `reviews` had
    /// been; where there was one since, it is read again.
    pub fn watch(&self, peer: &Peer, users: Vec<UserId>, (reviews, now): (u64, Moment)) -> Vec<Presence> {
        let mut state = self.lock();
        let whom: Vec<Who> = users.into_iter().map(|user| (peer.app, user)).collect();
        let shown = whom.iter().map(|who| state.show(who, now)).collect();
        // Asked under this lock: a connection that is closing is released after it was closed.
        if !peer.outbox.is_closed() {
            state.watches.set(peer.socket, whom, &peer.outbox);
        }
        if state.reviews_of(peer.app) != reviews {
            peer.outbox.review();
        }
        shown
    }

    /// Whom a connection watches.
    pub fn watched(&self, socket: SocketNo) -> Vec<UserId> {
        self.lock().watches.of(socket)
    }

    /// How often the connections of an application were to look again.
    pub fn reviews(&self, app: AppNo) -> u64 {
        self.lock().reviews_of(app)
    }

    /// Somebody may no longer see these users, or they somebody: the connections that this concerns look again, their own and,
    /// unless it is only `between` them, those that watch them.
    pub fn review(&self, app: AppNo, users: Vec<UserId>, between: bool) {
        let mut state = self.lock();
        *state.reviews.entry(app).or_default() += 1;
        for who in users.into_iter().map(|user| (app, user)) {
            let own = state.people.get(&who).into_iter().flat_map(|person| person.leases.keys().copied());
            state.watches.review_own(own);
            if !between {
                state.watches.review(&who);
            }
        }
    }

    pub fn show(&self, app: AppNo, user: &UserId, now: Moment) -> Presence {
        self.lock().show(&(app, user.clone()), now)
    }

    /// What a user chose, shown to itself only.
    pub fn choice(&self, app: AppNo, user: &UserId) -> Option<Choice> {
        self.lock().people.get(&(app, user.clone())).and_then(|p| p.choice.clone())
    }

    /// The id stands for nobody any more: whoever is given it later inherits nothing.
    pub fn forget(&self, app: AppNo, user: &UserId, now: Moment) {
        let mut state = self.lock();
        let who = (app, user.clone());
        *state.reviews.entry(app).or_default() += 1;
        state.watches.review(&who);
        if let Some(person) = state.people.get_mut(&who) {
            *person = Person { told: person.told.take(), ..Person::default() };
            state.tell(&who, now);
            state.people.remove(&who);
        }
    }

    /// Ends leases that have lapsed, tells the watchers, and answers who has come or gone since this was last asked.
    pub fn lapse(&self, now: Moment) -> Vec<Sighting> {
        let mut state = self.lock();
        let all: Vec<Who> = state.people.keys().cloned().collect();
        let mut sightings = Vec::new();
        for who in all {
            if let Some((at, seen)) = state.people.get_mut(&who).and_then(|person| person.lapse(now)) {
                sightings.push(Sighting { app: who.0, user: who.1.clone(), at, seen });
            }
            state.tell(&who, now);
            if state
                .people
                .get(&who)
                .is_some_and(|p| p.leases.is_empty() && p.choice.is_none() && !state.watches.is_watched(&who))
            {
                state.people.remove(&who);
            }
        }
        sightings
    }

    /// Everybody who is here, for a stop of the server.
    pub fn here(&self, now: Moment) -> Vec<Sighting> {
        let mut state = self.lock();
        let here = state.people.iter_mut().filter(|(_, person)| !person.leases.is_empty());
        here.map(|((app, user), person)| Sighting { app: *app, user: user.clone(), at: now, seen: person.seen(now) }).collect()
    }

    /// How those show now who show differently since this was last asked. Somebody has to ask now and then.
    pub fn take_changed(&self, now: Moment) -> Vec<(AppNo, Presence)> {
        let mut state = self.lock();
        let changed = std::mem::take(&mut state.changed);
        changed.into_iter().map(|who| (who.0, state.show(&who, now))).collect()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn reviews_of(&self, app: AppNo) -> u64 {
        self.reviews.get(&app).copied().unwrap_or(0)
    }

    fn show(&self, who: &Who, now: Moment) -> Presence {
        match self.people.get(who) {
            Some(person) => person.show(&who.1, now),
            None => Presence::offline(who.1.clone()),
        }
    }

    /// Tells the watchers where what shows is not what they were told last.
    fn tell(&mut self, who: &Who, now: Moment) {
        let shown = self.show(who, now);
        let Some(person) = self.people.get_mut(who) else { return };
        if person.told.as_ref() == Some(&shown) {
            return;
        }
        person.told = Some(shown.clone());
        self.changed.insert(who.clone());
        if self.watches.is_watched(who) {
            self.watches.tell(who, &Frame::Presence { users: &[shown] }.text().into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::Out;
    use crate::wire::request::Show;
    use std::sync::Arc;

    fn anna() -> UserId {
        UserId::parse("anna").unwrap()
    }

    #[test]
    fn presence_is_a_lease_with_a_grace() {
        let (all, app, now) = (Presences::default(), AppNo(1), Moment(1_000_000));
        all.renew(app, &anna(), 1, now);
        assert_eq!(all.show(app, &anna(), now).show, Show::Available);
        assert_eq!(all.show(app, &anna(), now.plus(LEASE)).show, Show::Offline);
        assert_eq!((all.take_changed(now).len(), all.take_changed(now).len()), (1, 0));
        let sighting = |at: Moment| Sighting { app, user: anna(), at, seen: Some(at) };
        assert_eq!((all.lapse(now), all.lapse(now), all.here(now)), (vec![sighting(now)], vec![], vec![sighting(now)]));
        all.release(app, &anna(), 1, now);
        assert_eq!(all.show(app, &anna(), now.plus(GRACE / 2)).show, Show::Available);
        assert_eq!(all.lapse(now.plus(GRACE)), [sighting(now.plus(GRACE))]);
        assert!(all.lock().people.is_empty());
    }

    #[test]
    fn a_chosen_invisible_reads_as_having_left_at_that_moment_whatever_follows() {
        let (all, app, now) = (Presences::default(), AppNo(1), Moment(1_000_000));
        all.renew(app, &anna(), 1, now.minus(LEASE / 2));
        all.lapse(now.minus(LEASE / 2));
        let choice = Choice { show: Show::Invisible, note: Some("hidden".into()), until: None };
        all.choose(app, &anna(), Some(choice), now);
        let shown = all.show(app, &anna(), now);
        assert_eq!((shown.show, shown.note, shown.last_seen), (Show::Offline, None, Some(now)));
        let sighting = |at: Moment, seen: Option<Moment>| Sighting { app, user: anna(), at, seen };
        assert_eq!(all.lapse(now), [sighting(now, Some(now))]);
        assert_eq!(all.here(now), [sighting(now, None)]);
        all.release(app, &anna(), 1, now);
        let later = now.plus(GRACE);
        assert_eq!(all.lapse(later), [sighting(later, None)], "nobody saw her here, so nobody sees her go");
        assert_eq!(all.show(app, &anna(), later).last_seen, Some(now));
        all.renew(app, &anna(), 2, later);
        assert_eq!((all.lapse(later), all.show(app, &anna(), later).last_seen), (vec![sighting(later, None)], Some(now)));
    }

    #[test]
    fn whoever_is_given_an_erased_id_inherits_nothing() {
        let (all, app, now) = (Presences::default(), AppNo(1), Moment(1_000_000));
        let peer = peer(9);
        all.watch(&peer, vec![anna()], (0, now));
        all.renew(app, &anna(), 1, now);
        all.choose(app, &anna(), Some(Choice { show: Show::Busy, note: Some("hidden".into()), until: None }), now);
        while peer.outbox.take().is_some() {}
        all.forget(app, &anna(), now);
        let told: Vec<Out> = std::iter::from_fn(|| peer.outbox.take()).collect();
        assert!(matches!(&told[..], [Out::Review, Out::Passing { text }] if text.contains("offline")), "{told:?}");
        all.renew(app, &anna(), 2, now);
        let shown = all.show(app, &anna(), now);
        assert_eq!((shown.show, shown.note), (Show::Available, None));
    }

    fn peer(socket: SocketNo) -> Peer {
        Peer { socket, app: AppNo(1), user: crate::id::UserNo(2), session: 1, device: None, outbox: Arc::default() }
    }

    #[test]
    fn who_is_at_no_device_is_away_unless_something_else_was_chosen() {
        let (all, app, now) = (Presences::default(), AppNo(1), Moment(1_000_000));
        let (anna, show) = (anna(), |all: &Presences| all.show(app, &anna(), now).show);
        (1..3).for_each(|socket| all.renew(app, &anna, socket, now));
        all.idle((app, &anna), 1, true, now);
        assert_eq!(show(&all), Show::Available, "somebody is at the other one");
        all.idle((app, &anna), 2, true, now);
        all.renew(app, &anna, 2, now);
        assert_eq!(show(&all), Show::Away);
        for (chosen, shown) in [(Show::Busy, Show::Busy), (Show::Invisible, Show::Offline), (Show::Available, Show::Away)] {
            all.choose(app, &anna, Some(Choice { show: chosen, note: Some("x".into()), until: None }), now);
            assert_eq!(show(&all), shown);
        }
        all.idle((app, &anna), 1, false, now);
        assert_eq!(show(&all), Show::Available);
    }

    #[test]
    fn watchers_are_told_once_when_it_changes() {
        let (all, app, now, peer) = (Presences::default(), AppNo(1), Moment(1_000_000), peer(9));
        assert_eq!(all.watch(&peer, vec![anna()], (0, now))[0].show, Show::Offline);
        all.renew(app, &anna(), 1, now);
        all.renew(app, &anna(), 1, now.plus(Duration::from_secs(1)));
        assert!(peer.outbox.take().is_some() && peer.outbox.take().is_none());
        all.watch(&peer, vec![], (0, now));
        all.release(app, &anna(), 1, now);
        all.lapse(now.plus(LEASE));
        assert!(peer.outbox.take().is_none());
    }

    #[test]
    fn nothing_is_kept_of_a_connection_that_went_whatever_it_asked_last() {
        let (all, now, peer) = (Presences::default(), Moment(1_000_000), peer(9));
        let is_watched = || all.lock().watches.is_watched(&(peer.app, anna()));
        all.watch(&peer, vec![anna()], (0, now));
        assert!(is_watched());
        peer.outbox.close();
        all.release(peer.app, &anna(), peer.socket, now);
        assert!(!is_watched() && all.watched(peer.socket).is_empty());
        all.watch(&peer, vec![anna()], (0, now));
        assert!(!is_watched(), "the answer to its last request came after it went");
    }

    #[test]
    fn whoever_watches_or_is_watched_looks_again_when_sight_may_have_ended() {
        let (all, app, now) = (Presences::default(), AppNo(1), Moment(1_000_000));
        let (of_anna, of_ben, of_eve) = (peer(1), peer(2), peer(3));
        let [ben, eve] = ["ben", "eve"].map(|id| UserId::parse(id).unwrap());
        all.renew(app, &anna(), 1, now);
        all.watch(&of_anna, vec![ben.clone()], (0, now));
        all.watch(&of_ben, vec![anna()], (0, now));
        all.watch(&of_eve, vec![ben], (0, now));
        all.review(app, vec![anna()], false);
        let looks = |peer: &Peer| std::iter::from_fn(|| peer.outbox.take()).filter(|out| matches!(out, Out::Review)).count();
        assert_eq!([&of_anna, &of_ben, &of_eve].map(looks), [1, 1, 0]);
        all.watch(&of_eve, vec![eve], (0, now));
        assert_eq!(looks(&of_eve), 1, "what it may watch was read before");
        all.review(app, vec![anna()], true);
        assert_eq!([&of_anna, &of_ben, &of_eve].map(looks), [1, 0, 0], "only between her and another");
    }
}
