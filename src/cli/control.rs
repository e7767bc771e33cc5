//! The server's ear for commands: a socket in the data directory that only its owner may open. One connection, one line
//! of JSON with a task, one line with how it ended.

use crate::cli::answer::Answer;
use crate::cli::exit::{Code, Failure, Result};
use crate::cli::task::{Place, Task};
use crate::error::Error;
use serde::{Deserialize, Serialize};
use std::fs::{self, File, Permissions};
use std::os::fd::AsRawFd;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

const NAME: &str = "control.sock";
/// The longest address of a socket that every system takes (`sun_path`).
const LONGEST: usize = 100;
/// Bytes of one task, with its line break.
pub const LINE: u64 = 16 * 1024 * 1024;

/// How a task ended in the server.
#[derive(Serialize, Deserialize)]
pub enum Reply {
    Done(Answer),
    Failed(Failure),
}

/// The way to the socket of a data directory. A long one is entered through an open directory.
pub struct Way {
    pub path: PathBuf,
    _directory: Option<File>,
}

impl Way {
    pub fn to(directory: &Path) -> std::io::Result<Way> {
        let path = directory.join(NAME);
        if path.as_os_str().len() <= LONGEST {
            return Ok(Way { path, _directory: None });
        }
        let opened = File::open(directory)?;
        let path = PathBuf::from(format!("/proc/self/fd/{}/{NAME}", opened.as_raw_fd()));
        Ok(Way { path, _directory: Some(opened) })
    }
}

/// Whether a server listens in this data directory.
pub fn is_answered(directory: &Path) -> bool {
    Way::to(directory).is_ok_and(|way| std::os::unix::net::UnixStream::connect(&way.path).is_ok())
}

/// Takes commands until the server stops. The directory's lock is held, so that an old socket is a dead one.
pub fn listen(place: Place, stop: CancellationToken) -> crate::error::Result<JoinHandle<()>> {
    let refuse = |e: std::io::Error| Error::Unavailable(format!("the control socket cannot be made: {e}"));
    let way = Way::to(place.store.directory()).map_err(refuse)?;
    let _ = fs::remove_file(&way.path);
    let listener = UnixListener::bind(&way.path).map_err(refuse)?;
    fs::set_permissions(&way.path, Permissions::from_mode(0o600)).map_err(refuse)?;
    let place = Arc::new(place);
    Ok(tokio::spawn(async move {
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                caller = listener.accept() => {
                    if let Ok((stream, _)) = caller {
                        tokio::spawn(answer(stream, place.clone()));
                    }
                }
            }
        }
        let _ = fs::remove_file(&way.path);
    }))
}

async fn answer(mut stream: UnixStream, place: Arc<Place>) {
    let (read, mut write) = stream.split();
    let mut line = String::new();
    if BufReader::new(read.take(LINE)).read_line(&mut line).await.is_err() {
        return;
    }
    let reply = match perform(line, place).await {
        Ok(answer) => Reply::Done(answer),
        Err(failure) => Reply::Failed(failure),
    };
    let mut text = serde_json::to_string(&reply).unwrap_or_default();
    text.push('\n');
    let _ = write.write_all(text.as_bytes()).await;
}

async fn perform(line: String, place: Arc<Place>) -> Result<Answer> {
    let task: Task = serde_json::from_str(&line).map_err(|e| {
        Failure::new(Code::Failed, format!("the server did not understand the command, is it another version? {e}"))
    })?;
    let failed = |_| Failure::new(Code::Failed, "the command failed inside the server; its log says more");
    tokio::task::spawn_blocking(move || task.run(&place)).await.map_err(failed)?
}
