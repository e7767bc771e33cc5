//! The people of the office and their departments.

use super::language::Language;
use super::refusal::Refusal;
use super::state::State;
use serde::{Deserialize, Serialize};

pub const MOST_PEOPLE: usize = 500;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Department {
    pub id: String,
    pub name: String,
    pub chinese: String,
}

impl Department {
    pub fn title(&self, language: &Language) -> &str {
        language.say(&self.name, &self.chinese)
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Person {
    pub id: String,
    pub name: String,
    /// How the office greets them.
    pub called: String,
    pub title: String,
    pub department: String,
    /// Whom this person asks for leave.
    pub manager: Option<String>,
    pub administrator: bool,
    pub language: Language,
    /// Days of annual leave in a year.
    pub allowance: u32,
    /// argon2id, in PHC form.
    pub password: String,
    pub left_at: Option<i64>,
}

impl Person {
    pub fn email(&self) -> String {
        format!("{}@harbour.example", self.id)
    }

    /// The letters of the round picture: two initials, or the last two Han characters.
    pub fn initials(&self) -> String {
        let words: Vec<&str> = self.name.split_whitespace().collect();
        if let [only] = words.as_slice()
            && Language::of_text(only).is_some()
        {
            let from = only.chars().count().saturating_sub(2);
            return only.chars().skip(from).collect();
        }
        let initial = |word: &&str| word.chars().next();
        let initials = words.iter().take(2).filter_map(initial);
        initials.flat_map(char::to_uppercase).collect()
    }
}

/// One of ten colours, the one that the messenger gives to this id (FNV-1a).
pub fn hue(id: &str) -> u32 {
    id.chars().fold(2_166_136_261_u32, |sum, letter| (sum ^ u32::from(letter)).wrapping_mul(16_777_619)) % 10
}

/// A new person as the administrator's form gives it, checked.
#[derive(Debug)]
pub struct Draft {
    pub name: String,
    pub title: String,
    pub department: String,
    pub language: Language,
}

impl Draft {
    pub fn parse(state: &State, name: &str, title: &str, department: &str) -> Result<Self, Refusal> {
        let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
        let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
        let length = name.chars().count();
        if length == 0 || length > 60 || name.chars().any(char::is_control) {
            return Err(Refusal::invalid("Please give a name of at most 60 characters.", "请填写姓名（最多 60 个字）。"));
        }
        if title.chars().count() > 60 || title.chars().any(char::is_control) {
            return Err(Refusal::invalid("A position has at most 60 characters.", "职位最多 60 个字。"));
        }
        if state.department(department).is_none() {
            return Err(Refusal::invalid("Please choose a department.", "请选择部门。"));
        }
        Ok(Self { language: Language::of_text(&name).unwrap_or_default(), name, title, department: department.to_owned() })
    }

    /// The person that this draft becomes.
    pub fn hire(self, state: &State, manager: Option<String>, password: String) -> Person {
        Person {
            id: self.id(state),
            called: self.name.split(' ').next().unwrap_or("").to_owned(),
            name: self.name,
            title: self.title,
            department: self.department,
            manager,
            administrator: false,
            language: self.language,
            allowance: 25,
            password,
            left_at: None,
        }
    }

    /// A short id from the name that nobody has yet: `farah`, `farah2`.
    fn id(&self, state: &State) -> String {
        let stem: String = self
            .name
            .split_whitespace()
            .next()
            .unwrap_or("")
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .collect::<String>()
            .to_ascii_lowercase();
        let stem = if stem.is_empty() { "person" } else { &stem };
        let free = |id: &String| state.person(id).is_none();
        std::iter::once(stem.to_owned()).chain((2..).map(|n| format!("{stem}{n}"))).find(free).unwrap_or_default()
    }
}
