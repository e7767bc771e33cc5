//! The contact list as one user sees it.

use super::both;
use crate::apps::application::Application;
use crate::directory::contact;
use crate::directory::held::{self, Standing};
use crate::directory::renewal::{self, Renewal};
use crate::http::console::address;
use crate::http::console::draw;
use crate::http::console::frame::Frame;
use crate::http::console::language::{en, number};
use crate::http::console::part::Mark;
use crate::http::console::visit::Visit;
use crate::http::problem::Answer;
use crate::id::UserId;
use crate::store::Db;
use crate::wire::row::{GroupRow, UserRow};
use actix_web::web::Path;
use askama::Template;
use std::collections::HashMap;

#[derive(Template)]
#[template(path = "console/user/contacts.html")]
struct Index {
    frame: Frame,
    path: String,
    name: String,
    groups: Vec<Group>,
    renewal: Renewal,
    /// A newer list waits.
    held: Option<String>,
}

struct Group {
    name: String,
    source: &'static str,
    count: String,
    /// None where there are too many.
    people: Option<Vec<Person>>,
}

struct Person {
    path: String,
    mark: Mark,
    name: String,
    title: Option<String>,
}

pub async fn index(visit: Visit, path: Path<(String, String)>) -> Answer {
    let work = move |db: &Db| {
        let (application, user) = both(db, &path)?;
        let (app, no) = (application.no, user.no);
        let standing = (renewal::get(db, app, no)?, held::find(db, app, no)?);
        Ok((contact::visible(db, app, no, 0)?, standing, application, user))
    };
    let ((groups, people), (renewal, held), application, user) = visit.read(work).await?;
    let people: HashMap<&UserId, &UserRow> = people.iter().map(|person| (&person.id, person)).collect();
    let page = Index {
        frame: Frame::within(&visit, &application, "users"),
        path: address::user(&application.id, &user.id),
        name: user.name,
        groups: groups.into_iter().map(|group| seen(&application, group, &people)).collect(),
        renewal,
        held: held.filter(|held| !held.is_kept).map(|Standing { had, gone, .. }| {
            visit.l.with("A newer list would lose {} of {} people and is held.", &[&number(gone), &number(had)])
        }),
    };
    draw(&page)
}

fn seen(application: &Application, group: GroupRow, people: &HashMap<&UserId, &UserRow>) -> Group {
    let person = |id: &UserId| people.get(id).map(|row| Person::of(application, row));
    Group {
        source: match group.id.split(':').next() {
            Some("own") => en("the user's own"),
            Some("app") => en("from the application"),
            _ => en("kept here"),
        },
        name: group.name,
        count: number(group.count),
        people: group.users.map(|ids| ids.iter().filter_map(person).collect()),
    }
}

impl Person {
    fn of(application: &Application, row: &UserRow) -> Person {
        Person {
            path: address::user(&application.id, &row.id),
            mark: Mark::of_person(row.id.as_str(), &row.name),
            name: row.name.clone(),
            title: row.title.clone(),
        }
    }
}
