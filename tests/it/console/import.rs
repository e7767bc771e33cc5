//! Users from a file: nothing happens before somebody has seen what would, and then all of it does.

use super::admin::{Admin, OWN};
use crate::harness::{Answer, TestServer};

fn upload(admin: &Admin, path: &str, list: &str, file: &[u8]) -> Answer {
    let key = admin.key();
    let field = |name: &str, value: &str| format!("--B\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    let head = "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"people.csv\"\r\nContent-Type: text/csv\r\n\r\n";
    let fields = [field("form_key", &key), field("list", list)].concat();
    let body = [fields.as_bytes(), head.as_bytes(), file, b"\r\n--B--\r\n"];
    let http = admin.http().with("origin", OWN).with("content-type", "multipart/form-data; boundary=B");
    http.call("POST", path, &body.concat())
}

#[test]
fn a_file_is_looked_at_first_and_taken_when_that_is_confirmed() {
    let server = TestServer::start();
    let office = server.app("oa");
    let admin = Admin::first(&server);
    let path = "/console/@oa/users/import";
    let there = |id: &str| office.get(&format!("/users/{id}")).status == 200;

    let wrong = upload(&admin, path, "some", "工号,姓名,邮箱\n7,刘洋,x\n8,李雷,\n".as_bytes()).text();
    assert!(wrong.contains("1 row is wrong") && wrong.contains("邮箱") && !wrong.contains("import/confirm"), "{wrong}");
    let chinese = Admin { server: &server, cookie: format!("{}; parlour_language=zh-CN", admin.cookie) };
    let nameless = upload(&chinese, path, "some", "工号,姓名\n7,刘洋\n ,李雷\n".as_bytes()).text();
    assert!(nameless.contains("<bdi>工号</bdi>") && nameless.contains("缺少 ID"), "{nameless}");
    let refused = upload(&admin, path, "some", b"id,salary\n7,1\n");
    assert!(refused.status == 422 && refused.text().contains("salary"), "{}", refused.text());

    let seen = upload(&admin, path, "some", "工号,姓名\n7,刘洋\n8,李雷\n".as_bytes()).text();
    assert!(seen.contains("import/confirm") && seen.contains("刘洋"), "{seen}");
    assert!(!there("7"), "a look changes nothing");
    let confirmed = admin.posts(&format!("{path}/confirm"), &[]);
    assert_eq!((confirmed.status, there("7"), there("8")), (303, true, true));
    assert_eq!(admin.posts(&format!("{path}/confirm"), &[]).header("location"), Some(path), "a file is taken once");

    let pictured = "id,avatar\n9,https://oa.example/9.png\n".as_bytes();
    server.types(&["app", "update", "oa", "--origin", "https://oa.example"]).ends(0);
    assert!(upload(&admin, path, "whole", pictured).text().contains("import/confirm"));
    server.types(&["app", "update", "oa", "--origin", "https://im.example"]).ends(0);
    assert_eq!(admin.posts(&format!("{path}/confirm"), &[("sure", "yes")]).header("location"), Some(path));
    assert!(admin.sees(path).contains("some rows are wrong by now"));
    assert_eq!(office.get("/users/7").is(200)["user"]["suspended"], false, "nobody goes for a row that is not taken");

    let many: String = (0..40).map(|n| format!("p{n}\n")).collect();
    upload(&admin, path, "whole", format!("id\n7\n8\n{many}").as_bytes());
    admin.posts(&format!("{path}/confirm"), &[]);
    let doubtful = upload(&admin, path, "whole", b"id\n7\n").text();
    assert!(doubtful.contains("41 of 42 people are not in this file"), "{doubtful}");
    admin.posts(&format!("{path}/confirm"), &[]);
    assert_eq!(office.get("/users/p0").is(200)["user"]["suspended"], false, "not without a tick");
    upload(&admin, path, "whole", b"id\n7\n");
    admin.posts(&format!("{path}/confirm"), &[("sure", "yes")]);
    assert_eq!(office.get("/users/p0").is(200)["user"]["suspended"], true);
}
