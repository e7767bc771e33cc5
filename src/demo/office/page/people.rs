//! `GET /people`: everybody by departments, each a click away from a conversation.

use super::{Card, Shell, Visitor, show};
use crate::demo::office::Office;
use crate::demo::office::day::Day;
use crate::demo::office::language::Language;
use crate::demo::office::refusal::Refusal;
use crate::demo::office::state::State;
use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;
use std::collections::HashMap;

pub struct Group {
    pub name: String,
    pub people: Vec<Entry>,
}

pub struct Entry {
    pub card: Card,
    pub email: String,
    pub is_me: bool,
    pub is_away: bool,
    /// `available`, `away`, `busy`, `offline`, or empty while Parlour does not say.
    pub show: String,
}

#[derive(Template)]
#[template(path = "demo/people.html")]
struct People {
    shell: Shell,
    groups: Vec<Group>,
    count: usize,
}

pub async fn index(visitor: Visitor, office: Data<Office>) -> Result<HttpResponse, Refusal> {
    let shell = Shell::of(&office, &visitor, "people").await;
    let presence = presence(&office).await;
    let me = &visitor.person.id;
    let groups = office.cabinet.read(|state| groups(state, me, visitor.language, &presence));
    // Nobody is a colleague of their own.
    let count = groups.iter().flat_map(|group| &group.people).filter(|entry| !entry.is_me).count();
    show(&People { shell, groups, count })
}

/// `GET /people/presence`: asked again by the page while it is looked at.
pub async fn shows(_visitor: Visitor, office: Data<Office>) -> HttpResponse {
    HttpResponse::Ok().json(presence(&office).await)
}

async fn presence(office: &Office) -> HashMap<String, String> {
    let ids = |state: &State| state.present().take(200).map(|p| p.id.clone()).collect();
    let people: Vec<String> = office.cabinet.read(ids);
    office.parlour.presence(&people).await.into_iter().collect()
}

fn groups(state: &State, me: &str, l: Language, presence: &HashMap<String, String>) -> Vec<Group> {
    let away: Vec<&str> = state.away_on(Day::today()).map(|p| p.id.as_str()).collect();
    let of = |department: &str| -> Vec<Entry> {
        let here = state.present().filter(|person| person.department == department);
        here.map(|person| Entry {
            card: Card::of(person),
            email: person.email(),
            is_me: person.id == me,
            is_away: away.contains(&person.id.as_str()),
            show: presence.get(&person.id).cloned().unwrap_or_default(),
        })
        .collect()
    };
    let departments = state.departments.iter();
    let groups = departments.map(|department| Group { name: department.title(&l).to_owned(), people: of(&department.id) });
    groups.filter(|group| !group.people.is_empty()).collect()
}
