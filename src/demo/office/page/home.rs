//! `GET /`: the visitor's day.

use super::leave::Row;
use super::notice::Item;
use super::{Card, Shell, Visitor, show};
use crate::demo::office::Office;
use crate::demo::office::day::Day;
use crate::demo::office::leave::{Balance, Leave};
use crate::demo::office::refusal::Refusal;
use crate::demo::office::state::State;
use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;

#[derive(Template)]
#[template(path = "demo/home.html")]
struct Home {
    shell: Shell,
    greeting: &'static str,
    called: String,
    today: String,
    balance: Balance,
    coming: Vec<Row>,
    waiting: Vec<Row>,
    is_working_day: bool,
    away: Vec<Card>,
    notices: Vec<Item>,
}

pub async fn index(visitor: Visitor, office: Data<Office>) -> Result<HttpResponse, Refusal> {
    let shell = Shell::of(&office, &visitor, "home").await;
    let page = office.cabinet.read(|state| draw(state, &visitor, shell));
    show(&page)
}

fn draw(state: &State, visitor: &Visitor, shell: Shell) -> Home {
    let (me, l, today) = (&visitor.person, visitor.language, Day::today());
    let ahead = |leave: &&Leave| leave.person == me.id && leave.last >= today;
    let row = |leave: &Leave| Row::of(state, leave, l);
    let hour = jiff::Zoned::now().hour();
    Home {
        shell,
        greeting: match hour {
            5..12 => l.say("Good morning", "早上好"),
            12..18 => l.say("Good afternoon", "下午好"),
            0..5 => l.say("Hello", "你好"),
            _ => l.say("Good evening", "晚上好"),
        },
        called: me.called.clone(),
        today: l.day(&today),
        balance: Balance::of(state, me, today.0.year()),
        coming: state.leaves.iter().filter(ahead).map(row).take(3).collect(),
        waiting: state.waiting_for(me).into_iter().map(row).take(3).collect(),
        is_working_day: today.is_working(),
        away: state.away_on(today).map(Card::of).take(12).collect(),
        notices: Item::latest(state, l, 3),
    }
}
