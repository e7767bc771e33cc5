//! Groups that are kept here: departments and the like.

use crate::accounts::deed::Deed;
use crate::apps::application::Application;
use crate::chat::announce;
use crate::directory::group::{self, Group, GroupDraft};
use crate::directory::shared::{self, Draft};
use crate::directory::user::Profile;
use crate::error::{Error, Result};
use crate::http::console::address;
use crate::http::console::form::Form;
use crate::http::console::frame::Frame;
use crate::http::console::language::number;
use crate::http::console::visit::Visit;
use crate::http::console::{draw, draw_form, of};
use crate::http::page::see_other;
use crate::http::problem::Answer;
use crate::http::segment;
use crate::http::to_the_end;
use crate::id::{AppNo, GroupId, UserId};
use crate::jobs::preparation;
use crate::store::{Db, Tx};
use actix_web::web::{Path, Query};
use askama::Template;
use serde::Deserialize;

/// Groups on one page of the list.
const PAGE: usize = 100;

#[derive(Template)]
#[template(path = "console/group/index.html")]
struct Index {
    frame: Frame,
    groups: Vec<Row>,
    after: String,
    next: Option<String>,
}

struct Row {
    path: String,
    id: GroupId,
    name: String,
    parent: String,
    everyone: bool,
    count: String,
}

#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    after: String,
}

pub async fn index(visit: Visit, id: Path<String>, asked: Query<Asked>) -> Answer {
    let (after, begin) = (asked.after.clone(), asked.into_inner().after);
    let work = move |db: &Db| {
        let application = of(db, &id)?;
        let (found, more) = shared::list(db, application.no, Some(&begin), PAGE)?;
        let next = found.last().filter(|_| more).map(|last| segment::encode(last.id.as_str()));
        let rows: Vec<Row> = found.into_iter().map(|group| row(db, &application, group)).collect::<Result<_>>()?;
        Ok((application, rows, next))
    };
    let (application, groups, next) = visit.read(work).await?;
    draw(&Index { frame: Frame::within(&visit, &application, "groups"), groups, after, next })
}

fn row(db: &Db, application: &Application, group: Group) -> Result<Row> {
    Ok(Row {
        path: address::group(&application.id, &group.id),
        count: number(group::count(db, application.no, group.no)?),
        parent: group.parent.map(|parent| parent.to_string()).unwrap_or_default(),
        everyone: group.everyone,
        id: group.id,
        name: group.name,
    })
}

/// One template for a new group and one that is there: there is little else to see of it than its form.
#[derive(Template)]
#[template(path = "console/group/edit.html")]
struct Edit<'a> {
    frame: Frame,
    form: &'a Form,
    is_new: bool,
    path: String,
    name: &'a str,
    /// Groups below which it can stand.
    others: Vec<(GroupId, String)>,
}

pub async fn new(visit: Visit, id: Path<String>) -> Answer {
    let application = visit.read(move |db| of(db, &id)).await?;
    draw_edit(&visit, &application, None, &Form::default().and("seen_by", "everyone")).await
}

pub async fn edit(visit: Visit, path: Path<(String, String)>) -> Answer {
    let work = move |db: &Db| {
        let (application, group) = both(db, &path)?;
        let form = fields(db, &group)?.dated();
        Ok((application, group, form))
    };
    let (application, group, form) = visit.read(work).await?;
    draw_edit(&visit, &application, Some(&group), &form).await
}

fn both(db: &Db, (app, id): &(String, String)) -> Result<(Application, Group)> {
    let application = of(db, app)?;
    let id = GroupId::parse(id).map_err(|_| Error::NotFound("group"))?;
    let group = shared::get(db, application.no, &id)?;
    Ok((application, group))
}

async fn draw_edit(visit: &Visit, application: &Application, group: Option<&Group>, form: &Form) -> Answer {
    let app = application.no;
    let (others, _) = visit.read(move |db| shared::list(db, app, None, PAGE)).await?;
    let others = others.into_iter().filter(|other| group.is_none_or(|group| group.id != other.id));
    let path = match group {
        Some(group) => address::group(&application.id, &group.id),
        None => format!("{}/groups", address::application(&application.id)),
    };
    let page = Edit {
        frame: Frame::within(visit, application, "groups"),
        form,
        is_new: group.is_none(),
        path,
        name: group.map_or("", |group| &group.name),
        others: others.map(|other| (other.id, other.name)).collect(),
    };
    draw_form(form, &page)
}

fn fields(db: &Db, group: &Group) -> Result<Form> {
    let users: Vec<String> =
        group::members(db, group.app, group.no, group::MOST)?.iter().map(|(_, user)| user.id.to_string()).collect();
    let seen_by = shared::visible_to(db, group)?.map(|ids| ids.iter().map(UserId::to_string).collect::<Vec<_>>());
    let (seen, some) = match seen_by {
        None => ("everyone", Vec::new()),
        Some(ids) if same(&ids, &users) => ("members", Vec::new()),
        Some(ids) => ("some", ids),
    };
    let parent = group.parent.as_ref().map(GroupId::to_string).unwrap_or_default();
    let form = Form::default().and("id", group.id.as_str()).and("name", group.name.clone()).and("parent", parent);
    Ok(form.and("users", users.join("\n")).and("seen_by", seen).and("visible_to", some.join("\n")))
}

fn same(some: &[String], others: &[String]) -> bool {
    let sorted = |list: &[String]| {
        let mut list = list.to_vec();
        list.sort();
        list
    };
    sorted(some) == sorted(others)
}

pub async fn create(visit: Visit, id: Path<String>, form: Form) -> Answer {
    let application = visit.read(move |db| of(db, &id)).await?;
    match put(&visit, &application, None, &form).await? {
        Ok(group) => {
            visit.good(visit.l.with("{} is created.", &[&group.name]));
            Ok(see_other(&format!("{}/groups", address::application(&application.id))))
        }
        Err(error) => draw_edit(&visit, &application, None, &form.refused(error)?.renamed("group", "id")).await,
    }
}

pub async fn update(visit: Visit, path: Path<(String, String)>, form: Form) -> Answer {
    let (application, group) = visit.read(move |db| both(db, &path)).await?;
    match put(&visit, &application, Some(&group), &form).await? {
        Ok(_) => {
            visit.good(visit.l.t("Saved."));
            Ok(see_other(&format!("{}/groups", address::application(&application.id))))
        }
        Err(error) => draw_edit(&visit, &application, Some(&group), &form.refused(error)?).await,
    }
}

/// To its end, also where the browser has gone: a large group takes many transactions. One at a time, because what each finds is what
/// the one before it left.
async fn put(visit: &Visit, application: &Application, group: Option<&Group>, form: &Form) -> Result<Result<Group>> {
    let (visit, application, group, form) = (visit.clone(), application.clone(), group.cloned(), form.clone());
    to_the_end(async move {
        let _turn = visit.house.once.turn().await;
        take(&visit, &application, group.as_ref(), &form).await
    })
    .await
}

async fn take(visit: &Visit, application: &Application, group: Option<&Group>, form: &Form) -> Result<Group> {
    let app = application.no;
    let id = group.map_or_else(|| GroupId::parse(form.value("id").trim()), |group| Ok(group.id.clone()))?;
    let draft = draft(form, &id)?;
    let named = draft.visible_to().to_vec();
    visit.read(move |db| require_known(db, app, "visible_to", &named)).await?;
    let (what, wished) = match group {
        Some(_) => (Deed::GroupUpdate, None),
        None => (Deed::GroupCreate, Some(id.clone())),
    };
    if group.is_some() {
        form.require_fresh(&shown(visit, app, &id).await?)?;
    }
    let taken = wished.clone();
    visit.read(move |db| require_free(db, app, taken.as_ref())).await?;
    let draft = preparation::group(&visit.house.store, app, draft).await?;
    let work = move |tx: &mut Tx| {
        require_free(tx, app, wished.as_ref())?;
        shared::put(tx, app, &draft, announce::user)
    };
    let group = visit.act(what, &format!("{}/{id}", application.id), work).await?;
    form.made(&shown(visit, app, &id).await?);
    Ok(group)
}

/// What the page of a group shows now.
async fn shown(visit: &Visit, app: AppNo, id: &GroupId) -> Result<Form> {
    let id = id.clone();
    visit.read(move |db| fields(db, &shared::get(db, app, &id)?)).await
}

fn draft(form: &Form, id: &GroupId) -> Result<Draft> {
    let users = ids(form, "users")?;
    let group = GroupDraft {
        id: id.clone(),
        name: form.value("name").into(),
        parent: form.filled("parent").map(|parent| parse_parent(&parent)).transpose()?,
        users: users.iter().cloned().map(Profile::new).collect(),
    };
    let seen = match form.value("seen_by") {
        "members" => Some(users),
        "some" => Some(ids(form, "visible_to")?),
        _ => None,
    };
    Draft::parse(group, seen)
}

/// A new group takes nobody's id.
fn require_free(db: &Db, app: AppNo, wished: Option<&GroupId>) -> Result<()> {
    match wished {
        Some(id) if shared::find(db, app, id)?.is_some() => Err(Error::invalid("id", format!("there is a group {id} already"))),
        _ => Ok(()),
    }
}

/// Says which of those who are named is not there, beside the field in which they stand.
fn require_known(db: &Db, app: AppNo, field: &str, users: &[UserId]) -> Result<()> {
    for id in users {
        crate::directory::user::number(db, app, id).map_err(|_| Error::invalid(field, format!("there is no user {id}")))?;
    }
    Ok(())
}

fn parse_parent(text: &str) -> Result<GroupId> {
    GroupId::parse(text).map_err(|error| Error::invalid("parent", error.to_string()))
}

fn ids(form: &Form, field: &str) -> Result<Vec<UserId>> {
    let parse = |line: &String| UserId::parse(line).map_err(|error| Error::invalid(field, error.to_string()));
    form.lines(field).iter().map(parse).collect()
}

pub async fn destroy(visit: Visit, path: Path<(String, String)>, _: Form) -> Answer {
    let (application, group) = visit.read(move |db| both(db, &path)).await?;
    let (app, id) = (application.no, group.id.clone());
    let subject = format!("{}/{id}", application.id);
    visit.act(Deed::GroupDelete, &subject, move |tx| shared::delete(tx, app, &id)).await?;
    visit.good(visit.l.with("{} is deleted.", &[&group.name]));
    Ok(see_other(&format!("{}/groups", address::application(&application.id))))
}
