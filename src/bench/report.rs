//! What was measured, as numbers with their units in their names.

use serde_json::{Value, json};

/// Messages that passed between connections.
#[derive(Debug, Clone)]
pub struct Flow {
    /// Messages answered a second.
    pub rate: f64,
    pub answered: u64,
    pub received: u64,
    pub latency: Latency,
    pub server_cpu_s: f64,
    /// The part of all processors that others took.
    pub others: f64,
}

/// From the send to the peer's receipt, in milliseconds.
#[derive(Debug, Clone, Copy, Default)]
pub struct Latency {
    pub p50_ms: f64,
    pub p99_ms: f64,
}

impl Latency {
    pub fn of(mut micros: Vec<u32>) -> Latency {
        micros.sort_unstable();
        let at = |part: f64| {
            let index = (micros.len() as f64 * part) as usize;
            micros.get(index.min(micros.len().saturating_sub(1))).map_or(0.0, |us| f64::from(*us) / 1000.0)
        };
        Latency { p50_ms: at(0.5), p99_ms: at(0.99) }
    }
}

impl Flow {
    pub fn json(&self) -> Value {
        json!({
            "rate": self.rate.round(),
            "answered": self.answered,
            "received": self.received,
            "p50_ms": self.latency.p50_ms,
            "p99_ms": self.latency.p99_ms,
            "server_cpu_s": self.server_cpu_s,
            "others_cpu": round(self.others, 3),
        })
    }
}

pub fn round(value: f64, digits: i32) -> f64 {
    let scale = 10f64.powi(digits);
    (value * scale).round() / scale
}

/// For people: one line for each number, indented by what it belongs to.
pub fn print(value: &Value) {
    lines(value, 0);
}

fn lines(value: &Value, indent: usize) {
    let Value::Object(members) = value else { return };
    for (name, value) in members {
        match value {
            Value::Object(_) => {
                println!("{:indent$}{name}", "");
                lines(value, indent + 2);
            }
            other => println!("{:indent$}{name:<22} {other}", ""),
        }
    }
}
