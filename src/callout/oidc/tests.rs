//! A whole sign-in with a provider on a real socket: what it is asked, what is remembered, what is refused.

use super::*;
use crate::apps::oidc::proof::scratch;
use crate::callout::scratch::{Application, ok, status};
use crate::id::AppId;
use serde_json::json;
use std::sync::{Arc, Mutex};

const ED: &str = include_str!("../../../tests/keys/ed.private.pem");
const OTHER: &str = include_str!("../../../tests/keys/other.private.pem");

/// What the provider says; tests change it.
struct Script {
    host: String,
    discovery: Value,
    claims: Value,
    userinfo: Value,
    /// Which key signs, and under which name.
    key: (&'static str, &'static str),
    /// Which keys it shows.
    shown: Vec<(&'static str, &'static str)>,
}

type Change = fn(&mut Script);

struct Stage {
    provider: Application,
    script: Arc<Mutex<Script>>,
    callout: Callout,
    settings: Oidc,
    flow: Flow,
}

impl Script {
    fn answer(&self, request: &str) -> String {
        let path = request.split(' ').nth(1).unwrap_or_default();
        match path {
            "/acme/.well-known/openid-configuration" => ok(&self.discovery.to_string()),
            "/keys" => {
                let shown: Vec<Value> = self.shown.iter().map(|(pem, kid)| scratch::shown(pem, kid)).collect();
                ok(&json!({ "keys": shown }).to_string())
            }
            "/token" if request.contains("code=used") => {
                "HTTP/1.1 400 Bad Request\r\ncontent-length: 25\r\n\r\n{\"error\":\"invalid_grant\"}".into()
            }
            "/token" => {
                let token = scratch::token(self.key, &self.claims);
                ok(&json!({"id_token": token, "access_token": "at-1", "token_type": "Bearer"}).to_string())
            }
            "/me" => ok(&self.userinfo.to_string()),
            _ => status(404),
        }
    }
}

impl Stage {
    async fn open() -> Stage {
        let script = Arc::new(Mutex::new(Script {
            host: String::new(),
            discovery: Value::Null,
            claims: Value::Null,
            userinfo: json!({"sub": "7", "name": "Anna", "email": "anna@acme.example", "email_verified": true}),
            key: (ED, "one"),
            shown: vec![(ED, "one")],
        }));
        let shared = script.clone();
        let provider = Application::start(move |request| shared.lock().unwrap().answer(request)).await;
        let host = format!("http://{}", provider.address);
        let settings = Oidc { provider: "Id".into(), issuer: format!("{host}/acme"), client: "im".into(), ..Oidc::default() };
        let root = crate::apps::oidc::flow::root("key").unwrap();
        let flow = Flow::of(&root, &AppId::parse("oa").unwrap(), &settings.issuer).unwrap().unwrap();
        {
            let mut script = script.lock().unwrap();
            script.discovery = json!({"issuer": settings.issuer, "authorization_endpoint": format!("{host}/go?tenant=1"),
                "token_endpoint": format!("{host}/token"), "jwks_uri": format!("{host}/keys"), "userinfo_endpoint": format!("{host}/me")});
            let now = Moment::now().unix_seconds();
            script.claims =
                json!({"iss": settings.issuer, "aud": "im", "sub": "7", "nonce": flow.nonce, "iat": now, "exp": now + 60});
            script.host = host;
        }
        Stage { provider, script, callout: Callout::new(vec![]).unwrap(), settings, flow }
    }

    fn says(&self, change: impl FnOnce(&mut Script)) {
        change(&mut self.script.lock().unwrap());
    }

    async fn redeem(&self, returned: Returned<'_>) -> Result<Vouched> {
        let approved = [self.provider.address.to_string()];
        let whose = self.whose(&approved);
        self.callout.redeem(&whose, &self.flow, &returned).await
    }

    async fn signs_in(&self) -> Result<Vouched> {
        self.redeem(Returned { code: "c 1", issuer: None }).await
    }

    fn whose<'a>(&'a self, approved: &'a [String]) -> Whose<'a> {
        Whose { app: AppNo(1), settings: &self.settings, secret: Some("s+1"), approved, back: "https://im.example/sign-in/oa" }
    }

    /// How often an address was asked.
    fn asked(&self, begin: &str) -> usize {
        self.provider.heard().iter().filter(|request| request.starts_with(begin)).count()
    }
}

#[tokio::test]
async fn a_code_becomes_a_person_and_documents_are_remembered() {
    let stage = Stage::open().await;
    let approved = [stage.provider.address.to_string()];
    let address = stage.callout.authorization(&stage.whose(&approved), &stage.flow).await.unwrap();
    let url = reqwest::Url::parse(&address).unwrap();
    let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let said = |name: &str| pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    assert!(address.starts_with(&format!("{}/go?tenant=1&response_type=code&", stage.script.lock().unwrap().host)), "{address}");
    assert_eq!((said("client_id"), said("scope")), (Some("im"), Some("openid profile email")));
    assert_eq!(said("redirect_uri"), Some("https://im.example/sign-in/oa"));
    assert_eq!((said("state"), said("nonce")), (Some(stage.flow.state.as_str()), Some(stage.flow.nonce.as_str())));
    assert_eq!((said("code_challenge"), said("code_challenge_method")), (Some(stage.flow.challenge().as_str()), Some("S256")));
    assert!(!address.contains(&stage.flow.verifier));

    let anna = stage.signs_in().await.unwrap();
    assert_eq!((anna.id.as_str(), anna.name.as_deref(), anna.email), ("7", Some("Anna"), Some(Some("anna@acme.example".into()))));
    let heard = stage.provider.heard();
    let token = heard.iter().find(|request| request.starts_with("POST /token")).unwrap();
    let basic = format!("authorization: Basic {}", crate::secret::encode(b"im:s%2B1"));
    let form = format!(
        "grant_type=authorization_code&code=c+1&redirect_uri=https%3A%2F%2Fim.example%2Fsign-in%2Foa&code_verifier={}",
        stage.flow.verifier
    );
    assert!(token.contains(&basic) && token.ends_with(&form), "{token}");
    assert!(heard.iter().any(|request| request.starts_with("GET /me") && request.contains("authorization: Bearer at-1")));
    stage.signs_in().await.unwrap();
    assert_eq!((stage.asked("GET /acme/.well-known"), stage.asked("GET /keys"), stage.asked("POST /token")), (1, 1, 2));
}

#[tokio::test]
async fn a_new_key_is_looked_for_but_not_at_everybodys_wish() {
    let stage = Stage::open().await;
    stage.signs_in().await.unwrap();
    stage.says(|script| (script.key, script.shown) = ((OTHER, "two"), vec![(ED, "one"), (OTHER, "two")]));
    stage.callout.inner.providers.age_keys(AppNo(1));
    stage.signs_in().await.unwrap();
    assert_eq!(stage.asked("GET /keys"), 2);
    stage.says(|script| script.key = (OTHER, "unknown"));
    for _ in 0..5 {
        assert!(stage.signs_in().await.unwrap_err().sentence().ends_with("its key is none of the provider's"));
    }
    assert_eq!(stage.asked("GET /keys"), 2, "nobody makes us ask again and again");
}

#[tokio::test]
async fn what_is_not_for_this_sign_in_opens_nothing() {
    let stage = Stage::open().await;
    assert!(matches!(stage.redeem(Returned { code: "used", issuer: None }).await, Err(Error::Unauthenticated(_))));
    let evil = Returned { code: "c", issuer: Some("https://evil.example") };
    assert!(matches!(stage.redeem(evil).await, Err(Error::Unauthenticated(_))), "another issuer's answer (RFC 9207)");
    stage.redeem(Returned { code: "c", issuer: Some(&stage.settings.issuer.clone()) }).await.unwrap();
    stage.says(|script| script.claims["nonce"] = "of another sign-in".into());
    assert!(matches!(stage.signs_in().await, Err(Error::Unauthenticated(_))));

    let stage = Stage::open().await;
    stage.says(|script| script.userinfo = json!({"sub": "8", "name": "Ben"}));
    assert!(matches!(stage.signs_in().await, Err(Error::Unauthenticated(_))), "userinfo of somebody else");

    let stage = Stage::open().await;
    stage.says(|script| script.discovery["authorization_response_iss_parameter_supported"] = true.into());
    assert!(matches!(stage.signs_in().await, Err(Error::Unauthenticated(_))), "it says that it would say who it is");
}

#[tokio::test]
async fn a_provider_that_does_not_answer_as_it_should_is_told_apart() {
    let changes: [(&str, Change); 6] = [
        ("it calls itself https://evil.example", |s| s.discovery["issuer"] = "https://evil.example".into()),
        ("is not one: missing field", |s| s.discovery = json!({"issuer": s.discovery["issuer"]})),
        ("its keys: 127.0.0.1 is not public", |s| s.discovery["jwks_uri"] = "https://127.0.0.1:1/keys".into()),
        ("its keys: it answered 404", |s| s.discovery["jwks_uri"] = format!("{}/nothing", s.host).into()),
        ("its token: 169.254.169.254 is", |s| s.discovery["token_endpoint"] = "https://169.254.169.254/token".into()),
        ("takes a secret neither", |s| s.discovery["token_endpoint_auth_methods_supported"] = json!(["private_key_jwt"])),
    ];
    for (reason, change) in changes {
        let stage = Stage::open().await;
        stage.says(change);
        match stage.signs_in().await {
            Err(Error::Unavailable(said)) => assert!(said.contains(reason), "{said}"),
            other => panic!("{reason}: {other:?}"),
        }
    }
    let stage = Stage::open().await;
    stage.says(|script| script.discovery["issuer"] = format!("https://x\nERROR {}", "y".repeat(1000)).into());
    let said = stage.signs_in().await.unwrap_err().sentence();
    assert!(said.len() <= 300 && !said.contains('\n'), "nobody writes lines into the log: {said}");

    let stage = Stage::open().await;
    for bad in ["javascript:alert(1)", "http://evil.example/go", "https://a:b@id.example/", "data:text/html,x"] {
        stage.says(|script| script.discovery["authorization_endpoint"] = bad.into());
        let approved = [stage.provider.address.to_string()];
        stage.callout.inner.providers.forget(AppNo(1));
        let said = stage.callout.authorization(&stage.whose(&approved), &stage.flow).await;
        assert!(matches!(said, Err(Error::Unavailable(_))), "{bad}: {said:?}");
    }
}
