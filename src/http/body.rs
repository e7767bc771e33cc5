//! The body of a request, read with a bound on its size, its time and its depth, and parsed into a typed value. Types deny
//! unknown members themselves.

use crate::error::{Error, Result};
use crate::http::House;
use crate::http::problem::Problem;
use crate::wire::object::Object;
use crate::wire::request::{DEPTH, depth};
use actix_web::dev::Payload;
use actix_web::http::{StatusCode, header};
use actix_web::web::{Bytes, BytesMut, Data};
use actix_web::{FromRequest, HttpRequest};
use futures_util::StreamExt;
use serde::de::DeserializeOwned;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

/// Before a body is expected to come at `PACE`.
const GRACE: Duration = Duration::from_secs(10);
/// Bytes a second.
const PACE: u64 = 1024;

/// A JSON body of at most the usual size.
#[derive(Debug)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Json<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = std::result::Result<Json<T>, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            require_type(&request, "application/json")?;
            let most = request.app_data::<Data<House>>().map_or(0, |house| house.config.limits.body_bytes);
            Ok(Json(parse(&read(&request, payload, most).await?)?))
        })
    }
}

/// Refuses another type of content than this one.
pub fn require_type(request: &HttpRequest, expected: &str) -> std::result::Result<(), Problem> {
    let given = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if given.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(expected) {
        return Ok(());
    }
    let reason = match given {
        "" => format!("the body has no Content-Type; send {expected}"),
        other => format!("a body of type {other} is not accepted; send {expected}"),
    };
    Err(Problem::with_status(StatusCode::UNSUPPORTED_MEDIA_TYPE, reason))
}

/// The whole body, if it is small enough and comes fast enough.
pub async fn read(request: &HttpRequest, mut payload: Payload, most: usize) -> Result<Bytes> {
    let too_large = || Error::TooLarge(format!("the body is larger than {most} bytes"));
    if announced(request).is_some_and(|length| length > most) {
        return Err(too_large());
    }
    let slow = |_| Error::invalid("", "the body came too slowly");
    let time = GRACE + Duration::from_secs(announced(request).unwrap_or(most) as u64 / PACE);
    let whole = async {
        let mut body = BytesMut::new();
        while let Some(part) = payload.next().await {
            body.extend_from_slice(&part.map_err(|e| Error::invalid("", format!("the body was cut off: {e}")))?);
            if body.len() > most {
                return Err(too_large());
            }
        }
        Ok(body.freeze())
    };
    tokio::time::timeout(time, whole).await.map_err(slow)?
}

fn announced(request: &HttpRequest) -> Option<usize> {
    request.headers().get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Reads JSON, and says in one sentence what is wrong with it.
pub fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T> {
    let text = std::str::from_utf8(body).map_err(|_| Error::invalid("", "the body is not UTF-8"))?;
    if depth(text) > DEPTH {
        return Err(Error::invalid("", format!("JSON nested deeper than {DEPTH} is not accepted")));
    }
    let read = serde_json::from_str(text).map(|Object(value)| value);
    read.map_err(|e| {
        let reason = e.to_string();
        let field = place::<T>(text, field(&reason));
        Error::invalid(&field, format!("the body was not understood: {}", plain(&reason)))
    })
}

/// The way to the member that is wrong, such as `card.actions[0].label`. Read once more for that: to note the way costs time.
fn place<T: DeserializeOwned>(text: &str, named: &str) -> String {
    let read = &mut serde_json::Deserializer::from_str(text);
    let way = serde_path_to_error::deserialize::<_, Object<T>>(read).err().map(|e| e.path().to_string()).unwrap_or_default();
    let way = match way.as_str() {
        "" | "." => named.to_string(),
        way if named.is_empty() || way == named || way.ends_with(&format!(".{named}")) => way.to_string(),
        way => format!("{way}.{named}"),
    };
    // A name that somebody sent may be long, and where one of several forms was tried there is no way.
    if way.contains('?') || way.len() > REASON { named.chars().take(REASON).collect() } else { way }
}

/// The words of a programmer for those of JSON.
const WORDS: [(&str, &str); 5] = [
    ("invalid type: sequence", "a list is given"),
    ("invalid type: map", "an object is given"),
    ("invalid type: ", "given is "),
    ("expected i64", "expected a whole number"),
    ("expected a sequence", "expected a list"),
];
/// Characters of a reason; more than these is what somebody sent, and is left out in the middle.
const REASON: usize = 240;

fn plain(reason: &str) -> String {
    let reason = WORDS.iter().fold(reason.to_string(), |reason, (word, plain)| reason.replacen(word, plain, 1));
    let letters: Vec<char> = reason.chars().collect();
    if letters.len() <= REASON {
        return reason;
    }
    let (first, last) = (&letters[..REASON / 2], &letters[letters.len() - REASON / 2..]);
    format!("{}…{}", first.iter().collect::<String>(), last.iter().collect::<String>())
}

/// The member that serde names: "unknown field `x`", "missing field `x`".
pub fn field(reason: &str) -> &str {
    let named = reason.strip_prefix("unknown field `").or_else(|| reason.strip_prefix("missing field `"));
    named.and_then(|rest| rest.split('`').next()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Body {
        name: String,
        #[serde(default)]
        #[allow(dead_code, reason = "only read")]
        actions: Vec<Action>,
    }

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Action {
        #[allow(dead_code, reason = "only read")]
        label: String,
    }

    #[test]
    fn what_is_wrong_with_a_body_is_said() {
        assert_eq!(parse::<Body>(br#"{"name":"a"}"#).unwrap().name, "a");
        let wrong = |body: &[u8]| parse::<Body>(body).unwrap_err();
        assert_eq!(wrong(br#"{"name":"a","role":"admin"}"#).field(), Some("role"));
        assert_eq!(wrong(b"{}").field(), Some("name"));
        assert_eq!(wrong(br#"{"name":5}"#).field(), Some("name"));
        let within = |action: &str| wrong(format!(r#"{{"name":"a","actions":[{{"label":"b"}},{action}]}}"#).as_bytes());
        assert_eq!(within("{}").field(), Some("actions[1].label"));
        assert_eq!(within(r#"{"label":"b","text":"c"}"#).field(), Some("actions[1].text"));
        assert_eq!(within("7").field(), Some("actions[1]"));
        assert!(wrong(b"{\"name\":\"\xff\"}").sentence().contains("UTF-8"));
        assert!(wrong(format!("{}{}", "[".repeat(33), "]".repeat(33)).as_bytes()).sentence().contains("nested"));
        assert!(wrong(br#"{"name":"#).sentence().contains("not understood"));
        assert!(wrong(br#"["a"]"#).sentence().contains("a list is given, expected an object"));
        let long = wrong(format!(r#"{{"name":["{}"]}}"#, "x".repeat(9000)).as_bytes());
        assert!(long.sentence().contains("a list is given, expected a string") && long.sentence().len() < 400, "{long}");
    }
}
