//! A module of JavaScript and all that it imports, as one module that stands alone: each becomes a function that is called
//! where its names are needed first. Knows just the forms of `import` and `export` that our own modules use, each on one
//! line, and refuses others. Nothing else of the text is touched, so that what is read is what runs.

use crate::error::{Error, Result};
use crate::http::assets;
use std::collections::BTreeSet;
use std::sync::OnceLock;

/// The text of a module by its path.
pub type Read<'a> = &'a dyn Fn(&str) -> Option<String>;

/// The module at `path` as one text; it exports what it exports alone.
pub fn bundle(path: &str, read: Read) -> Result<String> {
    let mut made = Bundle { read, begun: BTreeSet::new(), done: BTreeSet::new(), text: String::new() };
    let (body, _) = made.lines(path, true)?;
    Ok(made.text + &body)
}

/// A script that is served as one file.
pub struct Script {
    entry: &'static str,
    /// Put together once.
    text: OnceLock<String>,
    around: fn(String) -> String,
}

impl Script {
    /// `around`: what is put around the modules.
    pub const fn new(entry: &'static str, around: fn(String) -> String) -> Script {
        Script { entry, text: OnceLock::new(), around }
    }

    pub fn text(&self) -> Result<String> {
        if cfg!(debug_assertions) {
            return self.assembled(); // the files may have changed
        }
        match self.text.get() {
            Some(text) => Ok(text.clone()),
            None => self.assembled().map(|text| self.text.get_or_init(|| text).clone()),
        }
    }

    fn assembled(&self) -> Result<String> {
        bundle(self.entry, &assets::read).map(self.around)
    }
}

struct Bundle<'a> {
    read: Read<'a>,
    begun: BTreeSet<String>,
    done: BTreeSet<String>,
    text: String,
}

impl Bundle<'_> {
    /// Puts a module before those that need it, once.
    fn add(&mut self, path: &str) -> Result<()> {
        if self.done.contains(path) {
            return Ok(());
        }
        let (body, names) = self.lines(path, false)?;
        self.text += &format!("const {} = (() => {{\n{body}return {{ {} }};\n}})();\n\n", name(path), names.join(", "));
        self.done.insert(path.into());
        Ok(())
    }

    /// A module's lines without its imports, and what it exports.
    fn lines(&mut self, path: &str, entry: bool) -> Result<(String, Vec<String>)> {
        if !self.begun.insert(path.into()) {
            return Err(Error::internal(format!("{path} imports itself")));
        }
        let text = (self.read)(path).ok_or_else(|| Error::internal(format!("there is no module {path}")))?;
        let (mut body, mut names) = (String::new(), Vec::new());
        for line in text.lines() {
            if let Some(rest) = line.strip_prefix("import ") {
                let (what, target) = import(path, rest).ok_or_else(|| unknown(path, line))?;
                self.add(&target)?;
                body += &format!("const {what} = {};\n", name(&target));
            } else if let Some(rest) = line.strip_prefix("export ").filter(|_| !entry) {
                names.push(exported(rest).ok_or_else(|| unknown(path, line))?);
                body += &format!("{rest}\n");
            } else {
                body += &format!("{line}\n");
            }
        }
        Ok((body, names))
    }
}

fn unknown(path: &str, line: &str) -> Error {
    Error::internal(format!("{path}: this form is not known: {line}"))
}

/// `{ a, b } from './x.js';` or `* as x from './x.js';`: to what it is assigned, and the path of that module.
fn import(path: &str, text: &str) -> Option<(String, String)> {
    let (what, rest) = text.split_once(" from '")?;
    let target = rest.strip_suffix("';")?;
    let folder = path.rsplit_once('/')?.0;
    let resolved = match target.strip_prefix("../") {
        Some(up) => format!("{}/{up}", folder.rsplit_once('/')?.0),
        None => format!("{folder}/{}", target.strip_prefix("./")?),
    };
    let names = what.strip_prefix("{ ").filter(|_| !what.contains(" as ")).map(|_| what);
    let what = names.or_else(|| what.strip_prefix("* as "))?;
    Some((what.into(), resolved))
}

/// `function x(`, `class X {`, `const x =`: the name.
fn exported(text: &str) -> Option<String> {
    let text = text.strip_prefix("async ").unwrap_or(text);
    let rest = ["function ", "class ", "const "].iter().find_map(|kind| text.strip_prefix(kind))?;
    let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_')?;
    (end > 0).then(|| rest[..end].into())
}

/// The name of a module inside: `js/core/failure.js` is `core_failure`.
fn name(path: &str) -> String {
    let last: Vec<&str> = path.trim_end_matches(".js").rsplit('/').take(2).collect();
    last.into_iter().rev().collect::<Vec<_>>().join("_").replace('-', "_")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(files: &[(&str, &str)]) -> Result<String> {
        bundle("js/a/main.js", &|path| files.iter().find(|(name, _)| *name == path).map(|(_, text)| text.to_string()))
    }

    #[test]
    fn modules_stand_before_those_that_need_them_and_keep_their_names_to_themselves() {
        let main = "import { one } from './one.js';\nimport * as two from '../b/two.js';\nexport { one };\n";
        let one = "import { x } from '../b/two.js';\nconst own = 1;\nexport function one() {}\n";
        let two = "export const x = 2;\nexport class Y {}\n";
        let text = made(&[("js/a/main.js", main), ("js/a/one.js", one), ("js/b/two.js", two)]).unwrap();
        let wanted = "const b_two = (() => {\nconst x = 2;\nclass Y {}\nreturn { x, Y };\n})();\n\n\
            const a_one = (() => {\nconst { x } = b_two;\nconst own = 1;\nfunction one() {}\nreturn { one };\n})();\n\n\
            const { one } = a_one;\nconst two = b_two;\nexport { one };\n";
        assert_eq!(text, wanted);
    }

    #[test]
    fn what_it_does_not_know_is_refused() {
        for line in
            ["import x from './y.js';", "import { a as b } from './y.js';", "import 'y';", "import { a } from 'https://y';"]
        {
            assert!(made(&[("js/a/main.js", line), ("js/a/y.js", "")]).is_err(), "{line}");
        }
        assert!(made(&[("js/a/main.js", "import { a } from './y.js';"), ("js/a/y.js", "export default 1;")]).is_err());
        assert!(made(&[("js/a/main.js", "import { a } from './a.js';"), ("js/a/a.js", "import { b } from './a.js';")]).is_err());
        assert!(made(&[("js/a/main.js", "import { a } from './gone.js';")]).is_err());
    }
}
