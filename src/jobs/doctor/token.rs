//! A token that an application signs for its user, part by part: everything that is wrong with it.

use super::Finding;
use crate::apps::application::Application;
use crate::apps::secret;
use crate::apps::token::{self, fault};
use crate::error::Result;
use crate::store::Store;
use crate::time::Moment;

const CHECK: &str = "token";

pub async fn look(store: &Store, application: &Application, text: &str) -> Result<Vec<Finding>> {
    let (no, now) = (application.no, Moment::now());
    let read = move |db: &crate::store::Db| Ok((secret::token_secrets(db, no, now)?, secret::callback_secrets(db, no, now)?));
    let (secrets, others) = store.read(read).await?;
    let faults = fault::list(application, (&secrets, &others), text, now);
    if faults.is_empty() {
        return Ok(vec![match token::verify(application, &secrets, text.trim(), now) {
            Ok(claims) => Finding::good(CHECK, format!("good, for {} until {}", claims.sub, claims.exp)),
            Err(error) => Finding::wrong(CHECK, error.sentence(), "compare it with what docs/integrate.md says of tokens"),
        }]);
    }
    Ok(faults.into_iter().map(|fault| Finding::wrong(CHECK, fault.what, fault.mend)).collect())
}
