//! What the office answers when a person writes to it.

use super::day::Day;
use super::language::Language;
use super::leave::{Balance, Leave};
use super::letter::plain;
use super::person::Person;
use super::state::State;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Question {
    Balance,
    Leave,
    Notices,
    Away,
    Help,
    Unknown,
}

const WORDS: [(Question, &[&str]); 5] = [
    (Question::Balance, &["balance", "days left", "余额", "剩余"]),
    (Question::Away, &["away", "who is out", "谁请假", "谁不在"]),
    (Question::Leave, &["leave", "holiday", "vacation", "请假", "休假", "假期"]),
    (Question::Notices, &["notice", "news", "公告", "通知"]),
    (Question::Help, &["help", "hello", "hi", "帮助", "你好"]),
];

fn question(text: &str) -> Question {
    let text = text.to_lowercase();
    let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).collect();
    // A Chinese word stands anywhere, an English one at the start of a word, a phrase as it is.
    let said = |word: &&&str| match word.is_ascii() && !word.contains(' ') {
        true if word.len() < 4 => words.contains(*word),
        true => words.iter().any(|w| w.starts_with(**word)),
        false => text.contains(**word),
    };
    WORDS.iter().find(|(_, words)| words.iter().any(|word| said(&word))).map_or(Question::Unknown, |(question, _)| *question)
}

/// Markdown, in the language of the question.
pub fn answer(address: &str, state: &State, person: &Person, text: &str) -> String {
    let l = Language::of_text(text).unwrap_or(person.language);
    match question(text) {
        Question::Balance => balance(state, person, l),
        Question::Leave => leave(address, state, person, l),
        Question::Notices => notices(address, state, l),
        Question::Away => away(state, l, Day::today()),
        Question::Help => help(l).to_owned(),
        Question::Unknown => {
            let sorry = l.say("I did not understand that.", "抱歉，我没有看懂。");
            format!("{sorry}{}{}", l.say(" ", ""), help(l))
        }
    }
}

fn help(l: Language) -> &'static str {
    l.say(
        "You can ask me:\n\n- **balance**: how many days of leave you have left\n- **leave**: your requests, and where to ask\n- **away**: who is out today\n- **notices**: what was announced lately",
        "您可以问我：\n\n- **余额**：还剩多少天年假\n- **请假**：您的申请以及如何申请\n- **谁请假**：今天谁不在\n- **公告**：最近的通知",
    )
}

fn balance(state: &State, person: &Person, l: Language) -> String {
    let year = Day::today().0.year();
    let balance = Balance::of(state, person, year);
    let (left, allowance, waiting) = (balance.left(), balance.allowance, balance.waiting);
    let mut text = match l {
        Language::English => {
            format!("You have **{left} of {allowance} days** of annual leave left in {year}.")
        }
        Language::Chinese => format!("{year} 年您还剩 **{left} 天**年假（共 {allowance} 天）。"),
    };
    if waiting > 0 {
        text.push_str(&match l {
            Language::English => format!(" {} more are waiting for approval.", l.days(&waiting)),
            Language::Chinese => format!("另有 {} 待批准。", l.days(&waiting)),
        });
    }
    text
}

fn leave(address: &str, state: &State, person: &Person, l: Language) -> String {
    let own = |leave: &&Leave| leave.person == person.id && leave.last >= Day::today();
    let line = |leave: &Leave| {
        let mark = match &leave.decision {
            None => l.say("waiting", "待批准"),
            Some(decision) if decision.approved => l.say("approved", "已批准"),
            Some(_) => l.say("rejected", "已拒绝"),
        };
        let (span, colon) = (l.span(&leave.first, &leave.last), l.say(": ", "："));
        format!("- [{span}]({}/leave/{}){colon}{mark}", address, leave.id)
    };
    let lines: Vec<String> = state.leaves.iter().filter(own).map(line).take(10).collect();
    let list = match lines.is_empty() {
        true => l.say("You have no leave ahead of you.", "您近期没有请假。").to_owned(),
        false => lines.join("\n"),
    };
    let ask = l.say("Ask for leave", "申请请假");
    format!("{list}\n\n[{ask}]({}/leave)", address)
}

fn notices(address: &str, state: &State, l: Language) -> String {
    let line = |notice: &super::notice::Notice| format!("- {}", plain(&notice.title));
    let lines: Vec<String> = state.notices.iter().rev().take(5).map(line).collect();
    let all = l.say("All notices", "全部公告");
    match lines.is_empty() {
        true => l.say("There are no notices.", "暂无公告。").to_owned(),
        false => format!("{}\n\n[{all}]({}/notices)", lines.join("\n"), address),
    }
}

fn away(state: &State, l: Language, day: Day) -> String {
    let names: Vec<String> = state.away_on(day).map(|p| plain(&p.name)).collect();
    match names.is_empty() {
        true if day.is_working() => l.say("Everybody is in today.", "今天大家都在。").to_owned(),
        true => l.say("It is the weekend, and nobody is on leave.", "今天是周末，没有人请假。").to_owned(),
        false => format!("{}{}", l.say("Out today: ", "今天不在："), names.join(l.say(", ", "、"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_away_is_said_as_the_day_is_and_in_the_signs_of_the_language() {
        let (state, day) = (State::default(), |text| Day::parse(text).unwrap());
        let (friday, sunday) = (day("2026-11-20"), day("2026-11-22"));
        assert_eq!(away(&state, Language::English, friday), "Everybody is in today.");
        assert!(away(&state, Language::English, sunday).contains("weekend"));
        assert!(away(&state, Language::Chinese, sunday).contains("周末"));
        let state = crate::demo::office::story::first("http://office").unwrap();
        let said: Vec<String> = state.people.iter().map(|one| leave("http://office", &state, one, Language::Chinese)).collect();
        let said = said.join("\n");
        assert!(said.contains(")：") && !said.contains("): "), "{said}");
    }

    #[test]
    fn questions_are_understood_in_both_languages() {
        let cases = [
            ("balance?", Question::Balance),
            ("What is my Balance", Question::Balance),
            ("我的假期余额？", Question::Balance),
            ("leave?", Question::Leave),
            ("我想请假", Question::Leave),
            ("今天谁请假", Question::Away),
            ("HELP", Question::Help),
            ("帮助", Question::Help),
            ("hi!", Question::Help),
            ("this thing", Question::Unknown),
            ("", Question::Unknown),
        ];
        for (text, wanted) in cases {
            assert_eq!(question(text), wanted, "{text}");
        }
    }
}
