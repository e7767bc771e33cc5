//! An application and its users for the tests of this room.

use crate::directory::profile::{self, Profile};
use crate::id::{AppNo, UserId};
use crate::store::scratch::Scratch;

pub const APP: AppNo = AppNo(1);

/// An application with users `u1` to `u…`, whose numbers are the same.
pub fn office(users: i64) -> Scratch {
    let store = Scratch::open();
    store.change(move |tx| {
        tx.run("INSERT INTO application (no, id, name, created_at) VALUES (1, 'oa', 'Office', 0)", [])?;
        (1..=users).try_for_each(|no| profile::put(tx, APP, &Profile::new(id(no))).map(|_| ()))
    });
    store
}

pub fn id(no: i64) -> UserId {
    match UserId::parse(&format!("u{no}")) {
        Ok(id) => id,
        Err(error) => panic!("{error}"),
    }
}
