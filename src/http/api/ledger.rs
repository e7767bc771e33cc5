//! The delivery ledger: what became of a message or a batch for each recipient.

use crate::chat::{batch, ledger};
use crate::error::Result;
use crate::http::House;
use crate::http::api::batch::{Refusal, View, view};
use crate::http::api::list::{Paging, Query, limit};
use crate::http::api::ok;
use crate::http::api::path::Id;
use crate::http::guard::ApplicationKey;
use crate::http::problem::Answer;
use crate::id::{ConversationId, MessageId, Party, UserId};
use crate::store::Db;
use crate::time::Moment;
use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};

/// One recipient's line.
#[derive(Serialize, ToSchema)]
#[schema(as = Delivery)]
pub struct Entry {
    /// A party; one that is not there as it was given.
    to: String,
    /// Where the recipient is a user.
    #[schema(value_type = Option<String>)]
    user: Option<UserId>,
    /// The recipient's own copy.
    #[schema(value_type = Option<i64>)]
    id: Option<MessageId>,
    #[schema(value_type = Option<i64>)]
    conversation: Option<ConversationId>,
    /// How far it came: `waiting`, `stored`, `received`, `read`, `acted`, `expired`, `withdrawn`, `suppressed`, `failed`.
    state: String,
    /// It will be there whenever the user comes.
    #[schema(value_type = Option<String>, format = DateTime)]
    stored_at: Option<Moment>,
    /// It has reached a device, at the latest then.
    #[schema(value_type = Option<String>, format = DateTime)]
    received_at: Option<Moment>,
    /// The session of the device that said so last.
    received_by: Option<Device>,
    /// It was read, at the latest then.
    #[schema(value_type = Option<String>, format = DateTime)]
    read_at: Option<Moment>,
    /// It pressed the button that counts, or took or confirmed what the message asks for.
    #[schema(value_type = Option<String>, format = DateTime)]
    acted_at: Option<Moment>,
    /// Null: nothing is pushed, mailed or bounced yet.
    #[schema(value_type = Option<String>, format = DateTime)]
    pushed: Option<Moment>,
    #[schema(value_type = Option<String>, format = DateTime)]
    emailed: Option<Moment>,
    #[schema(value_type = Option<String>, format = DateTime)]
    bounced: Option<Moment>,
    /// Why it came no farther (`offline`, `replaced`, `expired`, or an error), or without a notice (`muted`, `suspended`).
    reason: Option<Refusal>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = DeliveryDevice)]
pub struct Device {
    session: i64,
    name: String,
}

impl From<ledger::Entry> for Entry {
    fn from(e: ledger::Entry) -> Entry {
        let (id, conversation) = e.message.unzip();
        let user = match Party::parse(&e.to) {
            Ok(Party::User(user)) if e.state != "failed" => Some(user),
            _ => None,
        };
        Entry {
            user,
            to: e.to,
            id,
            conversation,
            state: e.state,
            stored_at: e.stored_at,
            received_at: e.received_at,
            received_by: e.device.map(|device| Device { session: device.session, name: device.name }),
            read_at: e.read_at,
            acted_at: e.acted_at,
            pushed: None,
            emailed: None,
            bounced: None,
            reason: e.reason.map(|(code, message)| Refusal { code, message }),
        }
    }
}

/// Which lines.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// Only those in this state, or `unread`: stored or received, not read.
    #[param(pattern = "^(unread|waiting|stored|received|read|acted|expired|withdrawn|suppressed|failed)$")]
    state: Option<String>,
    /// What the page before said as `next`; absent: from the beginning.
    #[param(value_type = Option<i64>)]
    after: Option<String>,
    /// Rows of the page: 1 to 200, 50 where nothing is said.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200)]
    limit: Option<String>,
}

/// A batch, how many of its copies are in each state, and a page of them.
#[derive(Serialize, ToSchema)]
#[schema(as = BatchDelivery)]
pub struct Page {
    batch: View,
    /// On the first page.
    #[serde(skip_serializing_if = "Option::is_none")]
    counts: Option<BTreeMap<String, i64>>,
    items: Vec<Entry>,
    next: Option<String>,
}

/// What became of a batch for each recipient.
#[utoipa::path(get, path = "/api/v1/batches/{id}/delivery", tag = "messages", params(("id" = i64, Path), Asked),
    responses((status = 200, body = Page)))]
pub async fn show(house: Data<House>, by: ApplicationKey, Id(id): Id<i64>, Query(asked): Query<Asked>) -> Answer {
    let state = asked.state.as_deref().map(ledger::parse_state).transpose()?;
    let (app, most) = (by.application.no, limit(asked.limit.as_deref())?);
    let after = Paging { after: asked.after, limit: None }.after_number()?;
    let find = move |db: &Db| -> Result<Page> {
        let batch = view(db, batch::get(db, app, id)?)?;
        let (found, next) = ledger::list(db, (app, id), state, after, most)?;
        let items = found.into_iter().map(Entry::from).collect();
        let counts = if after == 0 { Some(ledger::counts(db, app, id)?) } else { None };
        Ok(Page { batch, counts, items, next: next.map(|position| position.to_string()) })
    };
    ok(&house.read_long(app, find).await?)
}
