//! An identity provider that says what it is told to say, right or forged.

use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use std::collections::HashSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

const ED: &str = include_str!("../../keys/ed.private.pem");
const OTHER: &str = include_str!("../../keys/other.private.pem");

/// How the next ID token is made.
#[derive(Clone, Copy, Debug)]
pub enum Made {
    Honestly,
    /// `alg` is `none`, and there is no signature.
    Unsigned,
    /// By HS256, with the public key as the secret.
    ByPublicKey,
    /// By another one's key, under the name of the provider's.
    ByAnother,
    /// By a key whose name nobody knows.
    ByUnknown,
}

#[derive(Clone)]
pub struct Provider {
    pub address: SocketAddr,
    state: Arc<Mutex<State>>,
}

struct State {
    claims: Value,
    made: Made,
    used: HashSet<String>,
    down: bool,
}

fn key(pem: &str) -> EncodingKey {
    EncodingKey::from_ed_pem(pem.as_bytes()).unwrap()
}

fn public() -> Value {
    let mut jwk = serde_json::to_value(Jwk::from_encoding_key(&key(ED), Algorithm::EdDSA).unwrap()).unwrap();
    jwk["kid"] = "one".into();
    jwk
}

impl Provider {
    pub fn open() -> Provider {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let state = State { claims: Value::Null, made: Made::Honestly, used: HashSet::new(), down: false };
        let provider = Provider { address: listener.local_addr().unwrap(), state: Arc::new(Mutex::new(state)) };
        let shared = provider.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                shared.serve(stream);
            }
        });
        provider
    }

    pub fn issuer(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What the next ID token says besides what every one has to say.
    pub fn says(&self, nonce: &str, more: &Value) {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
        let mut claims = json!({"iss": self.issuer(), "aud": "im", "nonce": nonce, "iat": now, "exp": now + 60});
        claims.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.state.lock().unwrap().claims = claims;
    }

    pub fn makes(&self, made: Made) {
        self.state.lock().unwrap().made = made;
    }

    pub fn goes_down(&self) {
        self.state.lock().unwrap().down = true;
    }

    fn serve(&self, stream: TcpStream) -> Option<()> {
        let mut reader = BufReader::new(stream.try_clone().ok()?);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            reader.read_line(&mut head).ok().filter(|read| *read > 0)?;
        }
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).map_or(Ok(0), str::parse).ok()?;
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        let (status, answer) = self.answer(head.split(' ').nth(1)?, &String::from_utf8_lossy(&body));
        let text = answer.to_string();
        let length = text.len();
        write!(&stream, "HTTP/1.1 {status} So\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{text}").ok()
    }

    fn answer(&self, path: &str, form: &str) -> (u16, Value) {
        let mut state = self.state.lock().unwrap();
        let issuer = self.issuer();
        match path {
            _ if state.down => (500, json!({})),
            "/.well-known/openid-configuration" => (
                200,
                json!({"issuer": issuer, "authorization_endpoint": format!("{issuer}/go"),
                "token_endpoint": format!("{issuer}/token"), "jwks_uri": format!("{issuer}/keys"),
                "token_endpoint_auth_methods_supported": ["client_secret_post"]}),
            ),
            "/keys" => (200, json!({"keys": [public()]})),
            "/token" if !form.contains("&client_secret=s3cret-of-im") => (401, json!({"error": "invalid_client"})),
            "/token" => {
                let code = form.split('&').find(|pair| pair.starts_with("code=")).unwrap_or_default().to_string();
                match state.used.insert(code) {
                    true => (200, json!({"id_token": state.token(), "token_type": "Bearer"})),
                    false => (400, json!({"error": "invalid_grant"})),
                }
            }
            _ => (404, json!({})),
        }
    }
}

impl State {
    fn token(&self) -> String {
        let by = |algorithm: Algorithm, kid: &str, key: &EncodingKey| {
            let header = Header { kid: Some(kid.into()), ..Header::new(algorithm) };
            jsonwebtoken::encode(&header, &self.claims, key).unwrap()
        };
        match self.made {
            Made::Honestly => by(Algorithm::EdDSA, "one", &key(ED)),
            Made::ByAnother => by(Algorithm::EdDSA, "one", &key(OTHER)),
            Made::ByUnknown => by(Algorithm::EdDSA, "two", &key(OTHER)),
            Made::ByPublicKey => {
                let x = public()["x"].as_str().unwrap().to_string();
                by(
                    Algorithm::HS256,
                    "one",
                    &EncodingKey::from_base64_secret(&(x.replace('-', "+").replace('_', "/") + "=")).unwrap(),
                )
            }
            Made::Unsigned => {
                let honest = by(Algorithm::EdDSA, "one", &key(ED));
                let payload = honest.split('.').nth(1).unwrap();
                format!("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{payload}.")
            }
        }
    }
}
