//! What a key did that an administrator must find again: everything was read out, people were erased or shut out.

use crate::accounts::audit::Entry;
use crate::accounts::deed::Deed;
use crate::http::guard::ApplicationKey;

/// For the audit log, in the name of the application.
pub fn entry(by: &ApplicationKey, what: Deed, about: Option<&str>) -> Entry {
    let id = &by.application.id;
    let subject = about.map_or_else(|| id.to_string(), |about| format!("{id}/{about}"));
    Entry {
        who: format!("application:{id}"),
        address: None,
        what: what.as_str().into(),
        subject: Some(subject),
        result: "ok".into(),
    }
}
