//! Single messages by REST from many kept connections at once, against a bare handler that reads the body and answers.

use crate::bench::http::Caller;
use crate::bench::machine::Watch;
use crate::bench::measure::until_quiet;
use crate::bench::report::{Flow, Latency, round};
use crate::bench::stage::{Stage, folder, key, populate};
use crate::bench::{Options, relay};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// Connections that are kept, each with one request at a time.
const CONNECTIONS: usize = 50;

pub async fn run(options: &Options) -> anyhow::Result<Value> {
    let (own, noisy) = until_quiet(|| parlour(options)).await?;
    let mut all = json!({ "connections": CONNECTIONS, "parlour": own.json(), "rate": own.rate.round(), "noisy": noisy });
    if options.raw {
        let (raw, noisy) = until_quiet(|| bare(options)).await?;
        all["raw"] = raw.json();
        all["ratio"] = json!({ "rate": round(own.rate / raw.rate, 3) });
        all["noisy"] = (noisy || all["noisy"] == Value::Bool(true)).into();
    }
    Ok(all)
}

/// What was answered must be what is kept.
async fn parlour(options: &Options) -> anyhow::Result<Flow> {
    let data = folder()?;
    let people = populate(&data, options.pairs * 2)?;
    let key = key(&data)?;
    let mut stage = Stage::on(options, data, people)?;
    let flow = call(&stage, "/api/v1/messages", &key, options.seconds).await?;
    let stored = stage.stored()?;
    anyhow::ensure!(stored as u64 == flow.answered, "{} messages were answered and {stored} stored", flow.answered);
    Ok(flow)
}

async fn bare(options: &Options) -> anyhow::Result<Flow> {
    call(&Stage::relay(options.pairs * 2)?, relay::POST, "x", options.seconds).await
}

async fn call(stage: &Stage, path: &str, key: &str, seconds: u64) -> anyhow::Result<Flow> {
    let mut callers = Vec::new();
    for _ in 0..CONNECTIONS {
        callers.push(Caller::connect(&stage.address, path, key).await?);
    }
    let (watch, begun) = (Watch::start(stage.pid), Instant::now());
    let end = begun + Duration::from_secs(seconds);
    let mut calls = JoinSet::new();
    for (number, mut caller) in callers.into_iter().enumerate() {
        let ids: Vec<String> = stage.people.iter().map(|person| person.id.clone()).collect();
        calls.spawn(async move {
            let mut micros = Vec::new();
            while Instant::now() < end {
                let to = &ids[(number + micros.len() * CONNECTIONS) % ids.len()];
                let sent = Instant::now();
                caller.post(&format!(r#"{{"to":"user:{to}","text":"{}"}}"#, "x".repeat(150))).await?;
                micros.push(sent.elapsed().as_micros() as u32);
            }
            anyhow::Ok(micros)
        });
    }
    let mut micros = Vec::new();
    while let Some(of_one) = calls.join_next().await {
        micros.extend(of_one??);
    }
    let (server_cpu_s, others) = watch.stop();
    let answered = micros.len() as u64;
    let rate = answered as f64 / begun.elapsed().as_secs_f64();
    Ok(Flow { rate, answered, received: 0, latency: Latency::of(micros), server_cpu_s, others })
}
