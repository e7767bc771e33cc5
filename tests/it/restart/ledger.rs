//! What one client was promised and what it has seen, to be compared with what is kept in the end.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

pub struct Ledger {
    pub me: String,
    pub other: String,
    /// Number of the message among those that this client wrote → the id in its `ok`.
    pub promised: BTreeMap<usize, i64>,
    /// Every (id, text) that ever reached this client, by any connection.
    pub seen: BTreeSet<(i64, String)>,
    /// The rows that its replica has in the end.
    pub replica: Vec<Value>,
    /// How often it was told to forget all; once is the first sight.
    pub resets: usize,
}

pub fn text(me: &str, number: usize) -> String {
    format!("{me} writes {number:06}")
}

pub fn key(number: usize) -> String {
    format!("k{number}")
}

impl Ledger {
    /// Fails where the history kept differs from what was promised or seen.
    pub fn agrees_with(&self, history: &[Value]) {
        let kept: Vec<(i64, String)> = history.iter().map(id_and_text).collect();
        assert!(kept.windows(2).all(|pair| pair[0].0 < pair[1].0), "{}: ids do not rise in the history", self.me);
        self.promises_are_kept(&kept);
        self.own_messages_are_whole(history);
        let kept: BTreeSet<(i64, String)> = kept.into_iter().collect();
        let phantoms: Vec<_> = self.seen.difference(&kept).collect();
        assert!(phantoms.is_empty(), "{} saw what is not kept: {phantoms:?}", self.me);
        if self.resets == 1 {
            let known: BTreeSet<(i64, String)> = self.replica.iter().map(id_and_text).collect();
            let missed: Vec<_> = kept.difference(&known).collect();
            assert!(missed.is_empty(), "{} was never given: {missed:?}", self.me);
        }
    }

    fn promises_are_kept(&self, kept: &[(i64, String)]) {
        let kept: BTreeMap<i64, &str> = kept.iter().map(|(id, text)| (*id, text.as_str())).collect();
        for (number, id) in &self.promised {
            let found = kept.get(id).copied();
            assert_eq!(found, Some(text(&self.me, *number).as_str()), "{}: message {id} was acknowledged", self.me);
        }
    }

    /// Own messages: each once, in the order in which they were written, and all, because all were acknowledged at last.
    fn own_messages_are_whole(&self, history: &[Value]) {
        let author = format!("user:{}", self.me);
        let own = history.iter().filter(|message| message["from"] == author.as_str());
        let texts: Vec<String> = own.map(|message| id_and_text(message).1).collect();
        let written: Vec<String> = (0..self.promised.len()).map(|number| text(&self.me, number)).collect();
        let differs = texts.iter().zip(&written).position(|(kept, written)| kept != written);
        assert!(
            differs.is_none() && texts.len() == written.len(),
            "{}: {} kept, {} written, different from {differs:?} on",
            self.me,
            texts.len(),
            written.len()
        );
    }
}

fn id_and_text(message: &Value) -> (i64, String) {
    let id = message["id"].as_i64().unwrap_or_else(|| panic!("a message without an id: {message}"));
    (id, message["text"].as_str().unwrap_or_default().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn row(id: i64, from: &str, text: &str) -> Value {
        json!({"id": id, "from": format!("user:{from}"), "text": text})
    }

    fn history() -> Vec<Value> {
        vec![row(5, "anna", &text("anna", 0)), row(6, "ben", "hello"), row(7, "anna", &text("anna", 1))]
    }

    fn ledger() -> Ledger {
        let seen = history().iter().map(id_and_text).collect();
        let promised = BTreeMap::from([(0, 5), (1, 7)]);
        Ledger { me: "anna".into(), other: "ben".into(), promised, seen, replica: history(), resets: 1 }
    }

    #[test]
    fn what_agrees_passes() {
        ledger().agrees_with(&history());
    }

    #[test]
    #[should_panic(expected = "was acknowledged")]
    fn a_lost_message_is_noticed() {
        ledger().agrees_with(&history()[..2]);
    }

    #[test]
    #[should_panic(expected = "3 kept, 2 written")]
    fn a_doubled_message_is_noticed() {
        let mut history = history();
        history.push(row(8, "anna", &text("anna", 1)));
        ledger().agrees_with(&history);
    }

    #[test]
    #[should_panic(expected = "saw what is not kept")]
    fn an_invented_message_is_noticed() {
        let mut ledger = ledger();
        ledger.seen.insert((9, "nobody wrote this".into()));
        ledger.agrees_with(&history());
    }

    #[test]
    #[should_panic(expected = "was never given")]
    fn a_gap_is_noticed() {
        let mut ledger = ledger();
        ledger.replica.remove(1);
        ledger.agrees_with(&history());
    }
}
