//! Lists: what is asked of one in the address, and the page that is answered.

use crate::error::{Error, Result};
use crate::http::api::path::require_utf8;
use crate::http::problem::Problem;
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::future::{Ready, ready};
use utoipa::{IntoParams, ToSchema};

/// The most rows of one page.
const MOST: usize = 200;
const USUAL: usize = 50;

/// A page of a list.
#[derive(Serialize, ToSchema)]
pub struct List<T> {
    pub items: Vec<T>,
    /// Where the next page begins: give it as `after`. Null: this was the last.
    pub next: Option<String>,
}

impl<T> List<T> {
    /// All there is.
    pub fn whole(items: Vec<T>) -> List<T> {
        List { items, next: None }
    }

    /// A page after which there may be more; `place` says where a row stands in the list.
    pub fn page(items: Vec<T>, more: bool, place: impl Fn(&T) -> String) -> List<T> {
        let next = items.last().filter(|_| more).map(place);
        List { items, next }
    }
}

/// Which page of a list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Paging {
    /// What the page before said as `next`; absent: from the beginning.
    #[param(value_type = Option<i64>)]
    pub after: Option<String>,
    /// Rows of the page: 1 to 200, 50 where nothing is said.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200)]
    pub limit: Option<String>,
}

impl Paging {
    pub fn limit(&self) -> Result<usize> {
        limit(self.limit.as_deref())
    }

    /// Of a list that stands in the order of numbers.
    pub fn after_number(&self) -> Result<i64> {
        match &self.after {
            None => Ok(0),
            Some(text) => text.parse().map_err(|_| Error::invalid("after", "expected what the page before said as `next`")),
        }
    }
}

pub fn limit(asked: Option<&str>) -> Result<usize> {
    let Some(asked) = asked else { return Ok(USUAL) };
    let limit = asked.parse().ok().filter(|limit| (1..=MOST).contains(limit));
    limit.ok_or_else(|| Error::invalid("limit", format!("expected 1 to {MOST}")))
}

/// What stands behind `?`, typed; members that nobody knows are refused.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = Problem;
    type Future = Ready<std::result::Result<Query<T>, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read(request.query_string()).map(Query).map_err(Problem::from))
    }
}

pub fn read<T: DeserializeOwned>(text: &str) -> Result<T> {
    require_utf8(text)?;
    let read = web::Query::<T>::from_query(text);
    read.map(web::Query::into_inner).map_err(|e| {
        let reason = e.to_string();
        let reason = reason.trim_start_matches("Query deserialize error: ");
        Error::invalid(named(reason), format!("the query was not understood: {reason}"))
    })
}

/// The member that serde names: "unknown field `x`".
fn named(reason: &str) -> &str {
    reason.split('`').nth(1).filter(|_| reason.contains("field `")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_typed_and_bounded() {
        let paging: Paging = read("after=a%2Fb&limit=200").unwrap();
        assert_eq!((paging.after.as_deref(), paging.limit().unwrap()), (Some("a/b"), 200));
        assert_eq!(Paging::default().limit().unwrap(), USUAL);
        for bad in ["0", "201", "-1", "x"] {
            assert_eq!(limit(Some(bad)).unwrap_err().field(), Some("limit"), "{bad}");
        }
        let wrong = read::<Paging>("order=name").unwrap_err();
        assert_eq!(wrong.field(), Some("order"), "{wrong}");
        assert!(read::<Paging>("after=%FF").is_err());
    }

    #[test]
    fn a_last_page_has_no_next() {
        let place = |number: &i64| number.to_string();
        assert_eq!(List::page(vec![1, 2], true, place).next.as_deref(), Some("2"));
        assert_eq!(List::page(vec![1, 2], false, place).next, None);
    }
}
