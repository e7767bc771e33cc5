//! The settings of an application as they are typed. What is not typed is left as it is; an empty word clears.

use crate::apps::application::{Draft, Policy, SignIn};
use crate::apps::kind;
use crate::cli::exit::{Code, Failure, Result};
use crate::directory::shrink::Shrink;
use clap::Args;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

#[derive(Debug, Args, Serialize, Deserialize)]
pub struct Settings {
    /// Where it is asked and told: its callback address
    #[arg(long, value_name = "URL")]
    callback: Option<String>,

    /// A host and port that callbacks may go to although it is private; may be repeated
    #[arg(long, value_name = "HOST:PORT")]
    approve: Option<Vec<String>>,

    /// An origin whose pages may connect and embed the widget, such as https://oa.example; may be repeated
    #[arg(long, value_name = "URL")]
    origin: Option<Vec<String>>,

    /// How its users may sign in: local, callback, token, ticket, whoami, oidc; several with commas, or the option several times.
    /// Without it a new application has local and ticket
    #[arg(long, value_name = "WAY", value_delimiter = ',', value_parser = SignIn::parse)]
    sign_in: Option<Vec<SignIn>>,

    /// Whom its users may write to
    #[arg(long, value_name = "everyone|contacts|application", value_parser = Policy::parse)]
    policy: Option<Policy>,

    /// A fact that it wants to be told, such as message.read; may be repeated
    #[arg(long, value_name = "TYPE", value_parser = event)]
    event: Option<Vec<String>>,

    /// A question that it answers: contacts.list, message.created; may be repeated, and without it a new application is asked both.
    /// user.verify comes with --sign-in callback, and action.invoked with the cards that it sends
    #[arg(long, value_name = "TYPE", value_parser = question)]
    question: Option<Vec<String>>,

    /// Its colour
    #[arg(long, value_name = "#RRGGBB")]
    colour: Option<String>,

    /// Its picture
    #[arg(long, value_name = "URL")]
    icon: Option<String>,

    /// How its tokens are signed: HS256 with the token secret, or RS256, ES256, EdDSA with its own key
    #[arg(long, value_name = "ALGORITHM")]
    token_algorithm: Option<String>,

    /// The public key that checks its tokens, in PEM form
    #[arg(long, value_name = "FILE")]
    token_key: Option<PathBuf>,

    /// How long its users stay signed in
    #[arg(long, value_name = "HOURS")]
    session_hours: Option<i64>,

    /// A list of users or contacts that would lose more than so many percent is held until it is confirmed; 100: none is
    #[arg(long, value_name = "PERCENT")]
    shrink_percent: Option<i64>,

    /// Lists of fewer users than this are never held
    #[arg(long, value_name = "N")]
    shrink_from: Option<i64>,

    /// What the file of `token_key` says.
    #[arg(skip)]
    token_pem: Option<String>,
}

impl Settings {
    /// Reads the key, which may lie where the server cannot look.
    pub fn prepare(&mut self) -> Result<()> {
        let Some(path) = &self.token_key else { return Ok(()) };
        let refuse = |e| Failure::new(Code::Usage, format!("the key {} cannot be read: {e}", path.display()));
        self.token_pem =
            Some(if path.as_os_str().is_empty() { String::new() } else { std::fs::read_to_string(path).map_err(refuse)? });
        Ok(())
    }

    /// What was typed of how lists are held, in the place of what was there; none where nothing was.
    pub fn shrink(&self, before: Shrink) -> Option<Shrink> {
        (self.shrink_percent.is_some() || self.shrink_from.is_some()).then(|| Shrink {
            from: self.shrink_from.unwrap_or(before.from),
            percent: self.shrink_percent.unwrap_or(before.percent),
        })
    }

    /// The draft with what was typed in the place of what was there.
    pub fn apply(self, draft: Draft) -> Draft {
        let replaced = |old: Option<String>, new: Option<String>| new.or(old).filter(|text| !text.is_empty());
        Draft {
            colour: replaced(draft.colour, self.colour),
            icon: replaced(draft.icon, self.icon),
            origins: list(draft.origins, self.origin),
            sign_in: self.sign_in.unwrap_or(draft.sign_in),
            policy: self.policy.unwrap_or(draft.policy),
            callback_url: replaced(draft.callback_url, self.callback),
            approved: list(draft.approved, self.approve),
            events: list(draft.events, self.event),
            questions: list(draft.questions, self.question),
            token_key: replaced(draft.token_key, self.token_pem),
            token_algorithm: self.token_algorithm.unwrap_or(draft.token_algorithm),
            session_ms: self.session_hours.map_or(draft.session_ms, |hours| hours.saturating_mul(3_600_000)),
            id: draft.id,
            name: draft.name,
        }
    }
}

/// An empty word says: none.
fn one_of(word: &str, known: &[&str]) -> std::result::Result<String, String> {
    match word.is_empty() || known.contains(&word) {
        true => Ok(word.into()),
        false => Err(format!("expected one of {}", known.join(", "))),
    }
}

fn event(word: &str) -> std::result::Result<String, String> {
    match kind::facts().contains(&word) {
        false if kind::Kind::ALL.iter().any(|kind| kind.is_unasked() && kind.as_str() == word) => {
            Err("that is told without being asked for".into())
        }
        _ => one_of(word, &kind::facts()),
    }
}

fn question(word: &str) -> std::result::Result<String, String> {
    match word {
        "user.verify" => Err("that is asked where people sign in with the application's passwords: --sign-in callback".into()),
        "action.invoked" => Err("that is asked wherever somebody presses a button of a card; it needs no option".into()),
        _ => one_of(word, &kind::questions()),
    }
}

fn list(old: Vec<String>, new: Option<Vec<String>>) -> Vec<String> {
    let mut list = new.unwrap_or(old);
    list.retain(|text| !text.is_empty());
    list
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{Command, FromArgMatches};

    fn typed(words: &[&str]) -> Settings {
        let command = Settings::augment_args(Command::new("x").no_binary_name(true));
        Settings::from_arg_matches(&command.get_matches_from(words)).unwrap()
    }

    #[test]
    fn what_is_not_typed_stays_and_an_empty_word_clears() {
        let before = Draft {
            origins: vec!["https://a".into()],
            callback_url: Some("https://a/cb".into()),
            colour: Some("#112233".into()),
            ..Draft::default()
        };
        let after = typed(&["--callback=", "--sign-in", "token,ticket", "--origin", "https://b"]).apply(before.clone());
        assert_eq!((after.callback_url, after.colour), (None, before.colour.clone()));
        assert_eq!((after.sign_in, after.origins), (vec![SignIn::Token, SignIn::Ticket], vec!["https://b".to_string()]));
        assert!(typed(&["--origin="]).apply(before).origins.is_empty());
    }

    #[test]
    fn a_type_that_is_none_is_refused_at_its_option_with_what_it_comes_by() {
        let refused = |words: &[&str]| {
            let command = Settings::augment_args(Command::new("x").no_binary_name(true));
            command.try_get_matches_from(words).unwrap_err().render().to_string()
        };
        assert!(refused(&["--question", "user.verify"]).contains("--sign-in callback"));
        assert!(refused(&["--question", "why"]).contains("--question"), "it says which option");
        assert!(refused(&["--event", "ping"]).contains("without being asked for"));
        assert!(refused(&["--event", "why"]).contains("expected one of message.created, "));
        assert!(typed(&["--event=", "--question="]).apply(Draft::default()).questions.is_empty());
    }
}
