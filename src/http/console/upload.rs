//! A form with a file, as browsers post it: `multipart/form-data` (RFC 7578), read as a whole and of this session's own pages
//! only, like every form.

use crate::error::{Error, Result};
use crate::http::House;
use crate::http::body;
use crate::http::console::form::Form;
use crate::http::console::posted;
use crate::http::problem::Problem;
use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use std::future::Future;
use std::pin::Pin;

pub struct Upload {
    pub form: Form,
    /// What the file is called.
    pub name: String,
    pub bytes: Vec<u8>,
}

impl FromRequest for Upload {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = std::result::Result<Upload, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            body::require_type(&request, "multipart/form-data")?;
            let most = request.app_data::<Data<House>>().map_or(0, |house| house.config.limits.import_bytes);
            let bytes = body::read(&request, payload, most).await?;
            let given = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
            let upload = parse(given, &bytes)?;
            posted::require_key(&request, &upload.form)?;
            Ok(upload)
        })
    }
}

fn parse(kind: &str, body: &[u8]) -> Result<Upload> {
    let wrong = || Error::invalid("", "the form was not understood");
    let boundary = kind.split(';').find_map(|part| part.trim().strip_prefix("boundary=")).ok_or_else(wrong)?;
    let line = format!("\r\n--{}", boundary.trim_matches('"')).into_bytes();
    // The first boundary has no line before it.
    let whole = [b"\r\n", body].concat();
    let mut upload = Upload { form: Form::default(), name: String::new(), bytes: Vec::new() };
    for part in pieces(&whole, &line).into_iter().skip(1) {
        let Some(part) = part.strip_prefix(b"\r\n") else { break };
        let at = find(part, b"\r\n\r\n").ok_or_else(wrong)?;
        let head = String::from_utf8_lossy(&part[..at]);
        let content = &part[at + 4..];
        let name = parameter(&head, "name").ok_or_else(wrong)?;
        match parameter(&head, "filename") {
            Some(file) => (upload.name, upload.bytes) = (file, content.to_vec()),
            None => upload.form = upload.form.and(&name, String::from_utf8(content.to_vec()).map_err(|_| wrong())?),
        }
    }
    Ok(upload)
}

fn pieces<'a>(mut rest: &'a [u8], line: &[u8]) -> Vec<&'a [u8]> {
    let mut found = Vec::new();
    while let Some(at) = find(rest, line) {
        found.push(&rest[..at]);
        rest = &rest[at + line.len()..];
    }
    found.push(rest);
    found
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    let first = *wanted.first()?;
    let mut from = 0;
    while let Some(at) = text.get(from..)?.iter().position(|byte| *byte == first) {
        if text[from + at..].starts_with(wanted) {
            return Some(from + at);
        }
        from += at + 1;
    }
    None
}

/// A parameter of the part's `Content-Disposition`. Browsers write quotes in it as `%22`.
fn parameter(head: &str, name: &str) -> Option<String> {
    let line = head.lines().find(|line| line.to_ascii_lowercase().starts_with("content-disposition:"))?;
    let begin = format!("; {name}=\"");
    let rest = &line[line.find(&begin)? + begin.len()..];
    Some(rest.split('"').next()?.replace("%22", "\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_and_a_file_are_read_byte_by_byte() {
        let body = b"--X\r\nContent-Disposition: form-data; name=\"form_key\"\r\n\r\nk\r\n--X\r\n\
                     Content-Disposition: form-data; name=\"file\"; filename=\"\xe4\xba\xba.csv\"\r\nContent-Type: text/csv\r\n\r\n\
                     id\r\n\r\n--Y\xff\r\n--X--\r\n";
        let upload = parse("multipart/form-data; boundary=X", body).unwrap();
        assert_eq!((upload.form.value("form_key"), upload.name.as_str()), ("k", "人.csv"));
        assert_eq!(upload.bytes, b"id\r\n\r\n--Y\xff");
        for (kind, body) in [("multipart/form-data", &b""[..]), ("multipart/form-data; boundary=X", b"--X\r\nnonsense\r\n--X--")]
        {
            assert!(parse(kind, body).is_err());
        }
        assert!(parse("multipart/form-data; boundary=X", b"").unwrap().bytes.is_empty());
    }
}
