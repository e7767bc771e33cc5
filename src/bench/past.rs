//! What a long past costs: a page of history, a catch-up and a start, with few and with many stored messages.

use crate::bench::Options;
use crate::bench::client::{Client, Kind, Person, kind};
use crate::bench::report::{Latency, round};
use crate::bench::stage::{APP, Stage, folder, populate, with_store};
use crate::chat::author::Author;
use crate::chat::message::{self, Draft};
use crate::directory::user;
use crate::id::{AppId, Key, Party, UserId};
use crate::store::Tx;
use anyhow::Context;
use serde_json::{Value, json};
use std::path::Path;
use std::time::{Duration, Instant};

const FEW: usize = 10_000;
const MANY: usize = 1_000_000;
/// People who share the past.
const PEOPLE: usize = 200;
/// Messages that a returning client has missed.
const MISSED: usize = 1_000;
const TURNS: usize = 200;

pub async fn history(options: &Options) -> anyhow::Result<Value> {
    let few = with_past(options, FEW).await?;
    let many = with_past(options, MANY).await?;
    let ratio = |name: &str| round(many[name].as_f64().unwrap_or(0.0) / few[name].as_f64().unwrap_or(1.0).max(0.001), 2);
    let ratios = json!({ "page": ratio("page_p50_ms"), "catch_up": ratio("catch_up_p50_ms") });
    Ok(json!({ "at_10_thousand": few, "at_1_million": many, "ratio": ratios }))
}

pub async fn start(options: &Options) -> anyhow::Result<Value> {
    let data = folder()?;
    let people = past(&data, MANY)?;
    let stage = Stage::on(options, data, people)?;
    Ok(json!({ "stored": MANY, "first_connection_s": round(first(&stage).await?.as_secs_f64(), 3) }))
}

async fn first(stage: &Stage) -> anyhow::Result<Duration> {
    let begun = Instant::now();
    Client::connect(&stage.address, &stage.app, &stage.people[0], None).await?;
    Ok(stage.started + begun.elapsed())
}

async fn with_past(options: &Options, messages: usize) -> anyhow::Result<Value> {
    let data = folder()?;
    let people = past(&data, messages)?;
    let stage = Stage::on(options, data, people)?;
    let first_connection = first(&stage).await?;
    let person = stage.people.first().context("nobody")?;
    let (mut client, welcome) = Client::connect(&stage.address, &stage.app, person, None).await?;
    client.settle().await?;
    let welcome: Value = serde_json::from_str(&welcome)?;
    let (epoch, version) = (&welcome["welcome"]["epoch"], welcome["welcome"]["version"].as_i64().unwrap_or(0));
    let conversation = conversation(&mut client).await?;
    let pages = pages(&mut client, conversation).await?;
    let since = json!({ "epoch": epoch, "version": version - MISSED as i64 }).to_string();
    let catch_ups = catch_ups(&stage, person, &since).await?;
    Ok(json!({
        "page_p50_ms": pages.p50_ms, "page_p99_ms": pages.p99_ms,
        "catch_up_p50_ms": catch_ups.p50_ms, "catch_up_p99_ms": catch_ups.p99_ms,
        "first_connection_s": round(first_connection.as_secs_f64(), 3),
    }))
}

/// The number of the conversation with the neighbour.
async fn conversation(client: &mut Client) -> anyhow::Result<i64> {
    client.feed(r#"{"open":{"id":1,"with":"user:u1"}}"#.into()).await?;
    client.flush().await?;
    let answer: Value = serde_json::from_str(&client.hear().await?)?;
    answer["ok"]["conversation"]["id"].as_i64().with_context(|| format!("no conversation in {answer}"))
}

async fn pages(client: &mut Client, conversation: i64) -> anyhow::Result<Latency> {
    let mut micros = Vec::new();
    let mut before = String::new();
    for turn in 0..TURNS {
        let begun = Instant::now();
        client.feed(format!(r#"{{"history":{{"id":{},"conversation":{conversation},"limit":50{before}}}}}"#, turn + 2)).await?;
        client.flush().await?;
        let text = client.hear().await?;
        micros.push(begun.elapsed().as_micros() as u32);
        anyhow::ensure!(kind(&text) == Kind::Ok, "no page: {text}");
        let page: Value = serde_json::from_str(&text)?;
        let oldest = page["ok"]["messages"][0]["id"].as_i64().filter(|_| page["ok"]["more"] == true);
        before = oldest.map(|id| format!(r#","before":{id}"#)).unwrap_or_default();
    }
    Ok(Latency::of(micros))
}

async fn catch_ups(stage: &Stage, person: &Person, since: &str) -> anyhow::Result<Latency> {
    let mut micros = Vec::new();
    for _ in 0..TURNS {
        let begun = Instant::now();
        let (mut client, welcome) = Client::connect(&stage.address, &stage.app, person, Some(since)).await?;
        anyhow::ensure!(welcome.contains(r#""resumed":true"#), "not resumed: {welcome}");
        client.settle().await?;
        micros.push(begun.elapsed().as_micros() as u32);
    }
    Ok(Latency::of(micros))
}

/// People in pairs who have written so many messages in turn; the last that are to be missed come from the first pair.
fn past(data: &Path, messages: usize) -> anyhow::Result<Vec<Person>> {
    let people = populate(data, PEOPLE)?;
    with_store(data, |store| {
        for start in (0..messages).step_by(10_000) {
            store.write_blocking(move |tx| {
                (start..(start + 10_000).min(messages)).try_for_each(|n| write(tx, n, n + MISSED >= messages))
            })?;
        }
        Ok(())
    })?;
    Ok(people)
}

fn write(tx: &mut Tx, n: usize, first_pair: bool) -> crate::error::Result<()> {
    let app = crate::apps::application::get(tx, &AppId::parse(APP)?)?.no;
    let from = n % if first_pair { 2 } else { PEOPLE };
    let author = user::get(tx, app, &UserId::parse(&format!("u{from}"))?)?;
    let author = Author { via: false, ..Author::in_name_of(&author) };
    let draft = Draft::parse(Key::parse(&format!("past-{n}"))?, "x".repeat(150))?;
    message::post(tx, &author, &Party::User(UserId::parse(&format!("u{}", from ^ 1))?), &draft)?;
    Ok(())
}
