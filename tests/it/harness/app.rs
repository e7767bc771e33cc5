//! An application: what registering printed, its REST calls, and its people.

use super::{answer::Answer, http::Http, server::Shared, voice::Voice};
use serde_json::{Value, json};
use std::sync::Arc;

#[derive(Clone)]
pub struct App {
    pub id: String,
    pub key: String,
    pub callback_secret: String,
    pub token_secret: String,
    pub server: Arc<Shared>,
}

impl App {
    pub fn register(server: &Arc<Shared>, id: &str, options: &[&str]) -> App {
        let mut arguments = vec!["app", "register", id, "--name", "Office", "--json"];
        if !options.contains(&"--sign-in") {
            arguments.extend(["--sign-in", "local,callback,token,ticket"]);
        }
        arguments.extend(options);
        let output = server.run(&arguments, "");
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "parlour {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        let printed: Value = serde_json::from_str(&told).unwrap_or_else(|_| panic!("not JSON: {told}"));
        let member = |name: &str| printed[name].as_str().unwrap_or_else(|| panic!("no `{name}`: {printed}")).to_string();
        App {
            id: member("id"),
            key: member("key"),
            callback_secret: member("callback_secret"),
            token_secret: member("token_secret"),
            server: Arc::clone(server),
        }
    }

    /// An HTTP client with the application's key.
    pub fn http(&self) -> Http {
        self.server.http().bearer(&self.key)
    }

    /// Paths begin below `/api/v1`.
    pub fn get(&self, path: &str) -> Answer {
        self.http().get(&format!("/api/v1{path}"))
    }

    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.http().post(&format!("/api/v1{path}"), body)
    }

    pub fn put(&self, path: &str, body: &Value) -> Answer {
        self.http().json("PUT", &format!("/api/v1{path}"), body)
    }

    pub fn patch(&self, path: &str, body: &Value) -> Answer {
        self.http().json("PATCH", &format!("/api/v1{path}"), body)
    }

    pub fn delete(&self, path: &str) -> Answer {
        self.http().delete(&format!("/api/v1{path}"))
    }

    /// Creates a user with a password, by the command line.
    pub fn user(&self, id: &str) -> &App {
        let arguments = ["user", "add", &self.id, id, "--name", &capital(id), "--password-stdin"];
        let output = self.server.run(&arguments, &password(id));
        assert!(output.status.success(), "parlour {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        self
    }

    /// Signs a user in with the password that `user` gave; answers the token of the session.
    pub fn token(&self, id: &str) -> String {
        let body = json!({"app": self.id, "username": id, "password": password(id)});
        let session = self.server.http().post("/client/session", &body).is(201);
        session["token"].as_str().unwrap_or_else(|| panic!("no token: {session}")).to_string()
    }

    /// Creates a user, signs in and connects.
    pub fn person(&self, id: &str) -> Voice {
        self.user(id);
        Voice::connect(self, id, &self.token(id))
    }

    /// The same without the command line and without a password, where a test needs many.
    pub fn member(&self, id: &str) -> Voice {
        self.put(&format!("/users/{id}"), &json!({"name": capital(id)})).is(201);
        let made = self.post(&format!("/users/{id}/tokens"), &json!({"name": "test"})).is(201);
        Voice::connect(self, id, made["token"].as_str().expect("a token"))
    }

    /// The same user on one more device.
    pub fn device(&self, id: &str) -> Voice {
        Voice::connect(self, id, &self.token(id))
    }
}

pub fn password(id: &str) -> String {
    format!("the word of {id}")
}

fn capital(id: &str) -> String {
    let mut letters = id.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
