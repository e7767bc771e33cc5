//! Answers that a browser shows: HTML from templates, under a policy that lets a page load nothing but what it names.

use crate::error::Error;
use crate::http::problem::Answer;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use actix_web::{HttpResponse, HttpResponseBuilder};
use askama::Template;

/// What a page may load and who may show it in a frame (CSP Level 3).
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// Origins besides our own whose pages may embed this one.
    pub embedded_by: Vec<String>,
    /// Origins besides our own whose images it may show.
    pub images_of: Vec<String>,
    /// Addresses besides our own that its script may call, such as `wss://im.example`.
    pub calls: Vec<String>,
}

impl Policy {
    pub fn text(&self) -> String {
        let ancestors = match self.embedded_by.as_slice() {
            [] => " 'none'".into(),
            origins => list(origins),
        };
        format!(
            "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; manifest-src 'self'; \
             img-src 'self' data: blob:{}; connect-src 'self'{}; frame-src 'self'; form-action 'self'; base-uri 'none'; \
             object-src 'none'; frame-ancestors{ancestors}",
            list(&self.images_of),
            list(&self.calls),
        )
    }
}

/// Only what can be a source in a policy; anything that could end the list is left out.
fn list(sources: &[String]) -> String {
    let clean = sources.iter().filter(|s| !s.contains(|c: char| c.is_whitespace() || c == ';' || c == ',' || c == '\''));
    clean.fold(String::new(), |text, source| text + " " + source)
}

/// A page under the strictest policy.
pub fn page(template: &impl Template) -> Answer {
    page_under(template, &Policy::default())
}

pub fn page_under(template: &impl Template, policy: &Policy) -> Answer {
    let text = template.render().map_err(Error::internal)?;
    let mut response = HttpResponse::Ok();
    response.insert_header((CACHE_CONTROL, "no-store")).insert_header((CONTENT_SECURITY_POLICY, policy.text()));
    response.insert_header(("cross-origin-opener-policy", "same-origin"));
    Ok(response.content_type("text/html; charset=utf-8").body(text))
}

/// A page with another status. One that cannot be drawn is an empty answer with that status.
pub fn answer(mut response: HttpResponseBuilder, template: &impl Template) -> HttpResponse {
    response.insert_header((CONTENT_SECURITY_POLICY, Policy::default().text()));
    response.content_type("text/html; charset=utf-8").body(template.render().unwrap_or_default())
}

/// After a form: see that page.
pub fn see_other(address: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header(("location", address)).insert_header((CACHE_CONTROL, "no-store")).finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_widens_the_policy_by_a_strange_origin() {
        assert!(Policy::default().text().ends_with("frame-ancestors 'none'"));
        let embedded_by = vec!["https://oa.example".into(), "https://a; script-src *".into()];
        let text = Policy { embedded_by, ..Policy::default() }.text();
        assert!(text.ends_with("frame-ancestors https://oa.example"), "{text}");
    }
}
