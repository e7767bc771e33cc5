//! A file whose bytes have arrived and of which there is no row yet: put in its place, looked at, and drawn small where it is a
//! picture. Takes long: never on the writer or an asynchronous thread.

use crate::chat::file::{kind, name, preview, sweep};
use crate::error::{Error, Result};
use crate::secret;
use crate::store::content::{Content, Contents, Pen};
use crate::store::{Db, Store};
use std::io::Read;

#[derive(Debug, Clone)]
pub struct Arrival {
    pub content: Content,
    pub name: String,
    pub kind: &'static str,
    pub dots: Option<(u32, u32)>,
    /// The type of the small picture.
    pub preview: Option<&'static str>,
    /// What it takes on the disk.
    pub bytes: u64,
}

/// Puts what was written in its place, under a name that somebody gave it.
pub fn arrive(contents: &Contents, pen: Pen, given: &str) -> Result<Arrival> {
    let content = pen.keep()?;
    let Looked { kind, dots, preview, bytes } = match look(contents, &content) {
        Ok(looked) => looked,
        Err(error) => return contents.remove(&content.name).and(Err(error)),
    };
    Ok(Arrival { bytes: content.size + bytes, content, name: name::clean(given), kind, dots, preview })
}

struct Looked {
    kind: &'static str,
    dots: Option<(u32, u32)>,
    preview: Option<&'static str>,
    bytes: u64,
}

fn look(contents: &Contents, content: &Content) -> Result<Looked> {
    let mut head = Vec::new();
    contents.read(&content.name)?.take(kind::HEAD as u64).read_to_end(&mut head).map_err(Error::internal)?;
    let kind = kind::of(&head);
    let seen = preview::of(contents.read(&content.name)?, kind);
    let dots = seen.as_ref().map(|seen| seen.dots);
    let Some((bytes, preview)) = seen.and_then(|seen| seen.small) else {
        return Ok(Looked { kind, dots, preview: None, bytes: 0 });
    };
    let mut pen = contents.write(&Contents::beside(&content.name))?;
    pen.write(&bytes)?;
    let drawn = pen.keep()?;
    Ok(Looked { kind, dots, preview: Some(preview), bytes: drawn.size })
}

impl Arrival {
    /// What tells it from another of the same name.
    pub fn fingerprint(&self) -> secret::Fingerprint {
        secret::fingerprint([&self.content.hash[..], self.name.as_bytes()].concat())
    }

    /// Takes it off the disk again where no row was written about it in the end.
    pub fn settle(&self, store: &Store) -> Result<()> {
        let name = self.content.name.clone();
        let unknown = store.read_blocking(move |db: &Db| sweep::unknown(db, vec![name]))?;
        unknown.iter().try_for_each(|name| store.contents().remove(name))
    }
}
