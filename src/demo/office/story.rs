//! The first contents of the office: five people, what they told each other this morning,
//! a notice, and a request that waits for its manager.

use super::day::Day;
use super::language::Language;
use super::leave::{Decision, Kind, Leave};
use super::notice::Notice;
use super::outbox::Outbox;
use super::person::{Department, Person};
use super::state::State;
use super::{card, letter, password, session};

/// id, name, what they are called, title, department
const PEOPLE: [[&str; 5]; 5] = [
    ["anna", "Anna Liu", "Anna", "Head of Sales", "sales"],
    ["ben", "Ben Okafor", "Ben", "Sales representative", "sales"],
    ["wei", "Chen Wei 陈伟", "陈伟", "Software engineer", "engineering"],
    ["dalia", "Dalia Haddad داليا حداد", "Dalia", "Office manager", "people"],
    ["emil", "Emil Novák", "Emil", "Customer support", "engineering"],
];

const DEPARTMENTS: [(&str, &str, &str); 4] = [
    ("sales", "Sales", "销售部"),
    ("engineering", "Engineering", "研发部"),
    ("people", "People & Finance", "人事财务部"),
    ("operations", "Operations", "运营部"),
];

/// from, to, text, whether it has been read; in the order in which they were written
const TALK: [(&str, &str, &str, bool); 9] = [
    ("ben", "anna", "Hi Anna! The **Meyer** offer is ready. Could you look at it before it goes out?", true),
    ("anna", "ben", "Just did. Looks good, one thing: payment in *30 days*, not 45.", true),
    ("ben", "anna", "Changed. It goes out now 👍", false),
    ("wei", "emil", "Hi Emil, the server will be upgraded tonight at 20:00, about ten minutes.", true),
    ("emil", "wei", "Thanks for the warning, I will tell the two customers who work late.", true),
    ("wei", "emil", "谢谢！", false),
    ("dalia", "anna", "Anna, the new contracts are in your tray. Two signatures, please ✍️", true),
    ("anna", "dalia", "Will do, right after this call.", true),
    ("emil", "ben", "Is the Lindqvist account yours or Anna's? They ask about an invoice.", false),
];

/// The password that the demo gives to a person, and says.
pub fn password_of(id: &str) -> String {
    format!("demo-{id}")
}

/// Blocking: five passwords are hashed.
pub fn first(address: &str) -> Result<State, String> {
    let mut state = State::default();
    for (id, name, chinese) in DEPARTMENTS {
        state.departments.push(Department { id: id.into(), name: name.into(), chinese: chinese.into() });
    }
    for [id, name, called, title, department] in PEOPLE {
        state.people.push(Person {
            id: id.into(),
            name: name.into(),
            called: called.into(),
            title: title.into(),
            department: department.into(),
            manager: Some(if id == "anna" { "dalia" } else { "anna" }.into()),
            administrator: id == "dalia",
            language: if id == "wei" { Language::Chinese } else { Language::English },
            allowance: if id == "wei" { 20 } else { 25 },
            password: password::hash(&password_of(id))?,
            left_at: None,
        });
    }
    notice(&mut state);
    leaves(&mut state);
    state.outbox = errands(&state, address);
    Ok(state)
}

fn notice(state: &mut State) {
    let id = state.next_id();
    state.notices.push(Notice {
        id,
        key: String::new(),
        title: "The kitchen on the second floor is open again".into(),
        text: "New dishwasher, new coffee machine.\nPlease take your cups home before Friday, \
               the old shelf goes."
            .into(),
        by: "dalia".into(),
        at: session::now() - 3_600_000,
    });
}

fn leaves(state: &mut State) {
    let monday = Day::today().after(7).next_working();
    let decided = Decision { approved: true, by: "anna".into(), at: session::now() - 2 * 86_400_000, comment: String::new() };
    let today = Day::today().next_working();
    let plans = [
        ("ben", today.after(-35).next_working(), 2, "", Some(decided.clone())),
        ("emil", monday, 4, "Skiing with the family", Some(decided)),
        ("wei", today.after(14).next_working(), 2, "回家看父母", None),
    ];
    for (person, first, more, note, decision) in plans {
        let last = first.after(more).next_working();
        let id = state.next_id();
        state.leaves.push(Leave {
            id,
            key: String::new(),
            person: person.into(),
            kind: Kind::Annual,
            first,
            last,
            days: first.working_days_to(last),
            note: note.into(),
            asked_at: session::now() - 3 * 86_400_000,
            decision,
        });
    }
}

/// What Parlour is told at the very start.
fn errands(state: &State, address: &str) -> Outbox {
    let mut outbox = Outbox::default();
    for person in &state.people {
        outbox.person(person);
    }
    for (from, to, text, is_read) in TALK {
        let readers = [to];
        outbox.said(from, to, text, &readers[..usize::from(is_read)]);
    }
    for notice in &state.notices {
        outbox.message("everyone", &letter::notice(address, notice));
    }
    for manager in &state.people {
        for leave in state.waiting_for(manager) {
            let card = card::asked(address, state, leave, manager);
            outbox.card(&format!("user:{}", manager.id), &card::topic(leave.id), card);
        }
    }
    outbox
}
