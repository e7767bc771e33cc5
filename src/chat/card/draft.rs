//! A card as an application gives it: checked, and in the form in which it is kept.

use crate::apps::{application, origin};
use crate::directory::user;
use crate::error::{Error, Result};
use crate::id::{AppNo, UserNo};
use crate::store::Db;
use crate::time::Moment;
use crate::wire::card::{Action, ActionDraft, CardRow, DoneDraft, Draft, Field, Input, InputDraft, Style};
use crate::wire::claim::Kind;
use serde::{Deserialize, Serialize};

/// Bytes of all of it.
const WHOLE: usize = 16 * 1024;
const TITLE: usize = 200;
const TEXT: usize = 4_000;
const FIELDS: usize = 20;
const FIELD: (usize, usize) = (80, 500);
const ACTIONS: usize = 8;
const LABEL: usize = 60;
const CONFIRM: usize = 300;
const INPUT_LABEL: usize = 100;
const USERS: usize = 100;
/// Characters that somebody writes when it presses a button.
pub const INPUT: usize = 2_000;

/// A card that may be kept.
#[derive(Debug)]
pub struct Checked {
    pub title: String,
    pub body: String,
    pub expires_at: Option<Moment>,
    pub has_actions: bool,
    pub done: Option<Declared>,
    /// Its recipients are to claim it.
    pub claim: Option<Kind>,
}

/// What the application says was done.
#[derive(Debug)]
pub struct Declared {
    pub action: Option<String>,
    pub label: String,
    pub user: UserNo,
    pub name: Option<String>,
    pub at: Moment,
    pub input: Option<String>,
    pub style: Option<Style>,
}

/// What is kept of it as JSON.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Body {
    title: String,
    text: Option<String>,
    link: Option<String>,
    fields: Vec<Field>,
    actions: Vec<Kept>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    id: String,
    label: String,
    style: Style,
    input: Option<Input>,
    confirm: Option<String>,
    users: Option<Vec<UserNo>>,
}

impl Body {
    pub fn read(text: &str) -> Result<Body> {
        serde_json::from_str(text).map_err(Error::internal)
    }

    /// Without what stands beside it.
    pub fn row(&self) -> CardRow {
        let action = |kept: &Kept| Action {
            id: kept.id.clone(),
            label: kept.label.clone(),
            style: kept.style,
            input: kept.input.clone(),
            confirm: kept.confirm.clone(),
            users: None,
        };
        CardRow {
            title: self.title.clone(),
            text: self.text.clone(),
            link: self.link.clone(),
            fields: self.fields.clone(),
            actions: self.actions.iter().map(action).collect(),
            expires_at: None,
            done: None,
        }
    }

    /// Beside each action those who see it, where not everybody does.
    pub fn only(&self) -> Vec<Option<Vec<UserNo>>> {
        self.actions.iter().map(|kept| kept.users.clone()).collect()
    }
}

/// Checks all that can be wrong with a card; `field` of the error says where.
pub fn check(db: &Db, app: AppNo, now: Moment, draft: &Draft) -> Result<Checked> {
    let most = |what: &str, list: usize, most: usize| match list {
        list if list > most => Err(Error::invalid(what, format!("a card has at most {most} of these"))),
        _ => Ok(()),
    };
    most("card.fields", draft.fields.len(), FIELDS)?;
    most("card.actions", draft.actions.len(), ACTIONS)?;
    let each = draft.fields.iter().enumerate().map(|(at, field)| {
        let value = plain(&format!("card.fields[{at}].value"), &field.value, FIELD.1)?;
        Ok(Field { label: plain(&format!("card.fields[{at}].label"), &field.label, FIELD.0)?, value })
    });
    let body = Body {
        title: plain("card.title", &draft.title, TITLE)?,
        text: draft.text.as_deref().map(|text| lines("card.text", text, TEXT)).transpose()?.filter(|text| !text.is_empty()),
        link: draft.link.as_deref().map(|link| check_link(db, app, link)).transpose()?,
        fields: each.collect::<Result<_>>()?,
        actions: actions(db, app, &draft.actions)?,
    };
    let text = serde_json::to_string(&body).map_err(Error::internal)?;
    if text.len() > WHOLE {
        return Err(Error::TooLarge(format!("a card has at most {WHOLE} bytes")));
    }
    Ok(Checked {
        title: body.title,
        body: text,
        expires_at: draft.expires_at,
        has_actions: !draft.actions.is_empty(),
        done: draft.done.as_ref().map(|done| declared(db, app, now, done)).transpose()?,
        claim: None,
    })
}

fn actions(db: &Db, app: AppNo, drafts: &[ActionDraft]) -> Result<Vec<Kept>> {
    let mut kept: Vec<Kept> = Vec::with_capacity(drafts.len());
    for (at, draft) in drafts.iter().enumerate() {
        let at = format!("card.actions[{at}]");
        let id = check_id(&format!("{at}.id"), &draft.id)?;
        if kept.iter().any(|other| other.id == id) {
            return Err(Error::invalid(&format!("{at}.id"), "each action of a card has an id of its own"));
        }
        kept.push(Kept {
            id,
            label: plain(&format!("{at}.label"), &draft.label, LABEL)?,
            style: draft.style,
            input: draft.input.as_ref().map(|input| check_input(&at, input)).transpose()?,
            confirm: draft.confirm.as_deref().map(|text| plain(&format!("{at}.confirm"), text, CONFIRM)).transpose()?,
            users: check_users(db, app, &format!("{at}.users"), draft)?,
        });
    }
    Ok(kept)
}

fn check_id(field: &str, id: &str) -> Result<String> {
    let good = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
    match id.len() {
        1..=64 if id.bytes().all(good) => Ok(id.into()),
        _ => Err(Error::invalid(field, "expected 1 to 64 letters, digits, `.`, `_` or `-`")),
    }
}

fn check_input(at: &str, input: &InputDraft) -> Result<Input> {
    let input = match input {
        InputDraft::Label(label) => Input { label: label.clone(), required: false, multiline: false },
        InputDraft::Whole(input) => input.clone(),
    };
    Ok(Input { label: plain(&format!("{at}.input"), &input.label, INPUT_LABEL)?, ..input })
}

fn check_users(db: &Db, app: AppNo, field: &str, draft: &ActionDraft) -> Result<Option<Vec<UserNo>>> {
    let Some(users) = &draft.users else { return Ok(None) };
    if users.len() > USERS {
        return Err(Error::invalid(field, format!("a button is for at most {USERS} users, or for every recipient")));
    }
    let number = |id| user::number(db, app, id).map_err(|_| Error::invalid(field, format!("there is no user {id}")));
    users.iter().map(number).collect::<Result<_>>().map(Some)
}

/// `https` leads anywhere; without encryption only to the application itself.
fn check_link(db: &Db, app: AppNo, link: &str) -> Result<String> {
    let link = origin::parse_address("card.link", link)?;
    let own = || Ok::<_, Error>(application::get_no(db, app)?.origins);
    if link.starts_with("https://") || origin::of(&link).is_some_and(|of| own().is_ok_and(|own| own.contains(&of))) {
        return Ok(link);
    }
    Err(Error::invalid("card.link", "expected an https address, or one at an origin of the application"))
}

fn declared(db: &Db, app: AppNo, now: Moment, done: &DoneDraft) -> Result<Declared> {
    let user = match &done.user {
        None => UserNo::APPLICATION,
        Some(id) => user::number(db, app, id).map_err(|_| Error::invalid("card.done.user", format!("there is no user {id}")))?,
    };
    let name = done.name.as_deref().filter(|_| done.user.is_none());
    Ok(Declared {
        action: done.action.as_deref().map(|id| check_id("card.done.action", id)).transpose()?,
        label: plain("card.done.label", &done.label, LABEL)?,
        user,
        name: name.map(|name| plain("card.done.name", name, INPUT_LABEL)).transpose()?,
        at: done.at.unwrap_or(now),
        input: done.input.as_deref().map(|input| lines("card.done.input", input, INPUT)).transpose()?,
        style: done.style,
    })
}

/// One line that says something.
fn plain(field: &str, text: &str, most: usize) -> Result<String> {
    let text = text.trim();
    match text.chars().count() {
        1.. if text.chars().count() <= most && !text.chars().any(char::is_control) => Ok(text.into()),
        _ => Err(Error::invalid(field, format!("expected 1 to {most} characters on one line"))),
    }
}

/// Several lines, or nothing.
pub fn lines(field: &str, text: &str, most: usize) -> Result<String> {
    let text = text.trim();
    let odd = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    match text.chars().count() <= most && !text.chars().any(odd) {
        true => Ok(text.into()),
        false => Err(Error::invalid(field, format!("expected at most {most} characters"))),
    }
}
