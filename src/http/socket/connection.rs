//! A signed-in connection: one `select!` over what it says, what it is to be sent, and the time. What it asks stands in
//! `request`; here is only its life.

use crate::chat::author::Author;
use crate::chat::sync;
use crate::directory::caller::Caller;
use crate::directory::{session, user};
use crate::error::Error;
use crate::http::House;
use crate::http::socket::greeting::{Arrival, Guest, greet, renew};
use crate::http::socket::wire::{Heard, Wire};
use crate::http::socket::{UNANSWERED, reading, request};
use crate::live::{Out, Peer};
use crate::store::Tx;
use crate::time::Moment;
use crate::wire::frame::{Bye, Frame, refusal};
use crate::wire::page::Pages;
use crate::wire::request::{Hello, Request};
use actix_web::web;
use bytestring::ByteString;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

/// After so much silence of its own the server says something.
const SILENCE: Duration = Duration::from_secs(25);
/// A peer that was not heard for so long is gone.
const GONE: Duration = Duration::from_secs(60);
/// Requests that could not be taken, in the time of one silence, before the connection is ended.
const PATIENCE: u32 = 100;

pub struct Connection {
    pub house: web::Data<House>,
    pub caller: Caller,
    pub author: Arc<Author>,
    pub peer: Peer,
    /// Requests that are not answered yet.
    pub unanswered: Arc<AtomicUsize>,
    /// What was told is complete up to this version.
    seen: i64,
    /// Read from the store up to here: what is pushed of it is told already.
    read: i64,
    refused: u32,
}

/// A peer may take so long for all that it must know, and longer only where it takes so many bytes a second.
const PATIENT: Duration = Duration::from_secs(60);
const PACE: u64 = 32 * 1024;

/// From the greeting to the end. What is only needed to begin is in `beginning`, and given back once that is over: what an
/// idle connection holds should be small.
pub async fn live(beginning: Beginning) {
    let Some((mut connection, mut wire)) = beginning.await else { return };
    let bye = connection.talk(&mut wire).await.err().flatten();
    Box::pin(connection.end(wire, bye)).await;
}

/// Leads to a connection that knows everything, or to none.
pub type Beginning = Pin<Box<dyn Future<Output = Option<(Connection, Wire)>>>>;

/// Admits whoever comes, and tells it what it must know.
pub async fn begin(arrival: Arrival, mut wire: Wire) -> Option<(Connection, Wire)> {
    let guest = match greet(&arrival, &mut wire).await {
        Ok(guest) => guest,
        Err(bye) => {
            wire.end(bye).await;
            return None;
        }
    };
    let Guest { caller, peer, seen, pages, welcome } = guest;
    let author = Arc::new(Author::user(&caller));
    let Arrival { house, seat, .. } = arrival;
    drop(seat);
    let mut connection = Connection { house, caller, author, peer, unanswered: Arc::default(), seen, read: seen, refused: 0 };
    match connection.tell(&mut wire, welcome, pages).await {
        Ok(()) => Some((connection, wire)),
        Err(bye) => {
            connection.end(wire, bye).await;
            None
        }
    }
}

impl Connection {
    async fn tell(&mut self, wire: &mut Wire, welcome: ByteString, pages: Pages) -> Result<(), Option<Bye>> {
        wire.say(welcome).await?;
        self.pages(wire, pages).await
    }

    async fn talk(&mut self, wire: &mut Wire) -> Result<(), Option<Bye>> {
        let outbox = self.peer.outbox.clone();
        let clock = sleep_until(self.next_tick(wire));
        tokio::pin!(clock);
        loop {
            self.send_waiting(wire).await?;
            if let Some(bye) = outbox.ended() {
                return Err(Some(bye));
            }
            let may_ask = self.unanswered.load(Ordering::Acquire) < UNANSWERED;
            tokio::select! {
                () = outbox.ready() => {}
                // Boxed, as all that is rare.
                heard = wire.hear(), if may_ask => Box::pin(self.heard(heard)).await?,
                () = &mut clock => {
                    let next = Box::pin(self.tick(wire)).await?;
                    clock.as_mut().reset(next);
                }
            }
        }
    }

    /// Sends what the outbox holds, in order.
    async fn send_waiting(&mut self, wire: &mut Wire) -> Result<(), Option<Bye>> {
        while let Some(out) = self.peer.outbox.take() {
            self.still_allowed().await?;
            match out {
                Out::Push { version, .. } if version <= self.read => {}
                Out::Push { version, text } => {
                    self.seen = self.seen.max(version);
                    wire.say(text).await?;
                }
                Out::Answer { version, text } => {
                    self.seen = self.seen.max(version.unwrap_or(0));
                    wire.say(text).await?;
                }
                Out::Passing { text } => wire.say(text).await?,
                Out::Gap => Box::pin(self.catch_up(wire)).await?,
                Out::Review => Box::pin(self.review(wire)).await?,
            }
        }
        Ok(())
    }

    /// Whoever has been ended, or whose session is over, gets nothing more, however much waits. Only a server that stops still
    /// says what it has to say.
    async fn still_allowed(&mut self) -> Result<(), Option<Bye>> {
        if let Some(bye) = self.peer.outbox.ended().filter(|bye| *bye != Bye::SHUTDOWN) {
            return Err(Some(bye));
        }
        if self.caller.expires_at.is_some_and(|end| end <= Moment::now()) {
            Box::pin(self.go_on()).await?;
        }
        Ok(())
    }

    /// Pushes were dropped because the peer was slow: goes on from the store, as for a returning client.
    async fn catch_up(&mut self, wire: &mut Wire) -> Result<(), Option<Bye>> {
        let (caller, since) = (self.caller.clone(), self.seen);
        let read = self.house.store.read(move |db| sync::catch_up(db, &caller, Some(since))).await;
        let catch_up = read.map_err(|error| {
            tracing::error!(%error, "a slow connection could not be caught up");
            Some(Bye::INTERNAL)
        })?;
        self.seen = catch_up.version;
        self.read = catch_up.version;
        self.pages(wire, Pages::new(catch_up.rows, catch_up.version, catch_up.reset)).await
    }

    /// Whoever may no longer be watched reads as offline once more, and as nothing after that.
    async fn review(&mut self, wire: &mut Wire) -> Result<(), Option<Bye>> {
        let hidden = reading::review(self).await.map_err(|error| {
            tracing::error!(%error, "whom a connection may watch could not be read");
            Some(Bye::INTERNAL)
        })?;
        match hidden.is_empty() {
            true => Ok(()),
            false => Ok(wire.say(Frame::Presence { users: &hidden }.text().into()).await?),
        }
    }

    async fn pages(&mut self, wire: &mut Wire, pages: Pages) -> Result<(), Option<Bye>> {
        let (begun, mut taken) = (Instant::now(), 0);
        for page in pages {
            self.still_allowed().await?;
            if is_slow(begun.elapsed(), taken) {
                return Err(Some(Bye::SLOW));
            }
            taken += page.len() as u64;
            wire.say(page.into()).await?;
        }
        Ok(())
    }

    async fn heard(&mut self, heard: Heard) -> Result<(), Option<Bye>> {
        let text = match heard {
            Heard::Text(text) => text,
            Heard::Nothing => return Ok(()),
            Heard::End(bye) => return Err(bye),
        };
        if text.trim() == "{}" {
            return Ok(());
        }
        match Request::parse(&text) {
            Ok(Request::Hello(hello)) => self.renew(&hello).await,
            Ok(asked) => {
                let id = asked.id();
                match request::take(self, asked).await {
                    Ok(()) => Ok(()),
                    Err(error) => self.refuse(id, &error),
                }
            }
            Err(error) => self.refuse(Request::id_of(&text), &error),
        }
    }

    async fn renew(&mut self, hello: &Hello) -> Result<(), Option<Bye>> {
        let allowed = self.house.limiters.control(self.caller.app, self.caller.user);
        let renewed = match allowed {
            Ok(()) => renew(&self.house, &self.caller, hello, self.seen).await,
            Err(error) => Err(error),
        };
        match renewed {
            Ok((caller, welcome)) => {
                self.caller = caller;
                self.peer.outbox.answer(None, welcome);
                Ok(())
            }
            Err(error) => self.refuse(None, &error),
        }
    }

    /// Answers a request that was not taken; only continued abuse ends the connection.
    fn refuse(&mut self, id: Option<u64>, error: &Error) -> Result<(), Option<Bye>> {
        if let Error::Internal(cause) = error {
            tracing::error!(cause, "a request failed");
        }
        self.peer.outbox.answer(None, refusal(id, error).into());
        self.refused += 1;
        match self.refused > PATIENCE {
            true if matches!(error, Error::TooMany { .. }) => Err(Some(Bye::RATE_LIMITED)),
            true => Err(Some(Bye::BAD_REQUEST)),
            false => Ok(()),
        }
    }

    /// What time brings: the end of a silent or expired connection, a heartbeat, the lease of presence.
    async fn tick(&mut self, wire: &mut Wire) -> Result<Instant, Option<Bye>> {
        let now = Moment::now();
        if wire.heard.elapsed() >= GONE {
            return Err(Some(Bye::SILENT));
        }
        if self.caller.expires_at.is_some_and(|end| end <= now) {
            self.go_on().await?;
        }
        if wire.spoke.elapsed() >= SILENCE {
            wire.say("{}".into()).await?;
        }
        self.refused = 0;
        self.house.live.presences.renew(self.caller.app, &self.caller.id, self.peer.socket, now);
        Ok(self.next_tick(wire))
    }

    /// When the silence or the session ends, whichever is first.
    fn next_tick(&self, wire: &Wire) -> Instant {
        let now = std::time::Instant::now();
        let quiet = (wire.spoke + SILENCE).min(wire.heard + GONE);
        let end = self.caller.expires_at.map_or(quiet, |end| now + end.since(Moment::now()));
        Instant::from_std(quiet.min(end).max(now + Duration::from_millis(100)))
    }

    /// The time of the session is over as far as this connection knows; a fresh token may have come on another one.
    async fn go_on(&mut self) -> Result<(), Option<Bye>> {
        let caller = self.caller.clone();
        let held = self.house.store.read(move |db| session::find_no(db, caller.app, caller.user, caller.session)).await;
        let held = held.map_err(|error| {
            tracing::error!(%error, "whether a session goes on could not be read");
            Some(Bye::INTERNAL)
        })?;
        self.caller = held.ok_or(Some(Bye::EXPIRED))?.caller;
        Ok(())
    }

    /// As `write`, for work that does not look itself whether its user may do anything any more: what was asked before a suspension
    /// or an erasure may come to the writer after it.
    pub async fn change<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Tx) -> crate::error::Result<T> + Send + 'static,
        done: impl FnOnce(crate::error::Result<T>) + Send + 'static,
    ) -> crate::error::Result<()> {
        let (app, user) = (self.caller.app, self.caller.user);
        let checked = move |tx: &mut Tx| match user::is_active(tx, app, user)? {
            true => work(tx),
            false => Err(Error::Forbidden("you may not do this any more".into())),
        };
        self.write(checked, done).await
    }

    /// Hands a write to the store; `done` answers it in its place among what is told. Where the store is stopping, `done` is
    /// dropped, and with it the reply, which then says so.
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Tx) -> crate::error::Result<T> + Send + 'static,
        done: impl FnOnce(crate::error::Result<T>) + Send + 'static,
    ) -> crate::error::Result<()> {
        let _ = self.house.store.submit(self.peer.socket, work, done).await;
        Ok(())
    }

    async fn end(&self, wire: Wire, bye: Option<Bye>) {
        self.peer.outbox.close();
        self.house.live.hub.leave(&self.peer);
        self.house.live.presences.release(self.caller.app, &self.caller.id, self.peer.socket, Moment::now());
        wire.end(bye).await;
    }
}

/// Whether a peer that took so many bytes in this time keeps too much waiting for it.
fn is_slow(time: Duration, taken: u64) -> bool {
    time > PATIENT + Duration::from_secs(taken / PACE)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Thousands of connections do nothing most of the time; each field that one holds costs all of them.
    #[test]
    fn an_idle_connection_is_small() {
        fn of<A, F>(_: fn(A) -> F) -> usize {
            size_of::<F>()
        }
        let bytes = of(live);
        assert!(bytes <= 1_280, "{bytes} bytes");
    }

    #[test]
    fn a_picture_may_take_as_long_as_a_thin_line_needs_and_not_as_long_as_somebody_likes() {
        let picture = 16 * 1024 * 1024;
        assert!(!is_slow(Duration::from_secs(60), 0), "a small one has a minute");
        assert!(!is_slow(Duration::from_secs(500), picture), "a large one comes through a thin line");
        let page = 60 * 1024;
        let end = (0..).find(|pages| is_slow(Duration::from_millis(9_900 * pages), page * pages)).unwrap_or(u64::MAX);
        assert!(end < 10, "one page just before each time-out is not a pace: ended at page {end}");
    }
}
