//! Brings a database to this program's schema: forward only, each step in one transaction, a verified copy before the
//! first step of an existing database. A schema from the future is refused untouched.

use crate::error::{Error, Result};
use crate::secret;
use crate::store::backup;
use rusqlite::Connection;
use std::path::Path;

/// The steps, in order; the number of the last is the schema's number. Never edited once released.
const STEPS: &[&str] = &[
    include_str!("../../migrations/0001_store.sql"),
    include_str!("../../migrations/0002_application.sql"),
    include_str!("../../migrations/0003_directory.sql"),
    include_str!("../../migrations/0004_chat.sql"),
    include_str!("../../migrations/0005_delivery.sql"),
    include_str!("../../migrations/0006_operator.sql"),
    include_str!("../../migrations/0007_card.sql"),
    include_str!("../../migrations/0008_ledger.sql"),
    include_str!("../../migrations/0009_event.sql"),
    include_str!("../../migrations/0010_people.sql"),
    include_str!("../../migrations/0022_feed.sql"),
    include_str!("../../migrations/0023_oidc.sql"),
    include_str!("../../migrations/0024_file.sql"),
    include_str!("../../migrations/0025_count.sql"),
    include_str!("../../migrations/0026_moment.sql"),
];

pub fn run(connection: &mut Connection, file: &Path) -> Result<()> {
    let at: usize = connection.query_row("PRAGMA user_version", [], |r| r.get::<_, i64>(0)).map_err(Error::internal)? as usize;
    if at > STEPS.len() {
        return Err(Error::Conflict(format!(
            "this database was written by a newer parlour (schema {at}, this one knows {}); it was not touched",
            STEPS.len()
        )));
    }
    if at > 0 && at < STEPS.len() {
        backup::copy(file, &file.with_extension(format!("before-{}.db", STEPS.len())))?;
    }
    for (done, step) in STEPS.iter().enumerate().skip(at) {
        apply(connection, step, done + 1).map_err(|e| Error::Internal(format!("migration {}: {e}", done + 1)))?;
    }
    Ok(())
}

fn apply(connection: &mut Connection, step: &str, number: usize) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    transaction.execute_batch(step)?;
    transaction.execute_batch(&format!("PRAGMA user_version = {number}"))?;
    transaction.commit()
}

/// The identity of this database, made once.
pub fn epoch(connection: &Connection) -> Result<String> {
    let fresh = secret::generate("")[..22].to_string();
    let sql = "INSERT INTO meta (name, value) VALUES ('epoch', ?1) ON CONFLICT DO UPDATE SET value = value RETURNING value";
    connection.query_row(sql, [fresh], |r| r.get(0)).map_err(Error::internal)
}
