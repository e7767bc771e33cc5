//! What follows from tries that succeed, fail, or never come to an end.

use super::*;
use crate::apps::claim;
use crate::apps::delivery::State;
use crate::apps::reader::Cursor;
use crate::id::ConversationId;
use crate::store::scratch::Scratch;

const APP: AppNo = AppNo(1);
const START: Moment = Moment(1_000_000_000);
const HOUR: u64 = 3600;

fn store() -> Scratch {
    let store = Scratch::open();
    store.change(|tx| {
        for (no, id) in [(1, "oa"), (2, "crm")] {
            let sql = "INSERT INTO application (no, id, name, created_at, callback_url, events)
                       VALUES (?1, ?2, 'Office', 0, 'https://oa.example/', '[\"message.read\",\"delivery.failed\"]')";
            tx.run(sql, params![no, id])?;
        }
        Ok(())
    });
    store
}

fn queue(store: &Scratch, at: u64, kind: Kind, conversation: i64) -> Result<()> {
    let conversation = Some(ConversationId(conversation));
    store.write_blocking(move |tx| {
        tx.now = START.plus(Duration::from_secs(at));
        queue::add(tx, APP, &Fact { kind, conversation, data: json!({ "message": 1 }) })
    })
}

fn claim(store: &Scratch, at: u64) -> Vec<Delivery> {
    store.change(move |tx| {
        tx.now = START.plus(Duration::from_secs(at));
        claim::take(tx, 32)
    })
}

fn numbers(rows: &[Delivery]) -> Vec<i64> {
    rows.iter().map(|row| row.no).collect()
}

fn settle(store: &Scratch, at: u64, row: &Delivery, verdict: Verdict) -> Settled {
    let row = row.clone();
    store.change(move |tx| {
        tx.now = START.plus(Duration::from_secs(at));
        let status = match verdict {
            Verdict::Taken => Some(200),
            Verdict::Failed => None,
            Verdict::Wait(_) => Some(429),
            Verdict::Gone => Some(410),
        };
        let attempt = Attempt { at: tx.now, ms: 3, status, error: None, answer: None, digest: None };
        super::settle(tx, &row, &attempt, verdict, (&Schedule::default(), 0.0))
    })
}

fn next_due(store: &Scratch, at: u64) -> Option<u64> {
    let now = START.plus(Duration::from_secs(at));
    let due = store.read_blocking(|db| claim::next_due(db, now)).unwrap();
    due.map(|due| due.since(START).as_secs())
}

#[test]
fn a_conversation_keeps_its_order_and_others_go_on() {
    let store = store();
    for (kind, conversation) in [(Kind::MessageToApplication, 7), (Kind::MessageRead, 7), (Kind::MessageToApplication, 8)] {
        queue(&store, 0, kind, conversation).unwrap();
    }
    let first = claim(&store, 0);
    assert_eq!(numbers(&first), [1, 3]);
    assert!(claim(&store, 1).is_empty());
    assert_eq!(settle(&store, 1, &first[0], Verdict::Failed), Settled::Later { first: true });
    assert!(claim(&store, 2).is_empty(), "the second waits behind the first");
    assert_eq!(next_due(&store, 2), Some(6));
    let again = claim(&store, 6);
    assert_eq!((numbers(&again), &again[0].webhook_id), (vec![1], &first[0].webhook_id));
    assert_eq!(settle(&store, 6, &again[0], Verdict::Taken), Settled::Delivered);
    assert_eq!(numbers(&claim(&store, 6)), [2]);
}

#[test]
fn two_are_in_flight_for_one_application_and_a_forgotten_claim_ends() {
    let store = store();
    for conversation in 1..=3 {
        queue(&store, 0, Kind::MessageToApplication, conversation).unwrap();
    }
    assert_eq!(numbers(&claim(&store, 0)), [1, 2]);
    assert!(claim(&store, 29).is_empty());
    assert_eq!(next_due(&store, 29), None);
    assert_eq!(numbers(&claim(&store, 31)), [3, 1]);
    assert_eq!(store.change(claim::forget), 3);
    assert_eq!(claim(&store, u64::from(u32::MAX)).len(), 2);
}

#[test]
fn it_is_given_up_after_three_days_and_the_queue_stops_until_a_ping_is_answered() {
    let store = store();
    queue(&store, 0, Kind::MessageToApplication, 7).unwrap();
    queue(&store, 60, Kind::MessageToApplication, 7).unwrap();
    let (mut tries, mut at) = (Vec::new(), 0);
    loop {
        let claimed = claim(&store, at);
        let settled = settle(&store, at, &claimed[0], Verdict::Failed);
        tries.push(at);
        if settled == Settled::GivenUp {
            break;
        }
        assert_eq!(settled, Settled::Later { first: at == 0 });
        at = next_due(&store, at).unwrap();
    }
    assert_eq!(tries[..7], [0, 5, 15, 35, 95, 395, 2195]);
    assert_eq!((tries.len(), at), (13, 72 * HOUR));
    let stopped = store.read_blocking(|db| queue::get(db, APP)).unwrap();
    assert!(stopped.stopped_at.is_some() && !store.read_blocking(|db| queue::answering(db, APP)).unwrap());
    assert!(claim(&store, at).is_empty());
    assert!(store.write_blocking(|tx| queue::again(tx, APP, 1)).is_err());
    store.change(|tx| queue::start(tx, APP));
    assert_eq!(numbers(&claim(&store, at)), [2, 3]);
    let failed = store.read_blocking(|db| delivery::get(db, APP, 3)).unwrap();
    assert_eq!(failed.kind, "delivery.failed");
    assert_eq!(store.read_blocking(|db| attempt::list(db, APP, 1)).unwrap().len(), 13);
}

#[test]
fn gone_stops_the_queue_and_a_wish_to_wait_holds_it() {
    let store = store();
    for conversation in 1..=2 {
        queue(&store, 0, Kind::MessageToApplication, conversation).unwrap();
    }
    let claimed = claim(&store, 0);
    settle(&store, 0, &claimed[0], Verdict::Wait(Duration::from_secs(120)));
    assert_eq!(next_due(&store, 1), Some(120));
    assert_eq!(settle(&store, 1, &claimed[1], Verdict::Taken), Settled::Delivered);
    queue(&store, 2, Kind::MessageToApplication, 3).unwrap();
    assert!(claim(&store, 119).is_empty());
    let claimed = claim(&store, 120);
    assert_eq!(numbers(&claimed), [3, 1]);
    settle(&store, 120, &claimed[0], Verdict::Gone);
    settle(&store, 120, &claimed[1], Verdict::Failed);
    assert!(claim(&store, 10_000).is_empty() && next_due(&store, 10_000).is_none());
    store.change(|tx| {
        tx.now = START.plus(Duration::from_secs(121));
        queue::start(tx, APP)
    });
    assert_eq!(claim(&store, 121).len(), 2);
}

#[test]
fn an_application_that_is_back_gets_everything_at_once() {
    let store = store();
    for conversation in 1..=2 {
        queue(&store, 0, Kind::MessageToApplication, conversation).unwrap();
    }
    for at in [0, 5, 15, 35, 95] {
        for row in claim(&store, at) {
            settle(&store, at, &row, Verdict::Failed);
        }
    }
    assert_eq!(next_due(&store, 96), Some(395));
    queue(&store, 200, Kind::MessageToApplication, 1).unwrap();
    let claimed = claim(&store, 200);
    assert_eq!(numbers(&claimed), [1], "who writes again does not wait for the pause");
    settle(&store, 200, &claimed[0], Verdict::Taken);
    assert_eq!(numbers(&claim(&store, 200)), [2, 3]);
}

#[test]
fn facts_are_dropped_before_questions_are_refused() {
    let store = store();
    queue(&store, 0, Kind::MessageRead, 1).unwrap();
    store.change(|tx| tx.run("UPDATE callback_queue SET most = 2", []));
    for kind in [Kind::MessageRead, Kind::MessageRead, Kind::MessageToApplication, Kind::MessageToApplication] {
        queue(&store, 0, kind, 1).unwrap();
    }
    assert!(matches!(queue(&store, 0, Kind::MessageToApplication, 1), Err(crate::error::Error::Unavailable(_))));
    let kept = store.read_blocking(|db| queue::get(db, APP)).unwrap();
    assert_eq!((kept.waiting, kept.dropped), (4, 1));
}

#[test]
fn what_is_not_wanted_is_not_queued_and_without_an_address_it_is_only_kept() {
    let store = store();
    queue(&store, 0, Kind::MessageCreated, 1).unwrap();
    assert!(store.read_blocking(|db| delivery::after(db, APP, 0, 10)).unwrap().is_empty());
    store.change(|tx| tx.run("UPDATE application SET callback_url = NULL", []));
    queue(&store, 0, Kind::MessageToApplication, 1).unwrap();
    let kept = store.read_blocking(|db| delivery::after(db, APP, 0, 10)).unwrap();
    assert_eq!((kept.len(), kept[0].state()), (1, State::Waiting), "a question waits for an answer by another way");
    queue(&store, 0, Kind::MessageRead, 1).unwrap();
    let kept = store.read_blocking(|db| delivery::after(db, APP, 1, 10)).unwrap();
    assert_eq!((kept.len(), kept[0].state()), (1, State::Unsent));
    assert!(claim(&store, 0).is_empty());
    store.change(|tx| {
        tx.run("UPDATE application SET callback_url = 'https://oa.example/'", [])?;
        tx.now = START;
        queue::start(tx, APP)
    });
    assert_eq!(numbers(&claim(&store, 0)), [1], "and goes to the address when there is one");
}

#[test]
fn one_can_be_sent_again_and_what_is_done_is_forgotten() {
    let store = store();
    queue(&store, 0, Kind::MessageToApplication, 1).unwrap();
    let claimed = claim(&store, 0);
    settle(&store, 0, &claimed[0], Verdict::Taken);
    assert_eq!(settle(&store, 0, &claimed[0], Verdict::Failed), Settled::Before);
    store.change(|tx| queue::again(tx, APP, 1));
    let again = store.change(|tx| claim::take(tx, 32));
    assert_eq!(again[0].webhook_id, claimed[0].webhook_id);
    settle(&store, 0, &again[0], Verdict::Taken);
    assert_eq!(store.change(|tx| delivery::forget(tx, START, 10)), 0);
    assert_eq!(store.change(|tx| delivery::forget(tx, START.plus(Duration::from_secs(1)), 10)), 1);
    assert!(store.write_blocking(|tx| queue::again(tx, APP, 1)).is_err());
}

#[test]
fn what_nobody_tries_any_more_is_given_up_too() {
    let store = store();
    queue(&store, 0, Kind::MessageToApplication, 1).unwrap();
    store.change(|tx| queue::stop(tx, APP, "test"));
    let expired = |hours: u64| {
        store.change(move |tx| {
            tx.now = START.plus(Duration::from_secs(hours * HOUR));
            expire(tx, APP, Duration::from_secs(72 * HOUR), 10)
        })
    };
    assert_eq!((expired(72).len(), expired(74).len(), expired(74).len()), (0, 1, 0));
}

#[test]
fn a_question_that_was_read_as_an_event_is_not_lost() {
    let store = store();
    store.change(|tx| {
        tx.run("UPDATE application SET callback_url = NULL", [])?;
        let sql = "INSERT INTO application_key (application, no, name, hash, hint, scopes, created_at)
                   VALUES (1, 1, 'reader', x'00', '', '[]', 0)";
        tx.run(sql, [])?;
        reader::note(tx, APP, 1, Cursor { since: 0, upto: 1, given: 1 })
    });
    for _ in 0..2 {
        queue(&store, 0, Kind::MessageToApplication, 1).unwrap();
    }
    let expired = store.change(|tx| {
        tx.now = START.plus(Duration::from_secs(74 * HOUR));
        expire(tx, APP, Duration::from_secs(72 * HOUR), 10)
    });
    let states: Vec<State> = [1, 2].map(|no| store.read_blocking(|db| delivery::get(db, APP, no)).unwrap().state()).into();
    assert_eq!(expired.iter().map(|row| row.delivered_at.is_some()).collect::<Vec<_>>(), [true, false]);
    assert_eq!(states, [State::Delivered, State::Unsent]);
    let told = store.read_blocking(|db| delivery::after(db, APP, 2, 10)).unwrap();
    assert_eq!(told.iter().map(|row| row.kind.as_str()).collect::<Vec<_>>(), ["delivery.failed"], "only of the other one");
}
