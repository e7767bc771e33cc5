//! What an address names: an id, percent-encoded, so that it may hold `/`, `#` and any script of the world.

use crate::error::{Error, Result};
use crate::http::problem::Problem;
use crate::id::{ConversationId, GroupId, MessageId, Topic, UserId};
use actix_web::dev::Payload;
use actix_web::web::Path;
use actix_web::{FromRequest, HttpRequest};
use std::future::{Ready, ready};

/// The `{id}` of a path.
pub struct Id<T>(pub T);

/// Ids that stand in paths.
pub trait Named: Sized {
    fn named(text: &str) -> Result<Self>;
}

impl Named for UserId {
    fn named(text: &str) -> Result<UserId> {
        UserId::parse(text)
    }
}

impl Named for GroupId {
    fn named(text: &str) -> Result<GroupId> {
        GroupId::parse(text)
    }
}

impl Named for Topic {
    fn named(text: &str) -> Result<Topic> {
        Topic::parse(text)
    }
}

/// The number of a message, a conversation or a batch.
impl Named for i64 {
    fn named(text: &str) -> Result<i64> {
        let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
        let number = text.parse().ok().filter(|number| *number > 0 && is_plain);
        number.ok_or_else(|| Error::invalid("id", "expected a positive whole number"))
    }
}

impl Named for MessageId {
    fn named(text: &str) -> Result<MessageId> {
        i64::named(text).map(MessageId)
    }
}

impl Named for ConversationId {
    fn named(text: &str) -> Result<ConversationId> {
        i64::named(text).map(ConversationId)
    }
}

impl<T: Named> FromRequest for Id<T> {
    type Error = Problem;
    type Future = Ready<std::result::Result<Id<T>, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read(request).map(Id).map_err(Problem::from))
    }
}

fn read<T: Named>(request: &HttpRequest) -> Result<T> {
    require_utf8(request.uri().path())?;
    let text = Path::<String>::extract(request).into_inner().map_err(|_| Error::internal("this path has no id"))?;
    T::named(&text)
}

/// Decoding would put a replacement in the place of what is no UTF-8, and so reach something else than what was named.
pub fn require_utf8(encoded: &str) -> Result<()> {
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.as_bytes();
    while let [first, more @ ..] = rest {
        let byte = if *first == b'%' { hexadecimal(more) } else { None };
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &more[2..] } else { more };
    }
    match std::str::from_utf8(&bytes) {
        Ok(_) => Ok(()),
        Err(_) => Err(Error::invalid("", "the address is not percent-encoded UTF-8")),
    }
}

fn hexadecimal(text: &[u8]) -> Option<u8> {
    let digit = |place: usize| char::from(*text.get(place)?).to_digit(16);
    Some((digit(0)? * 16 + digit(1)?) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_utf8_is_taken() {
        for good in ["/users/anna", "/users/%E5%88%98%2F%23", "/users/100%", "/users/%zz", "/a%"] {
            assert!(require_utf8(good).is_ok(), "{good}");
        }
        for bad in ["/users/%FF", "/users/%E5%88", "/users/%C0%AF"] {
            assert!(require_utf8(bad).is_err(), "{bad}");
        }
        assert!(
            i64::named("7").is_ok()
                && i64::named("0").is_err()
                && i64::named("-1").is_err()
                && i64::named("+1").is_err()
                && i64::named("x").is_err()
        );
    }
}
