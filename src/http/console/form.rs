//! Forms: what was filled in, and what is wrong with it. A form that is refused is shown again with everything that was
//! filled in but the passwords, the sentence beside its input.

use crate::error::{Error, Result};
use crate::http::console::taken::Taken;
use crate::secret::{self, Fingerprint};
use crate::store::{Db, Tx};
use actix_web::http::StatusCode;
use std::sync::LazyLock;

/// Keeps anybody from trying out secrets on what a page shows of them. A form with one is shown anew after a restart.
static SEAL: LazyLock<String> = LazyLock::new(|| secret::generate(""));
/// The field that says what state was shown.
const SHOWN: &str = "as_shown";

/// Names and values, in the order of the page.
#[derive(Debug, Clone, Default)]
pub struct Form {
    fields: Vec<(String, String)>,
    fault: Option<Fault>,
    /// Forms that were taken before this one.
    taken: Taken,
}

/// What is wrong, and with which input; with none: with the whole.
#[derive(Debug, Clone)]
struct Fault {
    field: String,
    sentence: String,
    status: StatusCode,
}

impl Form {
    pub fn new(fields: Vec<(String, String)>) -> Form {
        Form { fields, ..Form::default() }
    }

    /// The same, after these.
    pub fn after(self, taken: &Taken) -> Form {
        Form { taken: taken.clone(), ..self }
    }

    /// One more value.
    pub fn and(mut self, name: &str, value: impl Into<String>) -> Form {
        self.fields.push((name.into(), value.into()));
        self
    }

    /// One more value under the same name for each.
    pub fn and_each<V: Into<String>>(self, name: &str, values: impl IntoIterator<Item = V>) -> Form {
        values.into_iter().fold(self, |form, value| form.and(name, value))
    }

    /// The first value of this name; blank where there is none.
    pub fn value(&self, name: &str) -> &str {
        self.fields.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// The value without blanks around it, if anything is left.
    pub fn filled(&self, name: &str) -> Option<String> {
        Some(self.value(name).trim()).filter(|text| !text.is_empty()).map(Into::into)
    }

    pub fn values(&self, name: &str) -> Vec<&str> {
        self.fields.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str()).collect()
    }

    /// The lines of a value that are not blank.
    pub fn lines(&self, name: &str) -> Vec<String> {
        self.value(name).lines().map(str::trim).filter(|line| !line.is_empty()).map(Into::into).collect()
    }

    /// Whether a box is ticked.
    pub fn has(&self, name: &str, value: &str) -> bool {
        self.values(name).contains(&value)
    }

    /// The same, with what tells once it is sent whether it has changed since it was shown: see `require_fresh`.
    pub fn dated(self) -> Form {
        let shown = hex(self.digest());
        self.and(SHOWN, shown)
    }

    /// One more value that no page shows: it tells only whether a secret is another one now.
    pub fn and_sealed(self, name: &str, secret: Option<&str>) -> Form {
        let sealed = secret.map(|secret| hex(secret::fingerprint(format!("{} {secret}", *SEAL))));
        self.and(name, sealed.unwrap_or_default())
    }

    /// Changes what the page showed. `look` reads it as the form of that page. A `Conflict` where another state was shown than there is,
    /// unless this very form made it: a second click.
    pub fn replace<T>(
        &self,
        tx: &mut Tx,
        look: impl Fn(&Db) -> Result<Form>,
        change: impl FnOnce(&mut Tx) -> Result<T>,
    ) -> Result<T> {
        self.require_fresh(&look(tx)?)?;
        let changed = change(tx)?;
        self.made(&look(tx)?);
        Ok(changed)
    }

    /// As `replace` looks, where the change is made by more than one transaction.
    pub fn require_fresh(&self, now: &Form) -> Result<()> {
        let (shown, state) = (self.value(SHOWN), now.digest());
        match shown.is_empty() || shown == hex(state) || self.taken.made(self.digest(), state) {
            true => Ok(()),
            false => Err(Error::Conflict("this has changed since the page was loaded; open it again to see it as it is".into())),
        }
    }

    /// This form was taken, and that is what its page shows now.
    pub fn made(&self, now: &Form) {
        self.taken.keep(self.digest(), now.digest());
    }

    fn digest(&self) -> Fingerprint {
        secret::fingerprint(format!("{:?}", self.fields))
    }

    /// The same to be shown again, or an error that no filling in mends.
    pub fn refused(mut self, error: Error) -> Result<Form> {
        let status = match &error {
            Error::Invalid { .. } | Error::TooLarge(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Error::Forbidden(_) => StatusCode::FORBIDDEN,
            Error::Conflict(_) => StatusCode::CONFLICT,
            Error::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            _ => return Err(error),
        };
        let field = error.field().unwrap_or_default().into();
        self.fault = Some(Fault { field, sentence: error.to_string(), status });
        self.fields.retain(|(name, _)| !name.contains("password"));
        Ok(self)
    }

    /// As `refused`, where what the product calls a field has another name on the page.
    pub fn renamed(mut self, field: &str, name: &str) -> Form {
        if let Some(fault) = self.fault.as_mut().filter(|fault| fault.field == field) {
            fault.field = name.into();
        }
        self
    }

    /// With what status the page with this form is answered.
    pub fn status(&self) -> StatusCode {
        self.fault.as_ref().map_or(StatusCode::OK, |fault| fault.status)
    }

    pub fn is_refused(&self) -> bool {
        self.fault.is_some()
    }

    /// What is wrong with this input.
    pub fn wrong(&self, name: &str) -> Option<&str> {
        self.fault.as_ref().filter(|fault| fault.field == name).map(|fault| fault.sentence.as_str())
    }

    /// What is wrong where none of these inputs shows it; their names with blanks between.
    pub fn wrong_besides(&self, shown: &str) -> Option<&str> {
        let hidden = |fault: &&Fault| !shown.split(' ').any(|name| !name.is_empty() && name == fault.field);
        self.fault.as_ref().filter(hidden).map(|fault| fault.sentence.as_str())
    }
}

fn hex(digest: Fingerprint) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_form_keeps_what_was_filled_in_but_no_password() {
        let form = Form::default().and("id", "oa").and("password", "secret").and_each("sign_in", ["local", "ticket"]);
        assert!(form.has("sign_in", "ticket") && !form.has("sign_in", "token") && form.value("none").is_empty());
        let form = form.refused(Error::invalid("app", "no")).unwrap().renamed("app", "id");
        assert_eq!((form.value("id"), form.value("password"), form.wrong("id")), ("oa", "", Some("no")));
        assert_eq!((form.wrong_besides("name id"), form.wrong_besides("name")), (None, Some("no")));
        assert!(Form::default().refused(Error::internal("x")).is_err());
    }

    #[test]
    fn what_was_shown_of_another_state_is_refused_unless_this_very_form_made_it() {
        let of = |origins: &str| Form::default().and("name", "Office").and("origins", origins);
        let taken = Taken::default();
        let sent = |origins: &str| of(origins).and(SHOWN, of("a").dated().value(SHOWN)).after(&taken);
        sent("b").require_fresh(&of("a")).unwrap();
        assert!(matches!(sent("b").require_fresh(&of("b")), Err(Error::Conflict(_))), "somebody else did the same");
        sent("b").made(&of("b "));
        sent("b").require_fresh(&of("b ")).unwrap();
        assert!(sent("b").require_fresh(&of("c")).is_err() && sent("c").require_fresh(&of("b ")).is_err());
        of("b").require_fresh(&of("c")).unwrap();
    }

    #[test]
    fn lines_are_trimmed_and_blank_ones_left_out() {
        assert_eq!(Form::default().and("a", " x \r\n\r\ny").lines("a"), ["x", "y"]);
    }
}
