//! A message to everyone of an application of ten thousand: how soon it is answered, how soon all who are connected have it, and
//! what a neighbour application feels of it.

use crate::bench::Options;
use crate::bench::client::{Client, Person};
use crate::bench::http::Caller;
use crate::bench::pairs::{self, Load};
use crate::bench::report::{Latency, round};
use crate::bench::stage::{Stage, folder, key, populate, populate_as};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

const USERS: usize = 10_000;
/// Pairs of the neighbour, and what they write together in a second.
const NEIGHBOURS: usize = 20;
const RATE: f64 = 1_000.0;
/// How long a message may be on its way.
const PATIENCE: Duration = Duration::from_secs(120);

pub async fn run(options: &Options) -> anyhow::Result<Value> {
    let data = folder()?;
    let everyone = populate(&data, USERS)?;
    let neighbours = populate_as(&data, "neighbour", NEIGHBOURS * 2)?;
    let key = key(&data)?;
    let mut stage = Stage::on(options, data, everyone)?;
    let beside = stage.guest("neighbour", neighbours);
    let alone = pairs::run(&beside, Load::Rate(RATE), options.seconds).await?;
    let listeners = listeners(&stage, options.pairs * 2).await?;
    let connected = listeners.len();
    let during = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        broadcast(&stage, &key, listeners).await
    };
    // As long as the message is on its way, and a little more.
    let (meanwhile, told) = tokio::try_join!(pairs::run(&beside, Load::Rate(RATE), options.seconds.max(5)), during)?;
    let stored = stage.stored()? as u64;
    let expected = alone.answered + meanwhile.answered + USERS as u64;
    anyhow::ensure!(stored == expected, "{expected} messages were answered and {stored} stored");
    let ratio = round(meanwhile.latency.p99_ms / alone.latency.p99_ms.max(0.001), 2);
    Ok(json!({
        "users": USERS,
        "connected": connected,
        "answered_ms": round(told.answered.as_secs_f64() * 1000.0, 1),
        "reached_ms": round(told.reached.as_secs_f64() * 1000.0, 1),
        "reached": told.each,
        "written_ms": round(told.written.as_secs_f64() * 1000.0, 1),
        "neighbour_alone": alone.json(),
        "neighbour_meanwhile": meanwhile.json(),
        "ratio": { "p99": ratio },
    }))
}

/// How long it took until it was answered, until the last who is connected had it, until everybody's was written.
struct Told {
    answered: Duration,
    reached: Duration,
    written: Duration,
    each: Value,
}

/// Everybody who is connected: each listens from the start, and answers when it had the message.
async fn listeners(stage: &Stage, count: usize) -> anyhow::Result<JoinSet<anyhow::Result<Instant>>> {
    let mut listening = JoinSet::new();
    // From all over the list, so that nobody is lucky.
    let people: Vec<&Person> = stage.people.iter().step_by((stage.people.len() / count.max(1)).max(1)).take(count).collect();
    for person in people {
        let (mut client, _) = Client::connect(&stage.address, &stage.app, person, None).await?;
        client.settle().await?;
        listening.spawn(hear(client));
    }
    Ok(listening)
}

async fn broadcast(stage: &Stage, key: &str, mut listeners: JoinSet<anyhow::Result<Instant>>) -> anyhow::Result<Told> {
    let mut caller = Caller::connect(&stage.address, "/api/v1/messages", key).await?;
    let begun = Instant::now();
    let answer: Value = serde_json::from_str(&caller.post(r#"{"to":"everyone","text":"to everyone who is here"}"#).await?)?;
    let answered = begun.elapsed();
    let mut micros = Vec::new();
    while let Some(heard) = tokio::time::timeout(PATIENCE, listeners.join_next()).await? {
        micros.push((heard?? - begun).as_micros() as u32);
    }
    let reached = begun.elapsed();
    let batch = answer["batch"].as_i64().unwrap_or_default();
    while !is_done(stage, key, batch).await? {
        anyhow::ensure!(begun.elapsed() < PATIENCE, "it was not written in time");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let latency = Latency::of(micros);
    let each = json!({ "p50_ms": latency.p50_ms, "p99_ms": latency.p99_ms });
    Ok(Told { answered, reached, written: begun.elapsed(), each })
}

async fn hear(mut client: Client) -> anyhow::Result<Instant> {
    while !client.hear().await?.contains("to everyone who is here") {}
    Ok(Instant::now())
}

async fn is_done(stage: &Stage, key: &str, batch: i64) -> anyhow::Result<bool> {
    let page = Caller::get(&stage.address, &format!("/api/v1/batches/{batch}?limit=1"), key).await?;
    let page: Value = serde_json::from_str(&page)?;
    Ok(page["batch"]["open"] == false)
}
