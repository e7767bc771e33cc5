//! What the query planner knows of the tables, the same in every installation and on every day: a query is as fast with an
//! empty database that grows as with a full one that was just opened.

use crate::error::{Error, Result};
use rusqlite::Connection;

const ROWS: &str = include_str!("../../migrations/statistics.sql");

/// Gives the database these statistics, and this connection too. Connections that are opened later read them.
pub fn write(connection: &mut Connection) -> Result<()> {
    let transaction = connection.transaction().map_err(Error::internal)?;
    // The first makes the table where there is none, the last has it read.
    transaction.execute_batch(&format!("ANALYZE meta; {ROWS} ANALYZE sqlite_schema;")).map_err(Error::internal)?;
    transaction.commit().map_err(Error::internal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::migrate;
    use std::path::Path;

    fn names(connection: &Connection, sql: &str) -> Vec<String> {
        let mut statement = connection.prepare(sql).unwrap();
        let found = statement.query_map([], |r| r.get(0)).unwrap();
        found.collect::<rusqlite::Result<_>>().unwrap()
    }

    #[test]
    fn every_index_of_a_table_that_is_told_of_is_told_of_and_there() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate::run(&mut connection, Path::new("")).unwrap();
        write(&mut connection).unwrap();
        let told = names(&connection, "SELECT idx FROM sqlite_stat1 ORDER BY idx");
        let there = "SELECT name FROM sqlite_schema WHERE tbl_name IN (SELECT tbl FROM sqlite_stat1)
                     AND (type = 'index' OR sql LIKE '%WITHOUT ROWID%') ORDER BY name";
        assert_eq!(told, names(&connection, there));
    }
}
