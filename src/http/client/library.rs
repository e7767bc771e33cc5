//! The client library for JavaScript at an address that never changes: all its modules in one file, and its types.

use super::page::allow_elsewhere;
use crate::error::Error;
use crate::http::assets;
use crate::http::bundle::Script;
use crate::http::problem::Answer;
use actix_web::HttpRequest;
use actix_web::http::header::{HeaderValue, VARY};

const TYPES: &str = "js/library/parlour.d.ts";

static LIBRARY: Script = Script::new("js/library/parlour.js", |modules| {
    format!("/*! parlour.js {}, Apache-2.0. Its types: parlour.d.ts */\n{modules}", env!("CARGO_PKG_VERSION"))
});

/// For our own pages and those of the applications' origins: a browser asks for a module by CORS (HTML standard, 8.1.3).
pub async fn script(request: HttpRequest) -> Answer {
    let mut answer = assets::text(&request, LIBRARY.text()?, "text/javascript; charset=utf-8")?;
    answer.headers_mut().insert(VARY, HeaderValue::from_static("Origin"));
    allow_elsewhere(answer.headers_mut());
    Ok(answer)
}

pub async fn declaration(request: HttpRequest) -> Answer {
    let text = assets::read(TYPES).ok_or(Error::NotFound("file"))?;
    assets::text(&request, text, "application/typescript; charset=utf-8")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_modules_of_the_library_come_in_one_file() {
        let text = LIBRARY.text().unwrap();
        assert!(text.contains("class Connection {") && text.ends_with("export { Failure, connect, signIn };\n"));
        assert!(!text.lines().any(|line| line.starts_with("import ")), "it fetches something");
    }
}
