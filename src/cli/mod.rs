//! The command line: what was typed, by which part of the house it is done, and how it ends.

mod admin;
mod answer;
mod app;
mod call;
mod contact;
pub mod control;
mod demo;
mod deposit;
mod doctor;
mod erase;
mod exit;
mod export;
mod import;
mod key;
mod listen;
mod mail;
mod moment;
mod oidc;
mod people;
mod send;
mod serve;
mod settings;
pub mod task;
mod upkeep;
mod user;
mod whoami;

use crate::bench;
use crate::config::{Config, File};
use answer::Answer;
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use doctor::Doctor;
use exit::{Code, Failure};
use export::Export;
use import::Import;
use listen::Listen;
use mail::Mail;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;
use task::Task;

/// Instant messaging for an existing browser-based application, in one executable.
#[derive(Debug, Parser)]
#[command(name = "parlour", version, propagate_version = true, arg_required_else_help = true)]
struct Line {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    command: Command,
}

/// Where a command finds its server, and how it answers.
#[derive(Debug, Args)]
#[command(next_help_heading = "Everywhere")]
struct Place {
    /// The server's data directory
    #[arg(long, global = true, env = "PARLOUR_DATA", value_name = "DIR")]
    data: Option<PathBuf>,

    /// The configuration, instead of the parlour.toml that is found
    #[arg(long, global = true, env = "PARLOUR_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,

    /// Answer in JSON; what goes wrong is {"error": {"code", "message"}} on standard error
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server
    Serve(Box<Config>),

    /// Run Parlour with a sample office application beside it, on this machine only; prints the links
    Demo(demo::Options),

    /// Say by the exit code whether the running server can write
    Healthcheck(upkeep::Healthcheck),

    #[command(flatten)]
    Task(Task),

    /// Print an application's events as they happen
    Listen(Listen),

    /// Try every interface of an application, and say what is wrong and how to mend it
    Doctor(Doctor),

    /// Read users or contact lists from a file: all of it, or nothing
    #[command(subcommand)]
    Import(Import),

    /// Write an application's data into a file
    #[command(subcommand)]
    Export(Export),

    /// Letters, which this version does not send yet
    #[command(subcommand, hide = true)]
    Mail(Mail),

    /// Put load on a server and say what it did
    Bench(bench::Options),
}

/// Does what was typed.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let parsed = Line::try_parse_from(&arguments).and_then(|line| {
        let file = File::find(line.place.config.as_deref(), line.place.data.as_deref())?;
        Ok((line, file))
    });
    match parsed.and_then(|(line, file)| dispatch(line, &file, &arguments)) {
        Ok(code) => code,
        Err(error) => exit::usage(&error, arguments.iter().any(|word| word == "--json")),
    }
}

fn dispatch(line: Line, file: &File, arguments: &[OsString]) -> Result<ExitCode, clap::Error> {
    match line.command {
        Command::Demo(options) => demo::run(&options, line.place.data, line.place.json),
        Command::Bench(options) => Ok(load(&options, line.place.json)),
        Command::Serve(_) => Ok(serve::run(with_file("serve", file, arguments)?, file, line.place.json)),
        other => {
            let config = Config::load(file, line.place.data.as_ref())?;
            let answer = perform(other, &config, line.place.json).and_then(|answer| answer.print(line.place.json));
            Ok(answer.map_or_else(|failure| failure.end(line.place.json), |()| ExitCode::SUCCESS))
        }
    }
}

fn perform(command: Command, config: &Config, json: bool) -> exit::Result<Answer> {
    match command {
        Command::Serve(_) | Command::Demo(_) | Command::Bench(_) => Err(Failure::new(Code::Usage, "this command has no answer")),
        Command::Healthcheck(task) => call::server(config, &Task::Healthcheck(task)),
        Command::Doctor(task) => task.perform(config),
        Command::Listen(task) => task.perform(config, json),
        Command::Import(task) => task.perform(config),
        Command::Export(task) => task.perform(config),
        Command::Mail(task) => task.perform(),
        Command::Task(Task::Send(task)) => task.perform(config),
        Command::Task(mut task) => task.prepare().and_then(|()| call::anywhere(config, task)),
    }
}

fn load(options: &bench::Options, json: bool) -> ExitCode {
    match bench::run(options) {
        Ok(value) if json => println!("{value}"),
        Ok(value) => bench::print(&value),
        Err(error) => return Failure::new(Code::Failed, format!("{error:#}")).end(json),
    }
    ExitCode::SUCCESS
}

/// Reads the line again, with what the file says in the place of the defaults.
fn with_file(name: &str, file: &File, arguments: &[OsString]) -> Result<Config, clap::Error> {
    let mut line = Line::command();
    let filled = line.find_subcommand(name).cloned().map(|command| file.fill(command)).transpose()?;
    if let Some(filled) = filled {
        line = line.mut_subcommand(name, |_| filled);
    }
    let matches = line.try_get_matches_from(arguments)?;
    let (_, chosen) = matches.subcommand().unwrap_or((name, &matches));
    Config::from_arg_matches(chosen)
}
