//! The files that an application copies, as they stand in `examples/`: whoever reads a snippet of the console gets them from
//! this server, of this version. Knows nothing of what is in them.

use crate::error::Error;
use crate::http::assets::ASK;
use crate::http::problem::Answer;
use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION};
use actix_web::web::Path;

/// A file's name and what it says.
const FILES: [(&str, &str); 5] = [
    ("Parlour.php", include_str!("../../examples/php/Parlour.php")),
    ("parlour.py", include_str!("../../examples/python/parlour.py")),
    ("parlour.mjs", include_str!("../../examples/node/parlour.mjs")),
    ("Parlour.java", include_str!("../../examples/java/Parlour.java")),
    ("Parlour.cs", include_str!("../../examples/csharp/Parlour.cs")),
];

/// One of them, to be saved.
pub async fn show(name: Path<String>) -> Answer {
    let (name, text) = FILES.iter().find(|(known, _)| *known == name.as_str()).ok_or(Error::NotFound("file"))?;
    Ok(HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .insert_header((CACHE_CONTROL, ASK))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .body(*text))
}
