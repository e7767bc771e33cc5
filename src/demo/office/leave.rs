//! Leave requests: asked by a person, decided once by the manager.

use super::day::Day;
use super::language::{Language, sentence};
use super::person::Person;
use super::refusal::Refusal;
use super::state::State;
use serde::{Deserialize, Serialize};

const LONGEST_DAYS: i64 = 90;
const LONGEST_NOTE: usize = 300;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Annual,
    Sick,
}

impl Kind {
    pub fn title(&self, language: &Language) -> &'static str {
        match self {
            Self::Annual => language.say("annual leave", "年假"),
            Self::Sick => language.say("sick leave", "病假"),
        }
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Decision {
    pub approved: bool,
    pub by: String,
    pub at: i64,
    pub comment: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Leave {
    pub id: u64,
    /// From the form: a form that is sent twice makes one request.
    pub key: String,
    pub person: String,
    pub kind: Kind,
    pub first: Day,
    pub last: Day,
    pub days: u32,
    pub note: String,
    pub asked_at: i64,
    pub decision: Option<Decision>,
}

impl Leave {
    pub fn is_approved(&self) -> bool {
        self.decision.as_ref().is_some_and(|d| d.approved)
    }

    pub fn is_waiting(&self) -> bool {
        self.decision.is_none()
    }

    pub fn covers(&self, day: &Day) -> bool {
        self.first <= *day && *day <= self.last
    }

    /// Whether this person may see it: who asked, who decides, who administers.
    pub fn is_visible_to(&self, state: &State, reader: &Person) -> bool {
        self.person == reader.id || reader.administrator || self.is_decided_by(state, reader)
    }

    pub fn is_decided_by(&self, state: &State, reader: &Person) -> bool {
        let asker = state.person(&self.person);
        asker.is_some_and(|asker| asker.manager.as_deref() == Some(&reader.id))
    }
}

/// What is left of a year's annual leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Balance {
    pub allowance: u32,
    pub taken: u32,
    pub waiting: u32,
}

impl Balance {
    pub fn of(state: &State, person: &Person, year: i16) -> Self {
        let sum = |wanted: fn(&Leave) -> bool| {
            let counts = |leave: &&Leave| {
                leave.person == person.id && leave.kind == Kind::Annual && leave.first.0.year() == year && wanted(leave)
            };
            state.leaves.iter().filter(counts).map(|leave| leave.days).sum()
        };
        Self { allowance: person.allowance, taken: sum(Leave::is_approved), waiting: sum(Leave::is_waiting) }
    }

    pub fn left(&self) -> u32 {
        self.allowance.saturating_sub(self.taken)
    }

    /// What can still be asked for.
    pub fn free(&self) -> u32 {
        self.left().saturating_sub(self.waiting)
    }
}

/// A request as the form gives it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Form {
    pub key: String,
    pub kind: String,
    pub first: String,
    pub last: String,
    pub note: String,
}

#[derive(Debug)]
pub struct Draft {
    key: String,
    kind: Kind,
    first: Day,
    last: Day,
    days: u32,
    note: String,
}

impl Draft {
    pub fn parse(form: &Form) -> Result<Self, Refusal> {
        let wrong = |english: &str, chinese: &str| Err(Refusal::invalid(english, chinese));
        let (Some(first), Some(last)) = (Day::parse(&form.first), Day::parse(&form.last)) else {
            return wrong("Please choose the first and the last day.", "请选择开始和结束日期。");
        };
        if last < first {
            return wrong("The last day lies before the first day.", "结束日期早于开始日期。");
        }
        if first.after(LONGEST_DAYS) < last {
            return wrong("A request covers at most 90 days.", "一次申请最多 90 天。");
        }
        if first < Day::today().after(-LONGEST_DAYS) || Day::today().after(730) < last {
            return wrong(
                "Please choose days between three months ago and two years from now.",
                "请选择三个月前到两年内的日期。",
            );
        }
        let days = first.working_days_to(last);
        if days == 0 {
            return wrong("These days are a weekend: there is nothing to ask for.", "所选日期都是周末，无需请假。");
        }
        let note = form.note.trim().replace('\r', "");
        if note.chars().count() > LONGEST_NOTE {
            return wrong("A note has at most 300 characters.", "备注最多 300 个字。");
        }
        let kind = match form.kind.as_str() {
            "sick" => Kind::Sick,
            _ => Kind::Annual,
        };
        Ok(Self { key: form.key.chars().take(64).collect(), kind, first, last, days, note })
    }
}

/// Keeps a request. The same form again answers the request that it made the first time (`false`).
pub fn ask(state: &mut State, person: &Person, draft: Draft) -> Result<(Leave, bool), Refusal> {
    let own = |leave: &&Leave| leave.person == person.id;
    let same = |leave: &&Leave| !draft.key.is_empty() && leave.key == draft.key;
    if let Some(kept) = state.leaves.iter().filter(own).find(same) {
        return Ok((kept.clone(), false));
    }
    let refused = |leave: &Leave| leave.decision.as_ref().is_some_and(|d| !d.approved);
    let crosses = |leave: &&Leave| !refused(leave) && leave.first <= draft.last && draft.first <= leave.last;
    if state.leaves.iter().filter(own).any(|leave| crosses(&leave)) {
        return Err(Refusal::invalid("You already have a request for some of these days.", "这些日期中已有您的请假申请。"));
    }
    let free = Balance::of(state, person, draft.first.0.year()).free();
    if draft.kind == Kind::Annual && draft.days > free {
        return Err(Refusal::Invalid(sentence(
            format!("That is {} working days, but only {free} are left.", draft.days),
            format!("共 {} 个工作日，但只剩 {free} 天可用。", draft.days),
        )));
    }
    let leave = Leave {
        id: state.next_id(),
        key: draft.key,
        person: person.id.clone(),
        kind: draft.kind,
        first: draft.first,
        last: draft.last,
        days: draft.days,
        note: draft.note,
        asked_at: super::session::now(),
        decision: None,
    };
    state.leaves.push(leave.clone());
    Ok((leave, true))
}

/// Decides a request once; later presses get what was decided the first time (`false`).
pub fn decide(state: &mut State, manager: &Person, id: u64, decision: Decision) -> Result<(Leave, bool), Refusal> {
    let found = state.leave(id).ok_or(Refusal::NotFound)?;
    if !found.is_decided_by(state, manager) {
        return Err(Refusal::NotFound);
    }
    let position = state.leaves.iter().position(|leave| leave.id == id);
    let leave = position.and_then(|position| state.leaves.get_mut(position)).ok_or(Refusal::NotFound)?;
    if leave.decision.is_some() {
        return Ok((leave.clone(), false));
    }
    leave.decision = Some(decision);
    Ok((leave.clone(), true))
}
