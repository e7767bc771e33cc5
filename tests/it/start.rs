//! Starting and stopping: what is printed, who may use the data, what is left behind.

use crate::harness::TestServer;

#[test]
fn the_first_lines_say_where_it_listens_and_where_to_set_up() {
    let server = TestServer::start();
    assert_eq!(server.http().get("/healthz").status, 200);
    assert_eq!(server.http().get("/readyz").status, 200);
    assert!(server.setup_link().starts_with("http://parlour.test/"), "{}", server.setup_link());
}

#[test]
fn healthcheck_follows_the_server() {
    let mut server = TestServer::start();
    assert!(server.run(&["healthcheck"]).status.success());
    assert!(server.stops().success());
    assert_eq!(server.run(&["healthcheck"]).status.code(), Some(5));
}

#[test]
fn two_servers_do_not_share_data() {
    let server = TestServer::start();
    let second = server.run(&["serve", "--listen", "127.0.0.1:0"]);
    let said = String::from_utf8_lossy(&second.stderr);
    assert_eq!(second.status.code(), Some(4), "{said}");
    assert_eq!(said.trim().lines().count(), 1, "one sentence: {said}");
}

#[test]
fn it_comes_back_with_the_same_data() {
    let mut server = TestServer::start();
    server.app("oa");
    assert!(server.stops().success());
    server.starts();
    let list = server.run(&["app", "list", "--json"]);
    assert!(String::from_utf8_lossy(&list.stdout).contains("\"oa\""));
}
