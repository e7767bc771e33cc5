//! `parlour demo`, as somebody finds it who tries Parlour for the first time.

mod stage;
mod talk;

use crate::harness::Http;
use stage::Demo;

#[test]
fn it_prints_links_that_work_once_and_leaves_nothing_behind() {
    let mut demo = Demo::start();
    let ben = demo.enters("Ben Okafor");
    assert!(ben.looks("/").text().contains("Ben"));
    assert_eq!(demo.office().get(&demo.link("Ben Okafor")).status, 422);
    let full = demo.linked("The full messenger");
    assert_eq!(full, format!("http://{}/", demo.parlour().address));
    assert_eq!(demo.remains().len(), 1);
    assert!(demo.stops().success());
    assert_eq!(demo.remains(), Vec::<String>::new());
}

#[test]
fn with_a_folder_everything_is_there_the_next_time() {
    let mut demo = Demo::kept();
    let dalia = demo.enters("Dalia Haddad");
    assert_eq!(dalia.sends("/notices", &[("title", "Fire drill"), ("text", "At ten.")]).status, 303);
    let office = demo.office().address;
    demo.stops();
    demo.starts();
    assert_eq!(demo.office().address, office, "the same port, so that links in messages stay right");
    let ben = demo.signs_in("ben", "demo-ben");
    assert!(ben.looks("/notices").text().contains("Fire drill"));
    assert!(dalia.looks("/").text().contains("Dalia"), "who was signed in still is");
}

#[test]
fn it_stays_on_this_machine_and_out_of_foreign_folders() {
    let (code, said) = Demo::is_refused(&["--listen", "0.0.0.0:0"]);
    assert_eq!((code, said.contains("loopback")), (2, true), "{said}");
    let (code, said) = Demo::is_refused(&["--data", env!("CARGO_MANIFEST_DIR")]);
    assert_eq!((code, said.contains("empty folder")), (2, true), "{said}");
}

#[test]
fn the_office_believes_nobody_who_does_not_sign() {
    let demo = Demo::start();
    let office: Http = demo.office();
    let call = serde_json::json!({"type": "user.verify", "data": {"username": "ben", "password": "demo-ben"}});
    assert_eq!(office.post("/parlour/callback", &call).status, 401);
}
