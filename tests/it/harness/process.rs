//! A process of the executable: started with an environment that nobody's settings reach, heard, and stopped as an operator
//! does.

use super::wait::PATIENCE;
use rustix::process::{Pid, Signal, kill_process};
use std::{
    io::{BufRead, BufReader, Read},
    process::{Child, Command, ExitStatus},
    sync::mpsc::{Receiver, channel},
    thread,
    time::{Duration, Instant},
};

/// The executable under test; run by another program where there are words for one.
pub fn executable(under: &[String]) -> Command {
    let program = env!("CARGO_BIN_EXE_parlour").to_string();
    let mut words = under.iter().cloned().chain([program]);
    let mut command = Command::new(words.next().expect("at least the program"));
    command.args(words).env_clear();
    for name in ["PATH", "HOME", "LANG"] {
        command.envs(std::env::var_os(name).map(|value| (name, value)));
    }
    command
}

/// The lines that it prints, as they come; `look` sees each of them at once.
pub fn lines(output: impl Read + Send + 'static, mut look: impl FnMut(&str) + Send + 'static) -> Receiver<String> {
    let (tell, told) = channel();
    thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            look(&line);
            tell.send(line).ok();
        }
    });
    told
}

/// SIGTERM; it has to end by itself. Nothing of it is left either way.
pub fn stop(mut process: Child, log: impl Fn() -> String) -> ExitStatus {
    let pid = Pid::from_raw(process.id().cast_signed()).expect("a process has a number");
    kill_process(pid, Signal::TERM).expect("a process of ours can be told");
    let end = Instant::now() + PATIENCE;
    while Instant::now() < end {
        if let Some(status) = process.try_wait().expect("a process of ours can be asked") {
            return status;
        }
        thread::sleep(Duration::from_millis(5));
    }
    kill(process);
    panic!("it did not stop in {PATIENCE:?} after SIGTERM:\n{}", log());
}

/// `kill -9`, at this very moment.
pub fn kill(mut process: Child) {
    process.kill().expect("a process of ours can be killed");
    process.wait().expect("a process of ours ends");
}
