//! Everything the office remembers, and the one file that keeps it.
//! A change is made on a copy, written, and only then shown: what is seen is kept.

use super::day::Day;
use super::leave::Leave;
use super::notice::Notice;
use super::outbox::Outbox;
use super::person::{Department, Person};
use super::refusal::Refusal;
use super::session::Session;
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    pub departments: Vec<Department>,
    pub people: Vec<Person>,
    pub leaves: Vec<Leave>,
    pub notices: Vec<Notice>,
    pub sessions: Vec<Session>,
    pub outbox: Outbox,
    pub last_id: u64,
}

impl State {
    pub fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    pub fn person(&self, id: &str) -> Option<&Person> {
        self.people.iter().find(|person| person.id == id)
    }

    /// Those who have not left.
    pub fn present(&self) -> impl Iterator<Item = &Person> {
        self.people.iter().filter(|person| person.left_at.is_none())
    }

    pub fn department(&self, id: &str) -> Option<&Department> {
        self.departments.iter().find(|department| department.id == id)
    }

    pub fn leave(&self, id: u64) -> Option<&Leave> {
        self.leaves.iter().find(|leave| leave.id == id)
    }

    pub fn name_of(&self, id: &str) -> String {
        self.person(id).map_or_else(|| id.to_owned(), |person| person.name.clone())
    }

    pub fn is_manager(&self, id: &str) -> bool {
        self.present().any(|person| person.manager.as_deref() == Some(id))
    }

    pub fn away_on(&self, day: Day) -> impl Iterator<Item = &Person> {
        let away = move |leave: &Leave| leave.is_approved() && leave.covers(&day);
        self.present().filter(move |person| {
            let own = |leave: &&Leave| leave.person == person.id;
            self.leaves.iter().filter(own).any(away)
        })
    }

    /// Requests that wait for this manager, oldest first.
    pub fn waiting_for(&self, manager: &Person) -> Vec<&Leave> {
        let waits = |leave: &&Leave| leave.is_waiting() && leave.is_decided_by(self, manager);
        self.leaves.iter().filter(waits).collect()
    }
}

#[derive(Clone)]
pub struct Cabinet {
    file: PathBuf,
    state: Arc<Mutex<State>>,
    writing: Arc<Mutex<()>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Cabinet {
    /// Opens the file, or starts with what `first` gives when there is none.
    pub fn open(file: &Path, first: impl FnOnce() -> Result<State, String>) -> Result<Self, String> {
        let state = if file.exists() {
            let told = |error: String| format!("{} cannot be read: {error}", file.display());
            let bytes = std::fs::read(file).map_err(|error| told(error.to_string()))?;
            serde_json::from_slice(&bytes).map_err(|error| told(error.to_string()))?
        } else {
            let state = first()?;
            save(file, &state).map_err(|error| format!("{}: {error}", file.display()))?;
            state
        };
        Ok(Self { file: file.to_owned(), state: Arc::new(Mutex::new(state)), writing: Arc::default() })
    }

    pub fn read<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&lock(&self.state))
    }

    pub async fn change<T: Send + 'static>(
        &self,
        make: impl FnOnce(&mut State) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        let cabinet = self.clone();
        let work = move || {
            let _one_at_a_time = lock(&cabinet.writing);
            let mut copy = lock(&cabinet.state).clone();
            let answer = make(&mut copy)?;
            save(&cabinet.file, &copy).map_err(|error| Refusal::Broken(error.to_string()))?;
            *lock(&cabinet.state) = copy;
            Ok(answer)
        };
        tokio::task::spawn_blocking(work).await.map_err(|error| Refusal::Broken(error.to_string()))?
    }
}

/// A temporary file beside it, synced, renamed over it: the file is always whole.
fn save(file: &Path, state: &State) -> std::io::Result<()> {
    let temporary = file.with_extension("new");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    let mut out = options.open(&temporary)?;
    out.write_all(&serde_json::to_vec_pretty(state)?)?;
    out.sync_all()?;
    std::fs::rename(&temporary, file)?;
    match file.parent() {
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}
