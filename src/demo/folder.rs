//! Where the demo keeps its things: a folder that was given and stays, or one of its own that goes with it.

use crate::error::{Error, Result};
use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

/// Marks a folder as the demo's.
const MARK: &str = "demo.json";

pub struct Folder {
    path: PathBuf,
    pub is_kept: bool,
}

impl Folder {
    pub fn open(kept: Option<PathBuf>) -> Result<Folder> {
        let is_kept = kept.is_some();
        let path = kept.unwrap_or_else(|| {
            let name = format!("parlour-demo-{}-{:08x}", std::process::id(), rand::random::<u32>());
            std::env::temp_dir().join(name)
        });
        let folder = Folder { path, is_kept };
        if is_kept && folder.is_foreign() {
            let path = folder.path.display();
            let reason = format!("{path} holds something else than a demo; choose an empty folder, or one of an earlier demo");
            return Err(Error::invalid("data", reason));
        }
        for path in [folder.path.clone(), folder.parlour(), folder.office()] {
            create(&path)?;
        }
        Ok(folder)
    }

    fn is_foreign(&self) -> bool {
        let mut entries = std::fs::read_dir(&self.path).into_iter().flatten();
        let own = ["parlour", "office"].map(|name| self.path.join(name).is_dir()).iter().all(|there| *there);
        entries.next().is_some() && !own
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn mark(&self) -> PathBuf {
        self.path.join(MARK)
    }

    pub fn parlour(&self) -> PathBuf {
        self.path.join("parlour")
    }

    pub fn office(&self) -> PathBuf {
        self.path.join("office")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if !self.is_kept {
            let _ = std::fs::remove_dir_all(&self.path);
        }
    }
}

fn create(path: &Path) -> Result<()> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(path);
    made.map_err(|error| Error::Unavailable(format!("{} cannot be created: {error}", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn its_own_folder_goes_with_it_and_a_foreign_one_is_refused() {
        let own = Folder::open(None).unwrap();
        let path = own.path().to_owned();
        assert!(path.join("office").is_dir());
        assert!(Folder::open(Some(path.clone())).is_ok_and(|again| again.is_kept));
        assert!(Folder::open(Some(path.parent().unwrap().to_owned())).is_err());
        drop(own);
        assert!(!path.exists());
    }
}
