//! Contact lists as their viewers live them: what each hears, what it finds when it comes back, and what it costs.

use super::*;
use crate::directory::erasure;
use crate::directory::group::GroupDraft;
use crate::directory::profile::Profile;
use crate::directory::shared;
use crate::directory::tests::{World, id_of, register};
use crate::id::GroupId;
use crate::store::Tx;
use crate::store::scratch::counted;
use crate::wire::News;
use crate::wire::row::Rows;

/// As `chat::announce::user` does, for those who have the user on a list.
fn announce(tx: &mut Tx, app: AppNo, no: UserNo) -> Result<()> {
    let rows = Rows { users: vec![user::get_no(tx, app, no)?.row()], ..Rows::default() };
    let (to, version) = (viewers(tx, app, no)?, tx.current_version(app)?);
    tx.tell(News::Rows { app, version, to, rows: Box::new(rows), except: None });
    Ok(())
}

pub fn group(id: &str, users: &[&str]) -> GroupDraft {
    let users = users.iter().map(|id| Profile::named(id_of(id), id)).collect();
    GroupDraft { id: GroupId::parse(id).unwrap(), name: id.to_uppercase(), parent: None, users }
}

impl World {
    pub fn gives(&self, viewer: &str, groups: Vec<GroupDraft>) -> usize {
        let (app, user, list) = (self.app, self.number(viewer), List::parse(groups).unwrap());
        self.store.change(move |tx| replace(tx, app, user, &list, announce))
    }

    pub fn shares(&self, draft: GroupDraft, visible_to: Option<&[&str]>) -> Group {
        let app = self.app;
        let to = visible_to.map(|ids| ids.iter().map(|id| id_of(id)).collect::<Vec<_>>());
        let draft = shared::Draft::parse(draft, to).unwrap();
        self.store.change(move |tx| shared::put(tx, app, &draft, announce))
    }

    pub fn sees(&self, viewer: &str, since: i64) -> (Vec<GroupRow>, Vec<UserRow>) {
        let user = self.number(viewer);
        self.store.read_blocking(|db| visible(db, self.app, user, since)).unwrap()
    }

    pub fn knows(&self, viewer: &str, other: &str) -> bool {
        let (user, other) = (self.number(viewer), self.number(other));
        self.store.read_blocking(|db| knows(db, self.app, user, other)).unwrap()
    }

    fn viewers(&self, of: &str) -> Vec<UserNo> {
        let user = self.number(of);
        self.all(&self.store.read_blocking(|db| viewers(db, self.app, user)).unwrap())
    }

    /// The numbers of those whom something is for.
    pub fn all(&self, to: &To) -> Vec<UserNo> {
        let everyone = "SELECT no FROM user WHERE application = ?1 AND erased_at IS NULL";
        let mut users = match to {
            To::Users(users) => users.clone(),
            To::Everyone => self.store.read_blocking(|db| db.all(everyone, [self.app], |r| r.get(0))).unwrap(),
        };
        users.sort();
        users
    }

    pub fn erase(&self, no: UserNo) {
        let app = self.app;
        self.store.change(move |tx| erasure::erase(tx, app, no));
        while self.store.change(move |tx| erasure::go_on(tx, app, no)) > 0 {}
    }

    pub fn version(&self) -> i64 {
        self.store.read_blocking(|db| db.version(self.app)).unwrap()
    }

    /// To whom which groups and how many users were told since the last time.
    fn told(&self) -> Vec<(Vec<UserNo>, Vec<String>, usize)> {
        let rows = self.store.told().into_iter().filter_map(|news| match news {
            News::Rows { to, rows, .. } => {
                let name = |g: &GroupRow| format!("{}{}", if g.gone { "-" } else { "" }, g.id);
                Some((self.all(&to), rows.groups.iter().map(name).collect(), rows.users.len()))
            }
            _ => None,
        });
        rows.collect()
    }
}

fn names(users: &[UserRow]) -> Vec<&str> {
    users.iter().map(|user| user.id.as_str()).collect()
}

#[test]
fn a_list_creates_who_is_not_there_and_is_told_to_its_viewer_only() {
    let world = World::open();
    let anna = world.user("anna").no;
    world.user("eve");
    world.store.told();
    assert_eq!(world.gives("anna", vec![group("sales", &["ben", "carl"]), group("board", &["carl"])]), 2);
    assert_eq!(world.told(), [(vec![anna], vec!["app:sales".into(), "app:board".into()], 2)]);
    assert!(world.knows("anna", "ben") && !world.knows("ben", "anna") && !world.knows("eve", "ben"));
    let (groups, users) = world.sees("anna", 0);
    assert_eq!(groups.iter().map(|g| (g.id.as_str(), g.count)).collect::<Vec<_>>(), [("app:sales", 2), ("app:board", 1)]);
    assert_eq!(names(&users), ["ben", "carl"]);
    assert_eq!(world.sees("eve", 0), (vec![], vec![]));
}

#[test]
fn only_what_differs_is_told() {
    let world = World::open();
    let anna = world.user("anna").no;
    world.gives("anna", vec![group("a", &["ben", "carl"]), group("b", &["carl"]), group("c", &["dora"])]);
    let (before, _) = (world.version(), world.store.told());
    let same = world.gives("anna", vec![group("b", &["carl"]), group("c", &["dora"]), group("a", &["ben", "carl"])]);
    assert_eq!((same, world.version(), world.told().len()), (0, before, 0));
    let other = world.gives("anna", vec![group("a", &["ben", "carl", "eve"]), group("c", &["dora"])]);
    assert_eq!(other, 2);
    assert_eq!(world.told(), [(vec![anna], vec!["app:a".into(), "-app:b".into()], 1)]);
    let (groups, users) = world.sees("anna", before);
    let seen: Vec<_> = groups.iter().map(|g| (g.id.as_str(), g.gone)).collect();
    assert_eq!(seen, [("app:b", true), ("app:a", false)]);
    assert_eq!(names(&users), ["ben", "carl", "eve"]);
    assert!(groups.iter().all(|g| g.version > before));
    assert_eq!(world.sees("anna", world.version()), (vec![], vec![]));
    world.gives("anna", vec![]);
    assert_eq!(world.told(), [(vec![anna], vec!["-app:c".into(), "-app:a".into()], 0)]);
    assert_eq!(world.sees("anna", 0), (vec![], vec![]));
}

#[test]
fn the_same_content_is_kept_once_and_each_viewer_has_its_own_view() {
    let world = World::open();
    for viewer in ["anna", "ben", "carl"] {
        world.user(viewer);
        world.gives(viewer, vec![group("all", &["anna", "ben", "carl"])]);
    }
    let rows = |table: &str| -> i64 {
        let sql = format!("SELECT count(*) FROM {table}");
        world.store.read_blocking(|db| db.one(&sql, [], |r| r.get(0))).unwrap()
    };
    assert_eq!((rows("contact_group"), rows("group_user"), rows("group_viewer")), (1, 3, 3));
    assert_eq!(world.viewers("ben").len(), 3);
    world.gives("anna", vec![group("all", &["anna", "ben"])]);
    assert_eq!((rows("contact_group"), rows("group_viewer")), (2, 3));
    assert!(!world.knows("anna", "carl") && world.knows("ben", "carl"));
    assert_eq!(world.viewers("carl"), [world.number("ben"), world.number("carl")]);
    for viewer in ["ben", "carl"] {
        world.gives(viewer, vec![group("all", &["anna", "ben"])]);
    }
    assert_eq!((rows("contact_group"), rows("group_user")), (1, 2), "what nobody sees any more is not kept");
}

#[test]
fn a_new_name_is_not_a_new_group() {
    let world = World::open();
    let anna = world.user("anna").no;
    world.gives("anna", vec![group("a", &["ben"])]);
    let (before, _) = (world.version(), world.store.told());
    let mut renamed = group("a", &["ben"]);
    renamed.users[0].name = Some("Benjamin".into());
    assert_eq!(world.gives("anna", vec![renamed.clone()]), 0);
    assert_eq!(world.told(), [(vec![anna], vec![], 1)]);
    let (groups, users) = world.sees("anna", before);
    assert!(groups.is_empty() && users[0].name == "Benjamin");
    // Somebody renames the user here; the application's list, which says what it said before, does not take that back.
    world.put(Profile::named(id_of("ben"), "Benny"));
    assert_eq!((world.gives("anna", vec![renamed]), world.told().len()), (0, 0));
}

#[test]
fn lists_from_three_sources_stand_beside_each_other() {
    let world = World::open();
    let (anna, app) = (world.user("anna").no, world.app);
    for id in ["ben", "carl", "dora"] {
        world.user(id);
    }
    world.gives("anna", vec![group("x", &["ben"])]);
    world.shares(group("x", &["carl"]), None);
    let own = |users: &'static [&'static str]| {
        let mut draft = group("x", users);
        draft.users.iter_mut().for_each(|user| user.name = None);
        let list = List::parse(vec![draft]).unwrap();
        world.store.write_blocking(move |tx| replace_own(tx, app, anna, &list, announce))
    };
    own(&["dora"]).unwrap();
    assert!(own(&["nobody"]).is_err());
    let ids: Vec<String> = world.sees("anna", 0).0.into_iter().map(|g| g.id).collect();
    assert_eq!(ids, ["app:x", "own:x", "shared:x"]);
    world.gives("anna", vec![]);
    assert!(!world.knows("anna", "ben") && world.knows("anna", "carl") && world.knows("anna", "dora"));
    assert!(world.knows("ben", "carl") && !world.knows("ben", "dora"), "shared is everybody's, own is not");
}

#[test]
fn a_shared_group_is_versioned_once_for_all() {
    let world = World::open();
    let all: Vec<UserNo> = ["anna", "ben", "carl"].into_iter().map(|id| world.user(id).no).collect();
    world.store.told();
    let first = world.shares(group("sales", &["anna", "ben"]), None);
    assert_eq!(world.told(), [(all.clone(), vec!["shared:sales".into()], 2)]);
    let again = world.shares(group("sales", &["anna", "ben"]), None);
    assert_eq!((again.version, world.told().len()), (first.version, 0));
    world.shares(group("sales", &["anna", "ben", "carl"]), None);
    assert_eq!(world.told(), [(all.clone(), vec!["shared:sales".into()], 1)], "only carl is new in it");
    let narrow = world.shares(group("sales", &["anna", "ben", "carl"]), Some(&["anna", "ben"]));
    let told = world.told();
    assert_eq!(told[0], (all.clone(), vec!["-shared:sales".into()], 0), "nobody lists everybody");
    assert_eq!(told[1], (all[..2].to_vec(), vec!["shared:sales".into()], 3));
    assert!(!world.knows("carl", "anna") && world.sees("carl", first.version).0[0].gone);
    world.shares(group("sales", &["anna"]), Some(&["anna", "ben"]));
    assert!(world.sees("carl", narrow.version).0.is_empty(), "what is not theirs any more changes nothing for them");
    world.shares(group("sales", &["anna"]), None);
    assert!(world.knows("carl", "anna"));
    let (app, id) = (world.app, GroupId::parse("sales").unwrap());
    let before = world.version();
    let gone = id.clone();
    world.store.change(move |tx| shared::delete(tx, app, &gone));
    assert!(world.sees("ben", before).0[0].gone && world.sees("ben", 0).0.is_empty());
    assert!(world.store.read_blocking(|db| shared::get(db, app, &id)).is_err());
    world.shares(group("sales", &["ben"]), None);
    assert_eq!(world.sees("carl", before).0.iter().map(|g| g.gone).collect::<Vec<_>>(), [false]);
}

#[test]
fn who_is_erased_disappears_from_every_list_and_comes_back_as_somebody_new() {
    let world = World::open();
    let anna = world.user("anna").no;
    world.gives("anna", vec![group("a", &["ben", "carl"])]);
    world.shares(group("s", &["ben"]), Some(&["anna"]));
    let (ben, before) = (world.number("ben"), world.version());
    world.store.told();
    world.erase(ben);
    let mut told: Vec<_> =
        world.told().into_iter().flat_map(|(to, groups, _)| groups.into_iter().map(move |g| (to.clone(), g))).collect();
    told.sort_by(|a, b| a.1.cmp(&b.1));
    assert_eq!(told, [(vec![anna], "app:a".into()), (vec![anna], "shared:s".into())]);
    let counts: Vec<i64> = world.sees("anna", before).0.iter().map(|g| g.count).collect();
    assert_eq!(counts, [1, 0]);
    world.gives("anna", vec![group("a", &["ben", "carl"])]);
    assert!(world.number("ben") != ben && world.knows("anna", "ben"));
}

#[test]
fn another_applications_people_are_nobody() {
    let world = World::open();
    let crm = register(&world.store, "crm");
    world.user("anna");
    world.gives("anna", vec![group("a", &["ben"])]);
    world.shares(group("s", &["anna"]), None);
    let other = world.store.change(move |tx| user::put(tx, crm, &Profile::named(id_of("anna"), "Other"))).0;
    let see = |since| world.store.read_blocking(|db| visible(db, crm, other.no, since)).unwrap();
    assert_eq!(see(0), (vec![], vec![]));
    let ben = world.number("ben");
    assert!(!world.store.read_blocking(|db| knows(db, crm, other.no, ben)).unwrap());
    assert!(world.store.read_blocking(|db| viewers(db, crm, ben)).unwrap() == To::Users(vec![]));
    let all = Page { text: "ben", limit: 10, ..Page::default() };
    assert!(world.store.read_blocking(|db| page(db, crm, other.no, &all)).unwrap().0.is_empty());
    let theirs = Page { group: Some("app:a"), limit: 10, ..Page::default() };
    let foreign = world.store.read_blocking(|db| page(db, crm, other.no, &theirs)).unwrap_err();
    let unknown = Page { group: Some("app:nowhere"), limit: 10, ..Page::default() };
    let nowhere = world.store.read_blocking(|db| page(db, crm, other.no, &unknown)).unwrap_err();
    assert_eq!(format!("{foreign:?}"), format!("{nowhere:?}"));
}

#[test]
fn contacts_are_paged_by_name_and_searched() {
    let world = World::open();
    let anna = world.user("anna").no;
    let many: Vec<String> = (0..600).map(|n| format!("u{n:03}")).collect();
    let mut big = group("big", &many.iter().map(String::as_str).collect::<Vec<_>>());
    big.users[5].name = Some("Özil".into());
    world.gives("anna", vec![big, group("small", &["ben"])]);
    world.user("stranger");
    let (groups, users) = world.sees("anna", 0);
    assert_eq!((groups[0].count, groups[0].users.is_none(), names(&users)), (600, true, vec!["ben"]));
    let get = |wanted: Page| world.store.read_blocking(|db| page(db, world.app, anna, &wanted)).unwrap();
    let (first, more) = get(Page { group: Some("app:big"), limit: 200, ..Page::default() });
    assert!(more && first.len() == 200 && first[0].id.as_str() == "u000");
    let (next, more) = get(Page { group: Some("app:big"), limit: 500, after: Some(first[199].id.as_str()), ..Page::default() });
    assert!(!more && next.len() == 400 && next[399].name == "Özil");
    for (text, found) in [("U00", 10), ("özil", 1), ("Özil", 1), ("ben", 1), ("stranger", 1), ("%", 0), ("nobody", 0)] {
        assert_eq!(get(Page { text, limit: 50, ..Page::default() }).0.len(), found, "{text}");
    }
    let app = world.app;
    world.store.change(move |tx| tx.run("UPDATE application SET policy = 'contacts' WHERE no = ?1", [app]));
    assert_eq!(get(Page { text: "stranger", limit: 50, ..Page::default() }).0.len(), 0, "only contacts may be found");
}

#[test]
fn a_list_that_is_too_large_or_names_a_group_twice_is_refused() {
    assert!(matches!(List::parse(vec![group("a", &["x"]), group("a", &["y"])]), Err(Error::Invalid { .. })));
    assert!(matches!(List::parse((0..1001).map(|n| group(&n.to_string(), &[])).collect()), Err(Error::TooLarge(_))));
    let twice = List::parse(vec![group("a", &["x", "x", "y"])]).unwrap();
    let world = World::open();
    let (app, anna) = (world.app, world.user("anna").no);
    world.store.change(move |tx| replace(tx, app, anna, &twice, announce));
    assert_eq!(world.sees("anna", 0).0[0].count, 2);
}

#[test]
fn who_had_long_lists_is_erased_in_small_pieces() {
    let world = World::open();
    let (app, ben) = (world.app, world.user("ben").no);
    let ids: Vec<String> = (0..300).map(|n| format!("person-{n}")).collect();
    let users: Vec<&str> = ids.iter().map(String::as_str).collect();
    world.gives("ben", (0..10).map(|n| group(&format!("team-{n}"), &users)).collect());
    world.store.change(move |tx| erasure::erase(tx, app, ben));
    let mut pieces = 0;
    loop {
        let (done, changes) = world.store.change(move |tx| counted(tx, |tx| erasure::go_on(tx, app, ben)));
        assert!(changes <= 1500, "a piece changes {changes} rows");
        if done == 0 {
            break;
        }
        pieces += 1;
    }
    assert_eq!(pieces, 3, "four lists of 300 in each, and the rest");
    assert!(world.store.read_blocking(|db| erasure::unfinished(db, None)).unwrap().is_empty());
}
