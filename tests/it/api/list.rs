//! What all lists have in common.

use crate::harness::TestServer;

#[test]
fn a_list_says_what_is_wrong_with_the_question() {
    let server = TestServer::start();
    let office = server.app("oa");
    for list in ["/users", "/groups", "/conversations"] {
        for (query, field) in [("limit=0", "limit"), ("limit=201", "limit"), ("limit=many", "limit"), ("order=name", "order")] {
            let problem = office.get(&format!("{list}?{query}")).is_refused(400, "bad_request");
            assert_eq!(problem["field"], field, "{problem}");
        }
        let empty = office.get(list).is(200);
        assert_eq!((empty["items"].as_array().unwrap().len(), empty["next"].is_null()), (0, true));
        office.get(&format!("{list}?after=%FF")).is_refused(400, "bad_request");
    }
}
