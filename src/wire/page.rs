//! Cuts a picture of many rows into `sync` frames. A frame ends at `LIMIT` bytes of encoded rows, always with at least one
//! row; all but the last say `more`, and all carry the version that the whole is complete up to.

use crate::wire::frame::{Frame, Sync};
use crate::wire::row::Rows;
use serde::Serialize;
use std::collections::VecDeque;

/// Encoded bytes of rows after which a frame ends.
pub const LIMIT: usize = 60 * 1024;

/// The frames of one catch-up, encoded one at a time as they are taken.
pub struct Pages {
    version: i64,
    reset: bool,
    done: bool,
    rest: Remaining,
}

#[derive(Default)]
struct Remaining {
    users: VecDeque<crate::wire::row::UserRow>,
    groups: VecDeque<crate::wire::row::GroupRow>,
    conversations: VecDeque<crate::wire::row::ConversationRow>,
    members: VecDeque<crate::wire::row::MemberRow>,
    messages: VecDeque<crate::wire::row::MessageRow>,
    settings: Option<crate::wire::row::SettingsRow>,
}

impl Pages {
    /// The frames for `rows`, complete up to `version`. With `reset` the first tells the client to forget all rows first.
    pub fn new(rows: Rows, version: i64, reset: bool) -> Pages {
        let rest = Remaining {
            users: rows.users.into(),
            groups: rows.groups.into(),
            conversations: rows.conversations.into(),
            members: rows.members.into(),
            messages: rows.messages.into(),
            settings: rows.settings,
        };
        Pages { version, reset, done: false, rest }
    }
}

impl Pages {
    /// The next page of rows, and whether others follow.
    pub fn page(&mut self) -> (Rows, bool) {
        let rows = self.rest.take();
        self.done = self.rest.is_empty();
        (rows, !self.done)
    }
}

impl Iterator for Pages {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        if self.done {
            return None;
        }
        let (rows, more) = self.page();
        let sync = Sync { version: self.version, reset: std::mem::take(&mut self.reset), rows: &rows, more };
        Some(Frame::Sync(sync).text())
    }
}

impl Remaining {
    fn is_empty(&self) -> bool {
        self.users.is_empty()
            && self.groups.is_empty()
            && self.conversations.is_empty()
            && self.members.is_empty()
            && self.messages.is_empty()
            && self.settings.is_none()
    }

    fn take(&mut self) -> Rows {
        let mut room = Room::default();
        let settings = self.settings.take();
        let _ = settings.as_ref().map(|row| room.takes(length(row)));
        Rows {
            settings,
            users: fill(&mut self.users, &mut room),
            groups: fill(&mut self.groups, &mut room),
            conversations: fill(&mut self.conversations, &mut room),
            members: fill(&mut self.members, &mut room),
            messages: fill(&mut self.messages, &mut room),
        }
    }
}

/// What is left of a page.
struct Room {
    left: usize,
    is_empty: bool,
}

impl Default for Room {
    fn default() -> Room {
        Room { left: LIMIT, is_empty: true }
    }
}

impl Room {
    /// Whether so many bytes fit. The first always do, and where something did not, nothing does any more.
    fn takes(&mut self, bytes: usize) -> bool {
        let fits = bytes <= self.left || self.is_empty;
        self.left = if fits { self.left.saturating_sub(bytes) } else { 0 };
        self.is_empty = false;
        fits
    }
}

/// Takes rows from the front while they fit.
fn fill<T: Serialize>(from: &mut VecDeque<T>, room: &mut Room) -> Vec<T> {
    let fitting = from.iter().take_while(|row| room.takes(length(row))).count();
    from.drain(..fitting).collect()
}

/// Cuts a list to one page around the row that must stay: what stands nearest to it stays, on both sides alike. `bytes` says how
/// much a row brings into the page. Answers whether something was cut.
pub fn trim<T>(rows: &mut Vec<T>, anchor: usize, mut bytes: impl FnMut(&T) -> usize) -> bool {
    let Some(row) = rows.get(anchor) else { return false };
    let mut room = Room::default();
    room.takes(bytes(row));
    let (mut first, mut end) = (anchor, anchor + 1);
    while first > 0 || end < rows.len() {
        let before = first > 0 && (end == rows.len() || anchor - first < end - anchor);
        let next = if before { first - 1 } else { end };
        if !room.takes(bytes(&rows[next])) {
            break;
        }
        if before { first -= 1 } else { end += 1 }
    }
    let cut = end - first < rows.len();
    rows.truncate(end);
    rows.drain(..first);
    cut
}

/// Bytes of a row in a frame.
pub fn length<T: Serialize>(row: &T) -> usize {
    let mut counter = Counter(0);
    let _ = serde_json::to_writer(&mut counter, row);
    counter.0 + 1
}

struct Counter(usize);

impl std::io::Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{ConversationId, MessageId, Party};
    use crate::time::Moment;
    use crate::wire::row::MessageRow;

    fn message(id: i64, text: String) -> MessageRow {
        MessageRow {
            id: MessageId(id),
            conversation: ConversationId(1),
            prev: id - 1,
            from: Party::Application,
            via: None,
            at: Moment(0),
            text,
            mentions: vec![],
            reply_to: None,
            attachments: vec![],
            topic: None,
            expires_at: None,
            edited_at: None,
            deleted_by: None,
            card: None,
            claim: None,
            key: None,
            version: id,
        }
    }

    #[test]
    fn many_rows_make_frames_of_bounded_size_and_only_the_last_ends_the_run() {
        let messages = (1..=100).map(|id| message(id, "x".repeat(16 * 1024))).collect();
        let frames: Vec<String> = Pages::new(Rows { messages, ..Rows::default() }, 100, true).collect();
        assert!(frames.len() >= 25 && frames.iter().all(|f| f.len() < 64 * 1024));
        assert!(frames[0].contains(r#""reset":true"#) && !frames[1].contains("reset"));
        assert!(frames[..frames.len() - 1].iter().all(|f| f.contains(r#""more":true"#)));
        assert!(!frames[frames.len() - 1].contains("more"));
    }

    #[test]
    fn a_page_is_cut_around_the_row_that_must_stay() {
        let page = |texts: &[usize], anchor| {
            let mut rows: Vec<String> = texts.iter().enumerate().map(|(n, size)| format!("{n}{}", "x".repeat(*size))).collect();
            let cut = trim(&mut rows, anchor, length);
            (rows.iter().map(|row| row[..1].parse().unwrap()).collect::<Vec<usize>>(), cut)
        };
        let quarter = [LIMIT / 4 - 4; 8];
        assert_eq!(page(&quarter, 0), (vec![0, 1, 2, 3], true));
        assert_eq!(page(&quarter, 7), (vec![4, 5, 6, 7], true));
        assert_eq!(page(&quarter, 4), (vec![2, 3, 4, 5], true), "both sides give way");
        assert_eq!(page(&quarter, 1), (vec![0, 1, 2, 3], true), "where one side ends, the other has the room");
        assert_eq!(page(&[LIMIT, LIMIT * 2, LIMIT], 1), (vec![1], true), "the one that was asked for stays");
        assert_eq!((page(&[1; 8], 4).1, page(&[], 0)), (false, (vec![], false)));
    }

    #[test]
    fn nothing_to_tell_is_still_one_frame() {
        assert_eq!(Pages::new(Rows::default(), 7, false).collect::<Vec<_>>(), [r#"{"sync":{"version":7}}"#]);
    }
}
