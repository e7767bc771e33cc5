//! What an operator can set. Each option is declared once, as a flag with its variable and default; a line of
//! `parlour.toml` takes the place of the default, so that flags win over variables and variables over the file.

mod callbacks;
mod file;
mod limits;

pub use callbacks::Callbacks;
pub use file::File;
pub use limits::Limits;

use clap::{Args, Command, FromArgMatches, ValueEnum};
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

#[derive(Debug, Clone, Args)]
pub struct Config {
    /// The directory with everything that is kept; only one server at a time can use it
    #[arg(long, env = "PARLOUR_DATA", value_name = "DIR", default_value = "parlour-data")]
    pub data: PathBuf,

    /// The address and port to listen on; port 0 takes a free one
    #[arg(long, env = "PARLOUR_LISTEN", value_name = "ADDR:PORT", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,

    /// The address under which browsers reach the server, such as https://im.example; links, cookies and origin checks depend on it
    #[arg(long, env = "PARLOUR_PUBLIC_URL", value_name = "URL", value_parser = origin)]
    pub public_url: Option<String>,

    /// Threads that serve connections [default: half the processors]
    #[arg(long, env = "PARLOUR_WORKERS", value_name = "N", default_value_t = 0, hide_default_value = true)]
    pub workers: usize,

    /// Proxies whose X-Forwarded-For is believed, by address; with commas between them
    #[arg(long, env = "PARLOUR_TRUSTED_PROXIES", value_name = "IP", value_delimiter = ',')]
    pub trusted_proxies: Vec<IpAddr>,

    /// What is logged on standard error: error, warn, info, debug, or a filter such as warn,parlour::access=debug
    #[arg(long, env = "PARLOUR_LOG", value_name = "FILTER", default_value = "warn,parlour=info")]
    pub log: String,

    /// How it is logged
    #[arg(long, env = "PARLOUR_LOG_FORMAT", value_name = "FORMAT", default_value = "text")]
    pub log_format: LogFormat,

    #[command(flatten)]
    pub callbacks: Callbacks,

    #[command(flatten)]
    pub limits: Limits,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    Text,
    Json,
}

impl Config {
    /// What variables and `file` say, with `data` before both where it was given: for commands that look for the server.
    pub fn load(file: &File, data: Option<&PathBuf>) -> Result<Config, clap::Error> {
        let command = file.fill(Config::augment_args(Command::new("parlour")))?;
        let flag = data.map(|directory| ["--data".into(), directory.clone().into_os_string()]);
        let matches = command.no_binary_name(true).try_get_matches_from(flag.into_iter().flatten())?;
        Config::from_arg_matches(&matches)
    }

    pub fn workers(&self) -> usize {
        match self.workers {
            0 => std::thread::available_parallelism().map_or(1, |n| (n.get() / 2).max(1)),
            chosen => chosen,
        }
    }
}

/// `scheme://host[:port]` and nothing after it, as a browser writes an origin.
fn origin(text: &str) -> Result<String, String> {
    let plain = text.strip_suffix('/').unwrap_or(text).to_ascii_lowercase();
    let rest = plain.strip_prefix("https://").or_else(|| plain.strip_prefix("http://"));
    match rest {
        Some(host) if !host.is_empty() && !host.contains(['/', '?', '#', '@', ' ']) => Ok(without_usual_port(&plain)),
        _ => Err("expected http://HOST[:PORT] or https://HOST[:PORT], without a path".into()),
    }
}

fn without_usual_port(origin: &str) -> String {
    let usual = if origin.starts_with("https:") { ":443" } else { ":80" };
    origin.strip_suffix(usual).unwrap_or(origin).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_url_is_an_origin() {
        assert_eq!(origin("HTTPS://IM.example:443/"), Ok("https://im.example".into()));
        assert_eq!(origin("http://127.0.0.1:8080"), Ok("http://127.0.0.1:8080".into()));
        for bad in ["im.example", "https://", "https://a/b", "ftp://a", "https://u@a"] {
            assert!(origin(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_is_given_wins_over_the_file_and_the_file_over_the_default() {
        let file = File::parse("parlour.toml", "data = 'a'\nlisten = '127.0.0.1:1'\nmessage_rate = 7\n").unwrap();
        let config = Config::load(&file, Some(&"b".into())).unwrap();
        assert_eq!((config.data, config.listen.port(), config.limits.message_rate), ("b".into(), 1, 7));
        assert_eq!(config.limits.message_burst, 300);
    }
}
