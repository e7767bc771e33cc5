//! What the application makes of a press: a card, words, an error, nothing, or no answer at all.

use super::*;

/// The question of this type that waits for an answer, as whoever reads events finds it, and the address of its answer.
fn open_question(office: &App, kind: &str) -> (Value, String) {
    let page = office.get("/events").is(200);
    let found = page["items"].as_array().unwrap().iter().rfind(|event| event["type"] == kind && event["question"] == true);
    let event = found.unwrap_or_else(|| panic!("no {kind} in {page}"));
    (event["data"].clone(), format!("/events/{}", event["id"]))
}

#[test]
fn an_application_without_an_address_answers_by_the_event_and_each_answer_counts_once() {
    let server = TestServer::start();
    let office = server.app("oa");
    let (li, mei) = (office.person("li"), office.person("mei"));
    let copies = send(&office, &["user:li", "user:mei"], &leave());
    press(&li, copies[0], "approve", "k1").expect("the first press");
    let (asked, address) = open_question(&office, "action.invoked");
    assert_eq!((&asked["user"], &asked["message"]["id"]), (&json!("li"), &json!(copies[0])));
    office.post(&address, &json!({"card": {"titel": "a slip"}})).is_refused(400, "bad_request");
    sees(&mei, copies[1], |card| card["done"]["state"] == "waiting");
    let mut next = leave();
    next["title"] = json!("Second step");
    let answer = json!({"card": next, "text": "The second step is yours."});
    let said = office.post(&address, &answer).is(200);
    assert_eq!(said["message"]["text"], "The second step is yours.");
    sees(&mei, copies[1], |card| card["title"] == "Second step" && card["done"].is_null());
    press(&mei, copies[1], "approve", "k2").expect("it is open for the next step");
    assert_eq!(office.post(&address, &answer).is(200), said, "the same answer again is answered the same");
    office.post(&address, &json!({"text": "another"})).is_refused(409, "conflict");
    let card = office.get(&format!("/messages/{}", copies[0])).is(200)["message"]["card"].clone();
    assert_eq!((&card["done"]["name"], &card["done"]["state"]), (&json!("Mei"), &json!("waiting")), "{card}");
    let (_, address) = open_question(&office, "action.invoked");
    office.post(&address, &json!({})).is(200);
    sees(&li, copies[0], |card| is_confirmed(card) && card["done"]["name"] == "Mei");

    li.sends("application", "what waits for me?");
    let (_, address) = open_question(&office, "message.created");
    let said = office.post(&address, &json!({"card": leave()})).is(200);
    let copy = said["message"]["id"].as_i64().expect("the reply");
    assert_eq!(buttons(&sees(&li, copy, |card| card["done"].is_null())).len(), 4);
    assert_eq!(office.post(&address, &json!({"card": leave()})).is(200), said);
    press(&li, copy, "approve", "k3").expect("a button of the reply");
}

#[test]
fn what_was_refused_says_so_whatever_the_application_calls_it() {
    let server = TestServer::start();
    let office = server.app("oa");
    let li = office.person("li");
    let copy = send(&office, &["user:li"], &leave())[0];
    let words = json!({"message": copy, "action": "reject", "input": "too long", "key": "k1"});
    li.asks("act", words).expect("the first press");
    sees(&li, copy, |card| card["done"]["style"] == "danger" && card["done"]["state"] == "waiting");
    let (_, address) = open_question(&office, "action.invoked");
    office.post(&address, &json!({"card": {"title": "Leave", "done": {"label": "Refused"}}})).is(200);
    sees(&li, copy, |card| is_confirmed(card) && card["done"]["label"] == "Refused" && card["done"]["style"] == "danger");
    let say = |done: Value| office.patch(&format!("/messages/{copy}"), &json!({"card": {"title": "Leave", "done": done}}));
    say(json!({"label": "Approved"})).is(200);
    sees(&li, copy, |card| card["done"]["label"] == "Approved" && card["done"]["style"].is_null());
    say(json!({"label": "Ended", "style": "danger"})).is(200);
    sees(&li, copy, |card| card["done"]["label"] == "Ended" && card["done"]["style"] == "danger");
    say(json!({"label": "Ended", "style": "red"})).is_refused(400, "bad_request");
}

#[test]
fn an_answer_to_a_press_that_counts_no_more_changes_nothing() {
    let server = TestServer::start();
    let office = server.app("oa");
    let (li, mei) = (office.person("li"), office.person("mei"));
    let accepted = office.post("/messages", &json!({"to": ["user:li", "user:mei"], "card": leave()})).is(202);
    let copies = [0, 1].map(|place: usize| accepted["messages"][place]["id"].as_i64().unwrap());
    press(&li, copies[0], "approve", "k1").expect("the first press");
    let (_, slow) = open_question(&office, "action.invoked");
    let mut next = leave();
    next["title"] = json!("Leave request 119");
    office.patch(&format!("/batches/{}", accepted["batch"]), &json!({"card": next})).is(202);
    sees(&mei, copies[1], |card| card["title"] == "Leave request 119" && card["done"].is_null());
    press(&mei, copies[1], "approve", "k2").expect("it is another question now");
    let said = office.post(&slow, &json!({"card": {"title": "Too late"}, "text": "That was 118."})).is(200);
    assert_eq!(said["message"]["text"], "That was 118.", "what is said is said");
    let shown = || office.get(&format!("/messages/{}", copies[0])).is(200)["message"]["card"].clone();
    assert_eq!((&shown()["title"], &shown()["done"]["state"]), (&json!("Leave request 119"), &json!("waiting")));
    let (asked, address) = open_question(&office, "action.invoked");
    assert_eq!(asked["user"], "mei");
    let long = |end: &str| json!({"text": format!("{}{end}", "a".repeat(5_000))});
    office.post(&address, &long("x")).is(200);
    office.post(&address, &long("x")).is(200);
    office.post(&address, &long("y")).is_refused(409, "conflict");
    assert_eq!((&shown()["done"]["name"], &shown()["done"]["state"]), (&json!("Mei"), &json!("confirmed")));
}

#[test]
fn an_error_of_the_application_opens_the_card_again_and_only_who_pressed_reads_it() {
    let server = TestServer::start();
    let (office, receiver) = Receiver::start(&server);
    let (li, mei) = (office.person("li"), office.person("mei"));
    let room = office.post("/conversations", &json!({"title": "Leave", "users": ["li", "mei"]})).is(201);
    let copy = send(&office, &[&format!("conversation:{}", room["conversation"]["id"])], &leave())[0];
    sees(&mei, copy, |card| card["done"].is_null());
    press(&li, copy, "fail", "k1").expect("the first press");
    let sentence = li.hears("Not today.");
    assert_ne!(sentence["conversation"], room["conversation"]["id"], "it is said to nobody else");
    sees(&mei, copy, |card| card["done"].is_null());
    press(&li, copy, "fail", "k1").expect("the same press again does nothing");
    // An answer that cannot be used is agreement, and said to the developer.
    press(&mei, copy, "silly", "k2").expect("it is open again");
    let card = sees(&li, copy, is_confirmed);
    assert_eq!((&card["done"]["name"], &card["title"]), (&json!("Mei"), &json!("Leave request 118")));
    assert!(!mei.has_heard("Not today.") && receiver.count("action.invoked") == 2, "{}", receiver.count("action.invoked"));
}

#[test]
fn what_is_given_up_opens_the_card_again_and_says_so() {
    let server = TestServer::with(&["--callback-pauses", "50ms", "--callback-give-up", "200ms"]);
    let office = receiver::register(&server, receiver::free_port());
    let li = office.person("li");
    let copy = send(&office, &["user:li"], &leave())[0];
    press(&li, copy, "approve", "k").expect("it is kept");
    let lost =
        "Office has not answered for too long, so what you pressed on “Leave request 118” had no effect. Please press again.";
    assert_eq!(li.hears(lost)["reply_to"], copy);
    sees(&li, copy, |card| card["done"].is_null());
}
