//! Waiting work against a real store and applications on real sockets, step by step.

use super::callbacks::Callbacks;
use super::contacts::Refresher;
use super::marks::Marks;
use super::*;
use crate::apps::delivery::{self, Delivery, State};
use crate::apps::draft::Draft;
use crate::apps::schedule::Schedule;
use crate::apps::secret::{Purpose, rotate};
use crate::apps::{application, attempt, claim, queue};
use crate::callout::Callout;
use crate::callout::scratch::{Application, ok, status};
use crate::chat::author::Author;
use crate::chat::{conversation, message};
use crate::directory::caller::Caller;
use crate::directory::profile::{self, Profile};
use crate::directory::{contact, renewal, setting};
use crate::error::Result;
use crate::id::{AppNo, Key, Party, UserId, UserNo};
use crate::store::scratch::Scratch;
use crate::store::{Db, Tx};
use crate::time::Moment;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

const APP: AppNo = AppNo(1);
const ANNA: UserNo = UserNo(1);
const WANG: UserNo = UserNo(2);

/// An application, its two users, and the loops that work for it.
struct Office {
    store: Scratch,
    application: Application,
    callbacks: Arc<Callbacks>,
    refresher: Arc<Refresher>,
}

impl Office {
    async fn open(script: impl Fn(&str) -> String + Send + Sync + 'static) -> Office {
        let (store, application) = (Scratch::open(), Application::start(script).await);
        let draft = Draft {
            id: "oa".into(),
            name: "Office".into(),
            callback_url: Some(application.url()),
            approved: vec![application.address.to_string()],
            events: vec!["delivery.failed".into()],
            ..Draft::default()
        };
        let founding = move |tx: &mut Tx| {
            let app = application::create(tx, &draft)?.no;
            rotate(tx, app, Purpose::Callback)?;
            for (id, locale) in [("anna", "en"), ("wang", "zh-CN")] {
                let id = UserId::parse(id)?;
                profile::put(tx, app, &Profile { locale: Some(Some(locale.into())), ..Profile::new(id) })?;
            }
            Ok(())
        };
        store.write(founding).await.unwrap();
        let callout = Callout::new(vec![]).unwrap();
        let bell = Arc::default();
        let schedule = Schedule::new(vec![Duration::from_secs(300)], Duration::from_secs(600)).unwrap();
        let callbacks = Callbacks { store: store.clone(), callout: callout.clone(), schedule, bell };
        let refresher = Refresher { store: store.clone(), callout, wishes: Arc::default() };
        Office { store, application, callbacks: Arc::new(callbacks), refresher: Arc::new(refresher) }
    }

    async fn asks(&self, user: UserNo, text: &str) {
        let (key, text) = (Key::parse(text).unwrap(), text.to_string());
        let id = UserId::parse(if user == ANNA { "anna" } else { "wang" }).unwrap();
        let caller = Caller { app: APP, user, id, session: 1, expires_at: None };
        let post =
            move |tx: &mut Tx| message::post(tx, &Author::user(&caller), &Party::Application, &message::Draft::parse(key, text)?);
        self.store.write(post).await.unwrap();
    }

    /// Sends what is due, and what becomes due at once.
    async fn works(&self) {
        while self.callbacks.run_once().await.unwrap() > 0 {}
    }

    async fn read<T: Send + 'static>(&self, work: impl FnOnce(&Db) -> Result<T> + Send + 'static) -> T {
        self.store.read(work).await.unwrap()
    }

    /// Who said what in a user's conversation with the application; `<` marks the application.
    async fn talk(&self, user: UserNo) -> Vec<String> {
        self.read(move |db| {
            let between = conversation::find_between(db, APP, UserNo::APPLICATION, user)?.unwrap();
            let messages = message::changed_after(db, (APP, between.id), 0, i64::MAX)?;
            let said = |m: &message::Message| if m.sender_id.is_some() { m.text.clone() } else { format!("<{}", m.text) };
            Ok(messages.iter().filter(|m| m.id.0 > 0).map(said).collect())
        })
        .await
    }

    async fn delivery(&self, no: i64) -> Delivery {
        self.read(move |db| delivery::get(db, APP, no)).await
    }
}

/// Makes what waits for a retry due.
async fn time_passes(office: &Office) {
    let sql = "UPDATE delivery SET due_at = 0 WHERE due_at IS NOT NULL";
    office.store.write(move |tx| tx.run(sql, [])).await.unwrap();
}

#[tokio::test]
async fn an_answer_becomes_the_reply_once() {
    let count = AtomicUsize::new(0);
    let script = move |_: &str| ok(&format!(r#"{{"text":"{} days"}}"#, 12 + count.fetch_add(1, Ordering::SeqCst)));
    let office = Office::open(script).await;
    office.asks(ANNA, "balance?").await;
    office.works().await;
    assert_eq!(office.talk(ANNA).await, ["balance?", "<12 days"]);
    office.store.write(|tx| queue::again(tx, APP, 1)).await.unwrap();
    office.works().await;
    assert_eq!(office.talk(ANNA).await, ["balance?", "<12 days"]);
    let heard = office.application.heard();
    assert_eq!(heard.len(), 2);
    assert!(heard[0].contains(r#""type":"message.created""#) && heard[0].contains(r#""data":{"message":{"#), "{}", heard[0]);
    let id = office.delivery(1).await.webhook_id;
    assert!(heard.iter().all(|request| request.contains(&format!("webhook-id: {id}\r\n"))));
}

#[tokio::test]
async fn while_the_application_is_down_order_is_held_and_each_user_is_told_once_in_its_language() {
    let up = Arc::new(AtomicUsize::new(0));
    let (is_up, turn) = (up.clone(), AtomicUsize::new(0));
    let office = Office::open(move |_| match is_up.load(Ordering::SeqCst) {
        0 => status(500),
        _ => ok(&format!(r#"{{"text":"{}"}}"#, turn.fetch_add(1, Ordering::SeqCst))),
    });
    let office = office.await;
    office.asks(ANNA, "one").await;
    office.asks(ANNA, "two").await;
    office.asks(WANG, "三").await;
    for _ in 0..3 {
        time_passes(&office).await;
        assert_eq!(office.callbacks.run_once().await.unwrap(), 2, "the first of each conversation");
    }
    assert!(!office.read(|db| queue::answering(db, APP)).await);
    up.store(1, Ordering::SeqCst);
    time_passes(&office).await;
    office.works().await;
    let late = "<Office does not answer at the moment. Your message is kept and will be delivered as soon as possible.";
    let talk = office.talk(ANNA).await;
    assert_eq!(talk[..3], ["one", "two", late]);
    assert!(talk.len() == 5 && talk[3] < talk[4], "{talk:?}");
    assert!(office.talk(WANG).await[1].starts_with("<Office 暂时没有回应"));
    assert!(office.read(|db| queue::answering(db, APP)).await);
    assert!(office.delivery(1).await.attempts >= 4);
}

#[tokio::test]
async fn what_cannot_be_posted_is_said_in_the_attempts() {
    for (answer, error, said) in [
        (r#"{"text":"yes","card":{"titel":"No"}}"#.to_string(), "unknown field `titel`", vec!["hi", "<yes"]),
        (format!(r#"{{"text":"{}"}}"#, "x".repeat(message::TEXT + 1)), "the reply could not be posted", vec!["hi"]),
        (r#"{"error":"Ask Ann."}"#.into(), "", vec!["hi", "<Ask Ann."]),
        (r#"{"text":"  "}"#.into(), "", vec!["hi"]),
    ] {
        let office = Office::open(move |_| ok(&answer)).await;
        office.asks(ANNA, "hi").await;
        office.works().await;
        assert_eq!(office.talk(ANNA).await, said);
        assert_eq!(office.delivery(1).await.state(), State::Delivered);
        let attempts = office.read(|db| attempt::list(db, APP, 1)).await;
        assert!(attempts.len() == 1 && attempts[0].error.clone().unwrap_or_default().contains(error), "{attempts:?}");
    }
}

#[tokio::test]
async fn giving_up_is_said_and_told_and_lets_the_next_one_go() {
    let office = Office::open(|request| if request.contains("one") { status(500) } else { ok("{}") }).await;
    office.asks(ANNA, "one").await;
    office.asks(ANNA, "two").await;
    office.works().await;
    office.store.write(|tx| tx.run("UPDATE delivery SET created_at = 0 WHERE no = 1", [])).await.unwrap();
    time_passes(&office).await;
    office.works().await;
    let talk = office.talk(ANNA).await;
    assert!(talk[3].starts_with("<Office has not answered for too long"), "{talk:?}");
    assert_eq!(office.delivery(1).await.state(), State::Failed);
    assert_eq!(office.delivery(2).await.state(), State::Delivered);
    assert!(office.application.heard().iter().any(|request| request.contains("delivery.failed")));
}

#[tokio::test]
async fn gone_stops_everything_until_a_ping_is_answered() {
    let gone = Arc::new(AtomicUsize::new(1));
    let is_gone = gone.clone();
    let office = Office::open(move |_| if is_gone.load(Ordering::SeqCst) == 1 { status(410) } else { ok("{}") }).await;
    office.asks(ANNA, "one").await;
    office.works().await;
    office.asks(WANG, "two").await;
    office.works().await;
    assert_eq!(office.application.heard().len(), 1);
    let pong = ping::send(&office.store, &office.callbacks.callout, APP).await.unwrap();
    assert_eq!((pong.status, pong.error.as_deref()), (Some(410), Some("it answered 410")));
    assert!(office.read(|db| queue::get(db, APP)).await.stopped_at.is_some());
    gone.store(0, Ordering::SeqCst);
    let pong = ping::send(&office.store, &office.callbacks.callout, APP).await.unwrap();
    assert_eq!((pong.status, pong.error), (Some(200), None));
    office.works().await;
    for no in [1, 2, 4] {
        assert_eq!(office.delivery(no).await.state(), State::Delivered, "{no}");
    }
    assert_eq!((office.delivery(3).await.kind.as_str(), office.delivery(3).await.state()), ("ping", State::Failed));
}

#[tokio::test]
async fn without_a_callback_address_nobody_is_pinged() {
    let office = Office::open(|_| ok("{}")).await;
    office.store.write(|tx| tx.run("UPDATE application SET callback_url = NULL", [])).await.unwrap();
    assert!(ping::send(&office.store, &office.callbacks.callout, APP).await.is_err());
}

#[tokio::test]
async fn what_was_on_its_way_when_the_process_ended_is_sent_after_the_next_start() {
    let office = Office::open(|_| ok("{}")).await;
    office.asks(ANNA, "one").await;
    assert_eq!(office.store.write(|tx| claim::take(tx, 1)).await.unwrap().len(), 1);
    let stop = tokio_util::sync::CancellationToken::new();
    let running = tokio::spawn(office.callbacks.clone().run(stop.clone()));
    while office.delivery(1).await.state() != State::Delivered {
        tokio::task::yield_now().await;
    }
    stop.cancel();
    running.await.unwrap();
}

/// An application whose contact list can be changed.
async fn with_list(list: &str) -> (Office, Arc<Mutex<String>>) {
    let list = Arc::new(Mutex::new(ok(list)));
    let current = list.clone();
    (Office::open(move |_| current.lock().unwrap().clone()).await, list)
}

async fn groups(office: &Office, user: UserNo) -> Vec<String> {
    let (groups, _) = office.read(move |db| contact::visible(db, APP, user, 0)).await;
    groups.iter().map(|group| format!("{} {:?}", group.id, group.users.as_ref().map(Vec::len).unwrap_or(0))).collect()
}

#[tokio::test]
async fn a_contact_list_is_kept_and_goes_on_serving_when_the_application_does_not() {
    let (office, list) = with_list(r#"{"groups":[{"id":"s","name":"Sales","users":["wang",7]}],"etag":"v1"}"#).await;
    let wishes = &office.refresher.wishes;
    let now = Moment::now();
    wishes.add(APP, Some(ANNA));
    office.refresher.run_once(now).await;
    assert_eq!(groups(&office, ANNA).await, ["app:s 2"]);
    assert!(office.application.heard()[0].contains(r#""data":{"user":"anna"}"#));

    let state = || office.read(|db| setting::row(db, APP, ANNA));
    assert!(state().await.contacts.at.is_some() && !state().await.contacts.failed);
    wishes.add(APP, Some(ANNA));
    office.refresher.run_once(now).await;
    assert_eq!(office.application.heard().len(), 1, "not again within five minutes");

    *list.lock().unwrap() = status(500);
    office.store.write(|tx| renewal::wish(tx, APP, None)).await.unwrap();
    wishes.add(APP, Some(ANNA));
    office.refresher.run_once(Moment::now()).await;
    assert!(state().await.contacts.failed);
    assert_eq!(groups(&office, ANNA).await, ["app:s 2"]);
    assert!(office.application.heard()[1].contains(r#""etag":"v1""#));

    *list.lock().unwrap() = ok(r#"{"groups":[{"id":"s","users":["wang"]},{"id":"t"}]}"#);
    let later = Moment::now().plus(renewal::PAUSE);
    office.refresher.run_once(later).await;
    assert_eq!(groups(&office, ANNA).await, ["app:s 1", "app:t 0"]);
    assert!(!state().await.contacts.failed);
}

#[tokio::test]
async fn half_a_list_changes_nothing() {
    let (office, list) = with_list(r#"{"groups":[{"id":"s","users":["wang"]}]}"#).await;
    office.refresher.wishes.add(APP, Some(ANNA));
    office.refresher.run_once(Moment::now()).await;
    for broken in
        [r#"{"groups":[{"id":"t","users":[{}]}]}"#, r#"{"groups":[],"next":"1"}"#, "<html>", r#"{"error":"Not today."}"#]
    {
        *list.lock().unwrap() = ok(broken);
        office.store.write(|tx| renewal::wish(tx, APP, Some(ANNA))).await.unwrap();
        office.refresher.wishes.add(APP, Some(ANNA));
        office.refresher.run_once(Moment::now().plus(Duration::from_secs(61))).await;
        assert_eq!(groups(&office, ANNA).await, ["app:s 1"], "{broken}");
    }
}

#[tokio::test]
async fn marks_that_are_kept_together_stand_or_fall_together() {
    let office = Office::open(|_| ok("{}")).await;
    office.asks(ANNA, "one").await;
    office.asks(WANG, "two").await;
    let place = |user| office.read(move |db| Ok(conversation::find_between(db, APP, UserNo::APPLICATION, user)?.unwrap().id));
    let (annas, wangs) = (place(ANNA).await, place(WANG).await);
    let trigger =
        "CREATE TEMP TRIGGER refuses BEFORE UPDATE OF read ON member WHEN NEW.user = 2 BEGIN SELECT RAISE(ABORT, 'no'); END";
    office.store.write(move |tx| tx.run(trigger, [])).await.unwrap();
    let (marks, outcomes) = (Marks::default(), Arc::new(Mutex::new(Vec::new())));
    let mark = |user, place, upto| {
        let outcomes = outcomes.clone();
        marks.read((APP, user), place, upto, Box::new(move |outcome| outcomes.lock().unwrap().push(outcome.is_ok())));
    };
    let read = || office.read(move |db| Ok(crate::chat::member::require(db, APP, annas, ANNA)?.read));
    mark(ANNA, annas, i64::MAX);
    mark(WANG, wangs, i64::MAX);
    marks.run_once(&office.store).await;
    assert_eq!((read().await, std::mem::take(&mut *outcomes.lock().unwrap())), (0, vec![false, false]), "none is half kept");
    mark(ANNA, annas, i64::MAX);
    mark(WANG, annas, i64::MAX);
    marks.run_once(&office.store).await;
    let mut outcomes = std::mem::take(&mut *outcomes.lock().unwrap());
    outcomes.sort();
    assert!(read().await > 0 && outcomes == [false, true], "what is not there spoils nothing else");
}
