//! Contact lists from lines of a file: a shared group, or the list that one user has from the application or of its own.

use crate::chat::announce;
use crate::directory::contact::{self, List};
use crate::directory::group::GroupDraft;
use crate::directory::import::{Line, Report};
use crate::directory::shared;
use crate::directory::user;
use crate::error::{Error, Result};
use crate::id::{AppNo, UserId};
use crate::store::Tx;
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UserList {
    user: UserId,
    groups: Vec<GroupDraft>,
    /// It is the user's own list, not the application's.
    #[serde(default)]
    own: bool,
}

#[derive(Deserialize)]
struct Shared {
    #[serde(flatten)]
    draft: GroupDraft,
    visible_to: Option<Vec<UserId>>,
}

/// Keeps these lines; what is wrong with one is said in the report.
pub fn keep(tx: &mut Tx, app: AppNo, lines: &[Line], report: &mut Report) -> Result<()> {
    for line in lines {
        match keep_one(tx, app, &line.value) {
            Ok(true) => report.changed += 1,
            Ok(false) => report.unchanged += 1,
            Err(error) => report.refuse(line.number, &error.refusal()?),
        }
    }
    Ok(())
}

fn keep_one(tx: &mut Tx, app: AppNo, value: &Value) -> Result<bool> {
    let wrong = |e: serde_json::Error| Error::invalid("", format!("not understood: {e}"));
    let before = tx.current_version(app)?;
    if value.get("user").is_some() {
        let UserList { user, groups, own } = UserList::deserialize(value).map_err(wrong)?;
        let (no, list) = (user::number(tx, app, &user)?, List::parse(groups)?);
        let replace = if own { contact::replace_own } else { contact::replace };
        replace(tx, app, no, &list, announce::user)?;
    } else {
        let Shared { draft, visible_to } = Shared::deserialize(value).map_err(wrong)?;
        shared::put(tx, app, &shared::Draft::parse(draft, visible_to)?, announce::user)?;
    }
    Ok(tx.current_version(app)? > before)
}
