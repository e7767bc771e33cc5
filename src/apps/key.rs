//! Keys: what an application shows at the REST door. A key is shown once and kept as its SHA-256; it opens what its
//! scopes say, of its own application only.

use crate::apps::application::{self, Application};
use crate::apps::reader;
use crate::error::{Error, Result};
use crate::id::AppNo;
use crate::secret::{self, Fingerprint};
use crate::store::{Db, Row, Tx, params};
use crate::time::Moment;
use crate::wire::News;
use crate::wire::news::End;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use utoipa::ToSchema;

/// How much later a use is noted again.
const NOTED: Duration = Duration::from_secs(60);
/// Keys in force at once, per application.
const MOST: i64 = 50;

/// What a key may be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum Scope {
    /// Everything.
    #[serde(rename = "admin")]
    Admin,
    #[serde(rename = "messages")]
    Messages,
    /// Messages in the name of a user.
    #[serde(rename = "messages:as-user")]
    MessagesAsUser,
    #[serde(rename = "users")]
    Users,
    #[serde(rename = "contacts")]
    Contacts,
    #[serde(rename = "conversations")]
    Conversations,
    #[serde(rename = "presence")]
    Presence,
    /// Reading events and answering the questions among them.
    #[serde(rename = "events")]
    Events,
    /// Tickets and long-lived tokens of users.
    #[serde(rename = "tickets")]
    Tickets,
}

impl Scope {
    pub const ALL: [Scope; 9] = [
        Scope::Admin,
        Scope::Messages,
        Scope::MessagesAsUser,
        Scope::Users,
        Scope::Contacts,
        Scope::Conversations,
        Scope::Presence,
        Scope::Events,
        Scope::Tickets,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Scope::Admin => "admin",
            Scope::Messages => "messages",
            Scope::MessagesAsUser => "messages:as-user",
            Scope::Users => "users",
            Scope::Contacts => "contacts",
            Scope::Conversations => "conversations",
            Scope::Presence => "presence",
            Scope::Events => "events",
            Scope::Tickets => "tickets",
        }
    }

    pub fn parse(text: &str) -> Result<Scope> {
        let all = || Scope::ALL.map(Scope::as_str).join(", ");
        let found = Scope::ALL.into_iter().find(|scope| scope.as_str() == text);
        found.ok_or_else(|| Error::invalid("scopes", format!("`{text}` is no scope; there are {}", all())))
    }
}

/// The scopes of one key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scopes(pub Vec<Scope>);

impl Scopes {
    pub fn admin() -> Scopes {
        Scopes(vec![Scope::Admin])
    }

    /// Of names such as `messages`; none at all is everything.
    pub fn parse<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<Scopes> {
        let scopes: Vec<Scope> = names.into_iter().map(Scope::parse).collect::<Result<_>>()?;
        Ok(if scopes.is_empty() { Scopes::admin() } else { Scopes(scopes) })
    }

    pub fn allow(&self, scope: Scope) -> bool {
        self.0.contains(&scope) || self.0.contains(&Scope::Admin)
    }

    pub fn require(&self, scope: Scope) -> Result<()> {
        match self.allow(scope) {
            true => Ok(()),
            false => Err(Error::Forbidden(format!("this key does not have the scope {}", scope.as_str()))),
        }
    }
}

#[derive(Debug, Clone)]
pub struct Key {
    pub app: AppNo,
    pub no: i64,
    pub name: String,
    /// Its first characters, to tell keys apart.
    pub hint: String,
    pub scopes: Scopes,
    pub created_at: Moment,
    pub expires_at: Option<Moment>,
    pub last_used_at: Option<Moment>,
    pub revoked_at: Option<Moment>,
}

impl Key {
    pub fn in_force(&self, now: Moment) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| end > now)
    }

    /// Whether this use is worth a note: the last noted one is a minute old.
    pub fn unnoted(&self, now: Moment) -> bool {
        self.last_used_at.is_none_or(|last| now.since(last) >= NOTED)
    }
}

/// Makes a key and answers it with its text, which is shown once and kept nowhere.
pub fn create(tx: &mut Tx, app: AppNo, name: &str, scopes: &Scopes, expires_at: Option<Moment>) -> Result<(Key, String)> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 100 || name.chars().any(char::is_control) {
        return Err(Error::invalid("name", "a key's name has 1 to 100 characters"));
    }
    let in_force = "SELECT count(*) FROM application_key WHERE application = ?1 AND revoked_at IS NULL";
    if tx.one(in_force, [app], |r| r.get::<i64>(0))? >= MOST {
        return Err(Error::Conflict(format!("an application has at most {MOST} keys; revoke one that is not used")));
    }
    let text = secret::generate("pk_");
    let no = tx.one("SELECT coalesce(max(no), 0) + 1 FROM application_key WHERE application = ?1", [app], |r| r.get(0))?;
    let key = Key {
        app,
        no,
        name: name.into(),
        hint: text[..10].into(),
        scopes: scopes.clone(),
        created_at: tx.now,
        expires_at,
        last_used_at: None,
        revoked_at: None,
    };
    let sql = "INSERT INTO application_key (application, no, name, hash, hint, scopes, created_at, expires_at) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    let listed = serde_json::to_string(&key.scopes).map_err(Error::internal)?;
    let hash = secret::fingerprint(&text);
    tx.run(sql, params![app, no, key.name, hash, key.hint, listed, key.created_at, expires_at])?;
    Ok((key, text))
}

/// What a key of this fingerprint opens. Unknown, revoked and expired keys and those of a suspended application are all the same.
pub fn authenticate(db: &Db, fingerprint: Fingerprint, now: Moment) -> Result<(Application, Key)> {
    let refused = || Error::Unauthenticated("this key is not valid".into());
    let sql = format!("SELECT {COLUMNS} FROM application_key WHERE hash = ?1");
    let key = db.maybe(&sql, [fingerprint], read)?.filter(|key| key.in_force(now)).ok_or_else(refused)?;
    let application = application::get_no(db, key.app)?;
    if application.suspended_at.is_some() {
        return Err(refused());
    }
    Ok((application, key))
}

pub fn note_use(tx: &mut Tx, app: AppNo, no: i64) -> Result<()> {
    let sql = "UPDATE application_key SET last_used_at = ?3 WHERE application = ?1 AND no = ?2";
    let now = tx.now;
    tx.run(sql, params![app, no, now]).map(|_| ())
}

/// All keys of an application, the newest first, revoked ones too.
pub fn list(db: &Db, app: AppNo) -> Result<Vec<Key>> {
    db.all(&format!("SELECT {COLUMNS} FROM application_key WHERE application = ?1 ORDER BY no DESC"), [app], read)
}

pub fn revoke(tx: &mut Tx, app: AppNo, no: i64) -> Result<()> {
    let sql = "UPDATE application_key SET revoked_at = coalesce(revoked_at, ?3) WHERE application = ?1 AND no = ?2";
    let now = tx.now;
    match tx.run(sql, params![app, no, now])? {
        0 => Err(Error::NotFound("key")),
        _ => {
            tx.tell(News::End(End::Key { app, key: no }));
            reader::forget(tx, app, no)
        }
    }
}

/// Whether whoever came in with this key may still be here.
pub fn stands(db: &Db, app: AppNo, no: i64, now: Moment) -> Result<bool> {
    let sql = "SELECT 1 FROM application_key k JOIN application a ON a.no = k.application WHERE k.application = ?1 AND k.no = ?2
               AND k.revoked_at IS NULL AND coalesce(k.expires_at, ?3 + 1) > ?3 AND a.suspended_at IS NULL";
    db.any(sql, params![app, no, now])
}

const COLUMNS: &str = "application, no, name, hint, scopes, created_at, expires_at, last_used_at, revoked_at";

fn read(r: &Row) -> Result<Key> {
    Ok(Key {
        app: r.get(0)?,
        no: r.get(1)?,
        name: r.get(2)?,
        hint: r.get(3)?,
        scopes: serde_json::from_str(&r.get::<String>(4)?).map_err(Error::internal)?,
        created_at: r.get(5)?,
        expires_at: r.get(6)?,
        last_used_at: r.get(7)?,
        revoked_at: r.get(8)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apps::application::Draft;
    use crate::apps::secret::{self as secrets, OVERLAP, Purpose};
    use crate::store::scratch::Scratch;

    fn application(store: &Scratch, id: &str) -> Application {
        let draft = Draft { id: id.into(), name: id.into(), ..Draft::default() };
        store.change(move |tx| application::create(tx, &draft))
    }

    fn made(store: &Scratch, app: AppNo, scopes: &str, end: Option<Moment>) -> (Key, String) {
        let scopes = Scopes::parse(scopes.split(' ').filter(|s| !s.is_empty())).unwrap();
        store.change(move |tx| create(tx, app, "a key", &scopes, end))
    }

    fn opens(store: &Scratch, text: &str) -> Result<(Application, Key)> {
        store.read_blocking(|db| authenticate(db, secret::fingerprint(text), Moment::now()))
    }

    #[test]
    fn a_key_opens_its_own_application_as_far_as_its_scopes_go() {
        let store = Scratch::open();
        let (oa, crm) = (application(&store, "oa"), application(&store, "crm"));
        let (key, text) = made(&store, oa.no, "messages users", None);
        assert!(text.starts_with(&key.hint) && text.len() > 40);
        let (found, key) = opens(&store, &text).unwrap();
        assert_eq!(found.id, oa.id);
        assert!(key.scopes.allow(Scope::Messages) && !key.scopes.allow(Scope::MessagesAsUser));
        assert!(matches!(key.scopes.require(Scope::Tickets), Err(Error::Forbidden(_))));
        let (_, all) = made(&store, crm.no, "", None);
        assert_eq!(opens(&store, &all).unwrap().0.id, crm.id);
        assert!(opens(&store, &all).unwrap().1.scopes.allow(Scope::MessagesAsUser));
        assert!(Scope::parse("everything").is_err());
    }

    #[test]
    fn every_key_that_does_not_open_is_refused_in_the_same_words() {
        let store = Scratch::open();
        let app = application(&store, "oa").no;
        let (_, expired) = made(&store, app, "", Some(Moment(1)));
        let (revoked, text) = made(&store, app, "", None);
        store.change(move |tx| revoke(tx, app, revoked.no));
        let sleeping = application(&store, "crm").no;
        let (_, other) = made(&store, sleeping, "", None);
        store.change(move |tx| application::suspend(tx, sleeping));
        let words: Vec<String> = ["pk_unknown", "", &expired, &text, &other]
            .into_iter()
            .map(|text| match opens(&store, text) {
                Err(error @ Error::Unauthenticated(_)) => error.sentence(),
                other => panic!("{other:?}"),
            })
            .collect();
        assert!(words.windows(2).all(|two| two[0] == two[1]), "{words:?}");
        store.change(move |tx| application::resume(tx, sleeping));
        assert!(opens(&store, &other).is_ok());
        assert!(store.write_blocking(move |tx| revoke(tx, sleeping, 99)).is_err());
    }

    #[test]
    fn a_use_is_noted_once_a_minute() {
        let store = Scratch::open();
        let app = application(&store, "oa").no;
        let (key, text) = made(&store, app, "", None);
        assert!(opens(&store, &text).unwrap().1.unnoted(Moment::now()));
        store.change(move |tx| note_use(tx, app, key.no));
        let used = opens(&store, &text).unwrap().1;
        assert!(!used.unnoted(Moment::now()) && used.unnoted(Moment::now().plus(NOTED)));
    }

    #[test]
    fn the_secret_before_the_newest_is_good_for_a_day() {
        let store = Scratch::open();
        let app = application(&store, "oa").no;
        let turn = || store.change(move |tx| secrets::rotate(tx, app, Purpose::Callback));
        let now = |then: Moment| store.read_blocking(|db| secrets::callback_secrets(db, app, then)).unwrap();
        let (first, second) = (turn(), turn());
        assert_eq!(now(Moment::now()), [second.clone(), first]);
        assert_eq!(now(Moment::now().plus(OVERLAP)), std::slice::from_ref(&second));
        let third = turn();
        assert_eq!(now(Moment::now()), [third, second]);
        assert!(store.read_blocking(|db| secrets::token_secrets(db, app, Moment::now())).unwrap().is_empty());
    }
}
