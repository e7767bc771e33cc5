//! Making a large shared group ready, piece by piece, so that `put` has little left to do: its users are kept, who is not to
//! see it any more loses it, its users take their places in it, and who is to see it does. These are told by `put`, once.

use super::{Draft, Ready, audience, create, find, find_gone_too, require_named, resolve};
use crate::directory::group::{self, Group, GroupDraft};
use crate::directory::profile::{self, Announce};
use crate::directory::user;
use crate::error::Result;
use crate::id::{AppNo, UserNo};
use crate::store::{Db, Tx, params};
use crate::wire::news::To;
use std::collections::HashSet;

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
    /// What makes this group ready; none where all of it is small. Refuses what would be refused later, before anything changes.
    pub fn preparation(&self, db: &Db, app: AppNo, announce: Announce) -> Result<Option<Preparation>> {
        let users = &self.group.users;
        let seen = match find(db, app, &self.group.id)? {
            Some(group) => group::named_viewers(db, app, group.no)?.len(),
            None => 0,
        };
        if users.len().max(self.visible_to().len()).max(seen) <= TOGETHER {
            return Ok(None);
        }
        let audience = audience(db, app, self.visible_to.as_deref())?;
        profile::require_good(db, app, users)?;
        for profile in users.iter().filter(|profile| profile.name.is_none()) {
            user::number(db, app, &profile.id).or_else(|_| require_named(profile).map(|()| UserNo(0)))?;
        }
        let ready = Ready { audience, ..Ready::default() };
        Ok(Some(Preparation { app, draft: self.group.clone(), announce, ready, placed: 0 }))
    }

    /// This draft after its preparation.
    pub fn prepared(self, preparation: Preparation) -> Draft {
        Draft { ready: Some(preparation.ready), ..self }
    }
}

impl Preparation {
    /// One piece; answers whether more are left. Whenever somebody takes a place, nobody sees the group who is not to see it.
    pub fn step(&mut self, tx: &mut Tx) -> Result<bool> {
        let (all, kept) = (self.draft.users.len(), self.ready.users.len());
        if kept < all {
            let some = &self.draft.users[kept..all.min(kept + TOGETHER)];
            self.ready.users.extend(resolve(tx, self.app, some, self.announce)?);
            return Ok(true);
        }
        Ok(self.narrow(tx)? || self.place(tx)? || self.show(tx)?)
    }

    /// Takes the group as it was from those who are not to see it any more; answers whether there were some.
    fn narrow(&mut self, tx: &mut Tx) -> Result<bool> {
        let (app, Some(audience)) = (self.app, &self.ready.audience) else { return Ok(false) };
        let Some(group) = find(tx, app, &self.draft.id)? else { return Ok(false) };
        let staying: HashSet<&UserNo> = audience.iter().collect();
        let mut ceasing = group::named_viewers(tx, app, group.no)?;
        ceasing.retain(|user| !staying.contains(user));
        ceasing.truncate(group::TOGETHER);
        if !group.everyone && ceasing.is_empty() {
            return Ok(false);
        }
        let version = tx.next_version(app)?;
        for user in &ceasing {
            group::link(tx, (app, group.no), *user, version, false)?;
        }
        let mut unseen = ceasing.clone();
        if group.everyone {
            let sql = "UPDATE contact_group SET everyone = 0, narrowed = ?3, version = ?3 WHERE application = ?1 AND no = ?2";
            tx.run(sql, params![app, group.no, version])?;
            unseen = standing(tx, app, group.no)?;
        }
        user::review(tx, app, &unseen)?;
        let (to, gone) = (if group.everyone { To::Everyone } else { ceasing.into() }, group.gone_row(version));
        group::send(tx, &Group { version, ..group }, to, (gone, Vec::new()));
        self.ready.untold = true;
        Ok(true)
    }

    /// Lets those see it who are to see it; answers whether some did not. `put` tells them.
    fn show(&mut self, tx: &mut Tx) -> Result<bool> {
        let no = self.number(tx)?;
        let (app, Some(audience)) = (self.app, &self.ready.audience) else { return Ok(false) };
        let there: HashSet<UserNo> = group::named_viewers(tx, app, no)?.into_iter().collect();
        let new: Vec<UserNo> = audience.iter().filter(|user| !there.contains(user)).take(group::TOGETHER).copied().collect();
        if new.is_empty() {
            return Ok(false);
        }
        let version = tx.next_version(app)?;
        for user in new {
            group::link(tx, (app, no), user, version, true)?;
        }
        self.ready.untold = true;
        Ok(true)
    }

    fn place(&mut self, tx: &mut Tx) -> Result<bool> {
        let (app, all) = (self.app, self.ready.users.len());
        let no = self.number(tx)?;
        if self.placed == 0 && self.ready.before.is_empty() {
            self.ready.before = standing(tx, app, no)?;
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

fn standing(db: &Db, app: AppNo, no: i64) -> Result<Vec<UserNo>> {
    db.all("SELECT user FROM group_user WHERE application = ?1 AND grp = ?2", params![app, no], |r| r.get(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::contact::tests::group as draft;
    use crate::directory::shared::put;
    use crate::directory::tests::{World, id_of};
    use crate::store::scratch::counted;
    use crate::wire::News;

    /// Makes a group of these people ready and puts it in its place; answers in how many pieces.
    fn puts(world: &World, ids: &[String]) -> usize {
        puts_for(world, ids, None, &|| ())
    }

    /// The same for these viewers, looking around after each piece.
    fn puts_for(world: &World, ids: &[String], visible_to: Option<&[String]>, look: &dyn Fn()) -> usize {
        let (app, silent) = (world.app, (|_, _, _| Ok(())) as Announce);
        let named = visible_to.map(|ids| ids.iter().map(|id| id_of(id)).collect());
        let wished = Draft::parse(draft("all", &ids.iter().map(String::as_str).collect::<Vec<_>>()), named).unwrap();
        let begun = world.store.read_blocking(|db| wished.preparation(db, app, silent)).unwrap();
        let (mut preparation, mut pieces) = (begun.unwrap(), 1);
        loop {
            look();
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

    #[test]
    fn nobody_else_sees_who_comes_into_a_group_that_becomes_somebodys() {
        let world = World::open();
        let people = |name: &str, most: usize| (0..most).map(|n| format!("{name}-{n}")).collect::<Vec<String>>();
        let (staff, secret) = (people("staff", 300), people("secret", 1200));
        for id in ["anna", "ben", "boss"] {
            world.user(id);
        }
        let boss = ["boss".to_string()];
        let sees_secrets = |viewer: &str| {
            let users = world.store.read_blocking(|db| {
                let found = db.all("SELECT id FROM user WHERE id GLOB 'secret-*'", [], |r| r.get::<String>(0))?;
                Ok(found.into_iter().filter(|id| world.knows(viewer, id)).count())
            });
            users.unwrap()
        };
        let before = world.version();
        for old in [None, Some(["anna".to_string(), "boss".to_string()])] {
            puts_for(&world, &staff, old.as_ref().map(|named| &named[..]), &|| ());
            assert!(world.knows("anna", "staff-0"));
            puts_for(&world, &secret, Some(&boss), &|| assert_eq!((sees_secrets("anna"), sees_secrets("ben")), (0, 0)));
            assert_eq!((sees_secrets("anna"), sees_secrets("boss")), (0, 1200));
            let gone = world.sees("anna", before).0;
            assert!(gone.len() == 1 && gone[0].gone, "{gone:?}");
            assert_eq!(world.sees("boss", before).0[0].count, 1200);
        }
    }

    #[test]
    fn many_viewers_begin_and_cease_to_see_a_group_in_pieces() {
        let world = World::open();
        let many: Vec<String> = (0..2500).map(|n| format!("viewer-{n}")).collect();
        many.iter().for_each(|id| drop(world.user(id)));
        let one = ["viewer-7".to_string()];
        puts_for(&world, &one, Some(&many), &|| ());
        assert!(world.knows("viewer-0", "viewer-7") && world.knows("viewer-2499", "viewer-7"));
        world.store.told();
        puts_for(&world, &one, Some(&many[1..]), &|| ());
        assert!(!world.knows("viewer-0", "viewer-7") && world.knows("viewer-2499", "viewer-7"));
        puts_for(&world, &one, Some(&many[..1]), &|| ());
        assert!(world.knows("viewer-0", "viewer-7") && !world.knows("viewer-2499", "viewer-7"));
        let too_many: Vec<_> = (0..=crate::directory::shared::VIEWERS).map(|n| id_of(&n.to_string())).collect();
        assert!(Draft::parse(draft("all", &[]), Some(too_many)).is_err());
    }
}
