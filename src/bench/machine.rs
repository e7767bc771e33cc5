//! What the machine was doing meanwhile: a process' processor time and memory, and how much of the processors somebody
//! else took.

use std::fs;
use std::time::Instant;

/// Kernel ticks a second; Linux has told user space 100 for decades.
const TICKS: f64 = 100.0;

/// Processor seconds that a process has used, and its resident memory in KiB.
#[derive(Debug, Clone, Copy, Default)]
pub struct Usage {
    pub cpu_s: f64,
    pub rss_kib: u64,
}

pub fn usage(pid: u32) -> Usage {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let fields: Vec<f64> = after_name.split_whitespace().map(|f| f.parse().unwrap_or(0.0)).collect();
    let cpu = fields.get(11).unwrap_or(&0.0) + fields.get(12).unwrap_or(&0.0);
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let rss = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let rss = rss.and_then(|r| r.split_whitespace().next()).and_then(|n| n.parse().ok());
    Usage { cpu_s: cpu / TICKS, rss_kib: rss.unwrap_or(0) }
}

/// A stretch of time in which two processes are watched against the whole machine.
pub struct Watch {
    server: u32,
    begun: Instant,
    all: f64,
    ours: f64,
    served: f64,
}

impl Watch {
    pub fn start(server: u32) -> Watch {
        let served = usage(server).cpu_s;
        Watch { server, begun: Instant::now(), all: busy(), ours: served + usage(std::process::id()).cpu_s, served }
    }

    /// The server's processor seconds, and the part of all processors that others took (0 to 1).
    pub fn stop(&self) -> (f64, f64) {
        let served = usage(self.server).cpu_s;
        let ours = served + usage(std::process::id()).cpu_s - self.ours;
        let all = busy() - self.all;
        let cores = std::thread::available_parallelism().map_or(1.0, |n| n.get() as f64);
        let others = (all - ours).max(0.0) / (self.begun.elapsed().as_secs_f64() * cores);
        (served - self.served, others)
    }
}

/// Seconds in which any processor worked for any process, or was taken away by the host.
fn busy() -> f64 {
    let stat = fs::read_to_string("/proc/stat").unwrap_or_default();
    let first = stat.lines().next().unwrap_or_default();
    let fields: Vec<f64> = first.split_whitespace().skip(1).map(|f| f.parse().unwrap_or(0.0)).collect();
    let at = |i: usize| fields.get(i).copied().unwrap_or(0.0);
    (at(0) + at(1) + at(2) + at(7)) / TICKS
}
