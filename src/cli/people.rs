//! `parlour app people`: the address from which an application's people are fetched.

use crate::accounts::deed::Deed;
use crate::apps::application;
use crate::apps::feed::{self, Feed, Form, Outcome, State};
use crate::cli::answer::Answer;
use crate::cli::exit::{Code, Failure, Result};
use crate::cli::task::Place;
use crate::error;
use crate::id::{AppId, AppNo};
use crate::jobs::feed::{self as job, Done, Look};
use crate::store::Tx;
use crate::time::Moment;
use clap::Args;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::io::Read;

/// The longest secret that is read.
const SECRET: u64 = 16 * 1024;

#[derive(Debug, Args, Serialize, Deserialize)]
pub struct People {
    /// The application's id: parlour app list shows them
    #[arg(value_parser = AppId::parse)]
    app: AppId,
    /// An address that answers all people: JSON, or with --csv a table with a line of names
    #[arg(long)]
    url: Option<String>,
    #[command(flatten)]
    place: Places,
    /// How often it is fetched: 5m to 7d
    #[arg(long, value_name = "TIME", value_parser = minutes, default_value = "1h", requires = "url")]
    every: i64,
    /// Sent along as `Authorization`, such as "Bearer …"; - reads it from standard input, "" is none. Never shown again
    #[arg(long, value_name = "VALUE", requires = "url")]
    authorization: Option<String>,
    /// Leave people alone who do not stand in it; otherwise they are suspended
    #[arg(long, requires = "url")]
    keep_others: bool,
    /// Only say what its list would change; with --url, nothing is kept
    #[arg(long, conflicts_with_all = ["now", "take", "keep", "off"])]
    dry_run: bool,
    /// Fetch it now
    #[arg(long, conflicts_with_all = ["url", "take", "keep", "off"])]
    now: bool,
    /// A list that was held because most people would go is meant
    #[arg(long, conflicts_with_all = ["url", "keep", "off"])]
    take: bool,
    /// A list that was held is not meant: the earlier one stays
    #[arg(long, conflicts_with_all = ["url", "off"])]
    keep: bool,
    /// Fetch it no more; the people stay, and the groups
    #[arg(long, conflicts_with = "url")]
    off: bool,
}

/// Where a person stands.
#[derive(Debug, Args, Serialize, Deserialize)]
struct Places {
    /// It answers CSV; columns have their usual names, in English or Chinese, or those that are given
    #[arg(long, requires = "url")]
    csv: bool,
    /// With --csv: how its text is written, such as gbk, where that is not found out
    #[arg(long, value_name = "NAME", requires = "csv")]
    encoding: Option<String>,
    /// Where the list stands in the JSON, as a JSON Pointer such as /data/people; nothing: the answer is the list
    #[arg(long, value_name = "POINTER", requires = "url", conflicts_with = "csv")]
    list: Option<String>,
    /// Where the id stands in a person, as a JSON Pointer (/id, where nothing is said) or as a column
    #[arg(long, value_name = "PLACE", requires = "url")]
    id: Option<String>,
    /// The same of the name (/name)
    #[arg(long, value_name = "PLACE", requires = "url")]
    name: Option<String>,
    #[arg(long, value_name = "PLACE", requires = "url")]
    email: Option<String>,
    #[arg(long, value_name = "PLACE", requires = "url")]
    title: Option<String>,
    #[arg(long, value_name = "PLACE", requires = "url")]
    avatar: Option<String>,
    /// A department, or a list of them: each becomes a group that everybody sees
    #[arg(long, value_name = "PLACE", requires = "url")]
    group: Option<String>,
}

fn minutes(text: &str) -> std::result::Result<i64, String> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let unit = match &text[end..] {
        "m" => Some(1),
        "h" => Some(60),
        "d" => Some(24 * 60),
        _ => None,
    };
    let minutes = unit.and_then(|unit| text[..end].parse::<i64>().ok()?.checked_mul(unit));
    let good = minutes.filter(|minutes| (feed::SHORTEST..=feed::LONGEST).contains(minutes));
    good.ok_or_else(|| "expected a time such as 30m, 6h or 1d, from 5m to 7d".into())
}

impl People {
    pub fn prepare(&mut self) -> Result<()> {
        if self.authorization.as_deref() == Some("-") {
            let mut text = String::new();
            let read = std::io::stdin().take(SECRET).read_to_string(&mut text);
            read.map_err(|e| Failure::new(Code::Usage, format!("the authorization cannot be read: {e}")))?;
            self.authorization = Some(text.trim().into());
        }
        Ok(())
    }

    pub fn run(self, place: &Place) -> Result<Answer> {
        let application = place.store.read_blocking(|db| application::get(db, &self.app))?;
        let app = application.no;
        match &self.url {
            Some(_) => {
                let feed = self.feed().parse(&application.approved)?;
                if self.dry_run { look(place, app, (&feed, self.authorization.as_deref())) } else { self.open(place, app, feed) }
            }
            None if self.dry_run => {
                let state = place.store.read_blocking(|db| feed::get(db, app))?;
                look(place, app, (&state.feed, None))
            }
            None if self.off => {
                place.change(Deed::ApplicationPeople, &self.app, move |tx| feed::remove(tx, app))?;
                Answer::new(format!("the people of {} are fetched no more", self.app), json!({ "id": self.app, "people": false }))
            }
            None if self.keep => {
                place.change(Deed::PeopleKeep, &self.app, move |tx| feed::keep(tx, app))?;
                Answer::new("the earlier list stays", json!({ "kept": true }))
            }
            None if self.take => self.fetch(place, app, Deed::PeopleTake, feed::take),
            None if self.now => self.fetch(place, app, Deed::PeopleFetch, feed::begin),
            None => self.standing(place, app),
        }
    }

    fn feed(&self) -> Feed {
        let p = &self.place;
        let or = |given: &Option<String>, usual: &str| given.clone().unwrap_or_else(|| usual.into());
        let (id, name) = if p.csv { ("", "") } else { ("/id", "/name") };
        Feed {
            url: self.url.clone().unwrap_or_default(),
            form: if p.csv { Form::Csv } else { Form::Json },
            list: or(&p.list, ""),
            charset: or(&p.encoding, ""),
            id: or(&p.id, id),
            name: or(&p.name, name),
            email: or(&p.email, ""),
            title: or(&p.title, ""),
            avatar: or(&p.avatar, ""),
            group: or(&p.group, ""),
            minutes: self.every,
            whole: !self.keep_others,
        }
    }

    /// Keeps the settings and fetches the list for the first time.
    fn open(self, place: &Place, app: AppNo, feed: Feed) -> Result<Answer> {
        let header = self.authorization.clone();
        self.fetch(place, app, Deed::ApplicationPeople, move |tx, app| {
            feed::set(tx, app, &feed, header.as_deref())?;
            feed::begin(tx, app)
        })
    }

    fn fetch(
        &self,
        place: &Place,
        app: AppNo,
        what: Deed,
        first: impl FnOnce(&mut Tx, AppNo) -> error::Result<()> + Send + 'static,
    ) -> Result<Answer> {
        place.change(what, &self.app, move |tx| first(tx, app))?;
        let done = Place::wait(job::fetch(&place.store, &place.callout, app))??;
        match done {
            Done::Unchanged => Answer::new("nothing has changed", json!({ "unchanged": true })),
            Done::Taken(outcome) => Answer::new(counted(&outcome), json!({ "taken": outcome })),
            Done::Held { had, gone } => {
                let sentence = format!(
                    "{gone} of {had} people would be gone or lose their departments, so the list is held and the earlier one serves"
                );
                let failed = Some(format!("if that is meant: parlour app people {} --take", self.app));
                Ok(Answer { failed, ..Answer::new(sentence, json!({ "held": { "had": had, "gone": gone } }))? })
            }
        }
    }

    fn standing(&self, place: &Place, app: AppNo) -> Result<Answer> {
        match place.store.read_blocking(|db| feed::find(db, app))? {
            Some(state) => Answer::new(lines(&state), value(&state)),
            None => Answer::new(format!("the people of {} are not fetched from anywhere", self.app), Value::Null),
        }
    }
}

fn look(place: &Place, app: AppNo, (feed, header): (&Feed, Option<&str>)) -> Result<Answer> {
    let kept = place.store.read_blocking(|db| feed::find(db, app))?;
    let header = match header {
        Some(given) => Some(given.to_string()).filter(|given| !given.is_empty()),
        None => kept.and_then(|state| state.header_for(feed)),
    };
    let look: Look = Place::wait(job::look(&place.store, &place.callout, app, (feed, header.as_deref())))??;
    let first: Vec<String> = look.sample.iter().map(|(id, name)| format!("{name} ({id})")).collect();
    let doubt = if look.is_suspicious { "\nit would be held, because most people would go" } else { "" };
    let text = format!("{}, if it were no dry run\nfirst: {}{doubt}", counted(&look.outcome), first.join(", "));
    let sample: Vec<Value> = look.sample.iter().map(|(id, name)| json!({ "id": id, "name": name })).collect();
    Answer::new(text, json!({ "dry_run": true, "would": look.outcome, "first": sample, "held": look.is_suspicious }))
}

fn counted(o: &Outcome) -> String {
    let left = match o.left.is_empty() {
        true => String::new(),
        false => format!("; left alone, because they are kept by hand: {}", o.left.join(", ")),
    };
    let Outcome { people, created, changed, gone, groups, .. } = o;
    format!("{people} people in {groups} groups: {created} created, {changed} changed, {gone} gone{left}")
}

fn lines(s: &State) -> String {
    let at = |moment: Option<Moment>| moment.map_or_else(|| "never".into(), |at| at.to_string());
    let mut rows = vec![
        ("address", s.feed.url.clone()),
        ("form", s.feed.form.as_str().into()),
        ("every", format!("{} min", s.feed.minutes)),
        ("authorization", if s.header.is_some() { "given" } else { "none" }.into()),
        ("others", if s.feed.whole { "suspended" } else { "left alone" }.into()),
        ("fetched", at(s.succeeded_at)),
        ("next", if s.begun_at.is_none() { "when it is begun: --now".into() } else { at(s.next_at) }),
    ];
    rows.extend(s.outcome.as_ref().map(|outcome| ("list", counted(outcome))));
    rows.extend(s.error.as_ref().map(|error| ("ERROR", format!("{error} ({} in a row)", s.failed))));
    rows.extend(s.held.as_ref().map(|h| ("HELD", format!("{} of {} people would go: --take or --keep", h.gone, h.had))));
    rows.into_iter().map(|(name, text)| format!("{name:<14}{text}")).collect::<Vec<_>>().join("\n")
}

fn value(s: &State) -> Value {
    json!({
        "settings": s.feed, "authorization": s.header.is_some(), "begun_at": s.begun_at, "next_at": s.next_at,
        "running_at": s.running_at, "succeeded_at": s.succeeded_at, "list": s.outcome, "error": s.error, "failed": s.failed,
        "held": s.held,
    })
}
