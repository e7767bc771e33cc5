//! Whose contact lists are wished, in memory and bounded: a wish that is lost with the process comes again at the next
//! sign-in. Each application has its own line, so that one which hangs holds up only its own.

use crate::directory::renewal;
use crate::id::{AppNo, UserNo};
use crate::time::Moment;
use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;

/// Wishes that are kept; what comes above is dropped.
const MOST: usize = 100_000;
/// One application is asked for so many lists at the same time.
const EACH: usize = 4;
/// An application that fails is left alone for longer each time, at most for this.
const LONGEST_REST: Duration = Duration::from_secs(60);
/// A list that could not be had is tried again this often, each time after twice the pause.
const TRIES: i64 = 6;

#[derive(Default)]
pub struct Wishes {
    lines: Mutex<BTreeMap<AppNo, Line>>,
    bell: Notify,
}

#[derive(Default)]
struct Line {
    users: VecDeque<UserNo>,
    /// Who stands in `users`.
    known: HashSet<UserNo>,
    /// Whose list is being asked for, and whether it was wished again meanwhile: the answer may be older than that wish.
    in_flight: HashMap<UserNo, bool>,
    /// Everybody's list is wished: whose is looked up next comes after this one.
    everyone_after: Option<UserNo>,
    later: Vec<(Moment, UserNo)>,
    failures: u32,
    rests_until: Moment,
    /// How many were taken, so that all lines get their turn.
    taken: u64,
}

/// What is to be done next.
#[derive(Debug, PartialEq, Eq)]
pub enum Wish {
    One(AppNo, UserNo),
    /// Look up who comes after this user, and say it with `spread`.
    More(AppNo, UserNo),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Done,
    /// There was nothing to ask.
    Skipped,
    /// So many times in a row now.
    Failed(i64),
}

impl Wishes {
    /// One user's list, or everybody's.
    pub fn add(&self, app: AppNo, user: Option<UserNo>) {
        let mut lines = self.lock();
        let waiting: usize = lines.values().map(|line| line.known.len() + line.later.len()).sum();
        let line = lines.entry(app).or_default();
        match user {
            None => line.everyone_after = Some(UserNo(0)),
            Some(user) if waiting < MOST => line.push(user),
            Some(_) => tracing::warn!(application = app.0, "too many contact lists are wished; one is not renewed now"),
        }
        drop(lines);
        self.bell.notify_one();
    }

    /// Waits for the next wish.
    pub async fn heard(&self) {
        self.bell.notified().await;
    }

    pub(super) fn take(&self, now: Moment) -> Option<Wish> {
        let mut lines = self.lock();
        for line in lines.values_mut() {
            line.recall(now);
        }
        let ready = lines.iter_mut().filter(|(_, line)| line.is_ready(now));
        let (app, line) = ready.min_by_key(|(_, line)| (line.in_flight.len(), line.taken))?;
        line.taken += 1;
        if let Some(user) = line.users.pop_front() {
            line.known.remove(&user);
            line.in_flight.insert(user, false);
            return Some(Wish::One(*app, user));
        }
        line.everyone_after.take().map(|after| Wish::More(*app, after))
    }

    pub(super) fn spread(&self, app: AppNo, users: Vec<UserNo>, next: Option<UserNo>) {
        let mut lines = self.lock();
        let line = lines.entry(app).or_default();
        users.into_iter().for_each(|user| line.push(user));
        line.everyone_after = line.everyone_after.or(next);
    }

    pub(super) fn settle(&self, app: AppNo, user: UserNo, outcome: Outcome, now: Moment) {
        let mut lines = self.lock();
        let line = lines.entry(app).or_default();
        if line.in_flight.remove(&user) == Some(true) {
            line.push(user);
        }
        match outcome {
            Outcome::Skipped => {}
            Outcome::Done => (line.failures, line.rests_until) = (0, Moment::default()),
            Outcome::Failed(times) => {
                line.failures += 1;
                line.rests_until = now.plus(LONGEST_REST.min(Duration::from_secs(5) * line.failures));
                if (1..=TRIES).contains(&times) {
                    line.later.push((now.plus(renewal::PAUSE * (1 << (times - 1))), user));
                }
            }
        }
        if line.is_empty() {
            lines.remove(&app);
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<AppNo, Line>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Line {
    fn push(&mut self, user: UserNo) {
        if let Some(again) = self.in_flight.get_mut(&user) {
            *again = true;
        } else if self.known.insert(user) {
            self.users.push_back(user);
        }
    }

    /// Brings back what had to wait until now.
    fn recall(&mut self, now: Moment) {
        if self.later.iter().any(|(due, _)| *due <= now) {
            let (due, later) = std::mem::take(&mut self.later).into_iter().partition(|(due, _)| *due <= now);
            self.later = later;
            let due: Vec<(Moment, UserNo)> = due;
            due.into_iter().for_each(|(_, user)| self.push(user));
        }
    }

    fn is_ready(&self, now: Moment) -> bool {
        let most = if self.failures > 0 { 1 } else { EACH };
        self.in_flight.len() < most && self.rests_until <= now && (!self.users.is_empty() || self.everyone_after.is_some())
    }

    fn is_empty(&self) -> bool {
        self.known.is_empty()
            && self.in_flight.is_empty()
            && self.later.is_empty()
            && self.everyone_after.is_none()
            && self.failures == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OA: AppNo = AppNo(1);
    const CRM: AppNo = AppNo(2);

    fn at(seconds: u64) -> Moment {
        Moment(0).plus(Duration::from_secs(seconds))
    }

    #[test]
    fn a_wish_is_had_once_and_applications_take_turns() {
        let wishes = Wishes::default();
        for user in [1, 2, 1, 3, 4, 5] {
            wishes.add(OA, Some(UserNo(user)));
        }
        wishes.add(CRM, Some(UserNo(9)));
        let taken: Vec<Wish> = std::iter::from_fn(|| wishes.take(at(0))).collect();
        assert_eq!(taken.len(), EACH + 1, "one application has so many at a time");
        assert_eq!(taken[1], Wish::One(CRM, UserNo(9)));
        wishes.settle(OA, UserNo(1), Outcome::Done, at(1));
        assert_eq!(wishes.take(at(1)), Some(Wish::One(OA, UserNo(5))));
    }

    #[test]
    fn a_wish_during_the_question_is_a_question_more() {
        let wishes = Wishes::default();
        wishes.add(OA, Some(UserNo(1)));
        assert_eq!(wishes.take(at(0)), Some(Wish::One(OA, UserNo(1))));
        wishes.add(OA, Some(UserNo(1)));
        assert_eq!(wishes.take(at(0)), None, "not twice at a time");
        wishes.settle(OA, UserNo(1), Outcome::Done, at(0));
        assert_eq!(wishes.take(at(0)), Some(Wish::One(OA, UserNo(1))));
    }

    #[test]
    fn everybody_comes_in_pages() {
        let wishes = Wishes::default();
        wishes.add(OA, None);
        assert_eq!(wishes.take(at(0)), Some(Wish::More(OA, UserNo(0))));
        wishes.spread(OA, vec![UserNo(1)], Some(UserNo(1)));
        assert_eq!(wishes.take(at(0)), Some(Wish::One(OA, UserNo(1))));
        assert_eq!(wishes.take(at(0)), Some(Wish::More(OA, UserNo(1))));
        wishes.spread(OA, vec![], None);
        assert_eq!(wishes.take(at(0)), None);
        wishes.settle(OA, UserNo(1), Outcome::Done, at(0));
        assert!(wishes.lock().is_empty());
    }

    #[test]
    fn an_application_that_fails_rests_and_its_users_are_tried_again_later() {
        let wishes = Wishes::default();
        for user in [1, 2, 3] {
            wishes.add(OA, Some(UserNo(user)));
        }
        assert!(wishes.take(at(0)).is_some());
        wishes.settle(OA, UserNo(1), Outcome::Failed(1), at(0));
        assert_eq!(wishes.take(at(4)), None);
        assert_eq!(wishes.take(at(5)), Some(Wish::One(OA, UserNo(2))));
        assert_eq!(wishes.take(at(5)), None, "one at a time until it answers");
        wishes.settle(OA, UserNo(2), Outcome::Done, at(5));
        assert_eq!(wishes.take(at(5)), Some(Wish::One(OA, UserNo(3))));
        wishes.settle(OA, UserNo(3), Outcome::Skipped, at(5));
        assert_eq!(wishes.take(at(299)), None);
        assert_eq!(wishes.take(at(300)), Some(Wish::One(OA, UserNo(1))));
        wishes.settle(OA, UserNo(1), Outcome::Failed(TRIES + 1), at(300));
        assert_eq!(wishes.take(at(99_999)), None);
    }
}
