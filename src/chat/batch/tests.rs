//! What a message to many costs whoever wants to write at the same moment, and who gets it.

use super::*;
use crate::chat::announce;
use crate::chat::card::press::{self, Press};
use crate::chat::ledger;
use crate::chat::scratch::{APP, id, office};
use crate::directory::contact;
use crate::directory::group::GroupDraft;
use crate::directory::profile::Profile;
use crate::directory::shared::{self, Draft as Shared};
use crate::id::GroupId;
use crate::store::scratch::{Scratch, counted};
use crate::wire::news::To;

const USERS: i64 = 1200;

fn group(users: std::ops::RangeInclusive<i64>) -> Shared {
    let users = users.map(|no| Profile::new(id(no))).collect();
    let draft = GroupDraft { id: GroupId::parse("all").unwrap(), name: "All".into(), parent: None, users };
    Shared::parse(draft, None).unwrap()
}

#[test]
fn a_message_to_a_large_group_is_accepted_and_written_in_small_pieces_for_who_is_in_it_then() {
    let store = office(USERS);
    store.change(|tx| shared::put(tx, APP, &group(1..=USERS - 1), announce::user));
    let to: Vec<String> = ["user:u7", "group:all", "user:nobody"].map(String::from).to_vec();
    let (batch, changes) = store.change(move |tx| {
        counted(tx, |tx| accept(tx, &Author::application(APP), &to, &Draft::plain("hello")).map(|accepted| accepted.batch))
    });
    assert!(changes < 10 + USERS / TOGETHER, "accepting it changes {changes} rows");
    store.change(|tx| shared::put(tx, APP, &group(100..=USERS), announce::user));
    assert_eq!(pieces_kept(&store, batch), USERS / TOGETHER, "the group is kept as it was");
    let mut pieces = 0;
    loop {
        let (more, changes) = store.change(move |tx| counted(tx, |tx| step(tx, APP, batch)));
        assert!(changes <= 3 * TOGETHER, "a piece changes {changes} rows");
        pieces += 1;
        if !more {
            break;
        }
    }
    assert!(pieces >= USERS / TOGETHER, "{pieces}");
    let done = store.read_blocking(|db| get(db, APP, batch)).unwrap();
    assert_eq!(pieces_kept(&store, batch), 0, "and forgotten when all have their copies");
    assert_eq!((done.total, done.written, done.failed), (USERS, USERS - 1, 1), "each once, and nobody who came later");
    let last = store.read_blocking(|db| conversation::find_between(db, APP, UserNo::APPLICATION, UserNo(USERS))).unwrap();
    assert!(last.is_none());
}

#[test]
fn who_is_connected_gets_what_is_for_everyone_first_and_however_many_they_are_in_small_pieces() {
    let store = office(USERS);
    let connected: Connected = (200..=USERS).map(UserNo).collect();
    let to = ["everyone".to_string()];
    let batch = store.change(move |tx| accept(tx, &Author::application(APP), &to, &Draft::plain("hello"))).batch;
    let mut more = true;
    while more {
        let connected = connected.clone();
        let (left, changes) = store.change(move |tx| counted(tx, |tx| step_among(tx, APP, batch, &connected)));
        assert!(changes <= 3 * TOGETHER, "a piece changes {changes} rows");
        more = left;
    }
    let first = "SELECT user FROM batch_copy WHERE application = ?1 AND batch = ?2 ORDER BY position LIMIT 1";
    let (first, done) = store
        .read_blocking(|db| Ok((db.one(first, params![APP, batch], |r| r.get::<UserNo>(0))?, get(db, APP, batch)?)))
        .unwrap();
    assert_eq!((first, done.written), (UserNo(200), USERS), "all of them once");
}

#[test]
fn a_withdrawn_message_keeps_no_group() {
    let store = office(USERS);
    store.change(|tx| shared::put(tx, APP, &group(1..=USERS), announce::user));
    let to = ["group:all".to_string()];
    let batch = store.change(move |tx| accept(tx, &Author::application(APP), &to, &Draft::plain("hello"))).batch;
    assert!(pieces_kept(&store, batch) > 0);
    store.change(move |tx| withdraw(tx, APP, batch));
    assert_eq!(pieces_kept(&store, batch), 0);
}

/// In how many pieces a batch has written down who is to get it.
fn pieces_kept(store: &Scratch, batch: i64) -> i64 {
    let sql = "SELECT count(*) FROM batch_group WHERE application = ?1 AND batch = ?2";
    store.read_blocking(|db| db.one(sql, params![APP, batch], |r| r.get(0))).unwrap()
}

#[test]
fn what_takes_the_place_of_much_withdraws_one_for_each_recipient_at_once_and_the_rest_in_pieces() {
    let store = office(TOGETHER);
    let to: Vec<String> = (1..=TOGETHER).map(|no| format!("user:u{no}")).collect();
    let terms = Terms { topic: Some(Topic::parse("leave/118").unwrap()), ..Terms::default() };
    let draft = |replace| Draft { terms: terms.clone(), replace, ..Draft::plain("hello") };
    let send = |replace: bool| {
        let (to, draft) = (to.clone(), draft(replace));
        store.change(move |tx| accept(tx, &Author::application(APP), &to, &draft).map(|_| ()));
    };
    let standing = || {
        let sql = "SELECT count(*) FROM message WHERE application = ?1 AND deleted_by IS NULL";
        store.read_blocking(|db| db.one(sql, params![APP], |r| r.get::<i64>(0))).unwrap()
    };
    (0..4).for_each(|_| send(false));
    send(true);
    assert_eq!(standing(), 4 * TOGETHER, "one of each is gone with the answer");
    let waiting = |suspended_at: Option<i64>| {
        store.change(move |tx| tx.run("UPDATE application SET suspended_at = ?1", [suspended_at]).map(|_| ()));
        store.read_blocking(topic::waiting).unwrap()
    };
    assert_eq!(waiting(Some(1)), [], "what a suspended application wrote waits, and holds up nobody");
    assert_eq!(waiting(None), [APP]);
    while store.change(|tx| topic::go_on(tx, APP)) {}
    assert_eq!(standing(), TOGETHER);
    send(true);
    assert!(store.read_blocking(topic::waiting).unwrap().is_empty(), "nothing is left for the job where each had one");
    assert_eq!(standing(), TOGETHER);
}

#[test]
fn nobody_lists_everybody_to_tell_that_somebody_looks_different() {
    let store = office(3);
    store.change(|tx| shared::put(tx, APP, &group(1..=3), announce::user));
    assert_eq!(store.read_blocking(|db| contact::viewers(db, APP, UserNo(1))).unwrap(), To::Everyone);
    store.told();
    store.change(|tx| announce::user(tx, APP, UserNo(1)));
    assert!(matches!(&store.told()[..], [News::Rows { to: To::Everyone, rows, .. }] if rows.users.len() == 1));
}

#[test]
fn groups_that_are_large_only_together_are_written_in_small_pieces_too() {
    let store = office(1000);
    let names: Vec<String> = (0..10).map(|n| format!("group-{n}")).collect();
    let groups = names.clone();
    store.change(move |tx| {
        (0..).zip(&groups).try_for_each(|(n, name)| {
            let users = (1..=100).map(|no| Profile::new(id(100 * n + no))).collect();
            let draft = GroupDraft { id: GroupId::parse(name)?, name: name.clone(), parent: None, users };
            shared::put(tx, APP, &Shared::parse(draft, None)?, announce::user).map(|_| ())
        })
    });
    let to: Vec<String> = names.iter().map(|name| format!("group:{name}")).collect();
    let (batch, changes) = store.change(move |tx| {
        counted(tx, |tx| accept(tx, &Author::application(APP), &to, &Draft::plain("hello")).map(|accepted| accepted.batch))
    });
    assert!(changes < 600, "accepting it changes {changes} rows");
    while store.change(move |tx| step(tx, APP, batch)) {}
    assert_eq!(store.read_blocking(|db| get(db, APP, batch)).unwrap().written, 1000);
}

#[test]
fn an_application_with_many_messages_to_many_does_not_keep_another_waiting() {
    let store = office(200);
    let open = store.change(|tx| {
        tx.run("INSERT INTO application (no, id, name, created_at) VALUES (2, 'crm', 'Customers', 0)", [])?;
        (1..=200).try_for_each(|no| crate::directory::profile::put(tx, AppNo(2), &Profile::new(id(no))).map(|_| ()))?;
        let everyone = ["everyone".to_string()];
        for _ in 0..150 {
            accept(tx, &Author::application(APP), &everyone, &Draft::plain("hello"))?;
        }
        tx.now = tx.now.plus(std::time::Duration::from_secs(60));
        accept(tx, &Author::application(AppNo(2)), &everyone, &Draft::plain("hello"))?;
        due::open(tx, tx.now)
    });
    let turn = open.iter().position(|due| due.app == AppNo(2));
    assert!(turn.is_some_and(|turn| turn <= 1), "its turn comes as {turn:?} of {}", open.len());
}

#[test]
fn a_press_costs_the_same_however_many_copies_there_are_and_they_follow_in_small_pieces() {
    let store = office(USERS);
    store.change(|tx| shared::put(tx, APP, &group(1..=USERS), announce::user));
    let card = r#"{"title":"Go?","actions":[{"id":"yes","label":"Yes"}]}"#;
    let draft = Draft { card: serde_json::from_str(card).unwrap(), ..Draft::plain("Go?") };
    let to = ["group:all".to_string()];
    let batch = store.change(move |tx| accept(tx, &Author::application(APP), &to, &draft)).batch;
    while store.change(move |tx| step(tx, APP, batch)) {}
    let (copies, _) = store.read_blocking(|db| copy::list(db, APP, batch, 0, 1)).unwrap();
    let (message, _) = copies[0].message.unwrap();
    let ((), changes) = store.change(move |tx| {
        let user = user::get_no(tx, APP, UserNo(1))?;
        let press = Press { message, action: "yes".into(), input: None, key: Key::parse("k")? };
        counted(tx, |tx| press::act(tx, &Author::in_name_of(&user), &press).map(|_| ()))
    });
    assert!(changes < 10, "a press changes {changes} rows");
    let (mut pieces, mut more) = (0, true);
    while more {
        let (left, changes) = store.change(move |tx| counted(tx, |tx| step(tx, APP, batch)));
        assert!(changes <= 2 * TOGETHER, "a piece changes {changes} rows");
        (more, pieces) = (left, pieces + 1);
    }
    assert!(pieces > USERS / TOGETHER, "{pieces}");
    let stale = "SELECT count(*) FROM message m JOIN card c ON c.application = m.application AND c.id = m.card WHERE m.version < c.version";
    assert_eq!(store.read_blocking(|db| db.one(stale, [], |r| r.get::<i64>(0))).unwrap(), 0);
}

#[test]
fn the_numbers_of_a_batch_add_up_while_it_is_written_and_after_it_was_withdrawn() {
    let store = office(USERS);
    store.change(|tx| shared::put(tx, APP, &group(1..=USERS), announce::user));
    let to = ["group:all", "user:nobody"].map(String::from).to_vec();
    let batch = store.change(move |tx| accept(tx, &Author::application(APP), &to, &Draft::plain("hello"))).batch;
    let numbers = || {
        let (batch, counts) = store.read_blocking(|db| Ok((get(db, APP, batch)?, ledger::counts(db, APP, batch)?))).unwrap();
        assert_eq!((batch.total, counts.values().sum::<i64>()), (USERS + 1, USERS + 1), "{counts:?}");
        let of = |state: &str| counts[state];
        (batch.written, of("stored"), of("waiting"), of("withdrawn"), of("failed"))
    };
    for _ in 0..6 {
        store.change(move |tx| step(tx, APP, batch));
    }
    let (written, stored, waiting, withdrawn, failed) = numbers();
    assert!(written > 0 && written == stored && waiting == USERS - written && (withdrawn, failed) == (0, 1));
    store.change(move |tx| withdraw(tx, APP, batch));
    while store.change(move |tx| step(tx, APP, batch)) {}
    assert_eq!(numbers(), (written, 0, 0, USERS, 1), "those who were never reached are withdrawn too");
}

#[test]
fn a_user_and_the_conversation_with_it_are_one_place() {
    let store = office(3);
    store.change(|tx| shared::put(tx, APP, &group(1..=2), announce::user));
    let sends = |to: &[&str], draft: Draft| {
        let to: Vec<String> = to.iter().map(ToString::to_string).collect();
        store.change(move |tx| accept(tx, &Author::application(APP), &to, &draft))
    };
    let first = sends(&["user:u1"], Draft::plain("hello")).copies.unwrap();
    let place = format!("conversation:{}", first[0].message.unwrap().1);
    let got = |to: &[&str]| {
        let copies = sends(to, Draft::plain("again")).copies.unwrap();
        assert!(copies.iter().all(|copy| copy.message.is_some()), "{copies:?}");
        copies.into_iter().map(|copy| copy.to).collect::<Vec<_>>()
    };
    assert_eq!(got(&["user:u1", &place, "user:u2"]), ["user:u1", "user:u2"]);
    assert_eq!(got(&[&place, "user:u1"]), [place.as_str()], "as it was named first");
    assert_eq!(got(&[&place, "group:all"]), [place.as_str(), "user:u2"]);
    assert_eq!(got(&[&place, "everyone"]), [place.as_str(), "user:u2", "user:u3"]);

    let about = |replace: bool| {
        let terms = Terms { topic: Some(Topic::parse("leave/118").unwrap()), expires_at: None };
        Draft { terms, replace, ..Draft::plain("leave") }
    };
    for (earlier, later) in [("user:u1", place.as_str()), (place.as_str(), "user:u1")] {
        let due = Moment::now().plus(Duration::from_secs(3600));
        let old = sends(&[earlier], Draft { send_at: Some(due), ..about(false) }).batch;
        sends(&[later], about(true));
        let come = move |tx: &mut Tx| {
            tx.run("UPDATE batch SET due_at = created_at WHERE application = ?1 AND id = ?2", params![APP, old])?;
            step(tx, APP, old)
        };
        store.change(come);
        let old = store.read_blocking(|db| get(db, APP, old)).unwrap();
        assert_eq!((old.written, old.suppressed), (0, 1), "what is for {later} took the place of what is for {earlier}");
    }
}
