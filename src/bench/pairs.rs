//! Messages between pairs of connections: as many as a window allows, or at a given rate with the time from the send to the
//! peer's receipt.

use crate::bench::client::{Client, Kind, kind};
use crate::bench::machine::Watch;
use crate::bench::report::{Flow, Latency};
use crate::bench::stage::Stage;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// Bytes of a message's text.
const TEXT: usize = 150;

/// How the load is shaped.
#[derive(Debug, Clone, Copy)]
pub enum Load {
    /// Each connection keeps so many unanswered.
    Window(usize),
    /// All connections together send so many a second.
    Rate(f64),
}

/// What one connection did.
#[derive(Default)]
struct Tally {
    answered: u64,
    received: u64,
    micros: Vec<u32>,
}

/// Connects everybody, loads for so long, and answers what passed.
pub async fn run(stage: &Stage, load: Load, seconds: u64) -> anyhow::Result<Flow> {
    let so_long = async {
        tokio::time::sleep(Duration::from_secs(seconds)).await;
        Ok(())
    };
    run_while(stage, load, so_long).await.map(|(flow, ())| flow)
}

/// Connects everybody, loads as long as something else takes, and answers what passed and what came of that.
pub async fn run_while<T>(
    stage: &Stage,
    load: Load,
    other: impl Future<Output = anyhow::Result<T>>,
) -> anyhow::Result<(Flow, T)> {
    let (clock, run) = (Instant::now(), rand::random());
    let mut connections = Vec::new();
    for (number, person) in stage.people.iter().enumerate() {
        let (mut client, _) = Client::connect(&stage.address, &stage.app, person, None).await?;
        client.settle().await?;
        let peer = stage.people.get(number ^ 1).map(|p| p.id.clone()).unwrap_or_default();
        connections.push(Talk { client, run, number, peer, clock, sent: 0, tally: Tally::default() });
    }
    let sockets = connections.len();
    let watch = Watch::start(stage.pid);
    let (begun, end) = (Instant::now(), CancellationToken::new());
    let mut talks = JoinSet::new();
    for talk in connections {
        let end = end.clone();
        talks.spawn(async move {
            match load {
                Load::Window(window) => talk.full(window, end).await,
                Load::Rate(rate) => talk.paced(Duration::from_secs_f64(sockets as f64 / rate), end).await,
            }
        });
    }
    let came = other.await?;
    end.cancel();
    let mut all = Tally::default();
    while let Some(tally) = talks.join_next().await {
        let tally = tally??;
        all.answered += tally.answered;
        all.received += tally.received;
        all.micros.extend(tally.micros);
    }
    let (server_cpu_s, others) = watch.stop();
    let elapsed = begun.elapsed().as_secs_f64();
    let flow = Flow {
        rate: all.answered as f64 / elapsed,
        answered: all.answered,
        received: all.received,
        latency: Latency::of(all.micros),
        server_cpu_s,
        others,
    };
    Ok((flow, came))
}

/// One connection that writes to its peer.
struct Talk {
    client: Client,
    /// Tells the keys of this run from those of another on the same stage.
    run: u16,
    number: usize,
    peer: String,
    clock: Instant,
    sent: u64,
    tally: Tally,
}

impl Talk {
    async fn send(&mut self) -> anyhow::Result<()> {
        self.sent += 1;
        let text = format!("t={:012} {}", self.clock.elapsed().as_micros(), "x".repeat(TEXT - 15));
        let frame = format!(
            r#"{{"send":{{"to":"user:{}","id":{},"key":"{:04x}-{:04x}-{:016x}","text":"{text}"}}}}"#,
            self.peer, self.sent, self.run, self.number, self.sent
        );
        self.client.feed(frame).await
    }

    /// Keeps the window full until the end, then waits for what is missing.
    async fn full(mut self, window: usize, end: CancellationToken) -> anyhow::Result<Tally> {
        loop {
            if !end.is_cancelled() {
                while self.sent - self.tally.answered < window as u64 {
                    self.send().await?;
                }
                self.client.flush().await?;
            } else if self.sent == self.tally.answered {
                return self.rest().await;
            }
            self.hear().await?;
        }
    }

    /// Sends at a steady pace until the end, whatever is answered.
    async fn paced(mut self, pause: Duration, end: CancellationToken) -> anyhow::Result<Tally> {
        let first = tokio::time::Instant::now() + pause.mul_f64((self.number as f64 * 0.618).fract());
        let mut turn = tokio::time::interval_at(first, pause);
        loop {
            tokio::select! {
                _ = turn.tick() => {
                    self.send().await?;
                    self.client.flush().await?;
                }
                heard = self.client.hear() => {
                    let text = heard?;
                    self.note(&text)?;
                }
                () = end.cancelled() => break,
            }
        }
        while self.sent > self.tally.answered {
            self.hear().await?;
        }
        self.rest().await
    }

    /// Hears the peer's last messages, as long as they come.
    async fn rest(mut self) -> anyhow::Result<Tally> {
        while let Ok(heard) = tokio::time::timeout(Duration::from_millis(500), self.client.hear()).await {
            let text = heard?;
            self.note(&text)?;
        }
        Ok(self.tally)
    }

    async fn hear(&mut self) -> anyhow::Result<()> {
        let text = self.client.hear().await?;
        self.note(&text)?;
        while let Some(text) = self.client.heard()? {
            self.note(&text)?;
        }
        Ok(())
    }

    fn note(&mut self, text: &str) -> anyhow::Result<()> {
        anyhow::ensure!(!text.starts_with(r#"{"error""#), "a message was refused: {text}");
        if kind(text) == Kind::Ok {
            self.tally.answered += 1;
            return Ok(());
        }
        let Some(at) = text.find(r#""text":"t="#) else { return Ok(()) };
        self.tally.received += 1;
        let sent: Option<u128> = text.get(at + 10..at + 22).and_then(|digits| digits.parse().ok());
        if let Some(sent) = sent {
            self.tally.micros.push(self.clock.elapsed().as_micros().saturating_sub(sent) as u32);
        }
        Ok(())
    }
}
