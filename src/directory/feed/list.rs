//! The list within a JSON document, item by item: a document of some megabytes can be gigabytes as a tree, so that only one item
//! of it is one at a time.

use crate::error::{Error, Result};
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;
use std::fmt;

/// Bytes of one item.
const ITEM: usize = 64 * 1024;

/// Hands each item of the list at this place (a JSON Pointer, RFC 6901) on, with its number from 1, until one is refused.
pub fn each(bytes: &[u8], pointer: &str, mut take: impl FnMut(usize, &Value) -> Result<()>) -> Result<()> {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(text).map_err(|e| wrong(format!("it answered no JSON: {e}")))?;
    let mut found: &RawValue = serde_json::from_str(text).map_err(|e| wrong(format!("it answered no JSON: {e}")))?;
    let place = if pointer.is_empty() { "the whole of it" } else { pointer };
    for token in pointer.split('/').skip(1).map(|token| token.replace("~1", "/").replace("~0", "~")) {
        let inside = Member(&token).deserialize(&mut serde_json::Deserializer::from_str(found.get())).ok().flatten();
        found = inside.ok_or_else(|| wrong(format!("its JSON has nothing at {place}, where the list should be")))?;
    }
    if !found.get().starts_with('[') {
        return Err(wrong(format!("what its JSON has at {place} is no list")));
    }
    let mut refused = Ok(());
    let items = Items { take: &mut take, refused: &mut refused };
    let read = items.deserialize(&mut serde_json::Deserializer::from_str(found.get()));
    refused.and(read.map_err(|e| wrong(format!("it answered no JSON: {e}"))))
}

fn wrong(reason: String) -> Error {
    Error::invalid("", reason)
}

/// What an object has under a name, or a list at a place.
struct Member<'a>(&'a str);

impl<'de> DeserializeSeed<'de> for Member<'_> {
    type Value = Option<&'de RawValue>;

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> std::result::Result<Self::Value, D::Error> {
        input.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Member<'_> {
    type Value = Option<&'de RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or a list")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<Self::Value, A::Error> {
        let mut found = None;
        while let Some(name) = map.next_key::<std::borrow::Cow<'de, str>>()? {
            match name == self.0 {
                true => found = Some(map.next_value()?),
                false => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(found)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> std::result::Result<Self::Value, A::Error> {
        let (mut found, wanted) = (None, self.0.parse::<usize>().ok());
        let mut place = 0;
        while let Some(item) = list.next_element::<&RawValue>()? {
            if Some(place) == wanted {
                found = Some(item);
            }
            place += 1;
        }
        Ok(found)
    }
}

/// The items of a list.
struct Items<'a, F> {
    take: &'a mut F,
    refused: &'a mut Result<()>,
}

impl<'de, F: FnMut(usize, &Value) -> Result<()>> DeserializeSeed<'de> for Items<'_, F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> std::result::Result<(), D::Error> {
        input.deserialize_seq(self)
    }
}

impl<'de, F: FnMut(usize, &Value) -> Result<()>> Visitor<'de> for Items<'_, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> std::result::Result<(), A::Error> {
        let mut number = 0;
        while let Some(item) = list.next_element::<&RawValue>()? {
            number += 1;
            let taken = match item.get().len() {
                0..=ITEM => serde_json::from_str(item.get()).map_err(Error::internal).and_then(|item| (self.take)(number, &item)),
                _ => Err(Error::TooLarge(format!("item {number} of the list has more than {ITEM} bytes"))),
            };
            if let Err(error) = taken {
                *self.refused = Err(error);
                while list.next_element::<IgnoredAny>()?.is_some() {}
                return Ok(());
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(text: &str, pointer: &str) -> Result<Vec<Value>> {
        let mut found = Vec::new();
        each(text.as_bytes(), pointer, |_, item| {
            found.push(item.clone());
            Ok(())
        })?;
        Ok(found)
    }

    #[test]
    fn a_list_is_found_where_the_pointer_leads() {
        assert_eq!(items("\u{feff} [1, 2]", "").unwrap(), [1, 2]);
        assert_eq!(items(r#"{"x": [0], "a/b": [{"~": [1, {"k": 2}]}]}"#, "/a~1b/0/~0").unwrap().len(), 2);
        for (text, pointer, said) in [
            ("[", "", "no JSON"),
            ("[1] 2", "", "no JSON"),
            (r#"{"a": 1}"#, "/b", "nothing at /b"),
            (r#"{"a": "[1]"}"#, "/a", "no list"),
            ("[[1]]", "/7", "nothing at /7"),
        ] {
            let error = items(text, pointer).unwrap_err().sentence();
            assert!(error.contains(said), "{text} {pointer}: {error}");
        }
    }

    #[test]
    fn the_first_item_that_is_refused_or_too_large_ends_it() {
        let mut taken = 0;
        let refused = each(b"[1,2,3,4]", "", |number, _| {
            taken = number;
            if number == 2 { Err(Error::TooLarge("enough".into())) } else { Ok(()) }
        });
        assert!(matches!(refused, Err(Error::TooLarge(_))) && taken == 2);
        let large = format!(r#"["{}"]"#, "x".repeat(ITEM));
        assert!(matches!(items(&large, ""), Err(Error::TooLarge(_))));
    }
}
