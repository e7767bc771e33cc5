//! Who is asking: a signed-in user, known by what it showed at the door. Whatever a user does takes one of these, so that
//! the application comes from the credential alone.

use crate::id::{AppNo, UserId, UserNo};
use crate::time::Moment;

/// A signed-in user of one application.
#[derive(Debug, Clone)]
pub struct Caller {
    pub app: AppNo,
    pub user: UserNo,
    pub id: UserId,
    /// The number of the session within the user's sessions.
    pub session: i64,
    pub expires_at: Option<Moment>,
}
