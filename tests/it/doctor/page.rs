//! What the console makes of what the doctor says: whoever reads it has pages, and no command line.

use crate::console::admin::Admin;
use crate::harness::{Listener, Reply, TestServer};

#[test]
fn whoever_reads_it_in_the_console_is_led_to_a_page_and_not_to_a_command() {
    let server = TestServer::start();
    let admin = Admin::first(&server);
    let chinese = Admin { server: &server, cookie: format!("{}; parlour_language=zh-CN", admin.cookie) };
    let listener = Listener::start();
    server.app_with("oa", &["--callback", &listener.url(), "--approve", &listener.host_and_port()]);
    for (status, link, other) in
        [(401, "/console/@oa/keys\">Keys and secrets<", "密钥吗"), (404, "/console/@oa/edit\">Settings<", "POST？")]
    {
        listener.answers("ping", move |_| Reply::Status(status));
        let page = admin.posts("/console/@oa/check", &[]).text();
        let found = page.split("To do:").nth(1).unwrap_or_default();
        assert!(found.contains(link) && !page.contains("parlour app"), "{page}");
        let page = chinese.posts("/console/@oa/check", &[]).text();
        assert!(page.contains(other) && !page.contains("parlour app"), "{page}");
    }
    let page = "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 15\r\nconnection: close\r\n\r\n<!doctype html>";
    listener.answers("ping", |_| Reply::Raw(page.into()));
    assert!(admin.posts("/console/@oa/check", &[]).text().contains("often answers with a page"));
    assert!(chinese.posts("/console/@oa/check", &[]).text().contains("返回的往往是网页"));
}
