//! A running demo, and people at its office with a browser of few words.

use crate::harness::{Answer, Folder, Http, PATIENCE, process};
use std::fs;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::Receiver;
use std::thread;

pub struct Demo {
    folder: Folder,
    options: Vec<String>,
    process: Option<Child>,
    /// What it has printed.
    lines: Vec<String>,
}

/// `parlour demo`, whose temporary files go to `folder`.
fn command(folder: &Path) -> Command {
    let mut command = process::executable(&[]);
    command.env("TMPDIR", folder).arg("demo").stdin(Stdio::null());
    command
}

impl Demo {
    pub fn start() -> Demo {
        Demo::with(false)
    }

    /// With a folder of its own that is kept.
    pub fn kept() -> Demo {
        Demo::with(true)
    }

    fn with(kept: bool) -> Demo {
        let folder = Folder::create();
        fs::create_dir(folder.path().join("tmp")).expect("the folder can be written");
        let mut options = vec!["--listen".to_string(), "127.0.0.1:0".into()];
        if kept {
            options.extend(["--data".into(), folder.path().join("kept").display().to_string()]);
        }
        let mut demo = Demo { folder, options, process: None, lines: Vec::new() };
        demo.starts();
        demo
    }

    pub fn starts(&mut self) {
        let folder = self.folder.path();
        let log = fs::File::options().create(true).append(true).open(folder.join("log")).expect("a log");
        let mut command = command(&folder.join("tmp"));
        let mut started = command.args(&self.options).stdout(Stdio::piped()).stderr(log).spawn().expect("it starts");
        let told = process::lines(started.stdout.take().expect("piped"), |_| {});
        self.process = Some(started);
        self.lines = self.hear(&told);
    }

    /// Everything until the last line, which says how to end it.
    fn hear(&self, told: &Receiver<String>) -> Vec<String> {
        let mut lines = Vec::new();
        while !lines.last().is_some_and(|line: &String| line.contains("Ctrl-C")) {
            let line = told.recv_timeout(PATIENCE * 2);
            lines.push(line.unwrap_or_else(|_| panic!("the demo is not ready: {lines:#?}\n{}", self.log())));
        }
        lines
    }

    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    fn address(&self, line: &str) -> Http {
        let found = self.lines.iter().find_map(|printed| printed.strip_prefix(line)?.trim_start_matches("http://").parse().ok());
        Http::new(found.unwrap_or_else(|| panic!("{line} is not printed: {:#?}", self.lines)))
    }

    pub fn parlour(&self) -> Http {
        self.address("parlour listening on ")
    }

    pub fn office(&self) -> Http {
        self.address("office listening on ")
    }

    /// The address printed below a line that says this.
    pub fn linked(&self, what: &str) -> String {
        let at = self.lines.iter().position(|line| line.contains(what));
        let at = at.unwrap_or_else(|| panic!("{what} is not printed: {:#?}", self.lines));
        self.lines[at + 1].trim().to_string()
    }

    /// The path of a person's one-time link.
    pub fn link(&self, who: &str) -> String {
        let link = self.linked(who);
        link.split_once("/enter/").map(|(_, token)| format!("/enter/{token}")).unwrap_or_else(|| panic!("no link: {link}"))
    }

    /// Follows the person's one-time link.
    pub fn enters(&self, who: &str) -> Person {
        let link = self.link(who);
        assert_eq!(self.office().get(&link).status, 200, "looking at the link uses nothing up");
        Person::of(self.office(), &self.office().call("POST", &link, b""))
    }

    pub fn signs_in(&self, name: &str, password: &str) -> Person {
        let form = self.office().with("content-type", "application/x-www-form-urlencoded");
        Person::of(self.office(), &form.call("POST", "/sign-in", format!("username={name}&password={password}").as_bytes()))
    }

    /// What lies in the place for temporary files.
    pub fn remains(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path().join("tmp")).expect("the folder is there");
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
    }

    /// SIGTERM; it has to end by itself.
    pub fn stops(&mut self) -> ExitStatus {
        process::stop(self.process.take().expect("it runs"), || self.log())
    }

    /// Starts it with options that it must not accept; answers the exit code and what it said.
    pub fn is_refused(options: &[&str]) -> (i32, String) {
        let folder = Folder::create();
        let output = command(folder.path()).args(options).output().expect("it starts");
        (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        if thread::panicking() {
            if let Some(running) = self.process.take() {
                process::kill(running);
            }
            eprintln!("--- the demo's log:\n{}", self.log());
            return;
        }
        if self.process.is_some() {
            assert!(self.stops().success(), "the demo did not stop cleanly:\n{}", self.log());
        }
        let log = self.log();
        assert!(!log.contains("ERROR") && !log.contains("panicked"), "the demo logged errors:\n{log}");
    }
}

/// Somebody signed in at the office.
pub struct Person {
    office: Http,
    form_key: String,
}

impl Person {
    fn of(office: Http, entered: &Answer) -> Person {
        assert_eq!((entered.status, entered.header("location")), (303, Some("/")), "{}", entered.text());
        let cookie = entered.header("set-cookie").expect("a cookie").split(';').next().unwrap_or_default().to_string();
        let mut person = Person { office: office.with("cookie", &cookie), form_key: String::new() };
        let page = person.looks("/").text();
        person.form_key = between(&page, "name=\"form_key\" value=\"", "\"").expect("pages have forms").to_string();
        person
    }

    pub fn looks(&self, path: &str) -> Answer {
        self.office.get(path)
    }

    pub fn sends(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let field = |(name, value): &(&str, &str)| format!("{name}={}", value.replace(' ', "+"));
        let fields: Vec<String> = fields.iter().chain(&[("form_key", self.form_key.as_str())]).map(field).collect();
        let form = self.office.clone().with("content-type", "application/x-www-form-urlencoded");
        form.call("POST", path, fields.join("&").as_bytes())
    }

    /// The ticket in the script tag of a page.
    pub fn ticket(&self) -> String {
        let page = self.looks("/people").text();
        between(&page, "data-ticket=\"", "\"").unwrap_or_else(|| panic!("no widget: {page}")).to_string()
    }
}

pub fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    text.split_once(before)?.1.split_once(after).map(|(found, _)| found)
}
