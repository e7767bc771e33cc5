//! `parlour.toml`: one line per option, under the option's name. What is wrong with it is said with its line.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Command, Error};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use toml::{Spanned, Value};

/// Where a file is looked for when none is named.
const NAME: &str = "parlour.toml";
const SYSTEM: &str = "/etc/parlour/parlour.toml";

/// The options that a file sets.
#[derive(Debug, Default)]
pub struct File {
    path: PathBuf,
    lines: BTreeMap<String, Line>,
}

#[derive(Debug)]
struct Line {
    number: usize,
    name: String,
    values: Vec<String>,
}

impl File {
    /// The file that was named; otherwise `parlour.toml` in the data directory or here, or, where no data directory was
    /// given either, the system's. No such file is an empty one.
    pub fn find(named: Option<&Path>, data: Option<&Path>) -> Result<File, Error> {
        if let Some(path) = named {
            return File::read(path);
        }
        let places = match data {
            Some(data) => [data.join(NAME), NAME.into()],
            None => [NAME.into(), SYSTEM.into()],
        };
        match places.iter().find(|path| path.is_file()) {
            Some(path) => File::read(path),
            None => Ok(File::default()),
        }
    }

    /// The system's file, where it is there and this user may not read it.
    pub fn hidden() -> Option<&'static Path> {
        let denied = std::fs::File::open(SYSTEM).is_err_and(|e| e.kind() == std::io::ErrorKind::PermissionDenied);
        denied.then_some(Path::new(SYSTEM))
    }

    fn read(path: &Path) -> Result<File, Error> {
        let text = std::fs::read_to_string(path)
            .map_err(|e| refuse(format!("the configuration {} cannot be read: {e}", path.display())))?;
        File::parse(path, &text)
    }

    pub fn parse(path: impl AsRef<Path>, text: &str) -> Result<File, Error> {
        let path = path.as_ref();
        let at = |span: std::ops::Range<usize>| text[..span.start.min(text.len())].matches('\n').count() + 1;
        let table: BTreeMap<Spanned<String>, Spanned<Value>> = toml::from_str(text).map_err(|e| {
            let line = e.span().map(at).unwrap_or(1);
            refuse(format!("{}, line {line}: {}", path.display(), e.message()))
        })?;
        let mut lines = BTreeMap::new();
        for (name, value) in table {
            let number = at(name.span());
            let values = values(value.get_ref())
                .ok_or_else(|| refuse(format!("{}, line {number}: `{name}` takes a text, a number or a list", path.display())))?;
            let name = name.into_inner();
            lines.insert(name.replace('-', "_"), Line { number, name, values });
        }
        Ok(File { path: path.into(), lines })
    }

    /// The file that was read, if there was one.
    pub fn path(&self) -> Option<&Path> {
        (!self.path.as_os_str().is_empty()).then_some(&self.path)
    }

    /// The command with each line in the place of that option's default.
    pub fn fill(&self, mut command: Command) -> Result<Command, Error> {
        for (id, line) in &self.lines {
            let Some(arg) = command.get_arguments().find(|arg| arg.get_id() == id.as_str()) else {
                return Err(self.refuse(line, &format!("there is no option `{}`{}", line.name, nearest(&command, id))));
            };
            if let Some(reason) = wrong(arg, &line.values) {
                return Err(self.refuse(line, &format!("`{}`: {reason}", line.name)));
            }
            command = command.mut_arg(id, |arg| arg.default_values(line.values.clone()));
        }
        Ok(command)
    }

    fn refuse(&self, line: &Line, reason: &str) -> Error {
        refuse(format!("{}, line {}: {reason}", self.path.display(), line.number))
    }
}

fn refuse(reason: String) -> Error {
    Error::raw(ErrorKind::ValueValidation, reason + "\n")
}

fn values(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::String(text) => Some(vec![text.clone()]),
        Value::Integer(number) => Some(vec![number.to_string()]),
        Value::Boolean(truth) => Some(vec![truth.to_string()]),
        Value::Array(list) => list.iter().map(|one| values(one).and_then(|mut v| v.pop())).collect(),
        _ => None,
    }
}

/// Why these are no values of the option, asked of the option itself.
fn wrong(arg: &Arg, values: &[String]) -> Option<String> {
    let alone = Command::new("").no_binary_name(true).arg(arg.clone().env(None));
    let given = values.iter().map(|value| format!("--{}={value}", arg.get_long().unwrap_or_default()));
    let error = alone.try_get_matches_from(given).err()?;
    let value = match error.get(ContextKind::InvalidValue) {
        Some(ContextValue::String(value)) => format!("{value:?} "),
        _ => String::new(),
    };
    let reason = std::error::Error::source(&error).map(|source| format!(": {source}")).unwrap_or_default();
    Some(format!("{value}is not accepted{reason}"))
}

/// The option that was probably meant: the one with the most letters in common at its beginning.
fn nearest(command: &Command, id: &str) -> String {
    let shared = |name: &str| name.bytes().zip(id.bytes()).take_while(|(a, b)| a == b).count();
    let names = command.get_arguments().map(|arg| arg.get_id().as_str());
    match names.max_by_key(|name| shared(name)).filter(|name| shared(name) > 2) {
        Some(name) => format!("; is `{name}` meant?"),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use clap::Args;

    fn said(text: &str) -> String {
        let filled = File::parse("p.toml", text).and_then(|f| f.fill(Config::augment_args(Command::new("x"))));
        filled.err().map(|e| e.to_string()).unwrap_or_default()
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        assert_eq!(said("data = 'x'\npublic-url = 'http://a'\ntrusted_proxies = ['::1', '10.0.0.1']\nmessage_rate = 0"), "");
        assert!(said("\nlisten = ").contains("p.toml, line 2:"), "{}", said("\nlisten = "));
        assert!(said("data = 'x'\nlistn = 'y'").contains("line 2: there is no option `listn`; is `listen` meant?"));
        assert!(said("listen = 'here'").contains("line 1: `listen`: \"here\" is not accepted"), "{}", said("listen = 'here'"));
        assert!(said("[limits]\nx = 1").contains("line 1"));
        assert!(said("message_rate = -1").contains("line 1: `message_rate`"));
    }
}
