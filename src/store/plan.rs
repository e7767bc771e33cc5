//! In debug builds, how SQLite will go about each statement, looked at when it is first run: one that reads all rows of a large
//! table, or all of an application's, is a fault, unless it says beside itself why that is right: `/* all: … */`. How large a
//! table is stands in `migrations/statistics.sql`. Nothing of this is in a release.

use rusqlite::{Connection, OptionalExtension};
use std::collections::HashSet;
use std::sync::{LazyLock, Mutex, PoisonError};

/// Rows from which on it matters.
const MANY: i64 = 1_000;

static SEEN: LazyLock<Mutex<HashSet<String>>> = LazyLock::new(Mutex::default);

/// Panics where the statement reads too much.
pub fn check(connection: &Connection, sql: &str) {
    // Unit tests look into the tables as they like.
    if cfg!(test) || sql.contains("/* all: ") || !SEEN.lock().unwrap_or_else(PoisonError::into_inner).insert(sql.into()) {
        return;
    }
    let wrong = wrong(connection, sql).unwrap_or_default();
    assert!(wrong.is_empty(), "this statement reads too much, {}: {sql}", wrong.join(", "));
}

/// The steps of its plan that read many rows. The first rows of an index, in its order, are few.
fn wrong(connection: &Connection, sql: &str) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
    let steps = statement.raw_query().mapped(|row| row.get("detail")).collect::<rusqlite::Result<Vec<String>>>()?;
    let is_sorted = steps.iter().any(|step| step.ends_with("FOR ORDER BY"));
    if ["min(", "max(", "LIMIT"].iter().any(|word| sql.contains(word)) && !is_sorted {
        return Ok(Vec::new());
    }
    Ok(steps.into_iter().filter(|step| rows(connection, sql, step) >= MANY).collect())
}

/// How many rows a step reads that reads all; 0 for others.
fn rows(connection: &Connection, sql: &str, step: &str) -> i64 {
    let column = match step.split(' ').next() {
        Some("SCAN") => 0,
        Some("SEARCH") if step.ends_with("(application=?)") => 1,
        _ => return 0,
    };
    let name = step.split(' ').nth(1).unwrap_or_default();
    let index = step.split_once("INDEX ").and_then(|(_, rest)| rest.split(' ').next());
    let find = |table: &str| {
        let sql = "SELECT stat FROM sqlite_stat1 WHERE tbl = ?1 AND idx = ?2";
        connection.query_row(sql, [table, index.unwrap_or(table)], |row| row.get::<_, String>(0)).optional().ok().flatten()
    };
    let aliased = words(sql).zip(words(sql).skip(1)).filter(|(_, alias)| *alias == name).find_map(|(table, _)| find(table));
    let counts = aliased.or_else(|| find(name)).unwrap_or_default();
    counts.split(' ').nth(column).and_then(|count| count.parse().ok()).unwrap_or_default()
}

/// Without `AS`: a table stands before the name that it is given.
fn words(sql: &str) -> impl Iterator<Item = &str> {
    sql.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty() && *word != "AS")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{migrate, statistics};
    use std::path::Path;

    #[test]
    fn a_statement_that_reads_all_is_noticed() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate::run(&mut connection, Path::new("")).unwrap();
        statistics::write(&mut connection).unwrap();
        let wrong = |sql: &str| !wrong(&connection, sql).unwrap().is_empty();
        for all in [
            "SELECT m.id FROM message AS m WHERE m.text = ?1",
            "SELECT id FROM user WHERE application = ?1 AND email = ?2",
            "DELETE FROM delivery WHERE body = ?1",
            "SELECT u.id FROM member m JOIN user u ON u.email = ?1 WHERE m.application = ?2 AND m.user = ?3",
            "SELECT no FROM user WHERE application = ?1 ORDER BY email LIMIT 1",
        ] {
            assert!(wrong(all), "{all}");
        }
        for few in [
            "SELECT id FROM user WHERE application = ?1 AND no = ?2",
            "SELECT max(no) FROM user WHERE application = ?1",
            "SELECT id FROM user WHERE application = ?1 ORDER BY id LIMIT 50",
            "SELECT no FROM delivery WHERE claimed_until IS NOT NULL",
            "SELECT id FROM application",
        ] {
            assert!(!wrong(few), "{few}");
        }
    }
}
