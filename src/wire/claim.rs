//! A claim: what a message from the application asks of its recipients besides reading it, and who has done it.

use crate::id::UserId;
use crate::time::Moment;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = ClaimKind)]
pub enum Kind {
    /// One of the recipients takes it: the first has it, and the others see who.
    Any,
    /// Every recipient confirms it, and all see how far that is.
    All,
}

impl Kind {
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Any => "any",
            Kind::All => "all",
        }
    }

    pub fn parse(text: &str) -> Option<Kind> {
        [Kind::Any, Kind::All].into_iter().find(|kind| kind.as_str() == text)
    }
}

/// Who took or confirmed it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = ClaimTaker)]
pub struct Taker {
    #[schema(value_type = String)]
    pub user: UserId,
    /// Empty where that user was erased.
    pub name: String,
    #[schema(value_type = String, format = DateTime)]
    pub at: Moment,
}

/// How far a claim is, as one of the recipients sees it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Claim)]
pub struct ClaimRow {
    pub kind: Kind,
    /// The newest first, at most 10; `done` counts all of them.
    pub by: Vec<Taker>,
    pub done: i64,
    /// Whom it was sent to.
    pub of: i64,
    /// Whether the one who sees this is among them.
    pub mine: bool,
}
