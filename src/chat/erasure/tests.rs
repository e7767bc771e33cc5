//! What goes on in an erased person's name, and what others have of it on their lists.

use super::*;
use crate::chat::author::Author;
use crate::chat::batch;
use crate::chat::scratch::{APP, id, office};
use crate::directory::contact::{self, List};
use crate::directory::group::GroupDraft;
use crate::directory::profile::Profile;
use crate::id::GroupId;

#[test]
fn a_batch_in_an_erased_persons_name_goes_no_further() {
    let store = office(250);
    let batch = store.change(|tx| {
        let author = Author::in_name_of(&user::get_no(tx, APP, UserNo(1))?);
        let to: Vec<String> = (2..=250).map(|no| format!("user:{}", id(no))).collect();
        let batch = batch::accept(tx, &author, &to, &batch::Draft::plain("hello"))?;
        batch::step(tx, APP, batch.batch).map(|_| batch.batch)
    });
    store.change(|tx| erase(tx, APP, UserNo(1)));
    while store.change(move |tx| batch::step(tx, APP, batch)) {}
    let done = store.read_blocking(|db| batch::get(db, APP, batch)).unwrap();
    assert!((1..249).contains(&done.written) && done.written + done.failed == 249 && !done.is_open(), "{done:?}");
}

#[test]
fn who_is_erased_is_not_counted_among_everyone() {
    let store = office(250);
    store.change(|tx| erase(tx, APP, UserNo(7)));
    let batch = store.change(|tx| {
        let to = ["everyone".to_string()];
        batch::accept(tx, &Author::application(APP), &to, &batch::Draft::plain("hello")).map(|accepted| accepted.batch)
    });
    let total = || store.read_blocking(|db| batch::get(db, APP, batch)).unwrap().total;
    assert_eq!(total(), 249, "when it is accepted");
    while store.change(move |tx| batch::step(tx, APP, batch)) {}
    assert_eq!(total(), 249, "when it is done");
}

#[test]
fn an_erased_person_is_taken_off_many_lists_in_small_pieces_and_is_on_none_then() {
    let store = office(121);
    let erased = UserNo(121);
    store.change(|tx| {
        for viewer in 1..=120 {
            let users = vec![Profile::new(id(121)), Profile::new(id(1 + viewer % 120))];
            let (no, name) = (GroupId::parse(&viewer.to_string())?, "Mine".into());
            let list = List::parse(vec![GroupDraft { id: no, name, parent: None, users }])?;
            contact::replace_own(tx, APP, UserNo(viewer), &list, announce::user)?;
        }
        Ok(())
    });
    store.change(move |tx| erase(tx, APP, erased));
    assert_eq!(store.read_blocking(|db| erasure::unfinished(db, None)).unwrap(), [(APP, erased)], "found again after a crash");
    store.told();
    let mut pieces = Vec::new();
    loop {
        let lists = store.change(move |tx| go_on(tx, APP, erased));
        assert_eq!(store.told().len(), lists, "each list's viewer is told");
        pieces.push(lists);
        if lists == 0 {
            break;
        }
    }
    assert_eq!(pieces, [50, 50, 20, 0]);
    assert!(store.read_blocking(|db| erasure::unfinished(db, None)).unwrap().is_empty());
    assert!(!store.read_blocking(|db| contact::knows(db, APP, UserNo(7), erased)).unwrap());
}
