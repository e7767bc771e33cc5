//! The doctor, and the page of the console that says the same, on an application that nobody changed.

use super::Program;
use crate::console::admin::Admin;
use crate::harness::{Folder, TestServer};
use std::process::Command;

struct Neighbour(Program);

impl Neighbour {
    fn open(words: &[&str]) -> Neighbour {
        Neighbour(Program::start("neighbour.py", words))
    }

    fn host(&self) -> &str {
        self.0.host()
    }

    /// An application whose people come by its cookie.
    fn is_used(&self, server: &TestServer) {
        server.app_with("oa", &["--sign-in", "whoami", "--approve", self.host()]);
        let url = format!("{}/me", self.0.url);
        let words = ["app", "whoami", "oa", "--url", &url, "--cookie", "session", "--id", "/user/id", "--name", "/user/name"];
        server.types(&[&words[..], &["--email", "/user/mail"]].concat()).ends(0);
    }
}

fn examined(server: &TestServer, more: &[&str]) -> String {
    server.types(&[&["doctor", "oa"], more].concat()).out
}

#[test]
fn who_somebody_is_and_who_is_there_are_asked_and_what_found_nothing_is_named() {
    let server = TestServer::nameless();
    let neighbour = Neighbour::open(&["good"]);
    neighbour.is_used(&server);
    assert!(examined(&server, &[]).contains("good    who-am-i        without a cookie it answered 401"));
    let told = examined(&server, &["--cookie", "other=1; session=anna"]);
    assert!(
        told.contains("advice  who-am-i        the cookie is Anna (7), and there is nothing that can be used at /user/mail"),
        "{told}"
    );
    assert!(told.contains("with session") && !told.contains("session=anna"), "the cookie is a secret: {told}");
    let told = examined(&server, &["--cookie", "session=old"]);
    assert!(told.contains("WRONG   who-am-i        with the cookie it answered 401") && told.contains("a fresh one"), "{told}");
    assert!(examined(&server, &["--cookie", "sid=1"]).contains("none of what was pasted"));

    let people = |path: &str| server.types(&["app", "people", "oa", "--url", &format!("{}/{path}", neighbour.0.url)]);
    people("people").ends(0);
    assert!(examined(&server, &[]).contains("lists 1 people in 0 groups"));
    people("me").ends(1);
    let told = examined(&server, &[]);
    assert!(told.contains("WRONG   people") && told.contains("answered 401"), "{told}");
}

#[test]
fn an_address_that_takes_strangers_for_somebody_is_wrong_on_the_page_of_the_console_too() {
    let server = TestServer::start();
    let neighbour = Neighbour::open(&["everybody"]);
    neighbour.is_used(&server);
    let admin = Admin::first(&server);
    assert!(admin.sees("/console/@oa/check").contains("Call it now"));
    let page = admin.posts("/console/@oa/check", &[("cookie", "session=anna")]).text();
    assert!(page.contains("Without a cookie it names 7: everybody would be that one"), "{page}");
    assert!(page.contains("1 thing is wrong") && !page.contains("session=anna"), "{page}");
    let chinese = Admin { server: &server, cookie: format!("{}; parlour_language=zh-CN", admin.cookie) };
    assert!(chinese.posts("/console/@oa/check", &[]).text().contains("所有人都会成为该用户"));
}

#[test]
fn a_certificate_that_ends_soon_is_told_with_its_day() {
    let (server, folder) = (TestServer::nameless(), Folder::create());
    let file = |name: &str| folder.path().join(name).display().to_string();
    let (certificate, key) = (file("certificate.pem"), file("key.pem"));
    let words = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 5 -subj /CN=127.0.0.1";
    let made = Command::new("openssl").args(words.split(' ')).args(["-out", &certificate, "-keyout", &key]).output();
    assert!(made.as_ref().is_ok_and(|made| made.status.success()), "{made:?}");
    let neighbour = Neighbour::open(&["good", &certificate, &key]);
    neighbour.is_used(&server);
    let told = examined(&server, &[]);
    let line = told.lines().find(|line| line.contains("certificate     ")).unwrap_or_else(|| panic!("{told}"));
    assert!(line.starts_with("advice") && line.contains(neighbour.host()) && line.contains("in 4 days"), "{line}");
    assert!(told.contains("WRONG   who-am-i"), "nobody trusts it: {told}");
}
