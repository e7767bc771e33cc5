//! Notices: read by all, written by managers and the administrator, sent to everyone.

use super::{Card, Posted, Shell, Visitor, go, show, show_as};
use crate::demo::office::language::{Language, Sentence, sentence};
use crate::demo::office::notice::{self, Form};
use crate::demo::office::refusal::Refusal;
use crate::demo::office::state::State;
use crate::demo::office::{Office, letter, token};
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use askama::Template;

/// A notice as pages show it.
pub struct Item {
    pub title: String,
    pub lines: Vec<String>,
    pub by: Option<Card>,
    pub at: String,
}

impl Item {
    pub fn latest(state: &State, l: Language, count: usize) -> Vec<Self> {
        let item = |notice: &notice::Notice| Self {
            title: notice.title.clone(),
            lines: notice.text.lines().map(str::to_owned).collect(),
            by: Card::by_id(state, &notice.by),
            at: l.moment(&notice.at),
        };
        state.notices.iter().rev().take(count).map(item).collect()
    }
}

#[derive(Template)]
#[template(path = "demo/notices.html")]
struct Notices {
    shell: Shell,
    items: Vec<Item>,
    may_post: bool,
    form: Form,
    error: Option<Sentence>,
}

fn may_post(office: &Office, visitor: &Visitor) -> bool {
    let me = &visitor.person;
    me.administrator || office.cabinet.read(|state| state.is_manager(&me.id))
}

/// `GET /notices`
pub async fn index(visitor: Visitor, office: Data<Office>) -> Result<HttpResponse, Refusal> {
    let form = Form { key: token::fresh(), ..Form::default() };
    show(&draw(&office, &visitor, form, None).await)
}

async fn draw(office: &Office, visitor: &Visitor, form: Form, error: Option<Sentence>) -> Notices {
    Notices {
        shell: Shell::of(office, visitor, "notices").await,
        items: office.cabinet.read(|state| Item::latest(state, visitor.language, 50)),
        may_post: may_post(office, visitor),
        form,
        error,
    }
}

/// `POST /notices`
pub async fn create(posted: Posted<Form>, office: Data<Office>) -> Result<HttpResponse, Refusal> {
    let (visitor, form) = (posted.visitor, posted.form);
    if !may_post(&office, &visitor) {
        return Err(Refusal::NotFound);
    }
    let (given, by, address) = (form.clone(), visitor.person.id.clone(), office.address.clone());
    let post = move |state: &mut State| {
        let (notice, is_new) = notice::post(state, &by, &given)?;
        if is_new {
            state.outbox.message("everyone", &letter::notice(&address, &notice));
        }
        Ok(())
    };
    match office.change(post).await {
        Ok(()) => {
            let said = sentence("The notice has been sent to everyone.", "公告已发送给所有人。");
            office.flashes.good(&visitor.session.digest, said);
            Ok(go("/notices"))
        }
        Err(Refusal::Invalid(sentence)) => {
            let page = draw(&office, &visitor, form, Some(sentence)).await;
            show_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(other) => Err(other),
    }
}
