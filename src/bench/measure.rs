//! Each scene from its beginning to its numbers. A run in which others took more than a tenth of the processors is done
//! again; after five the machine is said to be noisy.

use crate::bench::pairs::{self, Load};
use crate::bench::report::{Flow, round};
use crate::bench::stage::Stage;
use crate::bench::{Options, Scene, everyone, group, idle, past, rest};
use anyhow::ensure;
use serde_json::{Value, json};

/// The part of all processors that others may take.
const NOISE: f64 = 0.10;
const TRIES: usize = 5;

pub async fn quietly(options: &Options) -> anyhow::Result<Value> {
    match options.scene {
        Scene::Pairs => messages(options).await,
        Scene::Group => group::run(options).await,
        Scene::Everyone => everyone::run(options).await,
        Scene::Rest => rest::run(options).await,
        Scene::Idle => idle::memory(options).await,
        Scene::Return => idle::returning(options).await,
        Scene::History => past::history(options).await,
        Scene::Start => past::start(options).await,
    }
}

/// Runs until the machine was quiet; the answer says whether it ever was.
pub async fn until_quiet<F, R>(mut run: F) -> anyhow::Result<(Flow, bool)>
where
    F: FnMut() -> R,
    R: Future<Output = anyhow::Result<Flow>>,
{
    let mut last = run().await?;
    for _ in 1..TRIES {
        if last.others <= NOISE {
            return Ok((last, false));
        }
        last = run().await?;
    }
    let noisy = last.others > NOISE;
    Ok((last, noisy))
}

async fn messages(options: &Options) -> anyhow::Result<Value> {
    let (full, noisy) = until_quiet(|| parlour(options, Load::Window(options.window))).await?;
    let fifth = full.rate / 5.0;
    let (paced, noisy_too) = until_quiet(|| parlour(options, Load::Rate(fifth))).await?;
    let mut all = json!({ "window": options.window, "sockets": options.pairs * 2, "workers": options.workers });
    all["parlour"] = full.json();
    all["parlour_at_a_fifth"] = paced.json();
    all["noisy"] = (noisy || noisy_too).into();
    for name in ["rate", "p50_ms", "p99_ms", "server_cpu_s"] {
        let from = if name.starts_with('p') { &paced } else { &full };
        all[name] = from.json()[name].clone();
    }
    if options.raw {
        let (raw, noisy) = until_quiet(|| relay(options, Load::Window(options.window))).await?;
        let (raw_paced, noisy_too) = until_quiet(|| relay(options, Load::Rate(fifth))).await?;
        all["raw"] = raw.json();
        all["raw_at_the_same_rate"] = raw_paced.json();
        all["ratio"] = json!({
            "rate": round(full.rate / raw.rate, 3),
            "p99": round(paced.latency.p99_ms / raw_paced.latency.p99_ms.max(0.001), 2),
        });
        all["noisy"] = (noisy || noisy_too || all["noisy"] == Value::Bool(true)).into();
    }
    Ok(all)
}

/// One run on a new server; what it kept must be what it answered.
async fn parlour(options: &Options, load: Load) -> anyhow::Result<Flow> {
    let mut stage = Stage::parlour(options, options.pairs * 2)?;
    let flow = pairs::run(&stage, load, options.seconds).await?;
    let stored = stage.stored()?;
    ensure!(stored as u64 == flow.answered, "{} messages were answered and {stored} stored", flow.answered);
    ensure!(flow.received == flow.answered, "{} messages were answered and {} received", flow.answered, flow.received);
    Ok(flow)
}

async fn relay(options: &Options, load: Load) -> anyhow::Result<Flow> {
    let stage = Stage::relay(options.pairs * 2)?;
    pairs::run(&stage, load, options.seconds).await
}
