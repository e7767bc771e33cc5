//! The bounded queue of what one connection is to be sent, in commit order. When it is full, pushing stops and a gap takes
//! its place, which the connection fills from the store. Answers are never dropped: a peer that asks for more than it takes is
//! let go.

use crate::live::round::Round;
use crate::wire::frame::Bye;
use bytestring::ByteString;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// Frames, and bytes, that wait before pushing stops.
pub const FRAMES: usize = 64;
pub const BYTES: usize = 256 * 1024;
/// Bytes, answers among them, with which a connection is ended: its peer asks and does not take. Well above the largest answer,
/// a conversation with long messages, of which there is one at a time.
const MOST: usize = 8 * 1024 * 1024;
/// A larger frame is not pushed but read from the store, page by page.
const LARGE: usize = 64 * 1024;

#[derive(Debug)]
pub enum Out {
    /// Rows that changed at a version.
    Push { version: i64, text: ByteString },
    /// The answer to a request; `version` where it stands in the place of a push.
    Answer { version: Option<i64>, text: ByteString },
    /// Presence, typing: nobody minds if it is lost.
    Passing { text: ByteString },
    /// Pushes were dropped here, or what was pushed no longer holds: read on from the store.
    Gap,
    /// The right to watch somebody may have ended: look again.
    Review,
}

#[derive(Default)]
pub struct Outbox {
    state: Mutex<State>,
    wake: Arc<Notify>,
    round: Round,
}

#[derive(Default)]
struct State {
    queue: VecDeque<Out>,
    frames: usize,
    bytes: usize,
    /// A gap stands in the queue: pushes are dropped until it is taken.
    gap: bool,
    /// So does a review.
    review: bool,
    end: Option<Bye>,
    closed: bool,
}

impl Outbox {
    /// One whose wake-ups wait for the end of a round.
    pub fn new(round: Round) -> Outbox {
        Outbox { round, ..Outbox::default() }
    }

    pub fn push(&self, version: i64, text: ByteString) {
        let mut state = self.lock();
        if state.gap || state.closed {
            return;
        }
        if state.full(text.len()) {
            state.break_off();
        } else {
            state.add(text.len());
            state.queue.push_back(Out::Push { version, text });
        }
        self.woken(state);
    }

    /// The connection is to read on from the store.
    pub fn look_again(&self) {
        let mut state = self.lock();
        if state.gap || state.closed {
            return;
        }
        state.break_off();
        self.woken(state);
    }

    pub fn answer(&self, version: Option<i64>, text: ByteString) {
        let mut state = self.lock();
        if state.closed {
            return;
        }
        state.add(text.len());
        if state.bytes > MOST {
            state.end = Some(Bye::SLOW);
            state.close();
        } else {
            state.queue.push_back(Out::Answer { version, text });
        }
        self.woken(state);
    }

    pub fn pass(&self, text: ByteString) {
        let mut state = self.lock();
        if state.gap || state.closed || state.frames > FRAMES / 2 {
            return;
        }
        state.add(text.len());
        state.queue.push_back(Out::Passing { text });
        self.woken(state);
    }

    pub fn review(&self) {
        let mut state = self.lock();
        if state.review || state.closed {
            return;
        }
        state.review = true;
        state.queue.push_back(Out::Review);
        self.woken(state);
    }

    /// Asks the connection to end once what is queued has been sent.
    pub fn end(&self, bye: Bye) {
        let mut state = self.lock();
        state.end.get_or_insert(bye);
        drop(state);
        self.wake.notify_one();
    }

    /// The connection is gone: nothing is kept for it any more.
    pub fn close(&self) {
        self.lock().close();
    }

    pub fn is_closed(&self) -> bool {
        self.lock().closed
    }

    /// The next to be sent. Taking a gap lets pushing begin again, so what is read after it misses nothing.
    pub fn take(&self) -> Option<Out> {
        let mut state = self.lock();
        let out = state.queue.pop_front();
        match &out {
            Some(Out::Push { text, .. } | Out::Answer { text, .. } | Out::Passing { text }) => state.remove(text.len()),
            Some(Out::Gap) => state.gap = false,
            Some(Out::Review) => state.review = false,
            None => state.queue.shrink_to(4),
        }
        out
    }

    pub fn ended(&self) -> Option<Bye> {
        self.lock().end.clone()
    }

    /// Returns when there is something to take, or the connection should end.
    pub async fn ready(&self) {
        self.wake.notified().await;
    }

    /// Only the first of a row of frames needs to wake the connection; `Notify` keeps one permit, so none is missed.
    fn woken(&self, state: MutexGuard<'_, State>) {
        let first = state.queue.len() == 1 || state.closed;
        drop(state);
        if first {
            self.round.wake(&self.wake);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn full(&self, more: usize) -> bool {
        more > LARGE || self.frames >= FRAMES || self.bytes + more > BYTES
    }

    fn close(&mut self) {
        self.closed = true;
        self.queue.clear();
    }

    fn break_off(&mut self) {
        self.gap = true;
        self.queue.push_back(Out::Gap);
    }

    fn add(&mut self, bytes: usize) {
        self.frames += 1;
        self.bytes += bytes;
    }

    fn remove(&mut self, bytes: usize) {
        self.frames = self.frames.saturating_sub(1);
        self.bytes = self.bytes.saturating_sub(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(outbox: &Outbox) -> Vec<Out> {
        std::iter::from_fn(|| outbox.take()).collect()
    }

    #[test]
    fn a_full_queue_drops_pushes_behind_a_gap_but_never_an_answer() {
        let outbox = Outbox::default();
        for version in 0..100 {
            outbox.push(version, "row".into());
        }
        outbox.answer(Some(100), "ok".into());
        let all = taken(&outbox);
        assert_eq!(all.len(), FRAMES + 2);
        assert!(matches!(all[FRAMES], Out::Gap) && matches!(all[FRAMES + 1], Out::Answer { version: Some(100), .. }));
        outbox.push(101, "row".into());
        assert!(matches!(taken(&outbox)[..], [Out::Push { version: 101, .. }]));
    }

    #[test]
    fn who_must_look_again_is_pushed_nothing_until_it_has() {
        let outbox = Outbox::default();
        outbox.push(1, "row".into());
        outbox.look_again();
        outbox.look_again();
        outbox.push(2, "row".into());
        assert!(matches!(taken(&outbox)[..], [Out::Push { version: 1, .. }, Out::Gap]));
        outbox.push(3, "row".into());
        assert!(matches!(taken(&outbox)[..], [Out::Push { version: 3, .. }]));
    }

    #[test]
    fn bytes_are_bounded_and_a_large_frame_is_left_to_the_store() {
        let outbox = Outbox::default();
        let most: ByteString = "x".repeat(LARGE).into();
        (1..=5).for_each(|version| outbox.push(version, most.clone()));
        assert!(matches!(taken(&outbox)[..], [.., Out::Push { version: 4, .. }, Out::Gap]));
        outbox.push(6, "x".repeat(LARGE + 1).into());
        assert!(matches!(taken(&outbox)[..], [Out::Gap]));
    }

    #[test]
    fn answers_count_and_who_asks_for_more_than_it_takes_is_let_go() {
        let outbox = Outbox::default();
        let page: ByteString = "x".repeat(LARGE).into();
        (0..BYTES / LARGE).for_each(|_| outbox.answer(None, page.clone()));
        outbox.push(1, "row".into());
        assert!(matches!(taken(&outbox)[..], [.., Out::Answer { .. }, Out::Gap]), "no room for pushes beside them");
        (0..=MOST / LARGE).for_each(|_| outbox.answer(None, page.clone()));
        assert_eq!((outbox.take().is_none(), outbox.ended()), (true, Some(Bye::SLOW)));
        outbox.answer(None, page);
        assert!(outbox.take().is_none());
    }
}
