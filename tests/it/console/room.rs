//! How much room files take, and who has most of it.

use super::admin::{Admin, between};
use crate::file::{uploads, uploads_as};
use crate::harness::{TestServer, eventually};

#[test]
fn an_administrator_sees_what_files_take_and_who_has_most() {
    let server = TestServer::with(&["--storage-bytes", "10000000"]);
    let office = server.app("oa");
    let (anna, ben) = (office.person("anna"), office.person("ben"));
    uploads(&anna, "a.bin", &[7; 20_000]);
    uploads(&ben, "b.bin", &[7; 30_000]);
    uploads_as(&office, "c.bin", &[7; 950_000]);
    let admin = Admin::first(&server);
    let card = || between(&admin.sees("/console/@oa"), ">Files<", "</section>");
    let shown = card();
    assert!(shown.contains("1 MB of 10 MB"), "{shown}");
    let order: Vec<usize> = ["950 kB", "30 kB", "20 kB"].iter().map(|size| shown.find(size).expect("it is named")).collect();
    assert!(order.is_sorted() && shown.contains("the application itself") && shown.contains("/users/@anna"), "{shown}");
    office.delete("/users/anna").is(204);
    eventually("what was hers is free", || (card().contains("980 kB of 10 MB") && !card().contains("20 kB")).then_some(()));
}
