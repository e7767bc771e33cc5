//! What an HTTP server answered, and what a test may ask of it.

use serde_json::Value;

#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    /// Names in lower case, in the order in which they came.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body of an answer that must be JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("not JSON ({error}): {} {}", self.status, self.text()))
    }

    /// The body, where the call must have been answered with this status.
    #[track_caller]
    pub fn is(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        if self.body.is_empty() { Value::Null } else { self.json() }
    }

    /// The problem document of a refused call, which must have this code.
    #[track_caller]
    pub fn is_refused(&self, status: u16, code: &str) -> Value {
        let problem = self.is(status);
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{problem}");
        assert_eq!(problem["code"], code, "{problem}");
        for member in ["type", "title", "status", "detail", "temporary", "request_id"] {
            assert!(!problem[member].is_null(), "a problem has `{member}`: {problem}");
        }
        problem
    }

    /// The bytes of a file.
    #[track_caller]
    pub fn is_file(&self, bytes: &[u8]) {
        assert!(self.status == 200 && self.body == bytes, "{} {}", self.status, self.text());
    }

    /// A page that says there is nothing.
    #[track_caller]
    pub fn is_nowhere(&self) {
        assert_eq!((self.status, self.header("content-disposition")), (404, None), "{}", self.text());
    }
}
