//! What the documents say is done as it stands there: the application of the guide, its calls, every command.

use crate::harness::{App, Http, TestServer, Voice, eventually, process};
use serde_json::{Value, json};
use std::fs;
use std::process::{Command, Stdio};

const DOCUMENTS: [&str; 11] = [
    "README.md",
    "CONTRIBUTING.md",
    "docs/integrate.md",
    "docs/integrate/php.md",
    "docs/integrate/python.md",
    "docs/integrate/node.md",
    "docs/integrate/java.md",
    "docs/integrate/csharp.md",
    "docs/integrate/unchanged.md",
    "docs/operate.md",
    "docs/demo.md",
];

fn read(document: &str) -> String {
    fs::read_to_string(format!("{}/{document}", env!("CARGO_MANIFEST_DIR"))).expect("the document is there")
}

/// The code of a document in this language, block by block.
fn blocks(document: &str, language: &str) -> Vec<String> {
    let (text, begin) = (read(document), format!("```{language}\n"));
    text.split(&begin).skip(1).map(|part| part.split("```").next().unwrap_or_default().to_string()).collect()
}

/// The shop of the guide, which runs as it is printed there.
struct Shop {
    process: Option<std::process::Child>,
    http: Http,
    app: App,
}

impl Shop {
    fn open(server: &TestServer) -> Shop {
        let app = server.app_with("shop", &["--sign-in", "ticket"]);
        let mut python = Command::new("python3");
        python.args(["-c", &blocks("docs/integrate.md", "python")[0]]).env("PORT", "0");
        python.env("PARLOUR", format!("http://{}", server.address())).env("KEY", &app.key).env("SECRET", &app.callback_secret);
        let mut started = python.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("python3 runs");
        let told = process::lines(started.stdout.take().unwrap(), |_| {});
        let url = told.recv_timeout(crate::harness::PATIENCE).expect("it says where it is");
        let address = url.trim_start_matches("http://").trim_end_matches('/').to_string();
        server.types(&["app", "update", "shop", "--callback", &url, "--approve", &address]).ends(0);
        Shop { process: Some(started), http: Http::new(address.parse().unwrap()), app }
    }

    /// Somebody opens a page, and the widget in it connects.
    fn visitor(&self, who: &str) -> Voice {
        let page = self.http.get(&format!("/{who}")).text();
        assert!(page.contains("/widget.js\" data-app=\"shop\""), "{page}");
        let ticket = page.split("data-ticket=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap().to_string();
        Voice::connect(&self.app, who, &ticket)
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        if let Some(running) = self.process.take() {
            process::kill(running);
        }
    }
}

#[test]
fn the_application_of_the_guide_has_its_pages_while_parlour_is_away() {
    let mut server = TestServer::start();
    let shop = Shop::open(&server);
    server.stops();
    let page = shop.http.get("/mia");
    assert_eq!(page.status, 200);
    assert!(page.text().contains("Hello, Mia Park") && !page.text().contains("widget.js"), "{}", page.text());
}

#[test]
fn the_application_of_the_guide_has_a_messenger() {
    let server = TestServer::start();
    let shop = Shop::open(&server);
    let (mia, tom) = (shop.visitor("mia"), shop.visitor("tom"));
    mia.knows("groups", |group| group["id"] == "app:staff" && group["users"].to_string().contains("zoe"));
    mia.knows("users", |user| user["id"] == "tom" && user["name"] == "Tom Weber");
    mia.sends("tom", "Is the blue one in stock?");
    assert_eq!(tom.hears("Is the blue one in stock?")["from"], "user:mia");
    let forged = json!({"type": "contacts.list", "data": {"user": "mia"}});
    assert_eq!(shop.http.post("/", &forged).status, 401, "what is not signed is not believed");
}

#[test]
fn the_call_of_the_guide_sends_a_message() {
    let server = TestServer::start();
    let office = server.app("oa");
    let anna = office.person("anna");
    let call = blocks("docs/integrate.md", "sh")
        .into_iter()
        .find(|block| block.starts_with("curl ") && block.contains("/api/v1/messages"))
        .expect("a call");
    let call = call.replace("https://im.example", &format!("http://{}", server.address()));
    let output = Command::new("sh").args(["-c", &call]).env("KEY", &office.key).output().expect("a shell");
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"));
    assert!(answer["messages"][0]["id"].is_i64(), "{answer}");
    eventually("the message is there", || anna.has_heard("Your request 118 was approved").then_some(()));
}

#[test]
fn the_scripts_of_the_guide_send_what_they_say() {
    let server = TestServer::start();
    let office = server.app("oa");
    let anna = office.person("anna");
    office.user("ben");
    for group in ["staff", "porters"] {
        office.put(&format!("/groups/{group}"), &json!({"name": group, "users": ["anna"]})).is(201);
    }
    let folder = server.data().join("scripts");
    fs::create_dir(&folder).expect("a folder");
    fs::write(folder.join("report.txt"), "all is well").expect("a file");
    fs::write(folder.join("card.json"), json!({"title": "Leave request 118"}).to_string()).expect("a card");
    let scripts = blocks("docs/integrate.md", "sh").into_iter().find(|block| block.starts_with("parlour send oa")).expect("them");
    let binary = env!("CARGO_BIN_EXE_parlour");
    let words = format!("set -e; parlour() {{ \"{binary}\" \"$@\"; }}\n{scripts}");
    let mut shell = Command::new("sh");
    shell.args(["-c", &words]).current_dir(&folder).env("PARLOUR_DATA", server.data());
    for _ in 0..2 {
        let output = shell.output().expect("a shell");
        assert!(output.status.success(), "{output:?}");
    }
    let place = anna.hears("The night run is over")["conversation"].clone();
    let count = |wanted: fn(&Value) -> bool| anna.messages(&place).iter().filter(|message| wanted(message)).count();
    eventually("all of it twice, but what replaces and what has a key", || {
        let found = [
            count(|row| row["text"] == "The backup is done" && row["attachments"][0]["name"] == "report.txt"),
            count(|row| row["card"]["title"] == "Leave request 118" && row["deleted_by"].is_null()),
            count(|row| row["text"].as_str().is_some_and(|text| text.starts_with("Filesystem"))),
            count(|row| row["text"] == "The night run is over"),
            count(|row| row["claim"]["kind"] == "any" && row["expires_at"].is_string()),
        ];
        (found == [2, 1, 2, 1, 2]).then_some(())
    });
}

/// Every command of a document: the lines of code blocks, and what stands between backticks.
fn commands(document: &str) -> Vec<String> {
    let text = read(document).replace("\\\n", " ");
    let lines = text.lines().map(|line| line.split("  #").next().unwrap_or_default().to_string());
    let code = text.split('`').skip(1).step_by(2).map(String::from);
    let commands = lines.chain(code).filter_map(|line| {
        let line = line.replace("cargo run -- ", "parlour ").replace("cargo run --release -- ", "parlour ");
        line.strip_prefix("parlour ")
            .filter(|rest| !rest.starts_with("listening") && !rest.starts_with("= "))
            .map(|rest| rest.replace("APP", "oa"))
    });
    commands.collect()
}

#[test]
fn every_command_of_the_documents_is_one() {
    let mut known = 0;
    for document in DOCUMENTS {
        for command in commands(document) {
            // asked for help, it reads the words and does nothing
            let words = format!("exec \"$0\" {command} --help");
            let output = Command::new("sh").args(["-c", &words, env!("CARGO_BIN_EXE_parlour")]).output().expect("a shell");
            assert!(output.status.success(), "{document} says `parlour {command}`: {output:?}");
            known += 1;
        }
    }
    assert!(known > 20, "only {known} commands were found");
}
