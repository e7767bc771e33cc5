//! Events: what an application is asked and told, for one that no server can reach. Read page by page, waiting where there is
//! nothing, or as a stream; a question among them is answered here.

use super::stream;
use crate::apps::delivery::{self, Kind};
use crate::apps::event::{self, Event, Place};
use crate::apps::reader::{self, Cursor};
use crate::apps::{key, wish};
use crate::callout::Tried;
use crate::error::{Error, Result};
use crate::http::House;
use crate::http::api::list::{self, Query};
use crate::http::api::ok;
use crate::http::api::path::Id;
use crate::http::api::post::Post;
use crate::http::guard::ApplicationKey;
use crate::http::problem::Answer;
use crate::jobs::answer;
use crate::live::Reader;
use crate::store::Db;
use crate::time::Moment;
use crate::wire::card;
use crate::wire::row::MessageRow;
use actix_web::http::{Method, StatusCode, header};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use utoipa::{IntoParams, ToSchema};

/// The longest wait for something to happen.
const WAIT: u64 = 60;

/// What is asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// The `id` of the last event that was read, or `last`: only what happens from now on. Absent: from the oldest that is kept.
    #[param(pattern = "^([0-9]{1,18}|last)?$")]
    pub after: Option<String>,
    /// Events of the page: 1 to 200, 50 where nothing is said. Not of a stream.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200)]
    pub limit: Option<String>,
    /// Seconds to wait where there is nothing yet: 0 to 60, 0 where nothing is said. Not of a stream.
    #[param(value_type = Option<i64>, minimum = 0, maximum = 60)]
    pub wait: Option<String>,
}

/// A page of events. Where there are no more, the next one is asked for with `wait`.
#[derive(Serialize, ToSchema)]
#[schema(as = EventPage)]
pub struct Page {
    #[schema(value_type = Vec<Item>)]
    items: Vec<Box<RawValue>>,
    /// Give it as `after`.
    next: String,
}

/// The body that a callback would carry, with its number. The types and their `data` stand in docs/events.md.
#[derive(Serialize, ToSchema)]
#[schema(as = Event)]
#[allow(dead_code, reason = "only described: what is written is the body as it is kept")]
pub struct Item {
    /// Rises by one from event to event. Absent: `presence.changed`, which is not kept.
    id: Option<i64>,
    r#type: String,
    #[schema(format = DateTime)]
    timestamp: String,
    application: String,
    /// Present, and true, where an answer is awaited: `POST /api/v1/events/{id}`.
    question: Option<bool>,
    #[schema(value_type = Object)]
    data: Value,
}

/// The answer to a question.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = EventAnswer)]
pub struct Given {
    /// The reply, which appears in the conversation.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    /// Files that it carries, sent before (`POST /files`), at most 10.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    attachments: Vec<i64>,
    /// The card of that message; to `action.invoked`: the one that takes the place of the pressed one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<card::Draft>)]
    card: Option<Value>,
    /// A sentence for the user who asked, where something went wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// What became of an answer.
#[derive(Serialize, ToSchema)]
#[schema(as = EventAnswered)]
pub struct Answered {
    /// The reply; absent where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<MessageRow>,
}

/// Events after one that was read, the oldest first. With `Accept: text/event-stream` they come as server-sent events, which go
/// on until the connection ends; a `Last-Event-ID` counts more than `after`. A `reset` stands where some are missing, because
/// they are older than three days or the database is another.
#[utoipa::path(get, path = "/api/v1/events", tag = "events", params(Asked,
    ("Last-Event-ID" = Option<String>, Header, description = "Of a stream: the id of the last event that was read")),
    responses((status = 200, content((Page = "application/json"), (String = "text/event-stream")))))]
pub async fn index(house: Data<House>, by: ApplicationKey, request: HttpRequest, Query(asked): Query<Asked>) -> Answer {
    let is_stream = accepts_stream(&request);
    let earlier = request.headers().get("last-event-id").filter(|_| is_stream).and_then(|value| value.to_str().ok());
    let place = place(earlier.or(asked.after.as_deref()))?;
    let (limit, wait) = (list::limit(asked.limit.as_deref())?, wait(asked.wait.as_deref())?);
    let (app, key) = (by.key.app, by.key.no);
    let after = house.store.read(move |db| event::start(db, app, place)).await?;
    let most = house.config.limits.event_readers;
    let seat = house.live.readers.sit(app, key, most).ok_or(Error::TooMany { after_s: 5 })?;
    let look = Look { house, by, begun: after, after };
    match is_stream {
        true if request.method() == Method::HEAD => Ok(HttpResponse::Ok().content_type(stream::TYPE).finish()),
        true => Ok(stream::open(look, seat)),
        false => ok(&poll(look, &seat, limit, wait).await?),
    }
}

fn accepts_stream(request: &HttpRequest) -> bool {
    let accept = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok());
    accept.is_some_and(|accept| accept.split(',').any(|one| one.split(';').next().unwrap_or_default().trim() == stream::TYPE))
}

fn place(text: Option<&str>) -> Result<Place> {
    match text.map(|text| (text, text.parse::<i64>())) {
        None | Some(("", _)) => Ok(Place::Oldest),
        Some(("last", _)) => Ok(Place::Now),
        Some((_, Ok(id))) if id >= 0 => Ok(Place::After(id)),
        Some(_) => Err(Error::invalid("after", "expected the id of an event, or last")),
    }
}

fn wait(text: Option<&str>) -> Result<Duration> {
    let seconds = text.map_or(Some(0), |text| text.parse().ok()).filter(|seconds| *seconds <= WAIT);
    let seconds = seconds.ok_or_else(|| Error::invalid("wait", format!("expected 0 to {WAIT} seconds")))?;
    Ok(Duration::from_secs(seconds))
}

/// A reader's look at the events of its application.
pub(super) struct Look {
    house: Data<House>,
    pub by: ApplicationKey,
    /// Where it began.
    begun: i64,
    /// How far it has come.
    pub after: i64,
}

impl Look {
    /// What is next. `Unauthenticated` where the key is no longer good.
    pub async fn next(&mut self, limit: usize) -> Result<Vec<Event>> {
        let (app, key, after) = (self.by.key.app, self.by.key.no, self.after);
        let read = move |db: &Db| match key::stands(db, app, key, Moment::now())? {
            true => event::page(db, app, after, limit),
            false => Err(Error::Unauthenticated("this key is not valid".into())),
        };
        let page = self.house.store.read(read).await?;
        self.after = page.next;
        Ok(page.events)
    }

    /// What is told at the moment only, as a body; none where there is nothing, or the application has not asked for it.
    pub async fn passing(&self, seat: &Reader) -> Result<Option<String>> {
        let (app, users) = (self.by.key.app, seat.passing());
        if users.is_empty() || !self.house.store.read(move |db| wish::is_wanted(db, app, Kind::PresenceChanged)).await? {
            return Ok(None);
        }
        let (kind, data) = (Kind::PresenceChanged.as_str(), json!({ "users": users }));
        delivery::body(kind, &self.by.application.id, &data, Moment::now()).map(Some)
    }

    /// It has read up to `upto`: all that it was given, or what it had before it asked.
    fn note(&self, upto: i64) {
        let cursor = Cursor { since: self.begun, upto, given: self.after };
        self.house.cursors.note(&self.house.store, (self.by.key.app, self.by.key.no), cursor);
    }

    /// All that it was given has been taken.
    pub fn note_taken(&self) {
        self.note(self.after);
    }
}

async fn poll(mut look: Look, seat: &Reader, limit: usize, wait: Duration) -> Result<Page> {
    look.note_taken();
    let end = Instant::now() + wait;
    let raw = |text: String| RawValue::from_string(text).map_err(Error::internal);
    loop {
        let events = look.next(limit).await?;
        let mut items: Vec<Box<RawValue>> = events.iter().map(|event| raw(event.numbered())).collect::<Result<_>>()?;
        items.extend(look.passing(seat).await?.map(raw).transpose()?);
        if !items.is_empty() || Instant::now() >= end {
            look.note(look.begun);
            return Ok(Page { items, next: look.after.to_string() });
        }
        tokio::select! {
            () = seat.ended() => return Ok(Page { items, next: look.after.to_string() }),
            () = seat.rung() => {}
            () = tokio::time::sleep_until(end.into()) => {}
        }
    }
}

/// Answers a question, as the answer of a call would. The first answer counts: the same again is answered the same, another is a
/// conflict. What is in the way of a question that nobody answers for three days is not waited for any longer.
#[utoipa::path(post, path = "/api/v1/events/{id}", tag = "events", params(("id" = i64, Path)), request_body = Given,
    responses((status = 200, body = Answered)))]
pub async fn create(house: Data<House>, by: ApplicationKey, Id(id): Id<i64>, post: Post<Given>) -> Answer {
    let app = by.application.no;
    let tried = Tried::given(&serde_json::to_vec(&post.body).map_err(Error::internal)?)?;
    let give = move |tx: &mut crate::store::Tx| answer::give(tx, app, id, &tried).map(|message| Answered { message });
    post.once.answer(&house, StatusCode::OK, give).await
}

/// How far everything is behind.
#[derive(Serialize, ToSchema)]
#[schema(as = EventLag)]
pub struct Lag {
    /// The id of the newest event.
    last: i64,
    /// Calls that are not delivered and questions that are not answered.
    waiting: i64,
    /// Since when the oldest of them waits.
    #[schema(value_type = Option<String>, format = DateTime)]
    waiting_since: Option<Moment>,
    readers: Vec<Behind>,
}

/// Whoever reads with one key.
#[derive(Serialize, ToSchema)]
#[schema(as = EventReader)]
pub struct Behind {
    /// The key's name.
    key: String,
    /// Connections at the moment.
    connections: usize,
    /// The id of the last event that it has read.
    upto: i64,
    #[schema(value_type = String, format = DateTime)]
    read_at: Moment,
    /// Events that it has not read.
    behind: i64,
    /// When the first of them happened.
    #[schema(value_type = Option<String>, format = DateTime)]
    behind_since: Option<Moment>,
}

/// How far behind the readers of events and the queue of callbacks are.
#[utoipa::path(get, path = "/api/v1/events/lag", tag = "events", responses((status = 200, body = Lag)))]
pub async fn lag(house: Data<House>, by: ApplicationKey) -> Answer {
    let app = by.application.no;
    let reader::Lag { last, waiting, waiting_since, readers } = house.store.read(move |db| reader::lag(db, app)).await?;
    let behind = |one: reader::Reader| Behind {
        connections: house.live.readers.count(app, one.key),
        key: one.name,
        upto: one.upto,
        read_at: one.read_at,
        behind: one.behind,
        behind_since: one.behind_since,
    };
    ok(&Lag { last, waiting, waiting_since, readers: readers.into_iter().map(behind).collect() })
}
