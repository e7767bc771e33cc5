//! A user's own contact list, and asking the application for its part of it again.

use crate::chat::announce;
use crate::directory::contact::{self, List};
use crate::directory::difference::Difference;
use crate::directory::group::{Group, GroupDraft};
use crate::directory::held::Standing;
use crate::directory::renewal::Renewal;
use crate::directory::{held, renewal, shrink, user};
use crate::error::{Error, Result};
use crate::http::api::list::Query;
use crate::http::api::ok;
use crate::http::api::path::Id;
use crate::http::api::person::{Person, PersonSchema};
use crate::http::api::post::{Nothing, Post};
use crate::http::body::Json;
use crate::http::guard::ApplicationKey;
use crate::http::problem::{Answer, Problem};
use crate::http::{House, to_the_end};
use crate::id::{AppNo, GroupId, UserId, UserNo};
use crate::jobs::preparation;
use crate::store::{Db, Store, Tx};
use crate::time::Moment;
use crate::wire::object::Object;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// A user's own contact list, as a whole.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ContactList)]
pub struct Body {
    #[schema(value_type = Vec<Part>)]
    groups: Vec<Object<Part>>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ContactGroup)]
pub struct Part {
    id: GroupId,
    name: String,
    /// The group that this is a part of.
    parent: Option<GroupId>,
    #[schema(value_type = Vec<PersonSchema>)]
    users: Vec<Person>,
}

impl From<Part> for GroupDraft {
    fn from(part: Part) -> GroupDraft {
        let users = part.users.into_iter().map(|person| person.0).collect();
        GroupDraft { id: part.id, name: part.name, parent: part.parent, users }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = ContactListAnswer)]
pub struct All {
    groups: Vec<View>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ContactGroupView)]
pub struct View {
    #[schema(value_type = String)]
    id: GroupId,
    name: String,
    #[schema(value_type = Option<String>)]
    parent: Option<GroupId>,
    #[schema(value_type = Vec<String>)]
    users: Vec<UserId>,
}

impl From<&GroupDraft> for View {
    fn from(draft: &GroupDraft) -> View {
        let users = draft.users.iter().map(|user| user.id.clone()).collect();
        View { id: draft.id.clone(), name: draft.name.clone(), parent: draft.parent.clone(), users }
    }
}

impl From<(Group, Vec<UserId>)> for View {
    fn from((group, users): (Group, Vec<UserId>)) -> View {
        View { id: group.id, name: group.name, parent: group.parent, users }
    }
}

/// A user's own list, and what was taken from the application's.
#[derive(Serialize, ToSchema)]
#[schema(as = ContactLists)]
pub struct Shown {
    #[serde(flatten)]
    all: All,
    given: Given,
}

/// What was taken from the application's answers to `contacts.list`.
#[derive(Serialize, ToSchema)]
#[schema(as = GivenContactList)]
pub struct Given {
    groups: Vec<View>,
    /// When the application last gave it, or said that nothing has changed. Null: never.
    #[schema(value_type = Option<String>, format = DateTime)]
    at: Option<Moment>,
    /// When the application was last asked. Null: never.
    #[schema(value_type = Option<String>, format = DateTime)]
    asked_at: Option<Moment>,
    /// It did not answer then, and the earlier list serves.
    failed: bool,
    held: Option<Held>,
}

/// A newer list that would lose most of the people and was not taken.
#[derive(Serialize, ToSchema)]
#[schema(as = HeldContactList)]
pub struct Held {
    /// People of the list that serves.
    had: i64,
    /// Of these, who would go.
    gone: i64,
    #[schema(value_type = String, format = DateTime)]
    at: Moment,
    /// An administrator said that the earlier list stays.
    kept: bool,
}

impl From<Standing> for Held {
    fn from(Standing { had, gone, held_at, is_kept }: Standing) -> Held {
        Held { had, gone, at: held_at, kept: is_kept }
    }
}

/// A user's own list, and beside it (`given`) what was taken from the application's answers to `contacts.list`, and whether a
/// newer one is held. Without the shared groups, which stand under `/groups`.
#[utoipa::path(get, path = "/api/v1/users/{id}/contacts", tag = "contacts", params(("id" = String, Path)),
    responses((status = 200, body = Shown)))]
pub async fn show(house: Data<House>, by: ApplicationKey, Id(id): Id<UserId>) -> Answer {
    let app = by.application.no;
    let look = move |db: &Db| {
        let no = user::number(db, app, &id)?;
        Ok(Shown { all: all(db, app, no)?, given: given(db, app, no)? })
    };
    ok(&house.store.read(look).await?)
}

fn given(db: &Db, app: AppNo, user: UserNo) -> Result<Given> {
    let Renewal { at, tried_at, failed, .. } = renewal::get(db, app, user)?;
    let groups = contact::given(db, app, user)?.into_iter().map(View::from).collect();
    Ok(Given { groups, at, asked_at: tried_at, failed: failed > 0, held: held::find(db, app, user)?.map(Held::from) })
}

/// How a list is meant.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Meant {
    /// Only says what would become of it.
    #[serde(default)]
    dry_run: bool,
    /// Does it although more than half of the users would go.
    #[serde(default)]
    confirm: bool,
}

/// A user's own list after a change, or as it would be.
#[derive(Serialize, ToSchema)]
#[schema(as = ContactListChange)]
pub struct Changed {
    #[serde(flatten)]
    all: All,
    difference: Difference,
    /// So many go that the list is taken only with `confirm=true`.
    confirm_needed: bool,
    dry_run: bool,
}

/// Replaces a user's own list. Users must be there already, or come with a name and are then created. A list that would lose
/// more than half of its users is not taken without `confirm=true`.
#[utoipa::path(put, path = "/api/v1/users/{id}/contacts", tag = "contacts", params(("id" = String, Path), Meant),
    request_body = Body, responses((status = 200, body = Changed)))]
pub async fn update(
    house: Data<House>,
    by: ApplicationKey,
    Id(id): Id<UserId>,
    Query(meant): Query<Meant>,
    Json(body): Json<Body>,
) -> Answer {
    let (app, dry_run) = (by.application.no, meant.dry_run);
    let list = Arc::new(List::parse(body.groups.into_iter().map(|Object(part)| part.into()).collect())?);
    let (whose, wanted) = (id.clone(), list.clone());
    let look = move |db: &Db| judge(db, (app, user::number(db, app, &whose)?), &wanted);
    let (no, difference, confirm_needed) = house.store.read(look).await?;
    if dry_run {
        let all = All { groups: list.groups().map(View::from).collect() };
        return ok(&Changed { all, difference, confirm_needed, dry_run });
    }
    if confirm_needed && !meant.confirm {
        return Err(refused(&difference));
    }
    let store = house.store.clone();
    let no = to_the_end(async move { replace(&store, (app, no), id, list).await }).await??;
    let all = house.store.read(move |db| all(db, app, no)).await?;
    ok(&Changed { all, difference, confirm_needed, dry_run })
}

async fn replace(store: &Store, (app, no): (AppNo, UserNo), id: UserId, list: Arc<List>) -> Result<UserNo> {
    preparation::own_list(store, app, no, &list).await?;
    let replace = move |tx: &mut Tx| {
        let no = user::number(tx, app, &id)?;
        contact::replace_own(tx, app, no, &list, announce::user).map(|_| no)
    };
    store.write(replace).await
}

/// What a list would change, and whether that looks like a mistake.
fn judge(db: &Db, (app, user): (AppNo, UserNo), list: &List) -> Result<(UserNo, Difference, bool)> {
    list.require_known(db, app)?;
    let difference = list.own_difference(db, app, user)?;
    let suspicious = difference.is_suspicious(shrink::get(db, app)?);
    Ok((user, difference, suspicious))
}

fn refused(difference: &Difference) -> Problem {
    let (gone, before) = (difference.removed, difference.before());
    let reason = format!("{gone} of {before} users stand in this list no more; if that is meant, say confirm=true");
    Problem::from(Error::Conflict(reason)).and(&json!({ "difference": difference }))
}

/// What is asked for again.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ContactRefresh)]
pub struct Refresh {
    /// A list that is held because it would lose most of its people is meant: the same again is taken.
    #[serde(default)]
    confirm: bool,
}

fn refreshed(tx: &mut Tx, app: AppNo, user: Option<UserNo>, wanted: &Refresh) -> Result<Nothing> {
    let asked = if wanted.confirm { held::take(tx, app, user) } else { renewal::wish(tx, app, user) };
    asked.map(|()| Nothing {})
}

/// The list that the application gives (`contacts.list`) is asked for again, of this user.
#[utoipa::path(post, path = "/api/v1/users/{id}/contacts/refresh", tag = "contacts", params(("id" = String, Path)),
    request_body = Refresh, responses((status = 202, description = "Will be asked for", body = Nothing)))]
pub async fn refresh(house: Data<House>, by: ApplicationKey, Id(id): Id<UserId>, post: Post<Refresh>) -> Answer {
    let (app, wanted) = (by.application.no, post.body);
    let ask = move |tx: &mut Tx| {
        let user = user::number(tx, app, &id)?;
        refreshed(tx, app, Some(user), &wanted)
    };
    post.once.answer(&house, StatusCode::ACCEPTED, ask).await
}

/// The lists that the application gives (`contacts.list`) are asked for again, of everybody who was here in the last days; the others'
/// when they come.
#[utoipa::path(post, path = "/api/v1/contacts/refresh", tag = "contacts", request_body = Refresh,
    responses((status = 202, description = "Will be asked for", body = Nothing)))]
pub async fn refresh_all(house: Data<House>, by: ApplicationKey, post: Post<Refresh>) -> Answer {
    let (app, wanted) = (by.application.no, post.body);
    let ask = move |tx: &mut Tx| refreshed(tx, app, None, &wanted);
    post.once.answer(&house, StatusCode::ACCEPTED, ask).await
}

fn all(db: &Db, app: AppNo, user: UserNo) -> Result<All> {
    Ok(All { groups: contact::own(db, app, user)?.into_iter().map(View::from).collect() })
}
