//! Has a task done: by the server that runs on the data directory, or here where none runs.

use crate::callout::Callout;
use crate::cli::answer::Answer;
use crate::cli::app::App;
use crate::cli::control::{self, Reply, Way};
use crate::cli::exit::{Code, Failure, Result};
use crate::cli::serve;
use crate::cli::task::{Place, Task};
use crate::config::{Config, File};
use crate::error::Error;
use crate::http::guard::origin::Own;
use crate::live::Live;
use crate::store::{self, Store};
use std::fs;
use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

/// A server that is just starting has this long to open its ear.
const STARTING: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(50);
/// A task has this long, but for those that read everything there is.
const PATIENCE: Duration = Duration::from_secs(600);

/// By the server where one runs, otherwise here.
pub fn anywhere(config: &Config, task: Task) -> Result<Answer> {
    let line = line(&task)?;
    let begun = Instant::now();
    loop {
        if let Some(stream) = connect(config)? {
            return ask(stream, &line, patience(&task));
        }
        match require_data(config, &task).and_then(|()| Ok(open(config)?)) {
            // a server that does not listen yet or any more, or another command
            Err(_) if Store::is_in_use(&config.data) && begun.elapsed() < STARTING => std::thread::sleep(PAUSE),
            Err(failure) => return Err(failure),
            Ok(place) => {
                let runtime = serve::runtime()?;
                let _inside = runtime.enter();
                let answer = task.run(&place);
                place.store.close();
                return answer;
            }
        }
    }
}

/// By the server only.
pub fn server(config: &Config, task: &Task) -> Result<Answer> {
    match connect(config)? {
        Some(stream) => ask(stream, &line(task)?, patience(task)),
        None => {
            let sentence = format!("no server runs on {}; start one, or {}", config.data.display(), elsewhere());
            Err(Failure::new(Code::NoAnswer, sentence))
        }
    }
}

fn connect(config: &Config) -> Result<Option<UnixStream>> {
    let way = match Way::to(&config.data) {
        Ok(way) => way,
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(unreachable(config, &e)),
    };
    match UnixStream::connect(&way.path) {
        Ok(stream) => Ok(Some(stream)),
        Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::ConnectionRefused) => Ok(None),
        Err(e) => Err(unreachable(config, &e)),
    }
}

fn unreachable(config: &Config, error: &std::io::Error) -> Failure {
    match error.kind() {
        ErrorKind::PermissionDenied => Failure::new(
            Code::Refused,
            format!("{} belongs to another user; run this as the server's user or as root", config.data.display()),
        ),
        _ => Failure::new(Code::NoAnswer, format!("the server on {} cannot be reached: {error}", config.data.display())),
    }
}

/// How a task travels. One that is too large is refused where no server runs too.
fn line(task: &Task) -> Result<String> {
    let line = serde_json::to_string(task).map_err(|e| Failure::new(Code::Failed, e.to_string()))?;
    match line.len() as u64 {
        0..control::LINE => Ok(line + "\n"),
        _ => Err(too_large()),
    }
}

pub fn too_large() -> Failure {
    Failure::new(Code::Usage, "this is more than the 16 MiB that one command takes; divide the file")
}

/// A server that ends says so in any case.
fn patience(task: &Task) -> Option<Duration> {
    (!matches!(task, Task::Backup(_) | Task::Check(_))).then_some(PATIENCE)
}

fn ask(mut stream: UnixStream, line: &str, patience: Option<Duration>) -> Result<Answer> {
    let silent = |e: std::io::Error| Failure::new(Code::NoAnswer, format!("the server did not answer: {e}"));
    stream.set_read_timeout(patience).map_err(silent)?;
    stream.write_all(line.as_bytes()).map_err(silent)?;
    let mut answer = String::new();
    BufReader::new(stream).read_line(&mut answer).map_err(silent)?;
    match serde_json::from_str(&answer) {
        Ok(Reply::Done(answer)) => Ok(answer),
        Ok(Reply::Failed(failure)) => Err(failure),
        Err(_) => Err(Failure::new(Code::NoAnswer, "the server ended before it answered")),
    }
}

/// What to do where it was looked for in the wrong place.
fn elsewhere() -> String {
    match File::hidden() {
        Some(path) => format!("{} says where it is, which you may not read: use sudo", path.display()),
        None => "name its directory with --data".into(),
    }
}

/// A mistyped directory is not taken for an installation that is empty: only what begins one, or looks whether one could begin, makes it.
fn require_data(config: &Config, task: &Task) -> Result<()> {
    let begins = matches!(task, Task::App(App::Register(_)) | Task::Admin(_) | Task::Check(_));
    if begins || config.data.join(store::FILE).exists() {
        return Ok(());
    }
    let sentence = format!("there is no data of Parlour in {}; {}", config.data.display(), elsewhere());
    Err(Failure::new(Code::NotFound, sentence))
}

fn open(config: &Config) -> crate::error::Result<Place> {
    refuse_foreign(config)?;
    let store = Store::open(&config.data, |_news| {})?;
    let own = Own::new(config.public_url.as_deref(), config.listen);
    Ok(Place { store, own, config: config.clone(), callout: Callout::new(vec![config.listen])?, live: Live::new() })
}

/// Root would leave files that the server's user cannot open.
fn refuse_foreign(config: &Config) -> crate::error::Result<()> {
    let (Ok(directory), Ok(own)) = (fs::metadata(&config.data), fs::metadata("/proc/self")) else { return Ok(()) };
    if directory.uid() == own.uid() {
        return Ok(());
    }
    let sentence = format!(
        "{} belongs to user {}; start the server, or run this as that user: sudo -u '#{}' parlour …",
        config.data.display(),
        directory.uid(),
        directory.uid()
    );
    Err(Error::Forbidden(sentence))
}
