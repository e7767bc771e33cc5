//! The real executable, started in an empty folder. When a test is over it must stop cleanly and have logged no error.

use super::{
    app::App,
    folder::Folder,
    http::Http,
    line::Typed,
    process::{self, executable},
    wait::PATIENCE,
};
use std::{
    fs,
    fs::File,
    net::SocketAddr,
    path::PathBuf,
    process::{Child, Command, ExitStatus, Output, Stdio},
    sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc::Receiver},
    thread,
};

/// The address under which browsers reach it, as far as the server is told.
pub const PUBLIC_URL: &str = "http://parlour.test";

pub struct TestServer {
    shared: Arc<Shared>,
    process: Option<Child>,
    /// Programs and their arguments that the server is started by, such as `strace`.
    under: Vec<String>,
    options: Vec<String>,
    /// Lines of its standard output.
    told: Option<Receiver<String>>,
    setup_link: Arc<Mutex<Option<String>>>,
    expected_errors: Vec<String>,
}

/// What applications and people need of their server, which may come back at another address.
pub struct Shared {
    folder: Folder,
    address: Mutex<Option<SocketAddr>>,
}

impl Shared {
    pub fn http(&self) -> Http {
        Http::new(self.address_now().expect("the server runs"))
    }

    /// None while it is down.
    pub fn address_now(&self) -> Option<SocketAddr> {
        *unpoisoned(&self.address)
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    /// Runs a command of the executable on this server's data.
    pub fn run(&self, arguments: &[&str], input: &str) -> Output {
        let mut command = executable(&[]);
        command.args(arguments).env("PARLOUR_DATA", self.data());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the executable runs");
        std::io::Write::write_all(&mut child.stdin.take().expect("piped"), input.as_bytes()).ok();
        child.wait_with_output().expect("the command ends")
    }
}

fn unpoisoned<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

impl TestServer {
    pub fn start() -> TestServer {
        TestServer::with(&[])
    }

    /// With more options for `parlour serve`.
    pub fn with(options: &[&str]) -> TestServer {
        TestServer::under(&[], options)
    }

    /// Not told under which address browsers reach it: its own is assumed.
    pub fn nameless() -> TestServer {
        TestServer::create(&[], &["--listen", "127.0.0.1:0"])
    }

    /// Run by another program.
    pub fn under(program: &[&str], options: &[&str]) -> TestServer {
        TestServer::create(program, &[&["--listen", "127.0.0.1:0", "--public-url", PUBLIC_URL], options].concat())
    }

    fn create(program: &[&str], options: &[&str]) -> TestServer {
        let shared = Shared { folder: Folder::create(), address: Mutex::new(None) };
        let mut server = TestServer {
            shared: Arc::new(shared),
            process: None,
            under: Vec::new(),
            options: options.iter().map(|word| word.to_string()).collect(),
            told: None,
            setup_link: Arc::default(),
            expected_errors: Vec::new(),
        };
        server.stands_under(program);
        server.starts();
        server
    }

    /// Starts it, again on the same data after `dies` or `stops`, and waits until it listens.
    pub fn starts(&mut self) {
        self.sets_out();
        self.arrives();
    }

    /// Starts it and does not wait.
    pub fn sets_out(&mut self) {
        let log = File::options().create(true).append(true).open(self.shared.log()).expect("the log can be written");
        let mut command = executable(&self.under);
        command.arg("serve").arg("--data").arg(self.shared.data()).args(&self.options);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log);
        let mut started = command.spawn().expect("the executable can be started");
        let output = started.stdout.take().expect("piped");
        self.process = Some(started);
        let setup_link = Arc::clone(&self.setup_link);
        self.told = Some(process::lines(output, move |line| {
            if let Some(link) = line.strip_prefix("set up at ") {
                *unpoisoned(&setup_link) = Some(link.to_string());
            }
        }));
    }

    /// Waits for the first line, which says where it listens.
    pub fn arrives(&mut self) {
        let told = self.told.as_ref().expect("it has set out");
        let first = told.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("the server does not start:\n{}", self.log()));
        let address = first.strip_prefix("parlour listening on http://").and_then(|address| address.parse().ok());
        *unpoisoned(&self.shared.address) = Some(address.unwrap_or_else(|| panic!("not the first line: {first}")));
    }

    pub fn http(&self) -> Http {
        self.shared.http()
    }

    pub fn address(&self) -> SocketAddr {
        self.http().address
    }

    pub fn data(&self) -> PathBuf {
        self.shared.data()
    }

    pub fn log(&self) -> String {
        fs::read_to_string(self.shared.log()).unwrap_or_default()
    }

    /// The one-time link for the first administrator, as it was printed.
    pub fn setup_link(&self) -> String {
        let link = Arc::clone(&self.setup_link);
        super::wait::eventually("the set-up link is printed", || unpoisoned(&link).clone())
    }

    /// The number of the server's process; of the program that runs it, where there is one.
    pub fn pid(&self) -> u32 {
        self.process.as_ref().expect("it runs").id()
    }

    /// Bytes of resident memory.
    pub fn memory(&self) -> u64 {
        self.measured("VmRSS:")
    }

    /// The most that these ever were.
    pub fn peak_memory(&self) -> u64 {
        self.measured("VmHWM:")
    }

    fn measured(&self, what: &str) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid())).expect("it runs");
        let line = status.lines().find_map(|line| line.strip_prefix(what)).expect("Linux says how much");
        1024 * line.trim_end_matches("kB").trim().parse::<u64>().expect("a number")
    }

    /// Registers an application that opens every way to sign in.
    pub fn app(&self, id: &str) -> App {
        self.app_with(id, &[])
    }

    /// With more options for `parlour app register`.
    pub fn app_with(&self, id: &str, options: &[&str]) -> App {
        App::register(&self.shared, id, options)
    }

    /// Runs a command of the executable on this server's data.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.shared.run(arguments, "")
    }

    /// The same, and how it ended.
    pub fn types(&self, arguments: &[&str]) -> Typed {
        self.pipes(arguments, "")
    }

    /// With something on its standard input.
    pub fn pipes(&self, arguments: &[&str], input: &str) -> Typed {
        Typed::from(self.shared.run(arguments, input))
    }

    /// A command on this server's data that is not started yet.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = executable(&[]);
        command.args(arguments).env("PARLOUR_DATA", self.data());
        command
    }

    /// Something will be logged as an error, and it is right that it is.
    pub fn expects_error(&mut self, text: &str) {
        self.expected_errors.push(text.into());
    }

    /// `kill -9`, at this very moment.
    pub fn dies(&mut self) {
        *unpoisoned(&self.shared.address) = None;
        process::kill(self.process.take().expect("it runs"));
    }

    /// SIGTERM; it has to end by itself.
    pub fn stops(&mut self) -> ExitStatus {
        *unpoisoned(&self.shared.address) = None;
        let running = self.process.take().expect("it runs");
        process::stop(running, || self.log())
    }

    /// Waits until it ends by itself.
    pub fn ends(&mut self) -> ExitStatus {
        let mut process = self.process.take().expect("it runs");
        *unpoisoned(&self.shared.address) = None;
        super::wait::eventually("the server ends", || process.try_wait().expect("a process of ours can be asked"))
    }

    /// Run by another program from the next start on; by none where that is empty.
    pub fn stands_under(&mut self, program: &[&str]) {
        self.under = program.iter().map(|word| word.to_string()).collect();
    }

    fn unexpected_errors(&self) -> Vec<String> {
        let expected = |line: &str| self.expected_errors.iter().any(|text| line.contains(text));
        let log = self.log();
        let wrong = |line: &&str| (line.contains("ERROR") || line.contains("panicked")) && !expected(line);
        log.lines().filter(wrong).map(str::to_string).collect()
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        if thread::panicking() {
            if let Some(running) = self.process.take() {
                process::kill(running);
            }
            let log = self.log();
            let lines: Vec<&str> = log.lines().collect();
            eprintln!("--- the server's log ends:\n{}", lines[lines.len().saturating_sub(30)..].join("\n"));
            return;
        }
        if self.process.is_some() {
            let status = self.stops();
            assert!(status.success(), "the server did not stop cleanly: {status}\n{}", self.log());
        }
        let errors = self.unexpected_errors();
        assert!(errors.is_empty(), "the server logged errors:\n{}", errors.join("\n"));
    }
}
