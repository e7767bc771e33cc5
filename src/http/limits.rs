//! How often somebody may knock: token buckets for keys, accounts and addresses, and seats for sockets that are not signed
//! in yet. Each map has a bound; who would go beyond it waits.

use crate::apps::oidc::flow;
use crate::config;
use crate::error::{Error, Result};
use crate::http::guard::address::household;
use crate::id::{AppNo, UserNo};
use crate::secret::{self, Fingerprint};
use governor::clock::Clock;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

const DOZEN: usize = 12;
/// Conversations of a picture that are looked at for one other request.
const SHOWN: i64 = 50;
/// Looks at files for each other request.
const LOOKS: u32 = 5;
/// Questions a minute who the user of a session is: each of its tabs asks every few minutes, and all of them after a sleep.
const ASKED: u32 = 12;
/// How long one sign-in with an identity provider may be brought back once without being counted by address again.
const BROUGHT: Duration = flow::LASTS;
/// Lines of the log a minute about what was refused from one address.
const REFUSED: u32 = 10;
/// Keys that one bucket remembers at once.
const REMEMBERED: usize = 100_000;

pub struct Limiters {
    /// REST calls, by the number of application and key.
    pub rest: Buckets<(i64, i64)>,
    /// Sign-ins with a password, by application and what was given as the account.
    account: Buckets<Fingerprint>,
    /// Sign-ins, by address.
    pub address: Buckets<IpAddr>,
    /// Lines of the log about what was refused, by address.
    refused: Buckets<IpAddr>,
    /// Messages, by application and user, and by application.
    message: Buckets<(AppNo, UserNo)>,
    application: Buckets<AppNo>,
    /// Questions of a page who its user is now, by application, user and session.
    asked: Buckets<(AppNo, UserNo, i64)>,
    /// What browsers bring back from identity providers, by the text that only this browser has.
    brought: Buckets<Fingerprint>,
    /// Seals those texts as long as this process lives.
    key: String,
    /// Other requests on sockets, by application and user.
    control: Buckets<(AppNo, UserNo)>,
    /// Fresh pictures, by application and user: what is asked next is counted elsewhere.
    pictures: Buckets<(AppNo, UserNo)>,
    /// Files that are looked at, by application and user.
    look: Buckets<(AppNo, UserNo)>,
    pub seats: Arc<Seats>,
}

impl Limiters {
    pub fn new(limits: &config::Limits) -> Limiters {
        Limiters {
            rest: Buckets::new(limits.rest_rate, Quota::per_second),
            account: Buckets::new(limits.sign_in_rate, Quota::per_minute),
            address: Buckets::new(limits.address_rate, Quota::per_minute),
            refused: Buckets::new(REFUSED, Quota::per_minute),
            message: Buckets::burst(limits.message_rate, limits.message_burst),
            application: Buckets::new(limits.application_rate, Quota::per_second),
            asked: Buckets::new(if limits.address_rate == 0 { 0 } else { ASKED }, Quota::per_minute),
            brought: Buckets::once(limits.address_rate, BROUGHT),
            key: secret::generate(""),
            control: Buckets::burst(limits.control_rate, limits.control_rate.saturating_mul(10)),
            pictures: Buckets::burst(limits.control_rate, limits.control_rate.saturating_mul(10)),
            look: Buckets::burst(limits.control_rate.saturating_mul(LOOKS), limits.control_rate.saturating_mul(10 * LOOKS)),
            seats: Arc::new(Seats { each: limits.sockets_per_address, all: limits.waiting_sockets, taken: Mutex::default() }),
        }
    }

    /// Forgets who has been quiet long enough to have a full bucket again.
    pub fn forget(&self) {
        self.rest.forget();
        self.account.forget();
        self.address.forget();
        self.refused.forget();
        self.message.forget();
        self.application.forget();
        self.asked.forget();
        self.brought.forget();
        self.control.forget();
        self.pictures.forget();
        self.look.forget();
    }

    /// One message of a user.
    pub fn message(&self, app: AppNo, user: UserNo) -> Result<()> {
        self.message.take((app, user))?;
        self.application.take(app)
    }

    /// One question of a page who its user is now.
    pub fn asked(&self, app: AppNo, user: UserNo, session: i64) -> Result<()> {
        self.asked.take((app, user, session))
    }

    /// The text for the browser of a sign-in with an identity provider whose beginning was counted.
    pub fn begun(&self) -> Result<String> {
        flow::root(&self.key)
    }

    /// What a browser brings back from an identity provider is free once, where its beginning was counted: here, and not before a
    /// restart. What it brings again, and what somebody made up, is counted.
    pub fn brought(&self, root: &str, address: IpAddr) -> Result<()> {
        match flow::is_sealed(root, &self.key)? && self.brought.take(secret::fingerprint(root)).is_ok() {
            true => Ok(()),
            false => self.address(address),
        }
    }

    /// One other request of a user on a socket.
    pub fn control(&self, app: AppNo, user: UserNo) -> Result<()> {
        self.control.take((app, user))
    }

    /// One look at a file: a page of messages may show many small pictures together.
    pub fn look(&self, app: AppNo, user: UserNo) -> Result<()> {
        self.look.take((app, user))
    }

    /// A fresh picture costs one for each fifty conversations of its user, at most half of what there is.
    pub fn picture(&self, app: AppNo, user: UserNo, conversations: i64) -> Result<()> {
        let most = self.pictures.0.as_ref().map_or(0, |limit| limit.burst.get() / 2);
        match NonZeroU32::new(most.min((conversations / SHOWN) as u32)) {
            Some(many) => self.pictures.take_many((app, user), many),
            None => Ok(()),
        }
    }

    /// A request that names users costs one more for each dozen of them.
    pub fn named(&self, app: AppNo, user: UserNo, users: usize) -> Result<()> {
        match NonZeroU32::new((users / DOZEN) as u32) {
            Some(more) => self.control.take_many((app, user), more),
            None => Ok(()),
        }
    }

    /// One try to sign in with a password, as whom: however it is written, and however long it is.
    pub fn account(&self, place: &str, name: &str) -> Result<()> {
        self.account.take(secret::fingerprint(format!("{place}\n{}", name.trim().to_lowercase())))
    }

    /// Whether a refusal of what came from an address is still worth a line of the log: a flood of them must not fill the disk.
    pub fn is_noted(&self, address: IpAddr) -> bool {
        self.refused.take(household(address)).is_ok()
    }

    /// One sign-in from an address.
    pub fn address(&self, address: IpAddr) -> Result<()> {
        self.address.take(household(address))
    }
}

/// One token bucket for each key; none where there is no limit.
pub struct Buckets<K: Hash + Eq + Clone>(Option<Limit<K>>);

struct Limit<K: Hash + Eq + Clone> {
    limiter: DefaultKeyedRateLimiter<K>,
    /// What a full bucket holds.
    burst: NonZeroU32,
}

impl<K: Hash + Eq + Clone> Buckets<K> {
    fn new(rate: u32, quota: fn(NonZeroU32) -> Quota) -> Buckets<K> {
        Buckets(NonZeroU32::new(rate).map(|rate| Limit { limiter: RateLimiter::keyed(quota(rate)), burst: rate }))
    }

    /// `rate` a second, and after a silence `burst` at once.
    fn burst(rate: u32, burst: u32) -> Buckets<K> {
        Buckets(NonZeroU32::new(rate).map(|rate| {
            let burst = NonZeroU32::new(burst).unwrap_or(rate);
            Limit { limiter: RateLimiter::keyed(Quota::per_second(rate).allow_burst(burst)), burst }
        }))
    }

    /// One in so long a time; without a limit where `rate` is none.
    fn once(rate: u32, each: Duration) -> Buckets<K> {
        let quota = Quota::with_period(each).filter(|_| rate > 0);
        Buckets(quota.map(|quota| Limit { limiter: RateLimiter::keyed(quota), burst: NonZeroU32::MIN }))
    }

    /// Takes one, or says after how many seconds there is one again.
    pub fn take(&self, key: K) -> Result<()> {
        self.take_many(key, NonZeroU32::MIN)
    }

    /// As `take`, so many at once, at most a full bucket.
    fn take_many(&self, key: K, many: NonZeroU32) -> Result<()> {
        let Some(Limit { limiter, burst }) = &self.0 else { return Ok(()) };
        if limiter.len() >= REMEMBERED {
            limiter.retain_recent();
            if limiter.len() >= REMEMBERED {
                return Err(Error::TooMany { after_s: 60 });
            }
        }
        let taken = limiter.check_key_n(&key, many.min(*burst)).map_err(Error::internal)?;
        taken.map_err(|until| {
            let wait = until.wait_time_from(limiter.clock().now());
            Error::TooMany { after_s: wait.as_secs().saturating_add(1) as u32 }
        })
    }

    fn forget(&self) {
        if let Some(Limit { limiter, .. }) = &self.0 {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
    }
}

/// Places for sockets that are not signed in yet.
pub struct Seats {
    each: usize,
    all: usize,
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    all: usize,
    of: HashMap<IpAddr, usize>,
}

/// One such place, given back when it is dropped.
pub struct Seat {
    seats: Arc<Seats>,
    address: IpAddr,
}

impl Seats {
    pub fn take(self: &Arc<Seats>, address: IpAddr) -> Result<Seat> {
        let address = household(address);
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.all >= self.all || taken.of.get(&address).is_some_and(|of| *of >= self.each) {
            return Err(Error::TooMany { after_s: 5 });
        }
        taken.all += 1;
        *taken.of.entry(address).or_default() += 1;
        Ok(Seat { seats: self.clone(), address })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.seats.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.all = taken.all.saturating_sub(1);
        if let Some(of) = taken.of.get_mut(&self.address) {
            *of -= 1;
            if *of == 0 {
                taken.of.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_that_is_empty_says_when_to_come_back() {
        let buckets: Buckets<u8> = Buckets::new(2, Quota::per_minute);
        assert!(buckets.take(1).is_ok() && buckets.take(1).is_ok());
        assert!(matches!(buckets.take(1), Err(Error::TooMany { after_s: 1..=31 })));
        assert!(buckets.take(2).is_ok());
        assert!(buckets.take_many(3, NonZeroU32::MAX).is_ok() && buckets.take(3).is_err(), "at most a full one");
        let lifted: Buckets<u8> = Buckets::new(0, Quota::per_minute);
        assert!((0..100).all(|_| lifted.take(1).is_ok()));
    }

    #[test]
    fn whoever_is_in_thousands_of_conversations_gets_two_fresh_pictures_at_once_and_others_get_theirs() {
        let file = config::File::parse("parlour.toml", "control_rate = 20").unwrap();
        let limiters = Limiters::new(&config::Config::load(&file, None).unwrap().limits);
        let look = |user, conversations| limiters.picture(AppNo(1), UserNo(user), conversations).is_ok();
        assert!(look(1, 100_000) && look(1, 100_000) && !look(1, 100_000));
        assert!(look(1, SHOWN - 1), "a small picture costs nothing");
        assert!(look(2, 100_000));
    }

    #[test]
    fn seats_are_counted_by_address_and_given_back() {
        let seats = Arc::new(Seats { each: 2, all: 3, taken: Mutex::default() });
        let address = |last| IpAddr::from([10, 0, 0, last]);
        let first = seats.take(address(1)).unwrap();
        let _second = seats.take(address(1)).unwrap();
        assert!(seats.take(address(1)).is_err());
        let _third = seats.take(address(2)).unwrap();
        assert!(seats.take(address(3)).is_err());
        drop(first);
        assert!(seats.take(address(3)).is_ok());
    }
}
