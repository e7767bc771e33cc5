//! A command line in an empty folder: what is typed, and what comes of it.

use super::{folder::Folder, process::executable};
use serde_json::Value;
use std::{
    io::Write,
    path::PathBuf,
    process::{Output, Stdio},
};

pub struct Line {
    folder: Folder,
    variables: Vec<(String, String)>,
}

impl Line {
    pub fn open() -> Line {
        Line { folder: Folder::create(), variables: Vec::new() }
    }

    pub fn with(mut self, variable: &str, value: &str) -> Line {
        self.variables.push((variable.into(), value.into()));
        self
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file into the folder.
    pub fn file(&self, name: &str, text: &str) -> &Line {
        std::fs::write(self.path(name), text).expect("the folder can be written");
        self
    }

    pub fn types(&self, arguments: &[&str]) -> Typed {
        self.pipes(arguments, "")
    }

    /// With something on its standard input.
    pub fn pipes(&self, arguments: &[&str], input: &str) -> Typed {
        let mut command = executable(&[]);
        command.args(arguments).current_dir(self.folder.path()).envs(self.variables.iter().cloned());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the executable runs");
        child.stdin.take().expect("piped").write_all(input.as_bytes()).ok();
        Typed::from(child.wait_with_output().expect("the command ends"))
    }
}

/// How a command ended and what it printed.
#[derive(Debug)]
pub struct Typed {
    pub code: i32,
    pub out: String,
    pub error: String,
}

impl From<Output> for Typed {
    fn from(output: Output) -> Typed {
        Typed {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            error: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl Typed {
    /// Ended with this code, having said why in one sentence where that is not 0; answers what it printed.
    #[track_caller]
    pub fn ends(&self, code: i32) -> &str {
        assert_eq!(self.code, code, "{self:?}");
        let sentences = self
            .error
            .lines()
            .filter(|line| ["parlour: ", "error: ", "{\"error\":"].iter().any(|start| line.starts_with(start)))
            .count();
        assert_eq!(sentences, usize::from(code != 0), "{self:?}");
        self.out.trim_end()
    }

    /// Ended with this code and this in its sentence.
    #[track_caller]
    pub fn is_refused(&self, code: i32, sentence: &str) {
        self.ends(code);
        assert!(self.error.contains(sentence), "{self:?}");
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(self.ends(0)).unwrap_or_else(|error| panic!("not JSON ({error}): {self:?}"))
    }
}
