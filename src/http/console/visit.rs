//! An administrator at a page: who it is, in which language, and what can be done in that name. Whatever changes something
//! goes through `act`, which writes it into the audit log in the same transaction.

use crate::accounts::audit::{self, Entry};
use crate::accounts::deed::Deed;
use crate::accounts::{operator, session};
use crate::error::{Error, Result};
use crate::http::House;
use crate::http::console::address::within;
use crate::http::console::form::Form;
use crate::http::console::frame::Flash;
use crate::http::console::language::Language;
use crate::http::console::once::Shown;
use crate::http::guard::{Operator, address};
use crate::http::problem::Problem;
use crate::secret;
use crate::store::{Db, Tx};
use crate::time::Moment;
use actix_web::dev::Payload;
use actix_web::http::header::REFERER;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use std::future::{Ready, ready};
use std::net::IpAddr;

#[derive(Clone)]
pub struct Visit {
    pub l: Language,
    /// The address of the page, to come back to.
    pub here: String,
    pub house: Data<House>,
    operator: Operator,
    from: IpAddr,
}

impl FromRequest for Visit {
    type Error = Problem;
    type Future = Ready<std::result::Result<Visit, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let nobody = || Error::internal("this route's policy does not prove an administrator").into();
        ready(Visit::find(request).ok_or_else(nobody))
    }
}

/// The page's own address; of a form that was posted, the page on which it stands.
pub fn here(request: &HttpRequest) -> String {
    if request.method().is_safe() {
        return request.uri().path_and_query().map_or("/console", |here| here.as_str()).into();
    }
    let referrer = request.headers().get(REFERER).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let path = referrer.splitn(4, '/').nth(3).map(|path| format!("/{path}"));
    within(&path.unwrap_or_default()).into()
}

impl Visit {
    /// None where no administrator was proven.
    pub fn find(request: &HttpRequest) -> Option<Visit> {
        let house = request.app_data::<Data<House>>()?.clone();
        let operator = request.extensions().get::<Operator>()?.clone();
        Some(Visit { l: Language::of(request), here: here(request), house, operator, from: address::of(request) })
    }

    pub fn name(&self) -> &str {
        &self.operator.0.operator.name
    }

    pub fn no(&self) -> i64 {
        self.operator.0.operator.no
    }

    pub fn session(&self) -> &session::Session {
        &self.operator.0
    }

    /// What every form of this session carries.
    pub fn form_key(&self) -> &str {
        &self.operator.0.csrf
    }

    pub fn from(&self) -> IpAddr {
        self.from
    }

    pub async fn read<T: Send + 'static>(&self, work: impl FnOnce(&Db) -> Result<T> + Send + 'static) -> Result<T> {
        self.house.store.read(work).await
    }

    /// Does something and notes it; what is refused is noted too.
    pub async fn act<T: Send + 'static>(
        &self,
        what: Deed,
        subject: &str,
        work: impl FnOnce(&mut Tx) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let done = self.entry(what, subject, "ok");
        let result = self.house.store.write(move |tx| work(tx).and_then(|thing| audit::record(tx, &done).map(|()| thing))).await;
        if let Err(error) = &result {
            self.note(what, subject, error.code().as_str()).await;
        }
        result
    }

    /// Notes something that was not done by a transaction of ours.
    pub async fn note(&self, what: Deed, subject: &str, result: &str) {
        let entry = self.entry(what, subject, result);
        if let Err(error) = self.house.store.write(move |tx| audit::record(tx, &entry)).await {
            tracing::warn!(%error, "the audit log could not be written");
        }
    }

    /// For the audit log: noted with what is done.
    pub fn entry(&self, what: Deed, subject: &str, result: &str) -> Entry {
        Entry {
            who: format!("operator:{}", self.name()),
            address: Some(self.from.to_string()),
            what: what.as_str().into(),
            subject: Some(subject.into()).filter(|subject: &String| !subject.is_empty()),
            result: result.into(),
        }
    }

    /// Whether keys and secrets ask for the password once more.
    pub fn must_confirm(&self) -> bool {
        !self.operator.0.is_confirmed(Moment::now())
    }

    /// Checks the password that a form carries, where the last one is too old.
    pub async fn confirm(&self, form: &Form) -> Result<()> {
        if !self.must_confirm() {
            return Ok(());
        }
        if !self.knows_password(form.value("your_password")).await? {
            self.note(Deed::SessionConfirm, "", "forbidden").await;
            return Err(Error::invalid("your_password", "this is not your password"));
        }
        let session = self.operator.0.clone();
        self.house.store.write(move |tx| session::confirm(tx, &session)).await
    }

    /// Whether this is the administrator's own password; counted like a sign-in.
    pub async fn knows_password(&self, given: &str) -> Result<bool> {
        self.house.limiters.address(self.from)?;
        self.house.limiters.account("console", self.name())?;
        let (no, given) = (self.no(), given.to_string());
        let phc = self.read(move |db| operator::password(db, no)).await?;
        self.house.hash(move || Ok(secret::check_password(&phc, &given))).await
    }

    /// Says on the next page that something was done.
    pub fn good(&self, sentence: impl Into<String>) {
        self.house.once.put_flash(self.form_key(), Flash { good: true, sentence: sentence.into() });
    }

    /// Says on the next page that something was not done.
    pub fn bad(&self, sentence: impl Into<String>) {
        self.house.once.put_flash(self.form_key(), Flash { good: false, sentence: sentence.into() });
    }

    pub fn take_flash(&self) -> Option<Flash> {
        self.house.once.take_flash(self.form_key())
    }

    /// Shows secrets on a page, once.
    pub fn show_once(&self, page: &str, shown: Shown) {
        self.house.once.put_secrets(self.form_key(), page, shown);
    }

    pub fn take_shown(&self) -> Shown {
        self.house.once.take_secrets(self.form_key(), &self.here)
    }
}
