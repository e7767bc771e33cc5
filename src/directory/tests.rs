//! Users and how they prove who they are: what the doors rely on, and what must not work.

use crate::apps::application::{self, Draft};
use crate::directory::caller::Caller;
use crate::directory::profile::Profile;
use crate::directory::session::{self, Kind};
use crate::directory::ticket::{self, Redeemed};
use crate::directory::user::{self, User};
use crate::directory::{block, renewal, setting};
use crate::error::{Error, Result};
use crate::id::{AppNo, UserId, UserNo};
use crate::store::scratch::Scratch;
use crate::time::Moment;
use crate::wire::News;
use crate::wire::news::{End, To};
use std::time::Duration;

/// A store with one application `oa`.
pub struct World {
    pub store: Scratch,
    pub app: AppNo,
}

impl World {
    pub fn open() -> World {
        let store = Scratch::open();
        let app = register(&store, "oa");
        World { store, app }
    }

    pub fn user(&self, id: &str) -> User {
        self.put(Profile::named(id_of(id), id)).0
    }

    pub fn put(&self, profile: Profile) -> (User, bool) {
        let app = self.app;
        self.store.change(move |tx| user::put(tx, app, &profile))
    }

    pub fn number(&self, id: &str) -> UserNo {
        self.store.read_blocking(|db| user::number(db, self.app, &id_of(id))).unwrap()
    }

    fn session(&self, user: &User, kind: Kind, expires_at: Option<Moment>) -> (session::Session, String) {
        let (user, draft) = (user.clone(), session::Draft { kind, name: "test".into(), address: None, expires_at });
        self.store.change(move |tx| session::open(tx, &user, &draft, &session::Nobody))
    }

    fn enters(&self, token: &str) -> Option<Caller> {
        self.store.read_blocking(|db| session::authenticate(db, token, Moment::now())).unwrap()
    }

    fn ticket(&self, user: &User, ttl: Duration) -> String {
        let (app, no) = (user.app, user.no);
        self.store.change(move |tx| ticket::issue(tx, app, no, None, ttl))
    }

    fn redeem(&self, text: &str) -> Result<Redeemed> {
        let text = text.to_string();
        self.store.write_blocking(move |tx| ticket::redeem(tx, &text))
    }

    fn ended(&self) -> Vec<End> {
        let ends = self.store.told().into_iter().filter_map(|news| match news {
            News::End(end) => Some(end),
            _ => None,
        });
        ends.collect()
    }
}

pub fn register(store: &Scratch, id: &str) -> AppNo {
    let draft = Draft { id: id.into(), name: id.into(), origins: vec!["https://oa.example".into()], ..Draft::default() };
    store.change(move |tx| application::create(tx, &draft)).no
}

pub fn id_of(id: &str) -> UserId {
    UserId::parse(id).unwrap()
}

#[test]
fn a_user_is_created_on_first_sight_and_brought_up_to_date_on_every_other() {
    let world = World::open();
    let (anna, changed) = world.put(Profile::new(id_of("anna")));
    assert!(changed && anna.name == "anna");
    let full = Profile {
        email: Some(Some("anna@oa.example".into())),
        title: Some(Some(" Sales ".into())),
        avatar: Some(Some("https://oa.example/a.png".into())),
        ..Profile::named(id_of("anna"), "Anna Liu")
    };
    let (next, changed) = world.put(full.clone());
    assert!(changed && next.no == anna.no && next.version > anna.version && next.title.as_deref() == Some("Sales"));
    assert_eq!(world.put(full), (next.clone(), false));
    let (hidden, changed) = world.put(Profile { email: Some(None), ..Profile::new(id_of("anna")) });
    assert!(!changed && hidden.email.is_none() && hidden.version == next.version && hidden.name == "Anna Liu");
}

#[test]
fn what_is_wrong_in_a_profile_is_refused_or_left_out_where_it_is_vouched_for() {
    let world = World::open();
    let profile = Profile::named(id_of("anna"), "Anna");
    for (field, wrong) in [
        ("email", Profile { email: Some(Some("anna".into())), ..profile.clone() }),
        ("email", Profile { email: Some(Some("a@b\r\nBcc: c@d".into())), ..profile.clone() }),
        ("avatar", Profile { avatar: Some(Some("https://evil.example/a.png".into())), ..profile.clone() }),
        ("avatar", Profile { avatar: Some(Some("javascript:alert(1)".into())), ..profile.clone() }),
        ("name", Profile { name: Some(" ".into()), ..profile.clone() }),
        ("title", Profile { title: Some(Some("x".repeat(201))), ..profile.clone() }),
        ("id", Profile::named(id_of("erased:7"), "Eve")),
    ] {
        let (app, given) = (world.app, wrong.clone());
        let error = world.store.write_blocking(move |tx| user::put(tx, app, &given)).unwrap_err();
        assert_eq!(error.field(), Some(field));
        if field != "id" {
            world.store.change(move |tx| user::put_vouched(tx, app, &[wrong], |_, _, _| Ok(())));
        }
    }
    let anna = world.user("anna");
    assert!(anna.email.is_none() && anna.avatar.is_none() && anna.title.is_none());
}

#[test]
fn a_session_lets_its_user_in_until_it_ends() {
    let world = World::open();
    let anna = world.user("anna");
    let soon = Moment::now().plus(Duration::from_secs(3600));
    let (opened, token) = world.session(&anna, Kind::Session, Some(soon));
    assert!(token.starts_with("ps_"));
    let caller = world.enters(&token).unwrap();
    assert_eq!((caller.user, caller.session, caller.expires_at), (anna.no, opened.no, Some(soon)));
    let later = world.store.read_blocking(|db| session::authenticate(db, &token, soon)).unwrap();
    assert!(later.is_none() && world.enters("ps_unknown").is_none() && world.enters("").is_none());
    let later = soon.plus(Duration::from_secs(60));
    let renewed = caller.clone();
    world.store.change(move |tx| session::extend(tx, &renewed, later));
    assert!(world.store.read_blocking(|db| session::authenticate(db, &token, soon)).unwrap().is_some());
}

#[test]
fn what_is_ended_stays_out_and_its_connections_close() {
    let world = World::open();
    let (anna, app) = (world.user("anna"), world.app);
    let (first, token) = world.session(&anna, Kind::Session, None);
    let (_, program) = world.session(&anna, Kind::Token, None);
    assert!(program.starts_with("pt_"));
    let no = anna.no;
    world.store.change(move |tx| session::revoke(tx, app, no, first.no));
    assert!(world.enters(&token).is_none() && world.enters(&program).is_some());
    assert_eq!(world.ended(), [End::Session { app, user: no, session: first.no }]);
    let (again, token) = world.session(&anna, Kind::Session, None);
    world.store.change(move |tx| user::set_password(tx, app, no, Some("phc")));
    assert!(world.enters(&token).is_none() && world.enters(&program).is_some());
    assert_eq!(world.ended(), [End::Session { app, user: no, session: again.no }]);
    world.store.change(move |tx| session::revoke_all(tx, app, no));
    assert!(world.enters(&program).is_none());
    assert_eq!(world.ended(), [End::User { app, user: no }]);
}

#[test]
fn nobody_gets_in_while_the_user_or_the_application_is_suspended() {
    let world = World::open();
    let (anna, app) = (world.user("anna"), world.app);
    let (_, token) = world.session(&anna, Kind::Session, None);
    world.store.change(move |tx| application::suspend(tx, app));
    assert!(world.enters(&token).is_none());
    assert_eq!(world.ended(), [End::Application { app }]);
    world.store.change(move |tx| application::resume(tx, app));
    assert!(world.enters(&token).is_some());
    let no = anna.no;
    world.store.change(move |tx| user::suspend(tx, app, no));
    assert!(world.enters(&token).is_none());
    let suspended = world.store.read_blocking(|db| user::get_no(db, app, no)).unwrap();
    let draft = session::Draft { kind: Kind::Session, name: String::new(), address: None, expires_at: None };
    assert!(matches!(
        world.store.write_blocking(move |tx| session::open(tx, &suspended, &draft, &session::Nobody)),
        Err(Error::Forbidden(_))
    ));
    world.store.change(move |tx| user::resume(tx, app, no));
    assert!(world.enters(&token).is_none(), "what was ended stays ended");
}

#[test]
fn a_user_has_a_bounded_number_of_sessions() {
    let world = World::open();
    let anna = world.user("anna");
    let (_, first) = world.session(&anna, Kind::Session, None);
    let (_, program) = world.session(&anna, Kind::Token, None);
    for _ in 0..100 {
        world.session(&anna, Kind::Session, None);
    }
    let listed = world.store.read_blocking(|db| session::list(db, world.app, anna.no)).unwrap();
    assert_eq!(listed.len(), 101);
    assert!(world.enters(&first).is_none() && world.enters(&program).is_some());
}

#[test]
fn a_ticket_is_good_once() {
    let world = World::open();
    let anna = world.user("anna");
    let text = world.ticket(&anna, ticket::TTL);
    assert_eq!(world.redeem(&text).unwrap(), Redeemed { app: world.app, user: anna.no, session: None });
    assert!(matches!(world.redeem(&text), Err(Error::Unauthenticated(_))));
    assert!(world.redeem(&world.ticket(&anna, Duration::ZERO)).is_err());
    assert!(world.redeem("ptk_unknown").is_err());
    let (app, no, text) = (world.app, anna.no, world.ticket(&anna, ticket::TTL));
    world.store.change(move |tx| session::revoke_all(tx, app, no));
    assert!(world.redeem(&text).is_err(), "signed out everywhere");
}

#[test]
fn two_who_come_with_one_ticket_get_in_once() {
    let world = World::open();
    let text = world.ticket(&world.user("anna"), ticket::TTL);
    let got_in: Vec<bool> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| world.redeem(&text).is_ok())).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(got_in.into_iter().filter(|yes| *yes).count(), 1);
}

#[test]
fn the_same_id_in_another_application_is_somebody_else() {
    let world = World::open();
    let crm = register(&world.store, "crm");
    let anna = world.user("anna");
    let (_, token) = world.session(&anna, Kind::Session, None);
    let other = world.store.change(move |tx| user::put(tx, crm, &Profile::named(id_of("anna"), "Another"))).0;
    assert_eq!(world.enters(&token).unwrap().app, world.app);
    world.store.change(move |tx| user::suspend(tx, crm, other.no));
    assert!(world.enters(&token).is_some());
    assert!(world.store.read_blocking(|db| user::get(db, crm, &id_of("anna"))).unwrap().name == "Another");
    assert!(world.store.write_blocking(move |tx| session::revoke(tx, crm, other.no, 1)).is_err());
    let seen = world.store.read_blocking(|db| user::list(db, crm, None, 10, "")).unwrap().0;
    assert_eq!(seen.iter().map(|u| u.name.as_str()).collect::<Vec<_>>(), ["Another"]);
}

#[test]
fn an_erased_user_is_forgotten_and_its_id_is_free_for_somebody_new() {
    let world = World::open();
    let (anna, app) = (world.user("anna"), world.app);
    let (_, token) = world.session(&anna, Kind::Session, None);
    let no = anna.no;
    world.erase(no);
    assert!(world.enters(&token).is_none());
    assert_eq!(world.ended(), [End::User { app, user: no }]);
    assert!(world.store.read_blocking(|db| user::find(db, app, &id_of("anna"))).unwrap().is_none());
    let kept = world.store.read_blocking(|db| user::get_no(db, app, no)).unwrap();
    assert_eq!((kept.id.as_str(), kept.name.as_str()), ("erased:1", ""));
    assert!(kept.version > anna.version);
    assert_ne!(world.user("anna").no, no);
}

#[test]
fn users_are_listed_by_id_and_found_by_name() {
    let world = World::open();
    for id in ["carl", "anna", "Ben"] {
        world.put(Profile::named(id_of(id), &format!("{id} of the office")));
    }
    let list = |after: Option<&str>, limit, text: &str| {
        let (users, more) = world.store.read_blocking(|db| user::list(db, world.app, after, limit, text)).unwrap();
        (users.into_iter().map(|u| u.id.as_str().to_string()).collect::<Vec<_>>(), more)
    };
    assert_eq!(list(None, 2, ""), (vec!["Ben".into(), "anna".into()], true));
    assert_eq!(list(Some("anna"), 2, ""), (vec!["carl".into()], false));
    assert_eq!(list(None, 9, "CARL"), (vec!["carl".into()], false));
    assert_eq!(list(None, 9, "%").0.len(), 0);
}

#[test]
fn a_block_is_kept_and_told_to_the_own_devices_only() {
    let world = World::open();
    let (anna, ben, app) = (world.user("anna"), world.user("ben"), world.app);
    let caller = Caller { app, user: anna.no, id: anna.id.clone(), session: 1, expires_at: None };
    let set = |on| {
        let (caller, other) = (caller.clone(), ben.no);
        world.store.change(move |tx| block::set(tx, &caller, other, on));
    };
    world.store.told();
    set(true);
    set(true);
    let told = world.store.told();
    assert_eq!(told.len(), 2, "a repetition changes nothing");
    assert!(matches!(&told[0], News::Rows { to, rows, .. } if *to == To::Users(vec![anna.no]) && rows.settings.is_some()));
    let between = |users: &[_]| *users == [anna.id.clone(), ben.id.clone()];
    assert!(matches!(&told[1], News::Review { users, between: true, .. } if between(users)));
    let blocked = |user, by| world.store.read_blocking(|db| block::is_blocked(db, app, user, by)).unwrap();
    assert!(blocked(ben.no, anna.no) && !blocked(anna.no, ben.no));
    let row = world.store.read_blocking(|db| setting::row(db, app, anna.no)).unwrap();
    assert_eq!(row.blocked, [id_of("ben")]);
    set(false);
    assert!(!blocked(ben.no, anna.no));
    let own = caller.clone();
    assert!(world.store.write_blocking(move |tx| block::set(tx, &own, own.user, true)).is_err());
}

#[test]
fn how_fresh_contacts_are_is_told_when_it_matters() {
    let world = World::open();
    let (anna, app) = (world.user("anna").no, world.app);
    let told = || {
        let rows = world.store.told().into_iter().filter_map(|news| match news {
            News::Rows { rows, .. } => rows.settings.map(|s| (s.contacts.at.is_some(), s.contacts.failed)),
            _ => None,
        });
        rows.collect::<Vec<_>>()
    };
    let due = || world.store.read_blocking(|db| renewal::get(db, app, anna)).unwrap().is_due(Moment::now());
    assert!(due());
    world.store.change(move |tx| renewal::begin(tx, app, anna, tx.now));
    assert!(!due());
    world.store.change(move |tx| renewal::succeed(tx, app, anna, Some("e1")));
    assert_eq!(told(), [(true, false)]);
    world.store.change(move |tx| renewal::succeed(tx, app, anna, Some("e1")));
    assert_eq!(told(), []);
    for _ in 0..2 {
        world.store.change(move |tx| renewal::fail(tx, app, anna));
    }
    assert_eq!(told(), [(true, true)]);
    world.store.change(move |tx| renewal::succeed(tx, app, anna, None));
    assert_eq!(told(), [(true, false)]);
}
