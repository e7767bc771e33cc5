//! Notices: what the office tells everyone.

use super::refusal::Refusal;
use super::state::State;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Notice {
    pub id: u64,
    /// From the form: a form that is sent twice makes one notice.
    pub key: String,
    pub title: String,
    pub text: String,
    pub by: String,
    pub at: i64,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Form {
    pub key: String,
    pub title: String,
    pub text: String,
}

/// Keeps a notice. The same form again answers the first one (`false`).
pub fn post(state: &mut State, by: &str, form: &Form) -> Result<(Notice, bool), Refusal> {
    let same = |notice: &&Notice| !form.key.is_empty() && notice.key == form.key;
    if let Some(kept) = state.notices.iter().find(same) {
        return Ok((kept.clone(), false));
    }
    let title = form.title.split_whitespace().collect::<Vec<_>>().join(" ");
    let text = form.text.trim().replace('\r', "");
    if title.is_empty() || title.chars().count() > 100 {
        return Err(Refusal::invalid("Please give a title of at most 100 characters.", "请填写标题（最多 100 个字）。"));
    }
    if text.is_empty() || text.chars().count() > 3000 {
        return Err(Refusal::invalid("Please write a text of at most 3000 characters.", "请填写内容（最多 3000 个字）。"));
    }
    let notice = Notice {
        id: state.next_id(),
        key: form.key.chars().take(64).collect(),
        title,
        text,
        by: by.to_owned(),
        at: super::session::now(),
    };
    state.notices.push(notice.clone());
    Ok((notice, true))
}
