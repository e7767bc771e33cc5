//! OpenID Connect: with which identity provider an application's users sign in, as which of its clients, and what of its
//! claims is taken. Asks nothing; that is `callout`'s.

pub mod flow;
pub mod proof;

use crate::apps::application::{self, Draft, SignIn};
use crate::apps::{origin, whoami};
use crate::error::{Error, Result};
use crate::id::AppNo;
use crate::store::{Db, Tx, params};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The most scopes that are asked for.
const SCOPES: usize = 20;

/// Members of a user are names of claims, such as `name`, or JSON Pointers (RFC 6901) where they lie deeper; an empty one is
/// not looked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Oidc {
    /// What its users call it: it stands on the button.
    pub provider: String,
    /// Exactly as its discovery document and its ID tokens have it.
    pub issuer: String,
    /// The id of the client that Parlour is there.
    pub client: String,
    /// Always with `openid`.
    pub scopes: Vec<String>,
    /// A claim and the value that it must have, such as `hd=acme.example`; blank: whoever the provider lets in.
    #[serde(default)]
    pub only: String,
    /// What becomes the user's id: nothing else says who somebody is.
    pub id: String,
    #[serde(default)]
    pub name: String,
    /// Taken only where the provider says `email_verified`.
    #[serde(default)]
    pub email: String,
    #[serde(default)]
    pub title: String,
    #[serde(default)]
    pub avatar: String,
    #[serde(default)]
    pub locale: String,
}

impl Default for Oidc {
    /// What most will want.
    fn default() -> Oidc {
        Oidc {
            provider: String::new(),
            issuer: String::new(),
            client: String::new(),
            scopes: ["openid", "profile", "email"].map(String::from).to_vec(),
            only: String::new(),
            id: "sub".into(),
            name: "name".into(),
            email: "email".into(),
            title: String::new(),
            avatar: String::new(),
            locale: "locale".into(),
        }
    }
}

impl Oidc {
    /// The same in checked form. Plain HTTP needs the approval of host and port, as for callbacks.
    pub fn parse(mut self, approved: &[String]) -> Result<Oidc> {
        let texts = [&mut self.provider, &mut self.issuer, &mut self.client, &mut self.only, &mut self.id];
        let more = [&mut self.name, &mut self.email, &mut self.title, &mut self.avatar, &mut self.locale];
        texts.into_iter().chain(more).for_each(|text| *text = text.trim().into());
        if self.provider.is_empty() || self.provider.chars().count() > 60 || self.provider.chars().any(char::is_control) {
            return Err(Error::invalid("oidc_provider", "expected what users call the provider: 1 to 60 characters"));
        }
        check_issuer(&self.issuer, approved)?;
        if self.client.is_empty() || self.client.len() > 200 || !self.client.bytes().all(|b| b.is_ascii_graphic() || b == b' ') {
            return Err(Error::invalid("oidc_client", "expected the client's id, as the provider shows it"));
        }
        self.scopes = scopes(&self.scopes)?;
        if !self.only.is_empty() && self.requirement().is_none() {
            return Err(Error::invalid("oidc_only", "expected a claim and its value, such as hd=acme.example"));
        }
        // The same claim in its other form.
        if let Some(name) = self.id.strip_prefix('/').filter(|name| !name.contains(['/', '~'])) {
            self.id = name.into();
        }
        if self.id.is_empty() {
            return Err(Error::invalid("oidc_id", "say which claim is the user's id, such as sub"));
        }
        for (field, name) in self.members() {
            if !is_claim(name) {
                return Err(Error::invalid(&format!("oidc_{field}"), "expected the name of a claim, such as name"));
            }
        }
        Ok(self)
    }

    /// What is taken of a user, and the claim in which it stands.
    pub fn members(&self) -> [(&'static str, &str); 6] {
        [
            ("id", &self.id),
            ("name", &self.name),
            ("email", &self.email),
            ("title", &self.title),
            ("avatar", &self.avatar),
            ("locale", &self.locale),
        ]
    }

    /// The claim that is required, and its value.
    pub fn requirement(&self) -> Option<(&str, &str)> {
        let (claim, value) = self.only.split_once('=')?;
        let (claim, value) = (claim.trim(), value.trim());
        (!claim.is_empty() && !value.is_empty() && is_claim(claim)).then_some((claim, value))
    }
}

/// The claim of this name.
pub fn claim<'a>(claims: &'a Value, name: &str) -> Option<&'a Value> {
    let found = if name.starts_with('/') { claims.pointer(name) } else { claims.get(name) };
    found.filter(|value| !value.is_null() && !name.is_empty())
}

/// Checked, and kept as it was typed: the provider's own writing counts, to the letter.
fn check_issuer(issuer: &str, approved: &[String]) -> Result<()> {
    let address = origin::parse_address("oidc_issuer", issuer)?;
    if issuer.contains('?') {
        return Err(Error::invalid("oidc_issuer", "an issuer has no query (?)"));
    }
    let host = origin::host_port(&address);
    if address.starts_with("http://") && !approved.contains(&host) {
        let reason = format!("plain HTTP needs the approval of {host}; use https or approve it");
        return Err(Error::invalid("oidc_issuer", reason));
    }
    Ok(())
}

/// Scopes (RFC 6749 §3.3), `openid` before all.
fn scopes(given: &[String]) -> Result<Vec<String>> {
    let mut once = vec!["openid".to_string()];
    for scope in given.iter().flat_map(|some| some.split_whitespace()) {
        if !scope.bytes().all(|b| b.is_ascii_graphic() && b != b'"' && b != b'\\') {
            return Err(Error::invalid("oidc_scopes", "expected scopes such as openid profile email"));
        }
        if !once.iter().any(|known| known == scope) {
            once.push(scope.into());
        }
    }
    match once.len() > SCOPES {
        true => Err(Error::invalid("oidc_scopes", format!("at most {SCOPES} are possible"))),
        false => Ok(once),
    }
}

fn is_claim(name: &str) -> bool {
    if name.starts_with('/') { whoami::is_pointer(name) } else { name.len() <= 200 && !name.chars().any(char::is_control) }
}

/// What becomes of the client's secret when settings are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Secret {
    /// The one that is there stays.
    Kept,
    New(String),
    /// A public client, which has none.
    None,
}

/// What an application has set.
pub fn find(db: &Db, app: AppNo) -> Result<Option<Oidc>> {
    let set = db.maybe("SELECT settings FROM oidc WHERE application = ?1", [app], |r| r.get::<String>(0))?;
    set.map(|text| serde_json::from_str(&text).map_err(Error::internal)).transpose()
}

/// The client's secret; none of a public client.
pub fn secret(db: &Db, app: AppNo) -> Result<Option<String>> {
    let found = db.maybe("SELECT secret FROM oidc WHERE application = ?1", [app], |r| r.get::<Option<String>>(0))?;
    Ok(found.flatten())
}

/// Checks the settings, keeps them and opens this way to sign in; with none forgets them and closes it.
pub fn open(tx: &mut Tx, app: AppNo, wanted: Option<(Oidc, Secret)>) -> Result<()> {
    let found = application::get_no(tx, app)?;
    let mut draft = Draft::of(&found);
    draft.sign_in.retain(|way| *way != SignIn::Oidc);
    match wanted {
        Some((settings, secret)) => {
            set(tx, app, &settings.parse(&found.approved)?, &secret)?;
            draft.sign_in.push(SignIn::Oidc);
        }
        None => tx.run("DELETE FROM oidc WHERE application = ?1", [app]).map(|_| ())?,
    }
    application::update(tx, app, &draft).map(|_| ())
}

/// Keeps checked settings. A secret that is kept goes to nobody but the provider and client for which it was given.
fn set(tx: &mut Tx, app: AppNo, wanted: &Oidc, given: &Secret) -> Result<()> {
    let secret = match given {
        Secret::None => None,
        Secret::New(text) => Some(check_secret(text)?.to_string()),
        Secret::Kept => {
            let (before, kept) = (find(tx, app)?, secret(tx, app)?);
            let before =
                before.ok_or_else(|| Error::invalid("oidc_secret", "give the client's secret, or say that it has none"))?;
            let same = (&before.issuer, &before.client) == (&wanted.issuer, &wanted.client);
            if kept.is_some() && !same {
                return Err(Error::invalid("oidc_secret", "another issuer or client has another secret: give it once more"));
            }
            kept
        }
    };
    let text = serde_json::to_string(wanted).map_err(Error::internal)?;
    let sql = "INSERT INTO oidc (application, settings, secret) VALUES (?1, ?2, ?3) \
               ON CONFLICT DO UPDATE SET settings = excluded.settings, secret = excluded.secret";
    tx.run(sql, params![app, text, secret]).map(|_| ())
}

fn check_secret(text: &str) -> Result<&str> {
    let text = text.trim();
    match text.is_empty() || text.len() > 1000 || text.chars().any(char::is_control) {
        true => Err(Error::invalid("oidc_secret", "expected the client's secret, as the provider shows it")),
        false => Ok(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::scratch::Scratch;

    fn good() -> Oidc {
        Oidc {
            provider: "Keycloak".into(),
            issuer: "https://id.example/realms/acme".into(),
            client: "im".into(),
            ..Oidc::default()
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        assert_eq!(good().parse(&[]).unwrap(), good());
        let trailing = Oidc { issuer: "https://id.example/o/im/".into(), ..good() };
        assert_eq!(trailing.clone().parse(&[]).unwrap(), trailing, "to the letter");
        assert!(Oidc { issuer: "http://10.0.0.5:8080".into(), ..good() }.parse(&["10.0.0.5:8080".into()]).is_ok());
        for (field, wrong) in [
            ("oidc_provider", Oidc { provider: " ".into(), ..good() }),
            ("oidc_issuer", Oidc { issuer: "id.example".into(), ..good() }),
            ("oidc_issuer", Oidc { issuer: "http://id.example".into(), ..good() }),
            ("oidc_issuer", Oidc { issuer: "https://id.example/?x".into(), ..good() }),
            ("oidc_issuer", Oidc { issuer: "https://id.example/#x".into(), ..good() }),
            ("oidc_client", Oidc { client: "a\nb".into(), ..good() }),
            ("oidc_scopes", Oidc { scopes: vec!["a\"b".into()], ..good() }),
            ("oidc_only", Oidc { only: "acme.example".into(), ..good() }),
            ("oidc_id", Oidc { id: String::new(), ..good() }),
            ("oidc_email", Oidc { email: "/a~2".into(), ..good() }),
        ] {
            assert_eq!(wrong.clone().parse(&[]).unwrap_err().field(), Some(field), "{wrong:?}");
        }
        let scopes = Oidc { scopes: vec!["profile groups".into(), "openid".into()], ..good() }.parse(&[]).unwrap().scopes;
        assert_eq!(scopes, ["openid", "profile", "groups"]);
    }

    #[test]
    fn a_kept_secret_goes_to_no_other_provider_or_client() {
        let store = Scratch::open();
        let app = store.change(|tx| application::create(tx, &Draft { id: "oa".into(), name: "O".into(), ..Draft::default() })).no;
        let none = store.write_blocking(move |tx| set(tx, app, &good(), &Secret::Kept)).unwrap_err();
        assert_eq!(none.field(), Some("oidc_secret"), "nobody forgets it by mistake");
        store.change(move |tx| set(tx, app, &good(), &Secret::New(" s3cret ".into())));
        let renamed = Oidc { provider: "Acme".into(), ..good() };
        store.change(move |tx| set(tx, app, &renamed, &Secret::Kept));
        assert_eq!(store.change(move |tx| secret(tx, app)).as_deref(), Some("s3cret"));
        for other in [Oidc { issuer: "https://evil.example".into(), ..good() }, Oidc { client: "other".into(), ..good() }] {
            let error = store.write_blocking(move |tx| set(tx, app, &other, &Secret::Kept)).unwrap_err();
            assert_eq!(error.field(), Some("oidc_secret"));
        }
        store.change(move |tx| set(tx, app, &good(), &Secret::None));
        assert_eq!(store.change(move |tx| secret(tx, app)), None);
    }
}
