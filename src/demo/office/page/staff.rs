//! The administrator's page: a new person, who is in everybody's contacts at once; and who leaves.

use super::{Card, Posted, Shell, Visitor, go, show, show_as};
use crate::demo::office::language::{Sentence, sentence};
use crate::demo::office::person::{Draft, MOST_PEOPLE, Person};
use crate::demo::office::refusal::Refusal;
use crate::demo::office::state::State;
use crate::demo::office::{Office, letter, password, session, token};
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use askama::Template;
use serde::Deserialize;

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Form {
    name: String,
    title: String,
    department: String,
}

struct Choice {
    id: String,
    name: String,
}

struct Member {
    card: Card,
    department: String,
    has_left: bool,
    is_me: bool,
}

/// Shown once, to the administrator who added the person.
#[derive(Clone)]
pub struct Added {
    name: String,
    id: String,
    password: String,
    link: String,
}

#[derive(Template)]
#[template(path = "demo/staff.html")]
struct Staff {
    shell: Shell,
    members: Vec<Member>,
    departments: Vec<Choice>,
    form: Form,
    error: Option<Sentence>,
    added: Option<Added>,
}

fn require(visitor: &Visitor) -> Result<(), Refusal> {
    match visitor.person.administrator {
        true => Ok(()),
        false => Err(Refusal::NotFound),
    }
}

/// `GET /staff`
pub async fn index(visitor: Visitor, office: Data<Office>) -> Result<HttpResponse, Refusal> {
    require(&visitor)?;
    show(&draw(&office, &visitor, Form::default(), None).await)
}

async fn draw(office: &Office, visitor: &Visitor, form: Form, error: Option<Sentence>) -> Staff {
    let shell = Shell::of(office, visitor, "staff").await;
    let l = visitor.language;
    office.cabinet.read(|state| {
        let department = |person: &Person| {
            let found = state.department(&person.department);
            found.map_or_else(String::new, |department| department.title(&l).to_owned())
        };
        let member = |person: &Person| Member {
            card: Card::of(person),
            department: department(person),
            has_left: person.left_at.is_some(),
            is_me: person.id == visitor.person.id,
        };
        let choice = |department: &crate::demo::office::person::Department| Choice {
            id: department.id.clone(),
            name: department.title(&l).to_owned(),
        };
        Staff {
            shell,
            members: state.people.iter().map(member).collect(),
            departments: state.departments.iter().map(choice).collect(),
            form,
            error,
            added: office.added.take(&visitor.session.digest),
        }
    })
}

/// `POST /staff`
pub async fn create(posted: Posted<Form>, office: Data<Office>) -> Result<HttpResponse, Refusal> {
    let (visitor, form) = (posted.visitor, posted.form);
    require(&visitor)?;
    match add(&office, &visitor, &form).await {
        Ok(added) => {
            office.added.put(&visitor.session.digest, added);
            Ok(go("/staff"))
        }
        Err(Refusal::Invalid(sentence)) => {
            let page = draw(&office, &visitor, form, Some(sentence)).await;
            show_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(other) => Err(other),
    }
}

/// The person, the row in Parlour, a welcome, and new contact lists for all: one change.
async fn add(office: &Office, visitor: &Visitor, form: &Form) -> Result<Added, Refusal> {
    let secret = token::password();
    let hash = password::make(secret.clone()).await.map_err(Refusal::Broken)?;
    let (form, address) = (form.clone(), office.address.clone());
    let manager = visitor.person.manager.clone();
    let person = office
        .change(move |state: &mut State| {
            if state.people.len() >= MOST_PEOPLE {
                return Err(Refusal::invalid("The office is full.", "办公系统人数已满。"));
            }
            let draft = Draft::parse(state, &form.name, &form.title, &form.department)?;
            let person = draft.hire(state, manager, hash);
            state.people.push(person.clone());
            state.outbox.person(&person);
            state.outbox.refresh_contacts();
            let welcome = letter::welcome(&address, &person);
            state.outbox.message(&format!("user:{}", person.id), &welcome);
            Ok(person)
        })
        .await?;
    Ok(Added { link: office.entry(&person.id), name: person.name, id: person.id, password: secret })
}

#[derive(Template)]
#[template(path = "demo/departure.html")]
struct Leaving {
    shell: Shell,
    card: Card,
}

/// `GET /staff/{id}/departure`: asks first, because it signs somebody out everywhere.
pub async fn leaving(visitor: Visitor, id: Path<String>, office: Data<Office>) -> Result<HttpResponse, Refusal> {
    require(&visitor)?;
    let shell = Shell::of(&office, &visitor, "staff").await;
    let leaves = |person: &&Person| person.id == *id && person.id != visitor.person.id && person.left_at.is_none();
    let card = office.cabinet.read(|state| state.people.iter().find(leaves).map(Card::of));
    show(&Leaving { shell, card: card.ok_or(Refusal::NotFound)? })
}

#[derive(Deserialize)]
pub struct Departure {
    left: String,
}

/// `POST /staff/{id}/departure`: leaves the company, or comes back.
pub async fn depart(posted: Posted<Departure>, id: Path<String>, office: Data<Office>) -> Result<HttpResponse, Refusal> {
    require(&posted.visitor)?;
    let (me, id) = (posted.visitor.person.id, id.into_inner());
    let left_at = (posted.form.left == "yes").then(session::now);
    let change = move |state: &mut State| {
        let person = state.people.iter_mut().find(|person| person.id == id && id != me);
        let person = person.ok_or(Refusal::NotFound)?;
        person.left_at = left_at;
        let person = person.clone();
        state.sessions.retain(|session| session.person != person.id || left_at.is_none());
        state.outbox.person(&person);
        if left_at.is_some() {
            state.outbox.sign_out(&person.id);
        }
        state.outbox.refresh_contacts();
        Ok(person.name)
    };
    let name = office.change(change).await?;
    let said = match left_at {
        Some(_) => sentence(format!("{name} has left."), format!("{name} 已离职。")),
        None => sentence(format!("{name} is back."), format!("{name} 已恢复。")),
    };
    office.flashes.good(&posted.visitor.session.digest, said);
    Ok(go("/staff"))
}
