//! The loop that asks applications for contact lists. It stores a list only when all of it came; when the application does
//! not answer, the kept list goes on serving and its user is told how old it is. Never on the path of a message.

mod wishes;

pub use wishes::Wishes;

use crate::apps::delivery::{Fact, Kind};
use crate::apps::endpoint::{self, Endpoint};
use crate::apps::{application, queue};
use crate::callout::{Callout, Contacts, Listed};
use crate::chat::announce;
use crate::directory::contact::{self, List};
use crate::directory::group::GroupDraft;
use crate::directory::held;
use crate::directory::profile::Profile;
use crate::directory::renewal::{self, Renewal};
use crate::directory::user::{self, User};
use crate::error::{Error, Result};
use crate::id::{AppNo, UserNo};
use crate::jobs::preparation;
use crate::store::{Db, Store, Tx};
use crate::time::Moment;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use wishes::{Outcome, Wish};

/// Applications that are asked at the same time, all together.
const MOST: usize = 8;
/// How often is looked whether something that had to wait is due.
const TICK: Duration = Duration::from_secs(5);
/// Users of one application that are looked up together, when everybody's list is wished.
const PAGE: usize = 100;

pub struct Refresher {
    pub store: Store,
    pub callout: Callout,
    pub wishes: Arc<Wishes>,
}

/// What is needed to ask for one list.
struct Question {
    endpoint: Endpoint,
    user: User,
    renewal: Renewal,
}

impl Refresher {
    /// Runs until stopped; a list that is on its way then is asked for again another time.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) {
        let mut flying = JoinSet::new();
        let mut tick = tokio::time::interval(TICK);
        loop {
            self.fill(&mut flying, Moment::now()).await;
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.wishes.heard() => {}
                Some(_) = flying.join_next() => {}
                _ = tick.tick() => {}
            }
        }
    }

    /// Does everything that is wished now.
    pub async fn run_once(self: &Arc<Self>, now: Moment) {
        let mut flying = JoinSet::new();
        loop {
            self.fill(&mut flying, now).await;
            if flying.is_empty() {
                return;
            }
            while flying.join_next().await.is_some() {}
        }
    }

    async fn fill(self: &Arc<Self>, flying: &mut JoinSet<()>, now: Moment) {
        while flying.len() < MOST {
            match self.wishes.take(now) {
                Some(Wish::One(app, user)) => drop(flying.spawn(self.clone().renew(app, user, now))),
                Some(Wish::More(app, after)) => self.spread(app, after).await,
                None => return,
            }
        }
    }

    /// Everybody's list is wished: finds the next of those who were here lately.
    async fn spread(&self, app: AppNo, after: UserNo) {
        let found = self.store.read(move |db| renewal::lately_here(db, app, after, PAGE)).await.unwrap_or_default();
        let next = found.last().filter(|_| found.len() == PAGE).copied();
        self.wishes.spread(app, found, next);
    }

    async fn renew(self: Arc<Self>, app: AppNo, user: UserNo, now: Moment) {
        let outcome = match self.try_once(app, user, now).await {
            Ok(outcome) => outcome,
            Err(error) => {
                tracing::warn!(application = app.0, user = user.0, %error, "a contact list could not be renewed");
                self.store.write(move |tx| fail(tx, app, user, now)).await.unwrap_or(Outcome::Failed(0))
            }
        };
        self.wishes.settle(app, user, outcome, now);
    }

    async fn try_once(&self, app: AppNo, user: UserNo, now: Moment) -> Result<Outcome> {
        let Some(question) = self.store.read(move |db| question(db, app, user, now)).await? else { return Ok(Outcome::Skipped) };
        let Question { endpoint, user, renewal } = question;
        let tag = renewal.tag.filter(|_| renewal.at.is_some());
        let answered = self.callout.contacts(&endpoint, &user.id, tag.as_deref()).await?;
        let list = match answered {
            Contacts::Unchanged => None,
            Contacts::List { groups, etag } => {
                let list = Arc::new(checked(groups).await?);
                if self.holds(&user, &list, now).await? {
                    return Ok(Outcome::Done);
                }
                preparation::list(&self.store, app, user.no, &list).await?;
                Some((list, etag))
            }
        };
        self.store.write(move |tx| keep(tx, &user, list, (tag, now))).await?;
        Ok(Outcome::Done)
    }
}

impl Refresher {
    /// Whether a list would lose most of its people, so that the earlier one goes on serving. Who can say whether that is meant
    /// is told.
    async fn holds(&self, user: &User, list: &Arc<List>, asked: Moment) -> Result<bool> {
        let ((app, no), list) = ((user.app, user.no), list.clone());
        let Some(doubt) = self.store.read(move |db| held::doubt(db, app, no, &list)).await? else { return Ok(false) };
        let (had, gone, id) = (doubt.had, doubt.gone, user.id.clone());
        let hold = move |tx: &mut Tx| {
            if !user::is_active(tx, app, no)? {
                return Ok(false);
            }
            renewal::begin(tx, app, no, asked)?;
            queue::revive(tx, app)?;
            let fresh = held::hold(tx, app, no, &doubt)?;
            if fresh {
                let data = json!({ "user": id, "had": doubt.had, "gone": doubt.gone });
                queue::add(tx, app, &Fact { kind: Kind::ContactsHeld, conversation: None, data })?;
            }
            Ok(fresh)
        };
        if self.store.write(hold).await? {
            tracing::warn!(
                application = app.0,
                user = no.0,
                had,
                gone,
                "a contact list would lose most of its people and is held"
            );
        }
        Ok(true)
    }
}

/// None where there is nothing to ask: no callback address, a question that the application does not answer, a user who is
/// gone, or a list that was asked for just now.
fn question(db: &Db, app: AppNo, no: UserNo, now: Moment) -> Result<Option<Question>> {
    let Some(endpoint) = endpoint::find(db, app, now)? else { return Ok(None) };
    let user = user::get_no(db, app, no)?;
    let renewal = renewal::get(db, app, no)?;
    let asked = application::get_no(db, app)?.questions.iter().any(|question| question == "contacts.list");
    Ok((asked && user.is_active() && renewal.is_due(now)).then_some(Question { endpoint, user, renewal }))
}

/// Checking and hashing a long list takes a while.
async fn checked(groups: Vec<Listed>) -> Result<List> {
    let drafts = groups.into_iter().map(|group| GroupDraft {
        id: group.id,
        name: group.name,
        parent: group.parent,
        users: group.users.into_iter().map(Profile::from).collect(),
    });
    let drafts: Vec<GroupDraft> = drafts.collect();
    tokio::task::spawn_blocking(move || List::parse(drafts)).await.map_err(Error::internal)?
}

/// Keeps the list, or that nothing has changed, and tells those who see users that look different now.
fn keep(tx: &mut Tx, user: &User, list: Option<(Arc<List>, Option<String>)>, asked: (Option<String>, Moment)) -> Result<()> {
    let (app, no, (tag, asked)) = (user.app, user.no, asked);
    if !user::is_active(tx, app, no)? {
        return Ok(()); // gone while the application thought about it
    }
    renewal::begin(tx, app, no, asked)?;
    queue::revive(tx, app)?;
    held::release(tx, app, no)?;
    let Some((list, etag)) = list else { return renewal::succeed(tx, app, no, tag.as_deref()) };
    contact::replace(tx, app, no, &list, announce::user)?;
    renewal::succeed(tx, app, no, etag.as_deref())
}

fn fail(tx: &mut Tx, app: AppNo, user: UserNo, asked: Moment) -> Result<Outcome> {
    renewal::begin(tx, app, user, asked)?;
    renewal::fail(tx, app, user)?;
    Ok(Outcome::Failed(renewal::get(tx, app, user)?.failed))
}
