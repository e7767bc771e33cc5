//! What an application has said about calls to it: whether it is called, what it answers, what it wants to hear.

use crate::apps::delivery::Kind;
use crate::error::Result;
use crate::id::{AppId, AppNo};
use crate::store::Db;

/// Whether the application wants to hear of this at all.
pub fn is_wanted(db: &Db, app: AppNo, kind: Kind) -> Result<bool> {
    Ok(get(db, app)?.wants(kind))
}

pub(super) struct Wish {
    pub id: AppId,
    /// It has a callback address. Without one, rows are only kept for whoever reads them.
    pub is_called: bool,
    questions: String,
    events: String,
}

pub(super) fn get(db: &Db, app: AppNo) -> Result<Wish> {
    let sql = "SELECT id, callback_url IS NOT NULL, questions, events FROM application WHERE no = ?1";
    db.one(sql, [app], |r| Ok(Wish { id: r.get(0)?, is_called: r.get(1)?, questions: r.get(2)?, events: r.get(3)? }))
}

impl Wish {
    pub fn wants(&self, kind: Kind) -> bool {
        if kind.is_unasked() {
            return true;
        }
        let list = if kind.is_question() { &self.questions } else { &self.events };
        list.contains(&format!("\"{}\"", kind.as_str()))
    }
}
