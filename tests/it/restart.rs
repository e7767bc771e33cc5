//! The server is killed with SIGKILL at random moments, in the middle of answers, of its start, of its recovery, while
//! people write to each other as fast as they are let. In the end what each client was promised and has seen is
//! compared with what is kept. `PARLOUR_KILLS=2000` makes it long, `PARLOUR_SEED` repeats a run.

mod correspondent;
mod ledger;

use crate::harness::{App, TestServer};
use correspondent::Correspondent;
use ledger::Ledger;
use serde_json::{Value, json};
use std::{
    env,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

const KILLS: u64 = 60;
const PAIRS: usize = 4;

#[test]
fn no_kill_at_any_moment_loses_doubles_or_invents_a_message() {
    let (kills, seed) = (number("PARLOUR_KILLS").unwrap_or(KILLS), number("PARLOUR_SEED").unwrap_or_else(clock));
    eprintln!("{kills} kills, PARLOUR_SEED={seed}");
    let mut server = TestServer::with(&["--message-rate", "0", "--application-rate", "0", "--control-rate", "0"]);
    let office = server.app("oa");
    let (over, promised) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let people = correspondents(&office, &over, &promised);
    let running: Vec<_> = people.into_iter().map(|person| thread::spawn(move || person.writes())).collect();

    let mut dice = Dice(seed);
    for _ in 0..kills {
        let before = promised.load(Ordering::Relaxed);
        if dice.below(5) == 0 {
            thread::sleep(dice.milliseconds(150)); // while it recovers and everybody comes back
        } else {
            crate::harness::eventually("somebody is answered", || (promised.load(Ordering::Relaxed) > before).then_some(()));
            thread::sleep(dice.milliseconds(120));
        }
        server.dies();
        server.sets_out();
        if dice.below(5) == 0 {
            thread::sleep(dice.milliseconds(60)); // in the middle of its start
            server.dies();
            server.sets_out();
        }
        server.arrives();
    }
    over.store(true, Ordering::Relaxed);
    let people: Vec<Correspondent> =
        running.into_iter().map(|person| person.join().expect("a correspondent ends well")).collect();
    let ledgers: Vec<Ledger> = people.into_iter().map(Correspondent::closes).collect();
    let promises: usize = ledgers.iter().map(|ledger| ledger.promised.len()).sum();
    eprintln!("{promises} messages were acknowledged");
    for ledger in &ledgers {
        ledger.agrees_with(&history(&office, ledger));
    }
}

/// Pairs of people who write to each other, both ways.
fn correspondents(office: &App, over: &Arc<AtomicBool>, promised: &Arc<AtomicU64>) -> Vec<Correspondent> {
    let names: Vec<(String, String)> = (0..PAIRS).map(|n| (format!("anna{n}"), format!("ben{n}"))).collect();
    for (anna, ben) in &names {
        office.user(anna).user(ben);
    }
    let both_ways = names.into_iter().flat_map(|(anna, ben)| [(anna.clone(), ben.clone()), (ben, anna)]);
    both_ways.map(|(me, other)| Correspondent::new(office, &me, &other, Arc::clone(over), Arc::clone(promised))).collect()
}

/// All that is kept of the conversation, oldest first, as a newcomer on a new device pages through it.
fn history(office: &App, ledger: &Ledger) -> Vec<Value> {
    let reader = office.device(&ledger.me);
    let conversation = reader.gets("open", json!({"with": format!("user:{}", ledger.other)}))["conversation"]["id"].clone();
    let mut found: Vec<Value> = Vec::new();
    let mut before = Value::Null;
    loop {
        let page = reader.gets("history", json!({"conversation": conversation, "before": before, "limit": 200}));
        let mut messages = page["messages"].as_array().cloned().unwrap_or_default();
        messages.sort_by_key(|message| message["id"].as_i64());
        before = messages.first().map_or(Value::Null, |message| message["id"].clone());
        found.splice(0..0, messages);
        if page["more"] != true {
            return found;
        }
    }
}

fn number(name: &str) -> Option<u64> {
    env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is a number")))
}

fn clock() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |time| time.as_secs())
}

/// Chance that can be repeated (splitmix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }

    fn milliseconds(&mut self, bound: u64) -> Duration {
        Duration::from_micros(self.below(bound * 1000))
    }
}
