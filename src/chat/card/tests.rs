//! What a press finds at the edges of time, and what it costs.

use super::press::{self, Press};
use super::*;
use crate::chat::author::Author;
use crate::chat::batch;
use crate::chat::copy;
use crate::chat::scratch::{APP, office};
use crate::chat::term::Terms;
use crate::id::Key;
use crate::store::scratch::Scratch;
use std::time::Duration;

fn sent(store: &Scratch, to: &'static [&'static str], draft: batch::Draft) -> Vec<MessageId> {
    let to: Vec<String> = to.iter().map(|party| party.to_string()).collect();
    let batch = store.change(move |tx| batch::accept(tx, &Author::application(APP), &to, &draft)).id;
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
