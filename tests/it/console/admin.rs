//! An administrator with a browser: keeps its cookie, fills in forms of pages that it has loaded.

use crate::harness::{Answer, Http, TestServer};

pub const PASSWORD: &str = "harbour lantern violet";
/// The origin of the server's own pages.
pub const OWN: &str = "http://parlour.test";

pub struct Admin<'a> {
    pub server: &'a TestServer,
    pub cookie: String,
}

/// A body as browsers post it.
pub fn encode(fields: &[(&str, &str)]) -> String {
    let byte = |b: u8| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") };
    let text = |text: &str| text.bytes().map(byte).collect::<String>();
    fields.iter().map(|(name, value)| format!("{}={}", text(name), text(value))).collect::<Vec<_>>().join("&")
}

/// A form from a page of `origin`.
pub fn post_from(http: Http, origin: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
    let http = http.with("content-type", "application/x-www-form-urlencoded").with("origin", origin);
    http.call("POST", path, encode(fields).as_bytes())
}

/// The path of the set-up link.
pub fn setup(server: &TestServer) -> String {
    server.setup_link().strip_prefix(OWN).expect("of the public address").to_string()
}

/// The cookie that an answer sets, as it is sent back.
pub fn cookie(answer: &Answer) -> String {
    let set = answer.header("set-cookie").unwrap_or_else(|| panic!("no cookie: {} {}", answer.status, answer.text()));
    set.split(';').next().unwrap_or_default().to_string()
}

pub fn sign_in(server: &TestServer, name: &str, password: &str) -> Answer {
    post_from(server.http(), OWN, "/console/sign-in", &[("name", name), ("password", password)])
}

impl<'a> Admin<'a> {
    /// The first administrator, by the set-up link.
    pub fn first(server: &'a TestServer) -> Admin<'a> {
        let fields = [("name", "root"), ("password", PASSWORD), ("again", PASSWORD)];
        let answer = post_from(server.http(), OWN, &setup(server), &fields);
        assert_eq!((answer.status, answer.header("location")), (303, Some("/console")), "{}", answer.text());
        Admin { server, cookie: cookie(&answer) }
    }

    pub fn http(&self) -> Http {
        self.server.http().with("cookie", &self.cookie)
    }

    pub fn get(&self, path: &str) -> Answer {
        self.http().get(path)
    }

    /// The text of a page that must be there.
    #[track_caller]
    pub fn sees(&self, path: &str) -> String {
        let answer = self.get(path);
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        answer.text()
    }

    /// What every form of this session carries.
    pub fn key(&self) -> String {
        between(&self.sees("/console/account"), "name=\"form_key\" value=\"", "\"")
    }

    /// Fills in a form of this session.
    pub fn posts(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let key = self.key();
        let whole: Vec<(&str, &str)> = fields.iter().copied().chain([("form_key", key.as_str())]).collect();
        post_from(self.http(), OWN, path, &whole)
    }

    /// The same, which must have worked; the address of the next page.
    #[track_caller]
    pub fn does(&self, path: &str, fields: &[(&str, &str)]) -> String {
        let answer = self.posts(path, fields);
        assert_eq!(answer.status, 303, "{path}: {}", answer.text());
        answer.header("location").expect("a next page").to_string()
    }

    /// Registers an application and answers its key.
    pub fn registers(&self, id: &str, more: &[(&str, &str)]) -> String {
        let usual = [("name", "Office"), ("id", id), ("policy", "everyone"), ("session", "12"), ("token_algorithm", "HS256")];
        let next = self.does("/console/applications", &[&usual, more].concat());
        assert_eq!(next, format!("/console/@{id}/credentials"));
        secrets(&self.sees(&next)).remove(0)
    }
}

/// The secrets that a page shows.
pub fn secrets(page: &str) -> Vec<String> {
    let parts = page.split("<div class=\"secret\"><code>").skip(1);
    parts.map(|part| part.split("</code>").next().unwrap_or_default().to_string()).collect()
}

pub fn between(text: &str, begin: &str, end: &str) -> String {
    let rest = text.split(begin).nth(1).unwrap_or_else(|| panic!("no {begin:?} in {text}"));
    rest.split(end).next().unwrap_or_default().to_string()
}

/// Lets time pass for the administrators' sessions.
pub fn later(server: &TestServer, change: &str) {
    tamper(server, &format!("UPDATE operator_session SET {change}"));
}

/// Changes something behind the server's back.
pub fn tamper(server: &TestServer, sql: &str) {
    let database = rusqlite::Connection::open(server.data().join("parlour.db")).expect("the database opens");
    database.busy_timeout(std::time::Duration::from_secs(5)).expect("a time-out can be set");
    assert!(database.execute(sql, []).expect("it can be changed") > 0, "{sql}");
}
