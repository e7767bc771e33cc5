//! An empty folder for a test, on a real disk, gone afterwards unless the test failed.

use std::{
    fs,
    path::{Path, PathBuf},
    process,
    sync::atomic::{AtomicU32, Ordering},
    thread,
};

pub struct Folder(PathBuf);

impl Folder {
    pub fn create() -> Folder {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let name = format!("it-{}-{}", process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&path).expect("the folder for temporary files can be written");
        Folder(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("left for reading: {}", self.0.display());
        } else {
            fs::remove_dir_all(&self.0).ok();
        }
    }
}
