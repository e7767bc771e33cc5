//! The server under load: one of our own in a temporary directory, with limits lifted by configuration and people made
//! beforehand; the bare relay; or a running server, whose people are made through its REST interface.

use crate::apps::key::{self, Scopes};
use crate::apps::{application, draft::Draft};
use crate::bench::Options;
use crate::bench::client::Person;
use crate::directory::profile::{self, Profile};
use crate::directory::session::{self, Kind};
use crate::error::Result;
use crate::id::{AppId, AppNo, UserId};
use crate::store::{Store, Tx, params};
use anyhow::Context;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

pub const APP: &str = "bench";

/// A server in a process of its own; it ends with this value.
pub struct Stage {
    pub address: String,
    pub app: String,
    pub people: Vec<Person>,
    pub pid: u32,
    /// From the start of the process to its first line.
    pub started: Duration,
    /// None of a guest on somebody else's server.
    child: Option<Child>,
    data: Option<PathBuf>,
}

impl Stage {
    /// A Parlour of our own with so many people.
    pub fn parlour(options: &Options, people: usize) -> anyhow::Result<Stage> {
        let data = folder()?;
        let people = populate(&data, people)?;
        Stage::on(options, data, people)
    }

    /// A Parlour on a directory that is there already.
    pub fn on(options: &Options, data: PathBuf, people: Vec<Person>) -> anyhow::Result<Stage> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(&data);
        command.args(["--workers", &options.workers.to_string()]);
        for limit in ["message", "control", "application", "rest", "sign-in", "address"] {
            command.args([&format!("--{limit}-rate"), "0"]);
        }
        command.args(["--sockets-per-address", "100000", "--waiting-sockets", "100000"]);
        Stage::start(command, people, Some(data))
    }

    /// The bare relay.
    pub fn relay(people: usize) -> anyhow::Result<Stage> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["bench", "--relay"]);
        let people = (0..people).map(|n| Person { id: format!("u{n}"), token: "x".repeat(46) }).collect();
        Stage::start(command, people, None)
    }

    fn start(mut command: Command, people: Vec<Person>, data: Option<PathBuf>) -> anyhow::Result<Stage> {
        let begun = Instant::now();
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().context("no output")?).read_line(&mut line)?;
        let started = begun.elapsed();
        let address = line.trim().rsplit("http://").next().context("the server did not say where it listens")?.to_string();
        Ok(Stage { address, app: APP.into(), people, pid: child.id(), started, child: Some(child), data })
    }

    /// The same server for another of its applications.
    pub fn guest(&self, app: &str, people: Vec<Person>) -> Stage {
        let (address, pid, started) = (self.address.clone(), self.pid, self.started);
        Stage { address, app: app.into(), people, pid, started, child: None, data: None }
    }

    /// Ends the server as an administrator would and counts the messages that it kept.
    pub fn stored(&mut self) -> anyhow::Result<i64> {
        self.end();
        match &self.data {
            Some(data) => count(data),
            None => Ok(0),
        }
    }

    fn end(&mut self) {
        let Some(child) = &mut self.child else { return };
        let pid = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw);
        if let Some(pid) = pid.filter(|_| matches!(child.try_wait(), Ok(None))) {
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        }
        let _ = child.wait();
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.end();
        if let Some(data) = &self.data {
            let _ = std::fs::remove_dir_all(data);
        }
    }
}

/// A new folder for one measurement, on the disk of the working directory's choice of TMPDIR.
pub fn folder() -> anyhow::Result<PathBuf> {
    let folder = std::env::temp_dir().join(crate::secret::generate("parlour-bench-"));
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// Makes the application and its people, each with a session.
pub fn populate(data: &Path, people: usize) -> anyhow::Result<Vec<Person>> {
    populate_as(data, APP, people)
}

/// A key of the application for all calls.
pub fn key(data: &Path) -> anyhow::Result<String> {
    with_store(data, |store| {
        store.write_blocking(|tx| {
            let app = application::get(tx, &AppId::parse(APP)?)?.no;
            Ok(key::create(tx, app, "bench", &Scopes::admin(), None)?.1)
        })
    })
}

/// As `populate`, for an application of this id.
pub fn populate_as(data: &Path, id: &'static str, people: usize) -> anyhow::Result<Vec<Person>> {
    with_store(data, |store| {
        store.write_blocking(move |tx| {
            let app = application::create(tx, &Draft { id: id.into(), name: "Bench".into(), ..Draft::default() })?.no;
            (0..people).map(|n| person(tx, app, n)).collect()
        })
    })
}

fn person(tx: &mut Tx, app: AppNo, n: usize) -> Result<Person> {
    let id = format!("u{n}");
    let (user, _) = profile::put(tx, app, &Profile::named(UserId::parse(&id)?, &format!("Person {n}")))?;
    let draft = session::Draft { kind: Kind::Token, name: "bench".into(), address: None, expires_at: None };
    let (_, token) = session::open(tx, &user, &draft, &session::Nobody)?;
    Ok(Person { id, token })
}

/// Runs `work` on a directory that no server has open.
pub fn with_store<T: Send>(data: &Path, work: impl FnOnce(&Store) -> Result<T> + Send) -> anyhow::Result<T> {
    let on_store = || {
        let store = Store::open(data, |_| {})?;
        let result = work(&store);
        store.close();
        result
    };
    // On a thread of its own, because it waits without letting go of its thread.
    let result = std::thread::scope(|scope| scope.spawn(on_store).join());
    Ok(result.map_err(|_| anyhow::anyhow!("the stage could not be set"))??)
}

fn count(data: &Path) -> anyhow::Result<i64> {
    with_store(data, |store| store.read_blocking(|db| db.one("SELECT count(*) FROM message", params![], |r| r.get(0))))
}
