//! Making a large shared group ready, piece by piece, so that `put` has little left to do: its users are kept, then they take
//! their places in it. Who sees the group is told by `put`, once.

use super::{Draft, Ready, create, find_gone_too, resolve};
use crate::directory::group::{self, GroupDraft};
use crate::directory::profile::Announce;
use crate::error::Result;
use crate::id::AppNo;
use crate::store::{Tx, params};

/// Users who are kept in one piece.
const TOGETHER: usize = 200;

/// How far a group is ready.
pub struct Preparation {
    app: AppNo,
    draft: GroupDraft,
    announce: Announce,
    ready: Ready,
    /// Users who have taken their places.
    placed: usize,
}

impl Draft {
    /// What makes this group ready; none where it is small.
    pub fn preparation(&self, app: AppNo, announce: Announce) -> Option<Preparation> {
        let large = self.group.users.len() > TOGETHER;
        large.then(|| Preparation { app, draft: self.group.clone(), announce, ready: Ready::default(), placed: 0 })
    }

    /// This draft after its preparation.
    pub fn prepared(self, preparation: Preparation) -> Draft {
        Draft { ready: Some(preparation.ready), ..self }
    }
}

impl Preparation {
    /// One piece; answers whether more are left.
    pub fn step(&mut self, tx: &mut Tx) -> Result<bool> {
        let (all, kept) = (self.draft.users.len(), self.ready.users.len());
        if kept < all {
            let some = &self.draft.users[kept..all.min(kept + TOGETHER)];
            self.ready.users.extend(resolve(tx, self.app, some, self.announce)?);
            return Ok(true);
        }
        self.place(tx)
    }

    fn place(&mut self, tx: &mut Tx) -> Result<bool> {
        let (app, all) = (self.app, self.ready.users.len());
        let no = self.number(tx)?;
        if self.placed == 0 {
            let sql = "SELECT user FROM group_user WHERE application = ?1 AND grp = ?2";
            self.ready.before = tx.all(sql, params![app, no], |r| r.get(0))?;
        }
        let end = all.min(self.placed + group::TOGETHER);
        let placing = self.placed < all;
        let changed = match placing {
            true => group::set_slice(tx, (app, no), self.placed, &self.ready.users[self.placed..end])?,
            false => group::cut(tx, (app, no), all)? > 0,
        };
        self.placed = end;
        if changed {
            // Should the process end before `put`, whoever comes back finds what is there then.
            let version = tx.next_version(app)?;
            tx.run("UPDATE contact_group SET version = ?3 WHERE application = ?1 AND no = ?2", params![app, no, version])?;
            self.ready.untold = true;
        }
        Ok(placing || changed)
    }

    /// The group's number; one that is not there yet is made as one that is gone, which nobody sees.
    fn number(&self, tx: &mut Tx) -> Result<i64> {
        if let Some(group) = find_gone_too(tx, self.app, &self.draft.id)? {
            return Ok(group.no);
        }
        let (version, now) = (tx.next_version(self.app)?, tx.now);
        let no = create(tx, self.app, &self.draft, (false, version))?;
        tx.run("UPDATE contact_group SET gone_at = ?3 WHERE application = ?1 AND no = ?2", params![self.app, no, now])?;
        Ok(no)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::contact::tests::group as draft;
    use crate::directory::shared::put;
    use crate::directory::tests::World;
    use crate::store::scratch::counted;
    use crate::wire::News;

    /// Makes a group of these people ready and puts it in its place; answers in how many pieces.
    fn puts(world: &World, ids: &[String]) -> usize {
        let (app, silent) = (world.app, (|_, _, _| Ok(())) as Announce);
        let wished = Draft::parse(draft("all", &ids.iter().map(String::as_str).collect::<Vec<_>>()), None).unwrap();
        let (mut preparation, mut pieces) = (wished.preparation(app, silent).unwrap(), 1);
        loop {
            let (rest, more, changes) = world.store.change(move |tx| {
                let (more, changes) = counted(tx, |tx| preparation.step(tx))?;
                Ok((preparation, more, changes))
            });
            assert!(changes <= 1100, "a piece changes {changes} rows");
            (preparation, pieces) = (rest, pieces + 1);
            if !more {
                break;
            }
        }
        let ready = wished.prepared(preparation);
        let (_, changes) = world.store.change(move |tx| counted(tx, |tx| put(tx, app, &ready, silent)));
        assert!(changes <= 2, "taking its place changes {changes} rows");
        pieces
    }

    /// How often the group was told since the last time.
    fn told(world: &World) -> usize {
        world.store.told().iter().filter(|news| matches!(news, News::Rows { .. })).count()
    }

    #[test]
    fn a_large_group_changes_in_pieces_and_is_told_once() {
        let world = World::open();
        world.user("anna");
        let ids: Vec<String> = (0..2500).map(|n| format!("person-{n}")).collect();
        world.store.told();
        assert_eq!(
            puts(&world, &ids),
            18,
            "13 pieces keep the users, 3 place them, one finds none too many, one shows the group"
        );
        assert_eq!(told(&world), 1);
        let before = world.version();
        assert_eq!(world.sees("anna", 0).0[0].count, 2500);
        puts(&world, &ids[1..]);
        assert_eq!((told(&world), world.sees("anna", before).0[0].count), (1, 2499));
        puts(&world, &ids[2000..]);
        let (groups, users) = world.sees("anna", 0);
        assert_eq!((groups[0].users.as_ref().map(Vec::len), users.len()), (Some(500), 500));
        assert_eq!(told(&world), 1);
        puts(&world, &ids[2000..]);
        assert!(world.store.told().is_empty(), "nothing changed");
    }
}
