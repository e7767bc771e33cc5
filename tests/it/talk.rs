//! Two people talk: the shortest walk through the whole house.

use crate::harness::TestServer;

#[test]
fn what_one_says_the_other_hears() {
    let server = TestServer::start();
    let office = server.app("oa");
    let (anna, ben) = (office.person("anna"), office.person("ben"));
    anna.sends("ben", "hello");
    let heard = ben.hears("hello");
    assert_eq!(heard["from"], "user:anna");
    ben.sends("anna", "good morning");
    anna.hears("good morning");
}

#[test]
fn two_devices_of_one_person_agree() {
    let server = TestServer::start();
    let office = server.app("oa");
    let (anna, ben) = (office.person("anna"), office.person("ben"));
    let phone = office.device("anna");
    let message = anna.sends("ben", "from the desk");
    phone.hears("from the desk");
    ben.sends("anna", "seen");
    let (there, here) = (phone.hears("seen"), anna.hears("seen"));
    assert_eq!(there, here);
    assert_eq!(phone.messages(&message["conversation"]).len(), 2);
}

#[test]
fn who_comes_back_gets_what_was_missed() {
    let mut server = TestServer::start();
    let office = server.app("oa");
    let (anna, mut ben) = (office.person("anna"), office.person("ben"));
    anna.sends("ben", "one");
    ben.hears("one");
    ben.socket.breaks();
    anna.sends("ben", "two");
    let welcome = ben.returns();
    assert_eq!(welcome["resumed"], true);
    ben.hears("two");
    assert!(server.stops().success());
    server.starts();
    let welcome = ben.returns();
    assert_eq!(welcome["resumed"], true, "a restart is not a loss");
}
