//! What the database does not know of is not removed at once: it may be the wrong database. It is set aside for some days, and
//! comes back to its place with the database that knows it. Beside it stands whose files these are.

use super::{Contents, is_older, is_there, make, names, parts, refused, sync};
use crate::error::Result;
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

/// The folder inside `files`.
pub(super) const FOLDER: &str = "lost";
/// How long it stays there.
pub const DAYS: u64 = 7;
const STAY: Duration = Duration::from_secs(DAYS * 24 * 3600);
/// The epoch of the database that has the files; in a second line that of the one that had them before.
const OWNER: &str = "epoch";

impl Contents {
    /// Takes a content off its shelf, from where it may come back.
    pub fn set_aside(&self, name: &str) -> Result<()> {
        let _alone = self.alone();
        // Its time begins now.
        let touch = |file: File| file.set_modified(SystemTime::now());
        is_there(File::options().append(true).open(self.path(name)).and_then(touch))?;
        for part in parts(name) {
            is_there(fs::rename(self.path(&part), self.place_of_lost(&part)))?;
        }
        Ok(())
    }

    pub fn take_back(&self, name: &str) -> Result<()> {
        for part in parts(name) {
            let place = self.path(&part);
            place.parent().map_or(Ok(()), make)?;
            is_there(fs::rename(self.place_of_lost(&part), place))?;
        }
        Ok(())
    }

    /// What is set aside.
    pub fn lost(&self) -> Result<Vec<String>> {
        Ok(names(fs::read_dir(self.folder.join(FOLDER)).map_err(refused)?.flatten()).collect())
    }

    /// Removes what nobody asked for; answers how many.
    pub fn sweep_lost(&self) -> Result<usize> {
        let entries = fs::read_dir(self.folder.join(FOLDER)).map_err(refused)?.flatten();
        let over: Vec<String> = names(entries.filter(|entry| is_older(entry, STAY))).collect();
        over.iter().try_for_each(|name| self.remove(name))?;
        Ok(over.len())
    }

    pub(super) fn place_of_lost(&self, name: &str) -> PathBuf {
        self.folder.join(FOLDER).join(name)
    }

    /// Says whose files these are now; answers whether they were another database's.
    pub fn belong_to(&self, epoch: &str) -> Result<bool> {
        let before = match fs::read_to_string(self.folder.join(OWNER)) {
            Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
            read => read.map_err(refused)?,
        };
        match before.lines().next() {
            Some(owner) if owner == epoch => Ok(false),
            owner => self.write_owner(&format!("{epoch}\n{}\n", owner.unwrap_or_default())).map(|()| owner.is_some()),
        }
    }

    fn write_owner(&self, text: &str) -> Result<()> {
        let fresh = self.folder.join(OWNER).with_extension("new");
        let written = File::create(&fresh).and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()));
        written.and_then(|()| fs::rename(&fresh, self.folder.join(OWNER))).map_err(refused)?;
        sync(&self.folder)
    }

    /// Whether another database had them some days ago, and may come back.
    pub fn are_contended(&self) -> bool {
        let owner = self.folder.join(OWNER);
        let another = fs::read_to_string(&owner).is_ok_and(|text| text.lines().nth(1).is_some_and(|line| !line.is_empty()));
        let changed = fs::metadata(&owner).and_then(|meta| meta.modified());
        another && changed.is_ok_and(|at| SystemTime::now().duration_since(at).map_or(true, |age| age < STAY))
    }
}
