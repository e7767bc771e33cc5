//! Reading all contents: to copy them, and to see whether they are what they were.

use super::{Contents, make, refused, sync};
use crate::error::Result;
use crate::secret::{Fingerprint, Fingerprinting};
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

/// Bytes that are read at a time.
const PIECE: usize = 1024 * 1024;

impl Contents {
    /// Those in a folder that somebody made: a copy.
    pub fn at(folder: PathBuf) -> Contents {
        Contents { folder, kept: Default::default(), pens: Default::default() }
    }

    /// Copies everything into a folder that does not exist yet, where there is anything; answers how many bytes.
    pub fn copy(&self, to: &Path) -> Result<u64> {
        let mut bytes = 0;
        for shelf in self.folders()? {
            let place = to.join(shelf.file_name().unwrap_or_default());
            make(&place)?;
            for entry in fs::read_dir(&shelf).map_err(refused)? {
                let entry = entry.map_err(refused)?;
                let target = place.join(entry.file_name());
                bytes += fs::copy(entry.path(), &target).map_err(refused)?;
                File::open(&target).and_then(|file| file.sync_all()).map_err(refused)?;
            }
            sync(&place)?;
        }
        if to.exists() { sync(to).map(|()| bytes) } else { Ok(bytes) }
    }

    /// Whether it is there, byte for byte.
    pub fn is(&self, name: &str, size: u64, hash: &Fingerprint) -> bool {
        let read = File::open(self.path(name)).map_err(refused).and_then(digest);
        read.is_ok_and(|(digest, bytes)| bytes == size && digest.finish() == *hash)
    }
}

/// Reads a file to its end; answers how many bytes it has, too.
pub(super) fn digest(mut file: File) -> Result<(Fingerprinting, u64)> {
    let (mut digest, mut size, mut piece) = (Fingerprinting::default(), 0, vec![0; PIECE]);
    loop {
        match file.read(&mut piece).map_err(refused)? {
            0 => return Ok((digest, size)),
            read => {
                digest.add(&piece[..read]);
                size += read as u64;
            }
        }
    }
}
