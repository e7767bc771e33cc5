//! One user at this moment: its connections, what it chose, when others saw it last, and how it shows by that.

use crate::id::UserId;
use crate::time::Moment;
use crate::wire::frame::Presence;
use crate::wire::news::SocketNo;
use crate::wire::request::Show;
use std::collections::HashMap;

/// What a user chose for itself, on all devices.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    pub show: Show,
    pub note: Option<String>,
    pub until: Option<Moment>,
}

#[derive(Default)]
pub struct Person {
    pub leases: HashMap<SocketNo, Lease>,
    pub choice: Option<Choice>,
    pub last_seen: Option<Moment>,
    pub told: Option<Presence>,
    /// `lapse` has said that it came.
    pub sighted: bool,
    /// When it hid; not said yet.
    pub hid: Option<Moment>,
}

/// What is known of one connection.
pub struct Lease {
    pub end: Moment,
    /// Nobody is at that device: it has seen no input for a while.
    pub idle: bool,
}

impl Person {
    /// Whoever hides is gone for the others, at this moment.
    pub fn choose(&mut self, choice: Option<Choice>, now: Moment) {
        let was_seen = !self.leases.is_empty() && !self.is_hidden(now);
        self.choice = choice;
        if was_seen && self.is_hidden(now) {
            self.last_seen = Some(now);
            self.hid = Some(now);
        }
    }

    pub fn is_hidden(&self, now: Moment) -> bool {
        let choice = self.choice.as_ref().filter(|c| c.until.is_none_or(|until| until > now));
        choice.is_some_and(|c| matches!(c.show, Show::Invisible | Show::Offline))
    }

    /// When others saw it last, for somebody who is here; once.
    pub fn seen(&mut self, now: Moment) -> Option<Moment> {
        let hid = self.hid.take();
        if self.is_hidden(now) { hid } else { Some(now) }
    }

    /// When it was here and when others saw it, where it has come, gone or hidden.
    pub fn lapse(&mut self, now: Moment) -> Option<(Moment, Option<Moment>)> {
        if self.choice.as_ref().is_some_and(|c| c.until.is_some_and(|until| until <= now)) {
            self.choice = None;
        }
        let before = self.leases.len();
        self.leases.retain(|_, lease| lease.end > now);
        let gone = before > 0 && self.leases.is_empty();
        let came = !self.leases.is_empty() && !self.sighted;
        self.sighted = !self.leases.is_empty();
        if !gone && !came {
            return self.hid.take().map(|at| (at, Some(at)));
        }
        let seen = self.seen(now);
        if gone && seen.is_some() {
            self.last_seen = seen;
        }
        Some((now, seen))
    }

    pub fn show(&self, user: &UserId, now: Moment) -> Presence {
        let choice = self.choice.as_ref().filter(|c| c.until.is_none_or(|until| until > now));
        let alive = || self.leases.values().filter(|lease| lease.end > now);
        let here = alive().next().is_some();
        let show = match (here, choice.map(|c| c.show)) {
            (false, _) | (true, Some(Show::Invisible | Show::Offline)) => Show::Offline,
            (true, Some(chosen @ (Show::Away | Show::Busy))) => chosen,
            (true, Some(Show::Available) | None) if alive().all(|lease| lease.idle) => Show::Away,
            (true, Some(Show::Available) | None) => Show::Available,
        };
        let visible = choice.filter(|_| show != Show::Offline);
        Presence {
            user: user.clone(),
            show,
            note: visible.and_then(|c| c.note.clone()),
            until: visible.and_then(|c| c.until),
            last_seen: self.last_seen.filter(|_| show == Show::Offline),
        }
    }
}
