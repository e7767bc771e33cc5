//! The rows that a client knows, kept as `docs/protocol.md` tells client authors to keep them. It complains where the
//! server breaks a rule of order: a version that falls, a commit that comes twice.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const KINDS: [&str; 5] = ["users", "groups", "conversations", "members", "messages"];

#[derive(Default)]
pub struct Replica {
    pub epoch: Option<String>,
    pub version: i64,
    /// The version that may be stored as the place to resume from.
    pub resume: i64,
    /// By kind and id.
    pub rows: BTreeMap<(&'static str, String), Value>,
    /// An `ok` was too much for one frame, and the rest of it follows.
    goes_on: bool,
    /// Rows that came on this connection, with their versions.
    fresh: BTreeSet<(&'static str, String, i64)>,
    /// Messages of others, in the order in which they were first seen.
    pub heard: Vec<Value>,
}

impl Replica {
    /// Takes in one frame from the server.
    pub fn apply(&mut self, name: &str, body: &Value) {
        match name {
            "welcome" => self.welcome(body),
            "sync" => self.sync(body),
            "ok" => self.answer(body),
            _ => {}
        }
    }

    /// A new connection goes on from where the client may resume, not from the middle of a run.
    fn welcome(&mut self, body: &Value) {
        self.epoch = body["epoch"].as_str().map(str::to_string);
        self.version = self.resume;
        self.fresh.clear();
    }

    fn sync(&mut self, body: &Value) {
        let version = body["version"].as_i64().unwrap_or_else(|| panic!("a sync without a version: {body}"));
        let reset = body["reset"] == true;
        if reset {
            self.rows.clear();
            self.version = 0;
        }
        assert!(version >= self.version, "the version fell from {} to {version}: {body}", self.version);
        // what has become visible brings older rows along
        let brings_along = reset || self.goes_on || !body["members"].is_null() || !body["groups"].is_null();
        for kind in KINDS {
            for row in body[kind].as_array().into_iter().flatten() {
                self.upsert(kind, row, brings_along);
            }
        }
        self.version = version;
        if body["more"] != true {
            self.goes_on = false;
            self.resume = version;
        }
    }

    /// An `ok` with a row stands in the place of the `sync` of its commit. A page of history moves nothing.
    fn answer(&mut self, body: &Value) {
        self.goes_on |= body["conversation"].is_object() && body["more"] == true;
        let is_page = !body["more"].is_null();
        let mut newest = 0;
        for (member, kind) in [("message", "messages"), ("conversation", "conversations")] {
            if body[member].is_object() {
                newest = newest.max(body[member]["version"].as_i64().unwrap_or(0));
                self.upsert(kind, &body[member], true);
            }
        }
        for kind in KINDS {
            for row in body[kind].as_array().into_iter().flatten() {
                newest = newest.max(row["version"].as_i64().unwrap_or(0));
                self.upsert(kind, row, true);
            }
        }
        if !is_page {
            self.version = self.version.max(newest);
            self.resume = self.resume.max(newest);
        }
    }

    fn upsert(&mut self, kind: &'static str, row: &Value, may_be_known: bool) {
        let id = match kind {
            "members" => format!("{}/{}", row["conversation"], row["user"]),
            _ => row["id"].to_string(),
        };
        let version = row["version"].as_i64().unwrap_or_else(|| panic!("a row without a version: {row}"));
        let is_fresh = self.fresh.insert((kind, id.clone(), version));
        assert!(may_be_known || is_fresh, "the same row came twice: {row}");
        let known = self.rows.insert((kind, id), row.clone());
        if kind == "messages" && known.is_none() {
            self.heard.push(row.clone());
        }
    }

    /// The messages of a conversation, oldest first.
    pub fn messages(&self, conversation: i64) -> Vec<Value> {
        self.all_messages().into_iter().filter(|row| row["conversation"] == conversation).collect()
    }

    pub fn all_messages(&self) -> Vec<Value> {
        let rows = self.rows.iter().filter(|((kind, _), _)| *kind == "messages");
        let mut found: Vec<Value> = rows.map(|(_, row)| row.clone()).collect();
        found.sort_by_key(|row| row["id"].as_i64());
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn message(id: i64, version: i64) -> Value {
        json!({"id": id, "conversation": 7, "version": version, "text": "hello"})
    }

    #[test]
    fn rows_are_inserted_and_replaced_by_id() {
        let mut replica = Replica::default();
        replica.apply("sync", &json!({"version": 3, "messages": [message(3, 3)]}));
        replica.apply("ok", &json!({"id": 1, "message": message(3, 4)}));
        assert_eq!((replica.messages(7).len(), replica.version, replica.heard.len()), (1, 4, 1));
    }

    #[test]
    #[should_panic(expected = "the version fell")]
    fn a_version_that_falls_is_noticed() {
        let mut replica = Replica::default();
        replica.apply("sync", &json!({"version": 3}));
        replica.apply("sync", &json!({"version": 2}));
    }

    #[test]
    #[should_panic(expected = "came twice")]
    fn a_commit_that_comes_twice_is_noticed() {
        let mut replica = Replica::default();
        replica.apply("sync", &json!({"version": 3, "messages": [message(3, 3)]}));
        replica.apply("sync", &json!({"version": 4, "messages": [message(3, 3)]}));
    }
}
