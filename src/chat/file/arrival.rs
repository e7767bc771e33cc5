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

/// Puts what was written in its place, under a name that somebody gave it. A picture is not drawn yet.
pub fn arrive(contents: &Contents, pen: Pen, given: &str) -> Result<Arrival> {
    let content = pen.keep()?;
    match head(contents, &content) {
        Ok(head) => {
            let (bytes, kind) = (content.size, kind::of(&head));
            Ok(Arrival { bytes, content, name: name::clean(given), kind, dots: None, preview: None })
        }
        Err(error) => contents.remove(&content.name).and(Err(error)),
    }
}

fn head(contents: &Contents, content: &Content) -> Result<Vec<u8>> {
    let mut head = Vec::new();
    contents.read(&content.name)?.take(kind::HEAD as u64).read_to_end(&mut head).map_err(Error::internal)?;
    Ok(head)
}

impl Arrival {
    pub fn is_picture(&self) -> bool {
        preview::is_read(self.kind)
    }

    /// Looks at a picture and draws it small beside it. One at a time.
    pub fn draw(&mut self, contents: &Contents) -> Result<()> {
        let Some(seen) = preview::of(contents.read(&self.content.name)?, self.kind) else { return Ok(()) };
        self.dots = Some(seen.dots);
        let Some((bytes, preview)) = seen.small else { return Ok(()) };
        let mut pen = contents.write(&Contents::beside(&self.content.name))?;
        pen.write(&bytes)?;
        self.bytes += pen.keep()?.size;
        self.preview = Some(preview);
        Ok(())
    }

    /// What tells it from another of the same name.
    pub fn fingerprint(&self) -> secret::Fingerprint {
        secret::fingerprint([&self.content.hash[..], self.name.as_bytes()].concat())
    }

    /// Takes it off the disk again where no row was written about it in the end.
    pub fn settle(&self, store: &Store) -> Result<()> {
        let name = self.content.name.clone();
        let unknown = store.read_blocking(move |db: &Db| sweep::unknown(db, &[name]))?;
        unknown.iter().try_for_each(|name| store.contents().remove_at_once(name))
    }
}
