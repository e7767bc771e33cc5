//! The loop that fetches applications' people from addresses that they already have. A list is looked at as a whole and then taken
//! like one that somebody puts: in pieces, to the end, also by the next process. Until then, and when anything is wrong with it, the
//! earlier list serves.

use crate::apps::application::{self, Application};
use crate::apps::delivery::{Fact, Kind};
use crate::apps::feed::{self, Feed, Form, Outcome, State};
use crate::apps::queue;
use crate::callout::Callout;
use crate::callout::feed::{Fetched, Page, Wanted};
use crate::chat::{announce, intake};
use crate::directory::feed::{self as listing, Listing};
use crate::directory::group::GroupDraft;
use crate::directory::roll::{self, Absent, Roll};
use crate::directory::{shared, shrink};
use crate::error::{Error, Result};
use crate::id::AppNo;
use crate::jobs::{intake as taking, preparation};
use crate::secret::Fingerprint;
use crate::store::{Db, Store, Tx};
use crate::time::Moment;
use serde_json::json;
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// Lists that are fetched at the same time, of all applications: each may be large.
const MOST: usize = 4;
/// How often is looked whether one is due.
const TICK: Duration = Duration::from_secs(2);
/// People of a list that are shown before it is taken.
const SAMPLE: usize = 3;

/// What became of a fetch.
#[derive(Debug, Clone)]
pub enum Done {
    /// The list is the one that serves.
    Unchanged,
    Taken(Outcome),
    /// It would lose `gone` of `had` people, or take so many out of all departments, and waits until somebody says that it is meant.
    Held {
        had: usize,
        gone: usize,
    },
}

/// What a list would change, and how it looks.
#[derive(Debug)]
pub struct Look {
    pub outcome: Outcome,
    /// The first people of the list.
    pub sample: Vec<(String, String)>,
    pub is_suspicious: bool,
}

/// Until stopped. What is on its way then is fetched again by the next process.
pub async fn run(store: &Store, callout: &Callout, stop: CancellationToken) {
    if let Err(error) = store.write(feed::resume).await {
        tracing::warn!(%error, "lists of people that were being fetched are fetched again later");
    }
    let mut flying = JoinSet::new();
    let mut tick = tokio::time::interval(TICK);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            Some(_) = flying.join_next() => continue,
            _ = tick.tick() => {}
        }
        let room = MOST.saturating_sub(flying.len());
        for app in store.read(move |db| feed::due(db, Moment::now(), room)).await.unwrap_or_default() {
            flying.spawn(fetch_quietly(store.clone(), callout.clone(), app));
        }
    }
}

/// What goes wrong is kept for whoever looks, and logged; that somebody else is at it is neither.
async fn fetch_quietly(store: Store, callout: Callout, app: AppNo) {
    match fetch(&store, &callout, app).await {
        Ok(_) | Err(Error::Conflict(_)) => {}
        Err(error) => tracing::warn!(application = app.0, %error, "the list of people could not be fetched"),
    }
}

/// Fetches the list now and takes it. What goes wrong is kept, too, for whoever looks later.
pub async fn fetch(store: &Store, callout: &Callout, app: AppNo) -> Result<Done> {
    let (state, claimed) = store.write(move |tx| feed::claim(tx, app)).await?;
    let visit = Visit { store, callout, app, claimed };
    let done = visit.take(&state).await;
    let failed = if done.is_ok() { 0 } else { state.failed + 1 };
    let times = (claimed, Moment::now().plus(state.feed.pause(failed, rand::random())));
    match &done {
        Ok((Done::Taken(outcome), etag)) => {
            let (outcome, etag) = (outcome.clone(), etag.clone());
            store.write(move |tx| feed::succeed(tx, app, times, Some((&outcome, etag.as_deref())))).await?;
        }
        Ok(_) => store.write(move |tx| feed::succeed(tx, app, times, None)).await?,
        Err(error) => {
            let sentence = error.sentence();
            store.write(move |tx| feed::fail(tx, app, times, &sentence)).await?;
        }
    }
    done.map(|(done, _)| done)
}

/// Fetches a list and says what it would change. Keeps nothing.
pub async fn look(store: &Store, callout: &Callout, app: AppNo, state: (&Feed, Option<&str>)) -> Result<Look> {
    let (feed, header) = state;
    let application = store.read(move |db| application::get_no(db, app)).await?;
    let fetched = callout.people(&wanted(&application, feed, (header, None))).await?;
    let Fetched::List(page) = fetched else { return Err(Error::internal("a list that was not asked about has not changed")) };
    let compared = compare(store, &application, feed, page).await?;
    let name = |entry: &roll::Entry| (entry.profile.id.to_string(), entry.profile.name.clone().unwrap_or_default());
    Ok(Look {
        sample: compared.roll.entries.iter().take(SAMPLE).map(name).collect(),
        is_suspicious: compared.lost.is_some(),
        outcome: compared.outcome(Vec::new()),
    })
}

fn wanted<'a>(application: &'a Application, feed: &'a Feed, (header, etag): (Option<&'a str>, Option<&'a str>)) -> Wanted<'a> {
    let accept = match feed.form {
        Form::Json => "application/json",
        Form::Csv => "text/csv, text/plain;q=0.8, */*;q=0.5",
    };
    Wanted { app: application.no, url: &feed.url, approved: &application.approved, header, etag, accept }
}

/// A list that was read and compared with who is there: all of its rows are good.
struct Compared {
    roll: Roll,
    groups: Vec<GroupDraft>,
    digest: Fingerprint,
    /// It looks like a mistake: of so many people so many would be gone, or in no department any more.
    lost: Option<(usize, usize)>,
}

async fn compare(store: &Store, application: &Application, feed: &Feed, page: Page) -> Result<Compared> {
    let (form, origins) = (feed.clone(), application.origins.clone());
    let read = move || listing::read(&form, &page.bytes, page.charset(), &origins);
    let Listing { lines, groups, report } = tokio::task::spawn_blocking(read).await.map_err(Error::internal)??;
    let (app, whole, digest) = (application.no, feed.whole, listing::digest(&lines, &groups)?);
    let look = move |db: &Db| Ok((roll::read(db, app, &lines, whole)?, shrink::get(db, app)?, listing::members(db, app)?));
    let (mut roll, shrink, had) = store.read(look).await?;
    // Without their departments people do not find each other any more.
    let in_groups: HashSet<_> = groups.iter().flat_map(|group| &group.users).map(|user| &user.id).collect();
    let ungrouped = (had, had.saturating_sub(in_groups.len()));
    let report = std::mem::take(&mut roll.report).and(report);
    if let Some(first) = report.rows.first() {
        return Err(Error::invalid("", first.said_with(report.refused - 1)));
    }
    roll.report = report;
    // A list of nobody looks like a mistake in the smallest company.
    let is_empty = roll.before > 0 && roll.entries.is_empty();
    let lost = if is_empty || roll.is_suspicious(shrink) {
        Some((roll.before, roll.leavers.len()))
    } else {
        Some(ungrouped).filter(|(had, gone)| shrink.is_suspicious(*had, *gone))
    };
    Ok(Compared { roll, groups, digest, lost })
}

impl Compared {
    fn outcome(&self, left: Vec<String>) -> Outcome {
        Outcome {
            people: self.roll.entries.len(),
            created: self.roll.report.created,
            changed: self.roll.report.changed,
            gone: self.roll.leavers.len(),
            groups: self.groups.len() - left.len(),
            left,
        }
    }
}

/// One fetch that was claimed.
struct Visit<'a> {
    store: &'a Store,
    callout: &'a Callout,
    app: AppNo,
    claimed: Moment,
}

impl Visit<'_> {
    async fn take(&self, state: &State) -> Result<(Done, Option<String>)> {
        let (app, claimed) = (self.app, self.claimed);
        let application = self.store.read(move |db| application::get_no(db, app)).await?;
        let asked = wanted(&application, &state.feed, (state.header.as_deref(), state.etag.as_deref()));
        let Fetched::List(page) = self.callout.people(&asked).await? else { return Ok((Done::Unchanged, None)) };
        let etag = page.etag.clone();
        let compared = compare(self.store, &application, &state.feed, page).await?;
        if let Some((had, gone)) = compared.lost
            && self.holds(compared.digest, (had, gone)).await?
        {
            return Ok((Done::Held { had, gone }, None));
        }
        // What an earlier list left, before this one is promised.
        taking::finish(self.store, app).await?;
        let compared = Arc::new(compared);
        let promised = compared.clone();
        let accept = move |tx: &mut Tx| {
            feed::require_claimed(tx, app, claimed)?;
            feed::forget_etag(tx, app)?;
            intake::accept(tx, app, &promised.roll, Absent::Suspend)
        };
        self.store.write(accept).await?;
        taking::finish(self.store, app).await?;
        let left = self.put_groups(&compared).await?;
        Ok((Done::Taken(compared.outcome(left)), etag))
    }

    /// Whether nobody has said yet that this list is meant. Who can say it is told.
    async fn holds(&self, digest: Fingerprint, (had, gone): (usize, usize)) -> Result<bool> {
        let (app, claimed) = (self.app, self.claimed);
        let hold = move |tx: &mut Tx| {
            feed::require_claimed(tx, app, claimed)?;
            let is_meant = feed::is_meant(tx, app, &digest)?;
            if !is_meant && feed::hold(tx, app, &digest, (had, gone))? {
                tracing::warn!(application = app.0, had, gone, "a list of people would lose most of them and is held");
                let data = json!({ "user": null, "had": had, "gone": gone });
                queue::add(tx, app, &Fact { kind: Kind::ContactsHeld, conversation: None, data })?;
            }
            Ok(!is_meant)
        };
        self.store.write(hold).await
    }

    /// Departments, each for everybody. Answers the names of those that somebody else keeps.
    async fn put_groups(&self, compared: &Arc<Compared>) -> Result<Vec<String>> {
        let (app, claimed, wanted) = (self.app, self.claimed, compared.clone());
        let settle = move |tx: &mut Tx| {
            feed::require_claimed(tx, app, claimed)?;
            listing::settle(tx, app, &wanted.groups)
        };
        let settled = self.store.write(settle).await?;
        for id in settled.gone {
            let remove = move |tx: &mut Tx| {
                feed::require_claimed(tx, app, claimed)?;
                listing::remove(tx, app, &id)
            };
            self.store.write(remove).await?;
        }
        let mut left = Vec::new();
        for draft in &compared.groups {
            if settled.others.contains(&draft.id) {
                left.push(draft.name.clone());
                continue;
            }
            let draft = shared::Draft::parse(draft.clone(), None)?;
            let draft = preparation::group(self.store, app, draft).await?;
            let put = move |tx: &mut Tx| {
                feed::require_claimed(tx, app, claimed)?;
                shared::put(tx, app, &draft, announce::user).map(|_| ())
            };
            self.store.write(put).await?;
        }
        Ok(left)
    }
}
