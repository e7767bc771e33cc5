//! Starting and stopping: what is printed, who may use the data, what is left behind.

use crate::harness::TestServer;

#[test]
fn the_first_lines_say_where_it_listens_and_where_to_set_up() {
    let server = TestServer::start();
    assert_eq!(server.http().get("/healthz").status, 200);
    assert_eq!(server.http().get("/readyz").status, 200);
    assert_ne!(server.address().port(), 0, "the real port");
    let link = server.setup_link();
    assert!(link.starts_with("http://parlour.test/console/"), "{link}");
    assert!(!server.log().contains(&link), "the link is told once, and not to the log");
}

#[test]
fn healthcheck_follows_the_server() {
    let mut server = TestServer::start();
    assert!(server.run(&["healthcheck"]).status.success());
    assert!(server.stops().success());
    assert_eq!(server.run(&["healthcheck"]).status.code(), Some(5));
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
