//! A message to everyone of an application of ten thousand: how soon it is answered, how soon all who are connected have it, and
//! what a neighbour application feels of it.

use crate::bench::Options;
use crate::bench::client::{Client, Person};
use crate::bench::http::Caller;
use crate::bench::pairs::{self, Load};
use crate::bench::report::{Flow, Latency, round};
use crate::bench::stage::{Stage, folder, key, populate, populate_as};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

const USERS: usize = 10_000;
/// Pairs of the neighbour, and what they write together in a second.
const NEIGHBOURS: usize = 20;
const RATE: f64 = 1_000.0;
/// How often it is measured, in turns: the ratio in the middle counts.
const ROUNDS: usize = 5;
/// How long a message may be on its way.
const PATIENCE: Duration = Duration::from_secs(120);

pub async fn run(options: &Options) -> anyhow::Result<Value> {
    let data = folder()?;
    let everyone = populate(&data, USERS)?;
    let neighbours = populate_as(&data, "neighbour", NEIGHBOURS * 2)?;
    let key = key(&data)?;
    let mut stage = Stage::on(options, data, everyone)?;
    let beside = stage.guest("neighbour", neighbours);
    let (mut rounds, mut expected) = (Vec::new(), 0);
    for number in 0..ROUNDS {
        let alone = pairs::run(&beside, Load::Rate(RATE), options.seconds).await?;
        let listeners = listeners(&stage, options.pairs * 2, text(number)).await?;
        let told = broadcast(&stage, &key, (text(number), listeners));
        let (meanwhile, told) = pairs::run_while(&beside, Load::Rate(RATE), told).await?;
        expected += alone.answered + meanwhile.answered + USERS as u64;
        rounds.push(Round { alone, meanwhile, told });
    }
    let stored = stage.stored()? as u64;
    anyhow::ensure!(stored == expected, "{expected} messages were answered and {stored} stored");
    rounds.sort_by(|a, b| a.ratio().total_cmp(&b.ratio()));
    let ratios: Vec<f64> = rounds.iter().map(Round::ratio).collect();
    let middle = &rounds[ROUNDS / 2];
    Ok(json!({
        "users": USERS,
        "connected": options.pairs * 2,
        "middle": middle.json(),
        "ratios": ratios,
        "ratio": { "p99": middle.ratio() },
    }))
}

fn text(number: usize) -> String {
    format!("to everyone who is here, for the {number}. time")
}

/// The neighbour before, and as long as a message to everyone was on its way.
struct Round {
    alone: Flow,
    meanwhile: Flow,
    told: Told,
}

impl Round {
    fn ratio(&self) -> f64 {
        round(self.meanwhile.latency.p99_ms / self.alone.latency.p99_ms.max(0.001), 2)
    }

    fn json(&self) -> Value {
        let ms = |duration: Duration| round(duration.as_secs_f64() * 1000.0, 1);
        json!({
            "answered_ms": ms(self.told.answered),
            "reached_ms": ms(self.told.reached),
            "reached": self.told.each,
            "written_ms": ms(self.told.written),
            "neighbour_alone": self.alone.json(),
            "neighbour_meanwhile": self.meanwhile.json(),
        })
    }
}

/// How long it took until it was answered, until the last who is connected had it, until everybody's was written.
struct Told {
    answered: Duration,
    reached: Duration,
    written: Duration,
    each: Value,
}

/// Everybody who is connected: each listens from the start, and answers when it had the message.
async fn listeners(stage: &Stage, count: usize, text: String) -> anyhow::Result<JoinSet<anyhow::Result<Instant>>> {
    let mut listening = JoinSet::new();
    // From all over the list, so that nobody is lucky.
    let people: Vec<&Person> = stage.people.iter().step_by((stage.people.len() / count.max(1)).max(1)).take(count).collect();
    for person in people {
        let (mut client, _) = Client::connect(&stage.address, &stage.app, person, None).await?;
        client.settle().await?;
        listening.spawn(hear(client, text.clone()));
    }
    Ok(listening)
}

async fn broadcast(
    stage: &Stage,
    key: &str,
    (text, mut listeners): (String, JoinSet<anyhow::Result<Instant>>),
) -> anyhow::Result<Told> {
    let mut caller = Caller::connect(&stage.address, "/api/v1/messages", key).await?;
    let begun = Instant::now();
    let answer: Value = serde_json::from_str(&caller.post(&json!({"to": "everyone", "text": text}).to_string()).await?)?;
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

async fn hear(mut client: Client, text: String) -> anyhow::Result<Instant> {
    while !client.hear().await?.contains(&text) {}
    Ok(Instant::now())
}

async fn is_done(stage: &Stage, key: &str, batch: i64) -> anyhow::Result<bool> {
    let page = Caller::get(&stage.address, &format!("/api/v1/batches/{batch}?limit=1"), key).await?;
    let page: Value = serde_json::from_str(&page)?;
    Ok(page["batch"]["open"] == false)
}
