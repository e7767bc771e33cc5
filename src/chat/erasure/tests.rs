//! What goes on in an erased person's name, and what others have of it on their lists.

use super::*;
use crate::chat::author::Author;
use crate::chat::batch;
use crate::chat::scratch::{APP, id, office};
use crate::directory::contact::{self, List};
use crate::directory::group::GroupDraft;
use crate::directory::profile::Profile;
use crate::id::{GroupId, Key};
use crate::store::scratch::counted;

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
    assert_eq!(
        store.read_blocking(|db| erasure::unfinished(db, None)).unwrap(),
        [((APP, erased), false)],
        "found again after a crash"
    );
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

#[test]
fn who_is_in_many_rooms_is_erased_at_once_leaves_them_in_small_pieces_and_each_who_met_it_is_told_once() {
    const ROOMS: i64 = 120;
    let (store, erased) = (office(40), UserNo(1));
    store.change(|tx| {
        for room in 1..=ROOMS {
            let users = (1..=40).map(id).collect();
            let draft = room::Draft { key: Key::parse(&format!("r{room}"))?, title: "Room".into(), users };
            room::create(tx, &Author::in_name_of(&user::get_no(tx, APP, UserNo(1))?), &draft)?;
        }
        Ok(())
    });
    store.told();
    let (_, changes) = store.change(move |tx| counted(tx, |tx| erase(tx, APP, erased)));
    assert!(changes < 10, "that nobody comes in any more changes {changes} rows");
    let (mut leaving, mut pieces) = (Leaving::of(APP, erased), 0);
    loop {
        let (rest, more, changes) = store.change(move |tx| {
            let (more, changes) = counted(tx, |tx| leaving.step(tx))?;
            Ok((leaving, more, changes))
        });
        assert!(changes <= 250, "a piece changes {changes} rows");
        pieces += 1;
        if !more {
            break;
        }
        leaving = rest;
    }
    assert!(pieces > ROOMS / 50, "{pieces}");
    let left = "SELECT count(*) FROM member WHERE application = ?1 AND user = ?2 AND left IS NULL";
    let owned = "SELECT count(*) FROM member WHERE application = ?1 AND user = ?2 + 1 AND role = 'owner'";
    let count = |sql: &'static str| store.read_blocking(|db| db.one(sql, params![APP, erased], |r| r.get::<i64>(0))).unwrap();
    assert_eq!((count(left), count(owned)), (0, ROOMS));
    let is_behind = |news: &News| matches!(news, News::Behind { .. });
    assert!(!store.told().iter().any(is_behind), "who looks before all is done would see half of it");
    let before = store.read_blocking(|db| db.version(APP)).unwrap();
    let met = store.read_blocking(|db| met(db, APP, erased)).unwrap();
    store.change(move |tx| {
        assert!(note(tx, APP, &[erased])?);
        part(tx, APP, met.into_iter().collect())?;
        assert!(!note(tx, APP, &[erased])?, "it is told once");
        Ok(())
    });
    let told = store.told();
    let [News::Behind { to, .. }] = &told[..] else { panic!("{told:?}") };
    assert_eq!(to.len(), 39);
    assert!(store.read_blocking(|db| erasure::happened(db, APP, before)).unwrap(), "also for who has seen all until then");
}
