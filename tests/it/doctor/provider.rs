//! The doctor on identity providers that are well set up, or in one way badly: word for word as in `docs/doctor.md`.

use super::{Program, shown, steady};
use crate::console::admin::Admin;
use crate::harness::TestServer;

/// An application whose users sign in with this provider.
fn set_up(server: &TestServer, fault: &str) -> Program {
    let provider = Program::start("provider.py", &[fault]);
    server.app_with("oa", &["--sign-in", "local", "--approve", provider.host()]);
    let words = ["app", "oidc", "oa", "--provider", "Acme ID", "--issuer", &provider.url, "--client", "im", "--secret-stdin"];
    server.pipes(&words, "the secret").ends(0);
    provider
}

fn examine(fault: &str, ends: i32) {
    let server = TestServer::nameless();
    let provider = set_up(&server, fault);
    let examined = server.types(&["doctor", "oa"]);
    let own = server.http().address.to_string();
    let text = examined.out.replace(provider.host(), "id.example").replace(&own, "im.example");
    let begin = ["good    provider", "WRONG   provider"].iter().filter_map(|begin| text.find(begin)).min().unwrap();
    let end = ["good    reachable", "WRONG   reachable"].iter().find_map(|end| text.find(end)).unwrap();
    let mut text = text[begin..end].trim_end().to_string();
    for before in ["(", "in "] {
        let ms = |rest: &str| rest.find(" ms").filter(|end| *end > 0 && rest[..*end].bytes().all(|b| b.is_ascii_digit()));
        text = steady(&text, before, ms, "3");
    }
    assert_eq!(text, shown(&format!("provider {fault}")), "\n{text}");
    assert_eq!(examined.code, ends, "{examined:?}");
}

#[test]
fn a_provider_that_is_well_set_up_is_well() {
    examine("none", 0);
}

#[test]
fn an_issuer_that_is_another_by_a_slash_is_told() {
    examine("slash", 1);
}

#[test]
fn a_page_in_the_place_of_a_document_is_told() {
    examine("page", 1);
}

#[test]
fn an_address_that_is_none_is_told() {
    examine("moved", 1);
}

#[test]
fn a_document_that_lacks_something_is_told() {
    examine("poor", 1);
}

#[test]
fn keys_that_sign_nothing_are_told() {
    examine("keys", 1);
}

#[test]
fn a_providers_clock_that_is_off_is_told() {
    examine("clock", 1);
}

#[test]
fn a_secret_that_is_not_the_clients_is_told() {
    examine("secret", 1);
}

#[test]
fn a_redirect_address_that_is_not_registered_is_told() {
    examine("back", 1);
}

#[test]
fn a_client_to_which_the_flow_is_closed_is_told() {
    examine("flow", 1);
}

#[test]
fn the_page_of_the_console_says_it_too_in_both_languages_and_no_secret() {
    let server = TestServer::start();
    let _provider = set_up(&server, "secret");
    let admin = Admin::first(&server);
    let page = admin.posts("/console/@oa/check", &[]).text();
    assert!(page.contains("Acme ID answered as") && page.contains("1 thing is wrong"), "{page}");
    assert!(page.contains("The client im with its secret is not taken") && !page.contains("the secret<"), "{page}");
    let chinese = Admin { server: &server, cookie: format!("{}; parlour_language=zh-CN", admin.cookie) };
    let page = chinese.posts("/console/@oa/check", &[]).text();
    for words in ["身份提供商", "它支持 S256", "可在控制台中单独重新填写密钥", "可以让浏览器返回到"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
}
