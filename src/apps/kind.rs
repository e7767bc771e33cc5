//! Everything that an application is asked or told through its queue, in one table: a new type is a line here, a label for the
//! console (`http/console/application/event`) and an example in `docs/events.md`. Knows no queue.

/// How an application hears of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// Asked where it answers such questions. The row waits for the answer.
    Question,
    /// Asked whether or not it has said that it answers: it has done what leads to it. The row waits for the answer.
    Consequence,
    /// Told where it has asked to be told.
    Fact,
    /// Told where it has asked to be told, at the moment only: never a row.
    Fleeting,
    /// Told without being asked for.
    Always,
}

macro_rules! kinds {
    ($($(#[doc = $doc:literal])* $kind:ident = $way:ident $name:literal,)*) => {
        /// What happened.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Kind {
            $($(#[doc = $doc])* $kind,)*
        }

        impl Kind {
            pub const ALL: &[Kind] = &[$(Kind::$kind),*];

            /// The `type` of the call and of the event.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Kind::$kind => $name,)*
                }
            }

            fn way(self) -> Way {
                match self {
                    $(Kind::$kind => Way::$way,)*
                }
            }
        }
    };
}

kinds! {
    /// A user wrote to the application: its answer is the reply.
    MessageToApplication = Question "message.created",
    /// A user pressed a button of a card.
    ActionInvoked = Consequence "action.invoked",
    /// A user wrote to others.
    MessageCreated = Fact "message.created",
    MessageRead = Fact "message.read",
    MessageReceived = Fact "message.received",
    MessageExpired = Fact "message.expired",
    /// A user took a message, or confirmed it.
    MessageClaimed = Fact "message.claimed",
    UserSignedIn = Fact "user.signed_in",
    /// A contact list that it gave would lose most of its people, and was not taken.
    ContactsHeld = Fact "contacts.held",
    /// What was true a moment ago is nobody's business.
    PresenceChanged = Fleeting "presence.changed",
    DeliveryFailed = Fact "delivery.failed",
    Ping = Always "ping",
}

impl Kind {
    pub fn is_question(self) -> bool {
        matches!(self.way(), Way::Question | Way::Consequence)
    }

    /// Whether it is told to whoever asked for it.
    pub fn is_subscribed(self) -> bool {
        matches!(self.way(), Way::Fact | Way::Fleeting)
    }

    /// Whether it comes without having been asked for.
    pub fn is_unasked(self) -> bool {
        matches!(self.way(), Way::Consequence | Way::Always)
    }
}

/// Asked for beside the queue.
const CONTACTS: &str = "contacts.list";

/// The types that an application can ask to be told.
pub fn facts() -> Vec<&'static str> {
    Kind::ALL.iter().filter(|kind| kind.is_subscribed()).map(|kind| kind.as_str()).collect()
}

/// The types that an application can answer besides `user.verify`, which is one of the ways to sign in.
pub fn questions() -> Vec<&'static str> {
    let queued = Kind::ALL.iter().filter(|kind| kind.way() == Way::Question).map(|kind| kind.as_str());
    std::iter::once(CONTACTS).chain(queued).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_a_fact_or_a_question_and_a_ping_is_neither() {
        assert_eq!(
            facts(),
            [
                "message.created",
                "message.read",
                "message.received",
                "message.expired",
                "message.claimed",
                "user.signed_in",
                "contacts.held",
                "presence.changed",
                "delivery.failed"
            ]
        );
        assert_eq!(questions(), ["contacts.list", "message.created"]);
        assert!(!Kind::Ping.is_question() && !Kind::Ping.is_subscribed());
        assert!(Kind::ActionInvoked.is_question() && Kind::ActionInvoked.is_unasked());
    }
}
