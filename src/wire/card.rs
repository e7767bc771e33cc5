//! A card: what a message from the application shows besides its text, with buttons. As an application gives it, and as a
//! client sees it.

use crate::id::UserId;
use crate::time::Moment;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

fn is_false(flag: &bool) -> bool {
    !*flag
}

/// A line of a card: what it is, and how much, when, where.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, expecting = "expected a field, an object with label and value")]
#[schema(as = CardField)]
pub struct Field {
    #[schema(max_length = 80)]
    pub label: String,
    #[schema(max_length = 500)]
    pub value: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = CardStyle)]
pub enum Style {
    Primary,
    Danger,
    #[default]
    Default,
}

impl Style {
    pub fn as_str(self) -> &'static str {
        match self {
            Style::Primary => "primary",
            Style::Danger => "danger",
            Style::Default => "default",
        }
    }

    pub fn parse(text: &str) -> Option<Style> {
        [Style::Primary, Style::Danger, Style::Default].into_iter().find(|style| style.as_str() == text)
    }
}

/// What somebody is asked to write when it presses a button.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, expecting = "expected an input, an object with label")]
#[schema(as = CardInput)]
pub struct Input {
    #[schema(max_length = 100)]
    pub label: String,
    #[serde(default, skip_serializing_if = "is_false")]
    pub required: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    pub multiline: bool,
}

/// The label alone, or more about it.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(untagged, expecting = "expected the label of the input, or an object with label")]
#[schema(as = CardInputDraft)]
pub enum InputDraft {
    Label(String),
    Whole(Input),
}

/// A button before it is kept.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, expecting = "expected an action, an object with id and label")]
#[schema(as = CardActionDraft)]
pub struct ActionDraft {
    /// What the application is told; each once in a card.
    #[schema(pattern = "^[A-Za-z0-9._-]{1,64}$")]
    pub id: String,
    #[schema(max_length = 60)]
    pub label: String,
    #[serde(default)]
    pub style: Style,
    pub input: Option<InputDraft>,
    /// A sentence that is to be agreed to first.
    #[schema(max_length = 300)]
    pub confirm: Option<String>,
    /// Who sees this button and may press it; absent: every recipient.
    #[schema(max_items = 100)]
    pub users: Option<Vec<UserId>>,
}

/// What was done elsewhere, such as on a page of the application.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, expecting = "expected what was done, an object with label")]
#[schema(as = CardDoneDraft)]
pub struct DoneDraft {
    /// What was done, such as `Approved`.
    #[schema(max_length = 60)]
    pub label: String,
    /// The id of the action that it amounts to.
    pub action: Option<String>,
    /// Who did it, where that is one of its users.
    pub user: Option<UserId>,
    /// Who did it, where that is nobody whom Parlour knows.
    #[schema(max_length = 100)]
    pub name: Option<String>,
    /// Absent: now.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub at: Option<Moment>,
    #[schema(max_length = 2000)]
    pub input: Option<String>,
    /// How it looks: `danger` where something was refused. Absent: as the button that was pressed, where this is the answer to it.
    pub style: Option<Style>,
    /// Taken so that a card can be sent back as it came, and of no effect: what the application says is confirmed.
    pub state: Option<String>,
}

/// A card before it is kept; at most 16 KiB in all.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, expecting = "expected a card, an object with title")]
#[schema(as = CardDraft)]
pub struct Draft {
    #[schema(max_length = 200)]
    pub title: String,
    /// Markdown.
    #[schema(max_length = 4000)]
    pub text: Option<String>,
    /// Where there is more: an `https` address, or an `http` one at an origin of the application.
    pub link: Option<String>,
    #[serde(default)]
    #[schema(max_items = 20)]
    pub fields: Vec<Field>,
    #[serde(default)]
    #[schema(max_items = 8)]
    pub actions: Vec<ActionDraft>,
    /// No button counts from then on.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires_at: Option<Moment>,
    /// The card is settled. Absent: it is open where it has actions; where it has none and replaces another one, what was done
    /// with that one stays.
    pub done: Option<DoneDraft>,
}

/// A button as somebody sees it who may press it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = CardAction)]
pub struct Action {
    pub id: String,
    pub label: String,
    pub style: Style,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input: Option<Input>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confirm: Option<String>,
    /// Shown to the application only: who sees this button, where not everybody does.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<String>>)]
    pub users: Option<Vec<UserId>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = CardState)]
pub enum State {
    /// The application has not answered to it yet.
    Waiting,
    Confirmed,
}

/// What was done with a card, by whom and when.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = CardDone)]
pub struct Done {
    /// The id of the action.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// The label of the action, or what the application said was done.
    pub label: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub user: Option<UserId>,
    /// Empty where that user was erased; absent where the application did not say who.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[schema(value_type = String)]
    pub at: Moment,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input: Option<String>,
    /// Of the action, or as the application said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub style: Option<Style>,
    pub state: State,
}

/// A card as one of the recipients sees it: with the buttons that it may press.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Card)]
pub struct CardRow {
    pub title: String,
    pub text: Option<String>,
    pub link: Option<String>,
    pub fields: Vec<Field>,
    pub actions: Vec<Action>,
    #[schema(value_type = Option<String>)]
    pub expires_at: Option<Moment>,
    /// Null: it is open.
    pub done: Option<Done>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_can_be_sent_back_as_it_came_with_what_was_done() {
        let (at, label) = (Moment::now(), "Approve".to_string());
        let (name, style) = (Some("Mei".into()), Some(Style::Danger));
        let done = Done { action: None, label, user: None, name, at, input: None, style, state: State::Waiting };
        let (title, fields, actions) = ("Leave".to_string(), Vec::new(), Vec::new());
        let card = CardRow { title, text: None, link: None, fields, actions, expires_at: None, done: Some(done) };
        let back: Draft = serde_json::from_value(serde_json::to_value(&card).unwrap()).unwrap();
        assert_eq!(back.done.unwrap().label, "Approve");
    }
}
