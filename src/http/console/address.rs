//! The addresses of the console's pages. A name in an address begins with `@`, so that no user is called `new`.

use crate::http::segment;
use crate::id::{AppId, GroupId, UserId};

pub const SIGN_IN: &str = "/console/sign-in";

/// The sign-in page, from which one comes back to `wanted`. `ended`: there was a session.
pub fn sign_in(wanted: &str, ended: bool) -> String {
    let to = match within(wanted) {
        "/console" => String::new(),
        to => format!("to={}", segment::encode(to)),
    };
    match (ended, to.is_empty()) {
        (false, true) => SIGN_IN.into(),
        (true, true) => format!("{SIGN_IN}?ended=1"),
        (false, false) => format!("{SIGN_IN}?{to}"),
        (true, false) => format!("{SIGN_IN}?{to}&ended=1"),
    }
}

pub fn application(id: &AppId) -> String {
    format!("/console/@{id}")
}

pub fn user(app: &AppId, id: &UserId) -> String {
    format!("{}/users/@{}", application(app), segment::encode(id.as_str()))
}

pub fn group(app: &AppId, id: &GroupId) -> String {
    format!("{}/groups/@{}", application(app), segment::encode(id.as_str()))
}

/// Where to go back to: a page of the console, whatever a form says.
pub fn within(to: &str) -> &str {
    let plain = to.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    let ours = to == "/console" || to.strip_prefix("/console").is_some_and(|rest| rest.starts_with(['/', '?']));
    if plain && ours && !to.contains("..") { to } else { "/console" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_id_is_one_part_of_a_path() {
        let app = AppId::parse("oa").unwrap();
        let path = |id: &str| user(&app, &UserId::parse(id).unwrap());
        assert_eq!(path("a/b?c#d%"), "/console/@oa/users/@a%2Fb%3Fc%23d%25");
        assert_eq!(path(".."), "/console/@oa/users/@..");
        assert_eq!(path("刘"), "/console/@oa/users/@%E5%88%98");
    }

    #[test]
    fn nobody_is_sent_out_of_the_console() {
        for good in ["/console", "/console/@oa/users?text=a%20b", "/console?x"] {
            assert_eq!(within(good), good);
        }
        for bad in ["", "//evil.example", "/consolex", "https://evil.example/console", "/console/../x", "/console/\\evil"] {
            assert_eq!(within(bad), "/console");
        }
    }
}
