//! Making a long list ready before it takes its place: its users are kept and its groups filled, piece by piece, before anybody
//! sees them. Then `replace` finds everything there and has only to link it; whatever it does not find it makes itself.

use super::{List, Viewer};
use crate::directory::group;
use crate::directory::group::Source;
use crate::directory::list::require_known;
use crate::directory::profile::Announce;
use crate::error::Result;
use crate::id::{AppNo, UserNo};
use crate::secret;
use crate::store::{Db, Tx, params};
use std::sync::Arc;

/// Users who are kept in one piece.
const TOGETHER: usize = 200;

/// How far a list is ready.
pub struct Preparation {
    viewer: Viewer,
    list: Arc<List>,
    /// The group that is being made ready, and how many of its users are.
    group: usize,
    users: usize,
    /// Its number, where its content is new: until it is whole it has a digest that no content has.
    filling: Option<i64>,
}

impl List {
    /// What makes this list from the application ready for its viewer; none where it is short.
    pub fn preparation(self: &Arc<List>, app: AppNo, user: UserNo, announce: Announce) -> Option<Preparation> {
        self.is_long().then(|| Preparation::new(Viewer { app, user, source: Source::App, announce }, self.clone()))
    }

    /// The same for the user's own list.
    pub fn own_preparation(self: &Arc<List>, app: AppNo, user: UserNo, announce: Announce) -> Option<Preparation> {
        self.is_long().then(|| Preparation::new(Viewer { app, user, source: Source::Own, announce }, self.clone()))
    }

    fn is_long(&self) -> bool {
        self.groups.iter().map(|listed| listed.draft.users.len()).sum::<usize>() > TOGETHER
    }

    /// Who comes without a name must be there: to be asked first, so that a long list that is refused leaves nothing behind.
    pub fn require_known(&self, db: &Db, app: AppNo) -> Result<()> {
        self.groups.iter().try_for_each(|listed| require_known(db, app, &listed.draft.users))
    }
}

impl Preparation {
    fn new(viewer: Viewer, list: Arc<List>) -> Preparation {
        Preparation { viewer, list, group: 0, users: 0, filling: None }
    }

    /// One piece; answers whether more are left.
    pub fn step(&mut self, tx: &mut Tx) -> Result<bool> {
        let list = self.list.clone();
        while self.users == 0 && self.group < list.groups.len() && self.is_ready(tx)? {
            self.group += 1;
        }
        let Some(listed) = list.groups.get(self.group) else { return Ok(false) };
        let users = &listed.draft.users;
        let end = users.len().min(self.users + TOGETHER);
        let numbers = self.viewer.vouch(tx, &users[self.users..end])?;
        if let Some(no) = self.filling {
            group::set_slice(tx, (self.viewer.app, no), self.users, &numbers)?;
        }
        self.users = end;
        if end == users.len() {
            self.finish(tx)?;
        }
        Ok(self.group < list.groups.len())
    }

    /// Whether nothing has to be done for the next group; if not, begins with it.
    fn is_ready(&mut self, tx: &mut Tx) -> Result<bool> {
        let listed = &self.list.groups[self.group];
        match self.viewer.kept(tx, listed)? {
            Some((_, profiles)) => Ok(profiles == listed.profiles),
            None => {
                let (no, now) = (self.viewer.create(tx, listed, &secret::random())?, tx.now);
                let sql = "UPDATE contact_group SET gone_at = ?3 WHERE application = ?1 AND no = ?2";
                tx.run(sql, params![self.viewer.app, no, now])?;
                self.filling = Some(no);
                Ok(false)
            }
        }
    }

    /// All users are there: from now on the content is found. Where somebody was faster, this one is left to the sweep.
    fn finish(&mut self, tx: &mut Tx) -> Result<()> {
        let listed = &self.list.groups[self.group];
        if let Some(no) = self.filling.take() {
            let sql = "UPDATE OR IGNORE contact_group SET digest = ?3 WHERE application = ?1 AND no = ?2";
            tx.run(sql, params![self.viewer.app, no, listed.digest])?;
        }
        if let Some((no, _)) = self.viewer.kept(tx, listed)? {
            let sql = "UPDATE contact_group SET profiles = ?3 WHERE application = ?1 AND no = ?2";
            tx.run(sql, params![self.viewer.app, no, listed.profiles])?;
        }
        (self.group, self.users) = (self.group + 1, 0);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::contact::tests::group as draft;
    use crate::directory::contact::{List, replace};
    use crate::directory::tests::World;
    use crate::store::scratch::counted;
    use crate::time::Moment;

    fn rows(world: &World, table: &str) -> i64 {
        let sql = format!("SELECT count(*) FROM {table}");
        world.store.read_blocking(|db| db.one(&sql, [], |r| r.get(0))).unwrap()
    }

    #[test]
    fn a_long_list_is_made_ready_in_pieces_that_nobody_sees_and_takes_its_place_at_once() {
        let world = World::open();
        let (app, anna) = (world.app, world.user("anna").no);
        let ids: Vec<String> = (0..1500).map(|n| format!("person-{n}")).collect();
        let part = |n: usize| draft(&n.to_string(), &ids[n * 500..(n + 1) * 500].iter().map(String::as_str).collect::<Vec<_>>());
        let list = Arc::new(List::parse((0..3).map(part).collect()).unwrap());
        let silent: Announce = |_, _, _| Ok(());
        let viewer = Viewer { app, user: anna, source: Source::App, announce: silent };
        let (mut preparation, mut pieces) = (Preparation::new(viewer, list.clone()), 0);
        loop {
            let (rest, more, changes) = world.store.change(move |tx| {
                let (more, changes) = counted(tx, |tx| preparation.step(tx))?;
                Ok((preparation, more, changes))
            });
            assert!(changes <= 5 * TOGETHER as i64, "a piece changes {changes} rows");
            (preparation, pieces) = (rest, pieces + 1);
            if !more {
                break;
            }
        }
        assert_eq!(
            (pieces, world.sees("anna", 0)),
            (9, (vec![], vec![])),
            "three pieces for each group, and nothing of it is seen"
        );
        let placed = list.clone();
        let (_, changes) = world.store.change(move |tx| counted(tx, |tx| replace(tx, app, anna, &placed, silent)));
        assert!(changes < 20, "taking its place changes {changes} rows");
        assert_eq!(world.sees("anna", 0).1.len(), 1500);
        assert_eq!(rows(&world, "group_user"), 1500, "all that was made ready is used");
    }

    #[test]
    fn what_was_made_ready_and_never_used_is_swept_in_pieces() {
        let world = World::open();
        let (app, anna) = (world.app, world.user("anna").no);
        let ids: Vec<String> = (0..1500).map(|n| format!("person-{n}")).collect();
        let list = Arc::new(List::parse(vec![draft("all", &ids.iter().map(String::as_str).collect::<Vec<_>>())]).unwrap());
        let viewer = Viewer { app, user: anna, source: Source::App, announce: |_, _, _| Ok(()) };
        let mut preparation = Preparation::new(viewer, list);
        world.store.change(move |tx| {
            while preparation.step(tx)? {}
            Ok(())
        });
        let unseen = |before| world.store.read_blocking(|db| group::unseen(db, before)).unwrap();
        assert!(unseen(Moment(0)).is_empty());
        let [(_, no)] = unseen(Moment(i64::MAX))[..] else { panic!("one group is seen by nobody") };
        assert_eq!([(); 3].map(|()| world.store.change(move |tx| group::settle(tx, app, no))), [1000, 500, 0]);
        assert_eq!((rows(&world, "contact_group"), rows(&world, "group_user")), (0, 0));
    }
}
