//! What an application can ask to be told, in words for the form.

use crate::http::console::language::en;

const LABELS: &[(&str, &str)] = &[
    ("message.created", en("Messages between users")),
    ("message.read", en("Messages were read")),
    ("message.received", en("Messages reached a device")),
    ("message.expired", en("Messages expired")),
    ("message.claimed", en("Messages were taken or confirmed")),
    ("user.signed_in", en("Users signed in")),
    ("contacts.held", en("A contact list was held")),
    ("presence.changed", en("Presence of users changed")),
    ("delivery.failed", en("Callbacks were given up")),
];

/// What stands at the box of a type.
pub fn label(name: &'static str) -> &'static str {
    LABELS.iter().find(|(known, _)| *known == name).map_or(name, |(_, label)| label)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apps::kind;

    #[test]
    fn every_type_that_can_be_asked_for_has_words() {
        assert!(kind::facts().into_iter().all(|name| label(name) != name));
    }
}
