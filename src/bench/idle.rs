//! Connections that do nothing, and connections that come back.

use crate::bench::Options;
use crate::bench::client::Client;
use crate::bench::machine::usage;
use crate::bench::report::round;
use crate::bench::stage::Stage;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// What was needed to connect is given back within this time; what is measured is what stays.
const SETTLING: Duration = Duration::from_secs(2);

/// The server's memory before and with `--pairs` times two signed-in connections, in KiB for each.
pub async fn memory(options: &Options) -> anyhow::Result<Value> {
    let own = each(Stage::parlour(options, options.pairs * 2)?).await?;
    let mut all = json!({ "connections": options.pairs * 2, "parlour": own });
    if options.raw {
        all["raw"] = each(Stage::relay(options.pairs * 2)?).await?;
    }
    Ok(all)
}

async fn each(stage: Stage) -> anyhow::Result<Value> {
    let before = usage(stage.pid).rss_kib;
    let mut clients = Vec::with_capacity(stage.people.len());
    for person in &stage.people {
        let (mut client, _) = Client::connect(&stage.address, &stage.app, person, None).await?;
        client.settle().await?;
        clients.push(client);
    }
    tokio::time::sleep(SETTLING).await;
    let with = usage(stage.pid).rss_kib;
    let each = with.saturating_sub(before) as f64 / clients.len().max(1) as f64;
    Ok(
        json!({ "idle_server_mib": round(before as f64 / 1024.0, 1), "with_all_mib": round(with as f64 / 1024.0, 1), "kib_each": round(each, 2) }),
    )
}

/// Connects, is welcomed and goes, again and again: with a session's token, as a reload or a lost network does.
pub async fn returning(options: &Options) -> anyhow::Result<Value> {
    let stage = Stage::parlour(options, options.pairs * 2)?;
    let begun = Instant::now();
    let end = begun + Duration::from_secs(options.seconds);
    let mut tasks = tokio::task::JoinSet::new();
    for person in stage.people.iter().take(64) {
        let person = person.clone();
        let (address, app) = (stage.address.clone(), stage.app.clone());
        tasks.spawn(async move {
            let mut count = 0u64;
            while Instant::now() < end {
                let (mut client, _) = Client::connect(&address, &app, &person, None).await?;
                client.settle().await?;
                count += 1;
            }
            anyhow::Ok(count)
        });
    }
    let mut count = 0;
    while let Some(done) = tasks.join_next().await {
        count += done??;
    }
    let rate = count as f64 / begun.elapsed().as_secs_f64();
    Ok(json!({ "returns": count, "rate": rate.round(), "server_cpu_s": usage(stage.pid).cpu_s }))
}
