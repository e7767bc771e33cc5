//! What is noted in the audit log, in one table: a new deed is a line here and a name for the console (`http/console/audit`).

macro_rules! deeds {
    ($($deed:ident = $code:literal,)*) => {
        /// Something that somebody does to an application, its people or this server.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Deed {
            $($deed,)*
        }

        impl Deed {
            pub const ALL: &[Deed] = &[$(Deed::$deed),*];

            /// As it is kept: a noun and a verb.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Deed::$deed => $code,)*
                }
            }
        }
    };
}

deeds! {
    ApplicationCreate = "application.create",
    ApplicationUpdate = "application.update",
    ApplicationSuspend = "application.suspend",
    ApplicationResume = "application.resume",
    ApplicationCheck = "application.check",
    ApplicationWhoami = "application.whoami",
    ApplicationOidc = "application.oidc",
    ApplicationPeople = "application.people",
    KeyCreate = "key.create",
    KeyRevoke = "key.revoke",
    SecretRotate = "secret.rotate",
    UserCreate = "user.create",
    UserUpdate = "user.update",
    UserPassword = "user.password",
    UserSuspend = "user.suspend",
    UserResume = "user.resume",
    UserErase = "user.erase",
    UsersImport = "users.import",
    UsersReplace = "users.replace",
    PeopleFetch = "people.fetch",
    PeopleTake = "people.take",
    PeopleKeep = "people.keep",
    ContactsImport = "contacts.import",
    ContactsTake = "contacts.take",
    ContactsKeep = "contacts.keep",
    GroupCreate = "group.create",
    GroupUpdate = "group.update",
    GroupDelete = "group.delete",
    TokenCreate = "token.create",
    SessionRevoke = "session.revoke",
    DataExport = "data.export",
    DeliveryAgain = "delivery.again",
    DeliveryPing = "delivery.ping",
    SessionCreate = "session.create",
    SessionDelete = "session.delete",
    SessionConfirm = "session.confirm",
    OperatorCreate = "operator.create",
    OperatorUpdate = "operator.update",
    OperatorSuspend = "operator.suspend",
    OperatorResume = "operator.resume",
    InvitationCreate = "invitation.create",
}

impl Deed {
    /// None for what is done no more, in the rows of an earlier version.
    pub fn of(code: &str) -> Option<Deed> {
        Deed::ALL.iter().copied().find(|deed| deed.as_str() == code)
    }
}
