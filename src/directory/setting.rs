//! What a user has set for itself, and how fresh its contact list is: one row, versioned like every other.

use crate::error::Result;
use crate::id::{AppNo, UserNo};
use crate::store::{Db, Tx, params};
use crate::wire::News;
use crate::wire::row::{ContactsState, Rows, SettingsRow};

pub fn row(db: &Db, app: AppNo, user: UserNo) -> Result<SettingsRow> {
    let sql = "SELECT settings, contacts_at, contacts_failed FROM user WHERE application = ?1 AND no = ?2";
    let blocked = "SELECT u.id FROM block b JOIN user u ON u.application = b.application AND u.no = b.blocked \
                   WHERE b.application = ?1 AND b.user = ?2 ORDER BY u.id";
    let blocked = db.all(blocked, params![app, user], |r| r.get(0))?;
    db.one(sql, params![app, user], |r| {
        let contacts = ContactsState { at: r.get(1)?, failed: r.get::<i64>(2)? > 0 };
        Ok(SettingsRow { blocked: blocked.clone(), contacts, version: r.get(0)? })
    })
}

/// Gives the row its next version and tells the user's devices.
pub(crate) fn changed(tx: &mut Tx, app: AppNo, user: UserNo) -> Result<()> {
    let version = tx.next_version(app)?;
    tx.run("UPDATE user SET settings = ?3 WHERE application = ?1 AND no = ?2", params![app, user, version])?;
    let rows = Rows { settings: Some(row(tx, app, user)?), ..Rows::default() };
    tx.tell(News::Rows { app, version, to: vec![user].into(), rows: Box::new(rows), except: None });
    Ok(())
}
