//! What a press finds at the edge of time, and what a confirmation costs.

use super::press::{self, Press};
use super::*;
use crate::chat::author::Author;
use crate::chat::batch;
use crate::chat::copy;
use crate::chat::scratch::{APP, office};
use crate::chat::term::Terms;
use crate::id::Key;
use crate::store::scratch::{Scratch, counted};
use std::time::Duration;

fn sent(store: &Scratch, to: &'static [&'static str], draft: batch::Draft) -> Vec<MessageId> {
    let to: Vec<String> = to.iter().map(|party| party.to_string()).collect();
    let batch = store.change(move |tx| batch::accept(tx, &Author::application(APP), &to, &draft)).batch;
    let (copies, _) = store.read_blocking(|db| copy::list(db, APP, batch, 0, 100)).unwrap();
    copies.into_iter().map(|copy| copy.message.unwrap().0).collect()
}

fn acts(tx: &mut Tx, user: i64, message: MessageId, action: &str) -> Result<press::Pressed> {
    let author = Author::in_name_of(&user::get_no(tx, APP, UserNo(user))?);
    let press = Press { message, action: action.into(), input: None, key: Key::parse("k")? };
    press::act(tx, &author, &press)
}

#[test]
fn a_message_whose_time_is_over_takes_no_press_though_nothing_has_swept_it_yet() {
    let store = office(1);
    let card = serde_json::from_str(r#"{"title":"Go?","actions":[{"id":"yes","label":"Yes"}]}"#).unwrap();
    let terms = Terms { expires_at: Some(Moment::now().plus(Duration::from_secs(60))), ..Terms::default() };
    let message = sent(&store, &["user:u1"], batch::Draft { card, terms, ..batch::Draft::plain("Go?") })[0];
    let refused = store.write_blocking(move |tx| {
        tx.now = tx.now.plus(Duration::from_secs(61));
        acts(tx, 1, message, "yes").map(|_| ())
    });
    let Err(Error::Conflict(why)) = refused else { panic!("{refused:?}") };
    assert!(why.starts_with("this message expired at "), "{why}");
    store.change(move |tx| acts(tx, 1, message, "yes").map(|_| ()));
}

const USERS: i64 = 300;

fn count(store: &Scratch, sql: &'static str) -> i64 {
    store.read_blocking(|db| db.one(sql, [], |r| r.get(0))).unwrap()
}

/// What anybody would see who comes back; nothing is stale.
const STALE: &str =
    "SELECT count(*) FROM message m JOIN card c ON c.application = m.application AND c.id = m.card WHERE m.version < c.version";
const OPEN: &str = "SELECT count(*) FROM batch WHERE changing IS NOT NULL";

#[test]
fn a_confirmation_of_many_costs_a_few_rows_and_the_others_are_told_of_every_fiftieth_part() {
    let store = office(USERS);
    let draft = batch::Draft { claim: Some(Kind::All), ..batch::Draft::plain("Fire drill") };
    let to = ["everyone".to_string()];
    let batch = store.change(move |tx| batch::accept(tx, &Author::application(APP), &to, &draft)).batch;
    while store.change(move |tx| batch::step(tx, APP, batch)) {}
    let (mut told, mut pieces) = (0, 0);
    for user in 1..=USERS {
        let (pressed, changes) = store.change(move |tx| {
            let sql = "SELECT message FROM batch_copy WHERE batch = ?1 AND user = ?2";
            let message = tx.one(sql, params![batch, user], |r| r.get(0))?;
            counted(tx, |tx| acts(tx, user, message, claim::ACTION))
        });
        assert!(changes < 10, "a confirmation changes {changes} rows");
        let row = pressed.message.row(UserNo(user)).claim.unwrap();
        assert_eq!((row.done, row.of, row.mine, row.by.len()), (user, USERS, true, 10.min(user as usize)));
        // The first two steps and the last; in between, steps follow on each other.
        if count(&store, OPEN) > 0 {
            told += 1;
            while (told <= 2 || user == USERS) && store.change(move |tx| batch::step(tx, APP, batch)) {
                pieces += 1;
            }
        } else {
            assert_ne!(user % 6, 0, "{user} confirmations are a step");
        }
    }
    assert!(told >= 50 && pieces >= 36, "{told} {pieces}");
    assert_eq!((count(&store, STALE), count(&store, OPEN)), (0, 0), "all are told that it is complete");
}
