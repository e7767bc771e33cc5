//! Opens connections, sets what durability and safety rest on, and reads each setting back: a start with a wrong value is
//! refused.

use crate::error::{Error, Result};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use std::path::Path;
use std::time::Duration;

/// Earlier versions can corrupt a database when the write-ahead log is reset (fixed in 3.51.3).
const OLDEST: i32 = 3_051_003;

/// Statements kept prepared per connection.
const STATEMENTS: usize = 256;

pub fn writing(file: &Path) -> Result<Connection> {
    if rusqlite::version_number() < OLDEST {
        return Err(Error::Internal(format!("SQLite {} is too old; 3.51.3 or later is needed", rusqlite::version())));
    }
    let connection = Connection::open(file).map_err(|e| Error::Unavailable(format!("cannot open {}: {e}", file.display())))?;
    let fresh: i64 = connection.query_row("PRAGMA page_count", [], |r| r.get(0)).map_err(Error::internal)?;
    if fresh == 0 {
        // Takes effect only on an empty file, before the log mode is chosen.
        set(&connection, "auto_vacuum", "INCREMENTAL", "2")?;
    }
    set(&connection, "journal_mode", "WAL", "wal")?;
    set(&connection, "synchronous", "FULL", "2")?;
    // `checkpoint` does it.
    set(&connection, "wal_autocheckpoint", "0", "0")?;
    set(&connection, "cache_size", "-16000", "-16000")?;
    shared(&connection)?;
    Ok(connection)
}

pub fn reading(file: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags).map_err(Error::internal)?;
    set(&connection, "query_only", "1", "1")?;
    set(&connection, "cache_size", "-4000", "-4000")?;
    shared(&connection)?;
    Ok(connection)
}

fn shared(connection: &Connection) -> Result<()> {
    set(connection, "foreign_keys", "1", "1")?;
    set(connection, "trusted_schema", "0", "0")?;
    set(connection, "temp_store", "MEMORY", "2")?;
    connection.busy_timeout(Duration::from_secs(5)).map_err(Error::internal)?;
    check(connection, "busy_timeout", "5000")?;
    // A plan does not depend on the values that are bound. Otherwise a statement with a range or a LIMIT is planned anew each
    // time one of them changes, and what is known of the tables is the same for all values (`statistics`).
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(Error::internal)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(())
}

fn set(connection: &Connection, name: &str, value: &str, expected: &str) -> Result<()> {
    connection.execute_batch(&format!("PRAGMA {name} = {value}")).map_err(Error::internal)?;
    check(connection, name, expected)
}

fn check(connection: &Connection, name: &str, expected: &str) -> Result<()> {
    let value: rusqlite::types::Value =
        connection.query_row(&format!("PRAGMA {name}"), [], |r| r.get(0)).map_err(Error::internal)?;
    let value = match value {
        rusqlite::types::Value::Integer(i) => i.to_string(),
        rusqlite::types::Value::Text(t) => t,
        other => format!("{other:?}"),
    };
    if value == expected {
        return Ok(());
    }
    Err(Error::Internal(format!("the database's {name} is {value} and must be {expected}; is its file system unusual?")))
}
