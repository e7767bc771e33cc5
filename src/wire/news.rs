//! What a committed change tells the present moment: rows for users who are connected, work for a waiting queue,
//! connections that must end. Made inside a transaction, handed on only after its commit, in commit order.

use crate::id::{AppNo, UserId, UserNo};
use crate::wire::row::Rows;

/// A live connection's number in this process.
pub type SocketNo = u64;

/// The queues of waiting work that a commit may wake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Work {
    Callbacks,
    Audiences,
}

/// Whom rows are for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum To {
    Users(Vec<UserNo>),
    /// All users of the application, whom nobody has to list.
    Everyone,
}

impl From<Vec<UserNo>> for To {
    fn from(users: Vec<UserNo>) -> To {
        To::Users(users)
    }
}

#[derive(Debug)]
pub enum News {
    /// Rows that changed at `version`, for all connections of these users but the one that asked for the change.
    Rows { app: AppNo, version: i64, to: To, rows: Box<Rows>, except: Option<SocketNo> },
    /// Something was added to what an application is told.
    Event { app: AppNo },
    /// A queue has something to do.
    Nudge(Work),
    /// Somebody may no longer see these users, or they somebody: what is watched is looked at again. `between`: only what these
    /// see of each other.
    Review { app: AppNo, users: Vec<UserId>, between: bool },
    /// Connections that must close.
    End(End),
    /// What these users are to be told is too much for a push, or takes back what they were told: their connections read on from
    /// the store.
    Behind { app: AppNo, to: Vec<UserNo> },
    /// Whether the application answers has changed: for all who are connected.
    Answering { app: AppNo, on: bool },
    /// A user was erased: its id stands for nobody any more.
    Erased { app: AppNo, id: UserId },
    /// An application's contact lists should be asked for again: one user's, or everyone's who is connected.
    Refresh { app: AppNo, user: Option<UserNo> },
}

/// Whose connections end, and how they are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// One signed-in session of a user.
    Session { app: AppNo, user: UserNo, session: i64 },
    /// All of a user's: suspended, erased, signed out everywhere.
    User { app: AppNo, user: UserNo },
    /// All that read an application's events with this key: revoked.
    Key { app: AppNo, key: i64 },
    /// All of an application's: suspended.
    Application { app: AppNo },
}
