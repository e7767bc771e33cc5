//! Leave: one's own requests and the form; one request; what waits for a manager; the decision.

use super::{Card, Posted, Shell, Visitor, go, show, show_as};
use crate::demo::office::day::Day;
use crate::demo::office::decision::{Place, settle};
use crate::demo::office::language::{Language, Sentence, sentence};
use crate::demo::office::leave::{self, Balance, Decision, Draft, Form, Leave};
use crate::demo::office::refusal::Refusal;
use crate::demo::office::state::State;
use crate::demo::office::{Office, card, session, token};
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use askama::Template;
use serde::Deserialize;

/// A request as pages show it.
pub struct Row {
    pub id: u64,
    pub who: Option<Card>,
    pub kind: &'static str,
    pub span: String,
    pub days: String,
    pub note: String,
    pub asked: String,
    /// `waiting`, `approved` or `rejected`.
    pub state: &'static str,
    pub decided_by: String,
    pub decided_at: String,
    pub comment: String,
}

impl Row {
    pub fn of(state: &State, leave: &Leave, l: Language) -> Self {
        let decision = leave.decision.as_ref();
        Self {
            id: leave.id,
            who: Card::by_id(state, &leave.person),
            kind: leave.kind.title(&l),
            span: l.span(&leave.first, &leave.last),
            days: l.days(&leave.days),
            note: leave.note.clone(),
            asked: l.moment(&leave.asked_at),
            state: match decision {
                None => "waiting",
                Some(decision) if decision.approved => "approved",
                Some(_) => "rejected",
            },
            decided_by: decision.map(|d| state.name_of(&d.by)).unwrap_or_default(),
            decided_at: decision.map(|d| l.moment(&d.at)).unwrap_or_default(),
            comment: decision.map(|d| d.comment.clone()).unwrap_or_default(),
        }
    }
}

#[derive(Template)]
#[template(path = "demo/leave.html")]
struct Index {
    shell: Shell,
    year: i16,
    balance: Balance,
    rows: Vec<Row>,
    form: Form,
    error: Option<Sentence>,
    manager: Option<Card>,
}

#[derive(Template)]
#[template(path = "demo/leave-request.html")]
struct Request {
    shell: Shell,
    row: Row,
    may_decide: bool,
    balance: Balance,
}

#[derive(Template)]
#[template(path = "demo/requests.html")]
struct Requests {
    shell: Shell,
    waiting: Vec<Row>,
    decided: Vec<Row>,
}

/// `GET /leave`
pub async fn index(visitor: Visitor, office: Data<Office>) -> Result<HttpResponse, Refusal> {
    let form = Form { key: token::fresh(), ..Form::default() };
    show(&draw(&office, &visitor, form, None).await)
}

async fn draw(office: &Office, visitor: &Visitor, form: Form, error: Option<Sentence>) -> Index {
    let shell = Shell::of(office, visitor, "leave").await;
    let (me, l, today) = (&visitor.person, visitor.language, Day::today());
    office.cabinet.read(|state| {
        let own = state.leaves.iter().rev().filter(|leave| leave.person == me.id);
        Index {
            shell,
            year: today.0.year(),
            balance: Balance::of(state, me, today.0.year()),
            rows: own.map(|leave| Row::of(state, leave, l)).take(50).collect(),
            form,
            error,
            manager: me.manager.as_deref().and_then(|id| Card::by_id(state, id)),
        }
    })
}

/// `POST /leave`: the request and the message to the manager are kept in one change.
pub async fn create(posted: Posted<Form>, office: Data<Office>) -> Result<HttpResponse, Refusal> {
    let (visitor, form) = (posted.visitor, posted.form);
    let asked = match Draft::parse(&form) {
        Ok(draft) => ask(&office, &visitor, draft).await,
        Err(refusal) => Err(refusal),
    };
    match asked {
        Ok(_) => {
            let said = sentence("Your request has been sent.", "申请已提交。");
            office.flashes.good(&visitor.session.digest, said);
            Ok(go("/leave"))
        }
        Err(Refusal::Invalid(sentence)) => {
            let page = draw(&office, &visitor, form, Some(sentence)).await;
            show_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(other) => Err(other),
    }
}

async fn ask(office: &Office, visitor: &Visitor, draft: Draft) -> Result<Leave, Refusal> {
    let (person, address) = (visitor.person.clone(), office.address.clone());
    let make = move |state: &mut State| {
        let (leave, is_new) = leave::ask(state, &person, draft)?;
        let manager = person.manager.as_deref().and_then(|id| state.person(id)).cloned();
        if let (true, Some(manager)) = (is_new, manager) {
            let card = card::asked(&address, state, &leave, &manager);
            state.outbox.card(&format!("user:{}", manager.id), &card::topic(leave.id), card);
        }
        Ok(leave)
    };
    office.change(make).await
}

/// `GET /leave/{id}`
pub async fn detail(visitor: Visitor, id: Path<u64>, office: Data<Office>) -> Result<HttpResponse, Refusal> {
    let mut shell = Shell::of(&office, &visitor, "leave").await;
    let (me, l) = (&visitor.person, visitor.language);
    let page = office.cabinet.read(|state| {
        let leave = state.leave(*id).filter(|leave| leave.is_visible_to(state, me))?;
        let asker = state.person(&leave.person)?;
        if asker.id != me.id {
            shell.place = "requests";
        }
        Some(Request {
            shell,
            row: Row::of(state, leave, l),
            may_decide: leave.is_waiting() && leave.is_decided_by(state, me),
            balance: Balance::of(state, asker, leave.first.0.year()),
        })
    });
    show(&page.ok_or(Refusal::NotFound)?)
}

/// `GET /requests`
pub async fn requests(visitor: Visitor, office: Data<Office>) -> Result<HttpResponse, Refusal> {
    let shell = Shell::of(&office, &visitor, "requests").await;
    let (me, l) = (&visitor.person, visitor.language);
    let page = office.cabinet.read(|state| {
        let row = |leave: &Leave| Row::of(state, leave, l);
        let decided = |leave: &&Leave| !leave.is_waiting() && leave.is_decided_by(state, me);
        Requests {
            shell,
            waiting: state.waiting_for(me).into_iter().map(row).collect(),
            decided: state.leaves.iter().rev().filter(decided).map(row).take(30).collect(),
        }
    });
    match page.shell.is_manager {
        true => show(&page),
        false => Err(Refusal::NotFound),
    }
}

#[derive(Deserialize)]
pub struct Verdict {
    verdict: String,
    #[serde(default)]
    comment: String,
}

/// `POST /leave/{id}/decision`: the first press counts, a later one is told what was decided.
pub async fn decide(posted: Posted<Verdict>, id: Path<u64>, office: Data<Office>) -> Result<HttpResponse, Refusal> {
    let (visitor, id) = (posted.visitor, id.into_inner());
    let decision = Decision {
        approved: match posted.form.verdict.as_str() {
            "approve" => true,
            "reject" => false,
            _ => return Err(Refusal::Foreign),
        },
        by: visitor.person.id.clone(),
        at: session::now(),
        comment: posted.form.comment.trim().chars().take(300).collect(),
    };
    let (leave, is_new) = settle(&office, (visitor.person.clone(), Place::Page), id, decision).await?;
    let told = said(&office, &leave, is_new);
    match is_new {
        true => office.flashes.good(&visitor.session.digest, told),
        false => office.flashes.bad(&visitor.session.digest, told),
    }
    Ok(go(&format!("/leave/{id}")))
}

fn said(office: &Office, leave: &Leave, is_new: bool) -> Sentence {
    let Some(decision) = &leave.decision else {
        return sentence("", "");
    };
    let by = office.cabinet.read(|state| state.name_of(&decision.by));
    let clock = |l: Language| l.moment(&decision.at);
    let (english, chinese) = match decision.approved {
        true => ("approved", "批准"),
        false => ("rejected", "拒绝"),
    };
    match is_new {
        true => sentence(
            format!("You {english} this request; the answer has been sent."),
            format!("您已{chinese}此申请，结果已通知对方。"),
        ),
        false => sentence(
            format!("Already {english} by {by}, {}.", clock(Language::English)),
            format!("{by} 已于 {} {chinese}。", clock(Language::Chinese)),
        ),
    }
}
