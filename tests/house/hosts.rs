//! Each outside crate has its host rooms, and is spoken of nowhere else. A crate of `Cargo.toml` that is not in the
//! list has no host yet; a crate that nobody needs any more is named too.

use super::{nothing_to_say, project, rust};

const ANYWHERE: &[&str] = &["*"];
const DOORS: &[&str] = &["http", "server", "demo", "bench"];
/// Whoever waits without blocking. The product floor does not.
const WAITING: &[&str] = &["http", "server", "demo", "bench", "cli", "main", "jobs", "callout", "live"];
/// The store's writer is a thread that others await.
const STORE_TOO: &[&str] = &["http", "server", "demo", "bench", "cli", "main", "jobs", "callout", "live", "store"];
/// The office of the demo is a stranger: what it needs, it has of its own.
const STRANGER_TOO: &[&str] = &["secret", "demo"];

/// An outside crate, as the code calls it, and the rooms that host it.
const HOSTS: &[(&str, &[&str])] = &[
    ("actix_multipart", &["http"]),
    ("actix_web", DOORS),
    ("actix_ws", DOORS),
    ("anyhow", &["main", "cli", "server", "demo", "bench", "jobs"]),
    ("argon2", STRANGER_TOO),
    ("askama", &["http", "demo"]),
    ("base64", STRANGER_TOO),
    ("bytestring", &["live", "http", "bench"]),
    ("clap", &["main", "cli", "config", "bench"]),
    ("encoding_rs", &["wire"]),
    ("futures_util", WAITING),
    ("governor", &["http"]),
    ("hmac", STRANGER_TOO),
    ("image", &["chat"]),
    ("infer", &["chat"]),
    ("jiff", &["time", "demo"]),
    ("jsonwebtoken", &["apps"]),
    ("mimalloc", &["main"]),
    ("rand", &["secret", "bench", "demo", "jobs"]),
    ("reqwest", &["callout", "demo", "bench", "cli"]),
    ("rusqlite", &["store"]),
    ("rust_embed", &["http", "demo"]),
    ("rustix", &["store", "server", "http", "bench"]),
    ("rustls", &["main", "callout", "demo"]),
    ("serde", ANYWHERE),
    ("serde_json", ANYWHERE),
    ("serde_path_to_error", &["http"]),
    ("sha2", STRANGER_TOO),
    ("subtle", STRANGER_TOO),
    ("thiserror", &["error", "store"]),
    ("tokio", STORE_TOO),
    ("tokio_tungstenite", &["bench", "cli", "demo"]),
    ("tokio_util", WAITING),
    ("toml", &["config"]),
    ("tracing", ANYWHERE),
    ("tracing_subscriber", &["main", "cli", "server"]),
    ("utoipa", &["http", "wire", "id", "time", "apps", "directory"]),
    ("webpki_roots", &["callout"]),
];

/// Rooms of the product floor are ordinary blocking Rust.
const BLOCKING: &[&str] = &["chat", "directory", "apps", "accounts"];

fn room(path: &str) -> &str {
    let inside = path.trim_start_matches("src/").trim_end_matches(".rs");
    inside.split('/').next().unwrap_or_default()
}

fn complaints(path: &str, text: &str) -> Vec<String> {
    let code = rust::without_tests(text);
    let chars: Vec<char> = code.chars().collect();
    let mut found = Vec::new();
    for (at, word) in rust::words(&chars) {
        let Some((_, rooms)) = HOSTS.iter().find(|(name, _)| *name == word) else {
            continue;
        };
        if names_a_crate(&chars, at, &word) && !rooms.contains(&"*") && !rooms.contains(&room(path)) {
            found.push(format!("{path}: `{word}` is a guest of {} only", rooms.join(", ")));
        }
    }
    let asynchronous = rust::functions(&code).into_iter().find(|function| function.is_async);
    if let Some(function) = asynchronous.filter(|_| BLOCKING.contains(&room(path))) {
        found.push(format!("{path}:{}: `{}` is async; this floor is ordinary blocking Rust", function.line, function.name));
    }
    found.dedup();
    found
}

/// `word::…` and `use word;`, but not `own::word::…` and not a variable of that name.
fn names_a_crate(chars: &[char], at: usize, word: &str) -> bool {
    let before: String = chars[..at].iter().rev().take_while(|c| **c != '\n').collect();
    let after: String = chars[at + word.len()..].iter().take(2).collect();
    let inner = before.starts_with("::");
    !inner && (after == "::" || before.trim_start().starts_with("esu"))
}

fn dependencies(manifest: &str) -> Vec<String> {
    let manifest: toml::Table = manifest.parse().expect("Cargo.toml is TOML");
    let table = manifest["dependencies"].as_table().expect("a table");
    table.keys().map(|name| name.replace('-', "_")).collect()
}

#[test]
fn each_crate_stays_with_its_host() {
    let found: Vec<String> = project::rust(&["src"]).iter().flat_map(|file| complaints(&file.path, &file.text())).collect();
    nothing_to_say(&found);
}

#[test]
fn each_dependency_has_a_host() {
    let dependencies = dependencies(include_str!("../../Cargo.toml"));
    let mut found = Vec::new();
    for name in &dependencies {
        if !HOSTS.iter().any(|(known, _)| known == name) {
            found.push(format!("`{name}` has no host room: name one in tests/house/hosts.rs"));
        }
    }
    for (name, _) in HOSTS {
        if !dependencies.iter().any(|known| known == name) {
            found.push(format!("`{name}` is hosted, but Cargo.toml does not have it"));
        }
    }
    nothing_to_say(&found);
}

#[test]
fn a_guest_in_another_room_is_named() {
    assert_eq!(
        complaints("src/chat/search.rs", "use rusqlite::Row;"),
        ["src/chat/search.rs: `rusqlite` is a guest of store only"]
    );
    assert_eq!(complaints("src/chat/search.rs", "fn a() { reqwest::get(\"\") }").len(), 1);
    assert_eq!(complaints("src/chat/search.rs", "use {serde::Serialize, tokio::sync};").len(), 1);
    assert_eq!(
        complaints("src/store/db.rs", "use rusqlite;\n// reqwest::get\nlet tokio = 1; own::tokio::x"),
        Vec::<String>::new()
    );
}

#[test]
fn waiting_on_the_product_floor_is_named() {
    assert_eq!(complaints("src/chat/room.rs", "pub async fn a() {\n}").len(), 1);
    assert_eq!(complaints("src/http/room.rs", "pub async fn a() {\n}"), Vec::<String>::new());
}

#[test]
fn dependencies_are_read_from_the_manifest() {
    assert_eq!(dependencies("[dependencies]\na-b = \"1\"\n[dev-dependencies]\nc = \"1\""), ["a_b"]);
}
