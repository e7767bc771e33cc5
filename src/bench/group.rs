//! A message to a room of many connected members: deliveries a second.

use crate::bench::Options;
use crate::bench::client::{Client, Kind, kind};
use crate::bench::machine::Watch;
use crate::bench::measure::until_quiet;
use crate::bench::report::{Flow, Latency, round};
use crate::bench::stage::{APP, Stage, folder, populate, with_store};
use crate::chat::author::Author;
use crate::chat::room;
use crate::id::{AppId, Key, UserId};
use anyhow::Context;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// Messages of the sender that may be unanswered.
const WINDOW: usize = 4;

pub async fn run(options: &Options) -> anyhow::Result<Value> {
    let (own, noisy) = until_quiet(|| parlour(options)).await?;
    let mut all = json!({ "members": options.pairs * 2, "parlour": own.json(), "rate": own.rate.round(), "noisy": noisy });
    if options.raw {
        let (raw, noisy) = until_quiet(|| relay(options)).await?;
        all["raw"] = raw.json();
        all["ratio"] = json!({ "rate": round(own.rate / raw.rate, 3) });
        all["noisy"] = (noisy || all["noisy"] == Value::Bool(true)).into();
    }
    Ok(all)
}

async fn parlour(options: &Options) -> anyhow::Result<Flow> {
    let data = folder()?;
    let people = populate(&data, options.pairs * 2)?;
    let ids: Vec<String> = people.iter().map(|p| p.id.clone()).collect();
    let room = with_store(&data, |store| {
        store.write_blocking(move |tx| {
            let app = crate::apps::application::get(tx, &AppId::parse(APP)?)?.no;
            let users = ids.iter().map(|id| UserId::parse(id)).collect::<crate::error::Result<_>>()?;
            let draft = room::Draft { key: Key::parse("room")?, title: "All".into(), users };
            Ok(room::create(tx, &Author::application(app), &draft)?.0)
        })
    })?;
    let mut stage = Stage::on(options, data, people)?;
    let flow = broadcast(&stage, &room.to_string(), options.seconds).await?;
    let stored = stage.stored()?;
    anyhow::ensure!(stored as u64 == flow.answered, "{} messages were answered and {stored} stored", flow.answered);
    Ok(flow)
}

async fn relay(options: &Options) -> anyhow::Result<Flow> {
    broadcast(&Stage::relay(options.pairs * 2)?, "1", options.seconds).await
}

/// One member writes, everybody else hears; `rate` counts what is heard.
async fn broadcast(stage: &Stage, room: &str, seconds: u64) -> anyhow::Result<Flow> {
    let mut clients = Vec::new();
    for person in &stage.people {
        let (mut client, _) = Client::connect(&stage.address, &stage.app, person, None).await?;
        client.settle().await?;
        clients.push(client);
    }
    let watch = Watch::start(stage.pid);
    let begun = Instant::now();
    let mut sender = clients.pop().context("a room needs members")?;
    let (listeners, end) = (clients.len() as u64, begun + Duration::from_secs(seconds));
    let mut heard = JoinSet::new();
    for client in clients {
        heard.spawn(listen(client));
    }
    let answered = write(&mut sender, room, end).await?;
    let elapsed = begun.elapsed().as_secs_f64();
    let mut received = 0;
    while let Some(count) = heard.join_next().await {
        received += count??;
    }
    anyhow::ensure!(received == answered * listeners, "{received} deliveries of {answered} messages to {listeners} members");
    let (server_cpu_s, others) = watch.stop();
    Ok(Flow { rate: received as f64 / elapsed, answered, received, latency: Latency::default(), server_cpu_s, others })
}

async fn write(sender: &mut Client, room: &str, end: Instant) -> anyhow::Result<u64> {
    let (mut sent, mut answered) = (0, 0);
    while Instant::now() < end || answered < sent {
        while sent - answered < WINDOW as u64 && Instant::now() < end {
            sent += 1;
            let text = "x".repeat(150);
            sender
                .feed(format!(r#"{{"send":{{"to":"conversation:{room}","id":{sent},"key":"k{sent}","text":"{text}"}}}}"#))
                .await?;
        }
        sender.flush().await?;
        if kind(&sender.hear().await?) == Kind::Ok {
            answered += 1;
        }
    }
    Ok(answered)
}

/// Counts messages until none has come for a while.
async fn listen(mut client: Client) -> anyhow::Result<u64> {
    let mut count = 0;
    while let Ok(text) = tokio::time::timeout(Duration::from_secs(3), client.hear()).await {
        if text?.contains(r#""text":"xxxx"#) {
            count += 1;
        }
    }
    Ok(count)
}
