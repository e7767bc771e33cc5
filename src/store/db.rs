//! Reading: `one`, `maybe`, `all` over one consistent picture. Statements are prepared once per connection.

use crate::error::{Error, Result};
use crate::id::AppNo;
use rusqlite::{CachedStatement, Connection, OptionalExtension, Params, types::FromSql};

/// What queries are asked of. Writing needs a `Tx`.
pub struct Db {
    pub(super) connection: Connection,
}

/// One row of an answer; columns are taken by number from 0.
pub struct Row<'a>(&'a rusqlite::Row<'a>);

impl Row<'_> {
    pub fn get<T: FromSql>(&self, column: usize) -> Result<T> {
        self.0.get(column).map_err(Error::internal)
    }
}

impl Db {
    /// The only row, or `Internal` where there is none: for counts and the like.
    pub fn one<T>(&self, sql: &str, params: impl Params, read: impl FnMut(&Row) -> Result<T>) -> Result<T> {
        self.maybe(sql, params, read)?.ok_or_else(|| Error::internal("a row was expected"))
    }

    /// The first row, if any.
    pub fn maybe<T>(&self, sql: &str, params: impl Params, mut read: impl FnMut(&Row) -> Result<T>) -> Result<Option<T>> {
        let mut statement = self.prepare(sql).map_err(translate)?;
        statement.query_row(params, |row| Ok(read(&Row(row)))).optional().map_err(translate)?.transpose()
    }

    pub fn all<T>(&self, sql: &str, params: impl Params, mut read: impl FnMut(&Row) -> Result<T>) -> Result<Vec<T>> {
        let mut statement = self.prepare(sql).map_err(translate)?;
        let mut rows = statement.query(params).map_err(translate)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next().map_err(translate)? {
            found.push(read(&Row(row))?);
        }
        Ok(found)
    }

    /// Whether the query gives any row.
    pub fn any(&self, sql: &str, params: impl Params) -> Result<bool> {
        let mut statement = self.prepare(sql).map_err(translate)?;
        statement.exists(params).map_err(translate)
    }

    /// Ready to run, and in debug builds known to have a good plan.
    pub(super) fn prepare(&self, sql: &str) -> rusqlite::Result<CachedStatement<'_>> {
        #[cfg(debug_assertions)]
        crate::store::plan::check(&self.connection, sql);
        self.connection.prepare_cached(sql)
    }

    /// The application's last committed version.
    pub fn version(&self, app: AppNo) -> Result<i64> {
        let sql = "SELECT last FROM version WHERE application = ?1";
        Ok(self.maybe(sql, [app], |r| r.get(0))?.unwrap_or(0))
    }

    pub(super) fn quick_check(&self) -> Result<()> {
        match self.one("PRAGMA quick_check(1)", [], |r| r.get::<String>(0))?.as_str() {
            "ok" => Ok(()),
            fault => Err(Error::Internal(format!("the database is damaged: {fault}"))),
        }
    }
}

/// What SQLite says, by kind.
pub(super) fn translate(error: rusqlite::Error) -> Error {
    use rusqlite::ffi::ErrorCode;
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => Error::Unavailable("the disk is full; nothing was stored".into()),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Error::Unavailable("the database is busy".into()),
        Some(ErrorCode::ConstraintViolation) if is_unique(&error) => {
            Error::Conflict("there is one with this name already".into())
        }
        _ => Error::internal(error),
    }
}

fn is_unique(error: &rusqlite::Error) -> bool {
    let code = error.sqlite_error().map(|e| e.extended_code);
    matches!(code, Some(rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE | rusqlite::ffi::SQLITE_CONSTRAINT_PRIMARYKEY))
}

/// Whether the disk itself failed: then nobody may be told anything, and the same sync is never tried again.
pub(super) fn is_io_failure(error: &rusqlite::Error) -> bool {
    use rusqlite::ffi::ErrorCode;
    matches!(error.sqlite_error_code(), Some(ErrorCode::SystemIoFailure | ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
}
