//! A list of users as the body of a request: JSON, NDJSON or CSV, larger than other bodies may be.

use crate::directory::import::{self, Form, Header, Rows, Sheet};
use crate::error::{Error, Result};
use crate::http::House;
use crate::http::body;
use crate::http::guard::ApplicationKey;
use crate::http::problem::Problem;
use crate::slots::Slot;
use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{Bytes, Data};
use actix_web::{FromRequest, HttpRequest};
use serde::de::{IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use utoipa::ToSchema;

/// A list of users: each an id, or an object with `id` and perhaps `name`, `kind`, `email`, `avatar`, `title`, `locale`,
/// `timezone` and `suspended`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = UserList)]
pub struct Body {
    #[schema(value_type = Vec<Value>)]
    users: Users,
}

/// Rows that are looked at one by one, so that those of a hostile list are never all there.
struct Users(Rows, Result<()>);

impl<'de> Deserialize<'de> for Users {
    fn deserialize<D: Deserializer<'de>>(input: D) -> std::result::Result<Users, D::Error> {
        input.deserialize_seq(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Users;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of users")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> std::result::Result<Users, A::Error> {
        let (mut rows, mut number) = (Rows::default(), 0);
        while let Some(row) = list.next_element::<Box<RawValue>>()? {
            number += 1;
            if let Err(error) = rows.add(number, import::user(row.get())) {
                while list.next_element::<IgnoredAny>()?.is_some() {}
                return Ok(Users(rows, Err(error)));
            }
        }
        Ok(Users(rows, Ok(())))
    }
}

/// What came, as it was read.
pub struct Upload {
    pub sheet: Sheet,
    /// The bytes, by which a repetition is known.
    pub bytes: Bytes,
    /// Its place among those that an application sends at the same time.
    _slot: Slot,
}

/// Lists of one application that are read at the same time: each may be large.
const AT_ONCE: usize = 2;

/// How a body is to be read.
enum Kind {
    Json,
    Lines(Form),
}

impl FromRequest for Upload {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = std::result::Result<Upload, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let (kind, charset) = kind(&request)?;
            let house = request.app_data::<Data<House>>().ok_or_else(|| Error::internal("no house"))?.clone();
            let by = ApplicationKey::extract(&request).await?;
            let slot = house.uploads.take(by.application.no, AT_ONCE).ok_or(Error::TooMany { after_s: 1 })?;
            let most = house.config.limits.import_bytes;
            let bytes = body::read(&request, payload, most).await?;
            let text = bytes.clone();
            let read = tokio::task::spawn_blocking(move || read(&kind, &text, charset.as_deref()));
            Ok(Upload { sheet: read.await.map_err(Error::internal)??, bytes, _slot: slot })
        })
    }
}

fn kind(request: &HttpRequest) -> std::result::Result<(Kind, Option<String>), Problem> {
    let given = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut parts = given.split(';').map(str::trim);
    let kind = match parts.next().unwrap_or_default().to_ascii_lowercase().as_str() {
        "application/json" => Kind::Json,
        "application/x-ndjson" | "application/ndjson" => Kind::Lines(Form::Ndjson),
        "text/csv" => Kind::Lines(Form::Csv),
        _ => {
            let reason = "send application/json, application/x-ndjson or text/csv";
            return Err(Problem::with_status(StatusCode::UNSUPPORTED_MEDIA_TYPE, reason));
        }
    };
    let charset = parts.find_map(|part| part.strip_prefix("charset=")).map(|name| name.trim_matches('"').to_string());
    Ok((kind, charset))
}

fn read(kind: &Kind, bytes: &[u8], charset: Option<&str>) -> Result<Sheet> {
    match kind {
        Kind::Lines(form) => import::read(*form, bytes, charset),
        Kind::Json => {
            let Body { users: Users(rows, all) } = body::parse(bytes)?;
            all.map(|()| rows.sheet("UTF-8", Header::default()))
        }
    }
}
