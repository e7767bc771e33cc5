//! A file on its way from a command to the data: in pieces, because it may be larger than what one command takes, and the server
//! may not be allowed to read what its caller can.

use crate::chat::file::name;
use crate::cli::answer::Answer;
use crate::cli::call;
use crate::cli::exit::{Code, Failure, Result};
use crate::cli::task::{Place, Task};
use crate::config::Config;
use crate::error::Error;
use crate::secret;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Bytes of one piece, which travels a third longer.
const PIECE: u64 = 6 * 1024 * 1024;

/// One piece: put behind what has come of this draft, or the first of a new one.
#[derive(Debug, Serialize, Deserialize)]
pub struct Deposit {
    draft: Option<String>,
    piece: String,
}

/// A file that is at the data.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Deposited {
    pub draft: String,
    pub name: String,
}

impl Deposit {
    pub fn run(self, place: &Place) -> Result<Answer> {
        let piece = secret::decode(&self.piece).ok_or_else(|| Error::invalid("", "the piece of a file was not understood"))?;
        let most = place.config.limits.file_bytes;
        let (draft, size) = place.store.contents().append(self.draft.as_deref(), &piece, most)?;
        Answer::new("", json!({ "draft": draft, "size": size }))
    }
}

/// Brings a file of the caller's to the data.
pub fn bring(config: &Config, path: &Path) -> Result<Deposited> {
    let unreadable = |e: std::io::Error| Failure::new(Code::Usage, format!("the file {} cannot be read: {e}", path.display()));
    let mut file = File::open(path).map_err(unreadable)?;
    let named = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    let mut draft = None;
    loop {
        let mut piece = Vec::new();
        Read::by_ref(&mut file).take(PIECE).read_to_end(&mut piece).map_err(unreadable)?;
        match (piece.is_empty(), draft) {
            (true, Some(draft)) => return Ok(Deposited { draft, name: name::clean(&named) }),
            (true, None) => return Err(Failure::new(Code::Usage, format!("the file {} is empty", path.display()))),
            (false, begun) => {
                let deposit = Deposit { draft: begun, piece: secret::encode(&piece) };
                let answer = call::anywhere(config, Task::Deposit(deposit)).map_err(|failure| {
                    Failure::new(failure.code, format!("the file {} is not taken: {}", path.display(), failure.sentence))
                })?;
                draft = answer.value["draft"].as_str().map(String::from);
            }
        }
    }
}
