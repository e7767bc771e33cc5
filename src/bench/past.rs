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
/// Pages and returns in one go, and how many goes.
const TURNS: usize = 20;
const ROUNDS: usize = 25;

/// Both servers run at once and are asked in turn, so that whatever else the machine does slows both.
pub async fn history(options: &Options) -> anyhow::Result<Value> {
    let mut few = Archive::open(options, FEW).await?;
    let mut many = Archive::open(options, MANY).await?;
    for _ in 0..ROUNDS {
        few.read().await?;
        many.read().await?;
    }
    let (few, many) = (few.report(), many.report());
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

/// A server with a past, and somebody who reads in it.
struct Archive {
    stage: Stage,
    client: Client,
    conversation: i64,
    /// Where a returning client of this person has come to.
    since: String,
    /// Of the last page that was read.
    oldest: Option<i64>,
    pages: Vec<u32>,
    catch_ups: Vec<u32>,
    first_connection: Duration,
}

impl Archive {
    async fn open(options: &Options, messages: usize) -> anyhow::Result<Archive> {
        let data = folder()?;
        let people = past(&data, messages)?;
        let stage = Stage::on(options, data, people)?;
        let first_connection = first(&stage).await?;
        let (mut client, welcome) = Client::connect(&stage.address, &stage.app, &stage.people[0], None).await?;
        client.settle().await?;
        let welcome: Value = serde_json::from_str(&welcome)?;
        let version = welcome["welcome"]["version"].as_i64().context("no version")? - MISSED as i64;
        let since = json!({ "epoch": welcome["welcome"]["epoch"], "version": version }).to_string();
        let conversation = conversation(&mut client).await?;
        let (pages, catch_ups) = (Vec::new(), Vec::new());
        Ok(Archive { stage, client, conversation, since, oldest: None, pages, catch_ups, first_connection })
    }

    /// Some pages, each before the last, and some returns.
    async fn read(&mut self) -> anyhow::Result<()> {
        for _ in 0..TURNS {
            self.page().await?;
        }
        for _ in 0..TURNS {
            self.catch_up().await?;
        }
        Ok(())
    }

    async fn page(&mut self) -> anyhow::Result<()> {
        let before = self.oldest.map(|id| format!(r#","before":{id}"#)).unwrap_or_default();
        let (id, conversation) = (self.pages.len() + 2, self.conversation);
        let begun = Instant::now();
        self.client.feed(format!(r#"{{"history":{{"id":{id},"conversation":{conversation},"limit":50{before}}}}}"#)).await?;
        self.client.flush().await?;
        let text = self.client.hear().await?;
        self.pages.push(begun.elapsed().as_micros() as u32);
        anyhow::ensure!(kind(&text) == Kind::Ok, "no page: {text}");
        let page: Value = serde_json::from_str(&text)?;
        self.oldest = page["ok"]["messages"][0]["id"].as_i64().filter(|_| page["ok"]["more"] == true);
        Ok(())
    }

    async fn catch_up(&mut self) -> anyhow::Result<()> {
        let begun = Instant::now();
        let (mut client, welcome) =
            Client::connect(&self.stage.address, &self.stage.app, &self.stage.people[0], Some(&self.since)).await?;
        anyhow::ensure!(welcome.contains(r#""resumed":true"#), "not resumed: {welcome}");
        client.settle().await?;
        self.catch_ups.push(begun.elapsed().as_micros() as u32);
        Ok(())
    }

    fn report(self) -> Value {
        let (pages, catch_ups) = (Latency::of(self.pages), Latency::of(self.catch_ups));
        json!({
            "page_p50_ms": pages.p50_ms, "page_p99_ms": pages.p99_ms,
            "catch_up_p50_ms": catch_ups.p50_ms, "catch_up_p99_ms": catch_ups.p99_ms,
            "first_connection_s": round(self.first_connection.as_secs_f64(), 3),
        })
    }
}

/// The number of the conversation with the neighbour.
async fn conversation(client: &mut Client) -> anyhow::Result<i64> {
    client.feed(r#"{"open":{"id":1,"with":"user:u1"}}"#.into()).await?;
    client.flush().await?;
    let answer: Value = serde_json::from_str(&client.hear().await?)?;
    answer["ok"]["conversation"]["id"].as_i64().with_context(|| format!("no conversation in {answer}"))
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
