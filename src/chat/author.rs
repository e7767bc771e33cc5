//! Who writes: a user, the application, or the application in a user's name.

use crate::directory::caller::Caller;
use crate::directory::user::User;
use crate::id::{AppNo, Party, UserNo};

#[derive(Debug, Clone)]
pub struct Author {
    pub app: AppNo,
    /// `UserNo::APPLICATION` where the application writes as itself.
    pub user: UserNo,
    pub party: Party,
    /// The application wrote in the user's name; such messages have keys of the application's, which clients cannot write.
    pub via: bool,
}

impl Author {
    pub fn application(app: AppNo) -> Author {
        Author { app, user: UserNo::APPLICATION, party: Party::Application, via: false }
    }

    pub fn user(caller: &Caller) -> Author {
        Author { app: caller.app, user: caller.user, party: Party::User(caller.id.clone()), via: false }
    }

    pub fn in_name_of(user: &User) -> Author {
        Author { app: user.app, user: user.no, party: Party::User(user.id.clone()), via: true }
    }

    pub fn is_application(&self) -> bool {
        self.user == UserNo::APPLICATION
    }
}
