//! Lists under many changes: whoever listens, returns or comes new sees the same; and what a long list costs.

use super::*;
use crate::directory::contact::tests::group;
use crate::directory::shared;
use crate::directory::tests::World;
use crate::id::{GroupId, UserId};
use crate::store::scratch::counted;
use crate::wire::row::UserRow;
use std::collections::BTreeMap;

/// What a client keeps: groups and users by id, and up to where it has seen.
#[derive(Debug, Clone, Default, PartialEq)]
struct Client {
    groups: BTreeMap<String, GroupRow>,
    users: BTreeMap<String, UserRow>,
}

impl Client {
    fn take(&mut self, groups: Vec<GroupRow>, users: Vec<UserRow>) {
        for group in groups {
            if group.gone {
                self.groups.remove(&group.id);
            } else {
                self.groups.insert(group.id.clone(), group);
            }
        }
        for user in users {
            self.users.insert(user.id.as_str().into(), user);
        }
    }

    /// What is on the screen: groups, and their users as far as they are known.
    fn screen(&self) -> Vec<(String, String, Vec<String>)> {
        let known = |id: &UserId| self.users.get(id.as_str()).map_or("?".into(), |user| format!("{id}={}", user.name));
        let shown = |g: &GroupRow| g.users.as_deref().unwrap_or_default().iter().map(known).collect();
        self.groups.values().map(|g| (g.id.clone(), g.name.clone(), shown(g))).collect()
    }
}

impl World {
    fn fresh(&self, viewer: &str) -> Client {
        let (groups, users) = self.sees(viewer, 0);
        let mut client = Client::default();
        client.take(groups, users);
        client
    }
}

#[test]
fn ten_thousand_contacts_are_written_once_and_again_not_at_all() {
    let world = World::open();
    world.user("anna");
    world.user("ben");
    let ids: Vec<String> = (0..10_000).map(|n| format!("person-{n}")).collect();
    let groups: Vec<GroupDraft> = ids
        .chunks(100)
        .enumerate()
        .map(|(n, some)| group(&n.to_string(), &some.iter().map(String::as_str).collect::<Vec<_>>()))
        .collect();
    let rows = |viewer: &str| {
        let (app, user, list) = (world.app, world.number(viewer), List::parse(groups.clone()).unwrap());
        world.store.change(move |tx| counted(tx, |tx| replace(tx, app, user, &list, |_, _, _| Ok(())))).1
    };
    let (first, again, other) = (rows("anna"), rows("anna"), rows("ben"));
    assert!((10_000..50_000).contains(&first), "{first} rows for the first");
    assert_eq!(again, 0, "rows for the same list again");
    assert!(other < 1_000, "{other} rows for another viewer of the same groups");
    assert_eq!(world.sees("ben", 0).1.len(), 10_000);
}

/// A reproducible choice among `most`.
fn chance(seed: &mut u64, most: u64) -> u64 {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*seed >> 33) % most
}

#[test]
fn whoever_listens_whoever_returns_and_whoever_comes_new_see_the_same() {
    const PEOPLE: [&str; 5] = ["anna", "ben", "carl", "dora", "eve"];
    for start in 1..=5_u64 {
        let world = World::open();
        let mut seed = start;
        let viewers: Vec<UserNo> = PEOPLE.iter().map(|id| world.user(id).no).collect();
        world.store.told();
        let mut live = vec![Client::default(); PEOPLE.len()];
        let mut asleep: Vec<(i64, Client)> = vec![(world.version(), Client::default()); PEOPLE.len()];
        for _ in 0..40 {
            act(&world, &mut seed, &PEOPLE);
            for news in world.store.told() {
                let News::Rows { to, rows, version, .. } = news else { continue };
                assert!(rows.groups.iter().all(|g| g.version <= version) && rows.users.iter().all(|u| u.version <= version));
                let to = world.all(&to);
                for (place, _) in viewers.iter().enumerate().filter(|(_, no)| to.contains(no)) {
                    live[place].take(rows.groups.clone(), rows.users.clone());
                    // A connection that breaks right here is resumed from here, and nothing may be missing then.
                    let (groups, users) = world.sees(PEOPLE[place], version);
                    let mut resumed = live[place].clone();
                    resumed.take(groups, users);
                    assert_eq!(resumed.screen(), world.fresh(PEOPLE[place]).screen(), "seed {start}");
                }
            }
            for (place, id) in PEOPLE.iter().enumerate() {
                let fresh = world.fresh(id);
                assert_eq!(live[place].screen(), fresh.screen(), "{id} listening, seed {start}");
                if chance(&mut seed, 4) == 0 {
                    let (since, client) = &mut asleep[place];
                    let (groups, users) = world.sees(id, *since);
                    client.take(groups, users);
                    *since = world.version();
                    assert_eq!(client.screen(), fresh.screen(), "{id} returning, seed {start}");
                }
            }
        }
    }
}

/// One thing that an application or an operator may do.
fn act(world: &World, seed: &mut u64, people: &[&str]) {
    let some = |seed: &mut u64| -> Vec<&str> { people.iter().copied().filter(|_| chance(seed, 2) == 0).collect() };
    let name = ["a", "b", "c"][chance(seed, 3) as usize];
    match chance(seed, 5) {
        0 | 1 => {
            let viewer = people[chance(seed, people.len() as u64) as usize];
            let count = chance(seed, 4) as usize;
            let mut groups: Vec<GroupDraft> = ["a", "b", "c"][..count].iter().map(|id| group(id, &some(seed))).collect();
            for user in groups.iter_mut().flat_map(|group| &mut group.users) {
                user.name = (chance(seed, 6) > 0).then(|| format!("{} {}", user.id, chance(seed, 2)));
            }
            world.gives(viewer, groups);
        }
        2 => drop(world.shares(group(name, &some(seed)), None)),
        3 => {
            let (members, to) = (some(seed), some(seed));
            world.shares(group(name, &members), Some(&to));
        }
        _ => {
            let (app, id) = (world.app, GroupId::parse(name).unwrap());
            let _ = world.store.write_blocking(move |tx| shared::delete(tx, app, &id));
        }
    }
}
