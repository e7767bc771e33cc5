//! The application of these tests: its lists, and what it was asked.

use crate::harness::{Folder, PATIENCE, process};
use serde_json::{Value, json};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::Receiver;

/// What it wants to hear before it lists anybody.
pub const WORD: &str = "Bearer open sesame";

pub struct Office {
    process: Option<Child>,
    pub url: String,
    folder: Folder,
    told: Receiver<String>,
}

impl Office {
    pub fn open() -> Office {
        let (folder, path) = (Folder::create(), concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/people/office.py"));
        let mut started =
            Command::new("python3").arg(path).arg(folder.path()).stdout(Stdio::piped()).spawn().expect("python3 runs");
        let told = process::lines(started.stdout.take().unwrap(), |_| {});
        let url = told.recv_timeout(PATIENCE).expect("it says where it is");
        Office { process: Some(started), url, folder, told }
    }

    pub fn host(&self) -> &str {
        self.url.trim_start_matches("http://")
    }

    pub fn has(&self, file: &str, bytes: &[u8]) {
        std::fs::write(self.folder.path().join(file), bytes).expect("the folder can be written");
    }

    /// These are its people, as JSON.
    pub fn lists(&self, people: &Value) {
        self.has("people.json", json!({ "ok": true, "data": { "list": people } }).to_string().as_bytes());
    }

    /// So many people.
    pub fn lists_many(&self, count: usize) {
        let person = |n: usize| json!({ "no": n, "name": format!("Person {n}"), "department": "Staff" });
        self.lists(&(0..count).map(person).collect());
    }

    /// The next request, once it comes.
    pub fn is_asked(&self) -> String {
        self.told.recv_timeout(PATIENCE).expect("it is asked")
    }

    /// What it was asked since it was last looked.
    pub fn heard(&self) -> Vec<String> {
        self.told.try_iter().collect()
    }
}

impl Drop for Office {
    fn drop(&mut self) {
        if let Some(running) = self.process.take() {
            process::kill(running);
        }
    }
}
