//! Many users at once: some of them, or the whole list. All of it is done, or nothing, and every row that is wrong is named.

use crate::accounts::audit;
use crate::accounts::deed::Deed;
use crate::chat::intake;
use crate::directory::import::{Refused, Report, Sheet};
use crate::directory::roll::{self, Absent, Roll};
use crate::directory::shrink;
use crate::error::Error;
use crate::http::House;
use crate::http::api::list::Query;
use crate::http::api::note;
use crate::http::api::ok;
use crate::http::api::post::Once;
use crate::http::api::upload::{Body, Upload};
use crate::http::guard::ApplicationKey;
use crate::http::problem::{Answer, Document, Problem};
use crate::id::{AppNo, UserId};
use crate::jobs;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// How an import is meant.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Meant {
    /// Only says what would become of it.
    #[serde(default)]
    pub dry_run: bool,
}

/// How a whole list is meant.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WholeMeant {
    /// Only says what would become of it.
    #[serde(default)]
    dry_run: bool,
    /// What becomes of people who do not stand in it: `suspend`, where nothing is said, or `erase`, which cannot be undone.
    #[serde(default)]
    #[param(value_type = Option<String>, pattern = "^(suspend|erase)$")]
    absent: Absent,
    /// Does it although more than half of the people would go.
    #[serde(default)]
    confirm: bool,
}

/// What became of a list of users, or would become of it.
#[derive(Serialize, Deserialize, ToSchema)]
#[schema(as = UserListReport)]
pub struct Outcome {
    dry_run: bool,
    created: usize,
    changed: usize,
    unchanged: usize,
    /// People who stood in the whole list no more; nobody where they are erased, or where it was not the whole list.
    suspended: usize,
    /// The same, of who is erased.
    removed: usize,
    /// The first few of them.
    #[schema(value_type = Vec<String>)]
    gone: Vec<UserId>,
    /// So many go that the list is taken only with `confirm=true`.
    #[serde(default)]
    confirm_needed: bool,
    /// How many rows are wrong; nothing is done then.
    refused: usize,
    /// The first thousand of them.
    rows: Vec<Row>,
    /// The encoding in which the body was read.
    encoding: String,
}

/// The same in a problem.
#[derive(ToSchema)]
#[allow(dead_code, reason = "only described")]
pub struct UserListRefused {
    #[serde(flatten)]
    problem: Document<'static>,
    #[serde(flatten)]
    report: Outcome,
}

/// A row that is wrong.
#[derive(Serialize, Deserialize, ToSchema)]
#[schema(as = RefusedRow)]
pub struct Row {
    /// Its line in the body, or its place in the list, from 1.
    row: usize,
    /// The column at fault, as the body calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<String>,
    /// What stands there, at most 100 characters of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<String>,
    sentence: String,
}

impl From<Refused> for Row {
    fn from(refused: Refused) -> Row {
        Row { row: refused.row, column: refused.column, value: refused.value, sentence: refused.sentence }
    }
}

/// Creates users, or changes what is given of them: all of them, or none and a report of every row that is wrong.
#[utoipa::path(post, path = "/api/v1/users/import", tag = "users", params(Meant),
    request_body(content((Body = "application/json"), (String = "application/x-ndjson"), (String = "text/csv"))),
    responses((status = 200, body = Outcome), (status = 422, description = "Some rows are wrong; nothing was done",
        body = UserListRefused, content_type = "application/problem+json")))]
pub async fn create(house: Data<House>, by: ApplicationKey, query: Query<Meant>, once: Once, upload: Upload) -> Answer {
    let once = once.of(&upload.bytes);
    if let Some(answered) = once.answered(&house).await? {
        return Ok(answered);
    }
    let wanted = Wanted { app: by.application.no, dry: query.0.dry_run, whole: None };
    let (roll, outcome) = compare(&house, upload.sheet, &wanted).await?;
    let app = wanted.app;
    match roll {
        None => ok(&outcome),
        Some(roll) => {
            let accept = move |tx: &mut crate::store::Tx| intake::accept(tx, app, &roll, Absent::default()).map(|()| outcome);
            let answer = once.answer(&house, StatusCode::OK, accept).await?;
            finish(&house, app).await?;
            Ok(answer)
        }
    }
}

/// Makes this the whole list of people: who is new is created, who stands in it no more is suspended, or erased. Programs and
/// devices are left alone.
#[utoipa::path(put, path = "/api/v1/users", tag = "users", params(WholeMeant),
    request_body(content((Body = "application/json"), (String = "application/x-ndjson"), (String = "text/csv"))),
    responses((status = 200, body = Outcome), (status = 422, description = "Some rows are wrong; nothing was done",
        body = UserListRefused, content_type = "application/problem+json")))]
pub async fn replace(house: Data<House>, by: ApplicationKey, query: Query<WholeMeant>, upload: Upload) -> Answer {
    let Query(WholeMeant { dry_run, absent, confirm }) = query;
    let wanted = Wanted { app: by.application.no, dry: dry_run, whole: Some((absent, confirm)) };
    let (roll, outcome) = compare(&house, upload.sheet, &wanted).await?;
    let app = wanted.app;
    if let Some(roll) = roll {
        // Nobody looks for the nights on which nobody went.
        let gone = outcome.suspended + outcome.removed > 0;
        let noted = gone.then(|| note::entry(&by, Deed::UsersReplace, None));
        let accept = move |tx: &mut crate::store::Tx| {
            intake::accept(tx, app, &roll, absent)?;
            noted.iter().try_for_each(|entry| audit::record(tx, entry))
        };
        house.store.write(accept).await?;
        finish(&house, app).await?;
    }
    ok(&outcome)
}

/// What a request asks for.
struct Wanted {
    app: AppNo,
    dry: bool,
    /// It is the whole list: what becomes of others, and whether that is confirmed.
    whole: Option<(Absent, bool)>,
}

/// What would become of it, and the list where it is to be kept. Rows that are wrong are a problem, but for a dry run.
async fn compare(house: &House, sheet: Sheet, wanted: &Wanted) -> std::result::Result<(Option<Roll>, Outcome), Problem> {
    let (app, whole) = (wanted.app, wanted.whole.is_some());
    let lines = sheet.lines;
    let look = move |db: &crate::store::Db| Ok((roll::read(db, app, &lines, whole)?, shrink::get(db, app)?));
    let (mut roll, shrink) = house.read_long(app, look).await?;
    let report = std::mem::take(&mut roll.report).and(sheet.report).in_words_of(&sheet.header);
    let suspicious = roll.is_suspicious(shrink);
    let outcome = Outcome { confirm_needed: suspicious, ..Outcome::new(wanted, &roll, report, sheet.encoding) };
    if wanted.dry {
        return Ok((None, outcome));
    }
    if outcome.refused > 0 {
        let reason = format!("{} rows are wrong, and nothing was done; `rows` names them", outcome.refused);
        return Err(Problem::with_status(StatusCode::UNPROCESSABLE_ENTITY, reason).and(&outcome));
    }
    if !wanted.whole.is_none_or(|(_, confirm)| confirm) && suspicious {
        let (gone, before) = (roll.leavers.len(), roll.before);
        let reason = format!("{gone} of {before} people stand in this list no more; if that is meant, say confirm=true");
        return Err(Problem::from(Error::Conflict(reason)).and(&outcome));
    }
    Ok((Some(roll), outcome))
}

impl Outcome {
    fn new(wanted: &Wanted, roll: &Roll, report: Report, encoding: &str) -> Outcome {
        let erase = wanted.whole.is_some_and(|(absent, _)| absent == Absent::Erase);
        let Report { created, changed, unchanged, refused, rows } = report;
        Outcome {
            dry_run: wanted.dry,
            created,
            changed,
            unchanged,
            suspended: if erase { 0 } else { roll.leavers.len() },
            removed: if erase { roll.leavers.len() } else { 0 },
            gone: roll.some.clone(),
            confirm_needed: false,
            refused,
            rows: rows.into_iter().map(Row::from).collect(),
            encoding: encoding.into(),
        }
    }
}

/// Does all of it, also when nobody waits for the answer any more.
async fn finish(house: &Data<House>, app: AppNo) -> crate::error::Result<()> {
    let store = house.store.clone();
    let work = house.busy.spawn(async move { jobs::intake::finish(&store, app).await });
    work.await.map_err(Error::internal)?
}
