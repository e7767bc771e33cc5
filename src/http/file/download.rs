//! The bytes of a file on their way to somebody, as fast as they are taken, and not as slowly as anybody likes.

use crate::http::file::Part;
use crate::id::{AppNo, UserNo};
use crate::slots::Slot;
use actix_web::web::Bytes;
use futures_util::{Stream, stream};
use std::fs::File;
use std::io::{Error, ErrorKind, Read, Result, Seek, SeekFrom};
use std::time::{Duration, Instant};

/// Bytes that are read at a time.
const PIECE: u64 = 64 * 1024;
/// Who has taken less than `PACE`, in bytes a second, after this time is let go.
const GRACE: Duration = Duration::from_secs(60);
const PACE: u64 = 4 * 1024;

/// Whose download it is.
pub type Whose = (AppNo, UserNo, Part);

pub struct Download {
    file: File,
    at: u64,
    left: u64,
    begun: Instant,
    sent: u64,
    /// Taken as long as bytes are on their way.
    _slot: Slot<Whose>,
}

impl Part {
    /// Of one user at a time. Small pictures are shown together.
    pub fn at_once(self) -> usize {
        match self {
            Part::Whole => 8,
            Part::Preview => 100,
        }
    }
}

impl Download {
    pub fn new(file: File, (at, left): (u64, u64), slot: Slot<Whose>) -> Download {
        Download { file, at, left, begun: Instant::now(), sent: 0, _slot: slot }
    }

    pub fn pieces(self) -> impl Stream<Item = Result<Bytes>> {
        stream::try_unfold(self, |download| async move {
            if download.left == 0 {
                return Ok(None);
            }
            if is_too_slow(download.begun.elapsed(), download.sent) {
                return Err(Error::new(ErrorKind::TimedOut, "the file was taken too slowly"));
            }
            tokio::task::spawn_blocking(move || download.next()).await.map_err(Error::other)?.map(Some)
        })
    }

    fn next(mut self) -> Result<(Bytes, Download)> {
        let size = self.left.min(PIECE);
        let mut piece = vec![0; size as usize];
        self.file.seek(SeekFrom::Start(self.at))?;
        self.file.read_exact(&mut piece)?;
        (self.at, self.left, self.sent) = (self.at + size, self.left - size, self.sent + size);
        Ok((Bytes::from(piece), self))
    }
}

fn is_too_slow(elapsed: Duration, sent: u64) -> bool {
    sent < elapsed.saturating_sub(GRACE).as_secs() * PACE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_takes_a_file_too_slowly_is_let_go() {
        let minutes = |minutes: u64| Duration::from_secs(60 * minutes);
        assert!(!is_too_slow(minutes(1), 0) && is_too_slow(minutes(3), PIECE));
        assert!(!is_too_slow(minutes(60), 59 * 60 * PACE), "a telephone in a train");
    }
}
