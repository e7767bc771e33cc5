//! What a list would be other than the one that is there: who comes, who goes. Told to whoever gives a list, and looked at
//! before one is taken that would lose most of its people.

use crate::directory::group::GroupDraft;
use crate::directory::shrink::Shrink;
use crate::id::{GroupId, UserId};
use serde::Serialize;
use std::collections::HashSet;
use utoipa::ToSchema;

/// Who goes is named up to this many.
const SOME: usize = 20;

/// People of a list by its change, each counted once however many groups it is in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Difference)]
pub struct Difference {
    /// Users who come.
    pub added: usize,
    /// Users who go.
    pub removed: usize,
    /// Users who stay.
    pub unchanged: usize,
    /// The first of those who go.
    #[schema(value_type = Vec<String>)]
    pub gone: Vec<UserId>,
    /// Groups that come.
    pub groups_added: usize,
    /// Groups that go.
    pub groups_removed: usize,
}

/// A list as far as it is compared: each group with its users.
pub type Listed = (GroupId, Vec<UserId>);

impl Difference {
    pub fn of(before: &[Listed], after: &[GroupDraft]) -> Difference {
        let earlier: HashSet<&UserId> = before.iter().flat_map(|(_, users)| users).collect();
        let later: HashSet<&UserId> = after.iter().flat_map(|group| &group.users).map(|user| &user.id).collect();
        let mut gone: Vec<UserId> = earlier.difference(&later).map(|id| (*id).clone()).collect();
        gone.sort();
        let (groups, wanted): (HashSet<&GroupId>, HashSet<&GroupId>) =
            (before.iter().map(|(id, _)| id).collect(), after.iter().map(|group| &group.id).collect());
        Difference {
            added: later.difference(&earlier).count(),
            removed: gone.len(),
            unchanged: earlier.intersection(&later).count(),
            groups_added: wanted.difference(&groups).count(),
            groups_removed: groups.difference(&wanted).count(),
            gone: {
                gone.truncate(SOME);
                gone
            },
        }
    }

    /// How many users were there.
    pub fn before(&self) -> usize {
        self.removed + self.unchanged
    }

    pub fn is_suspicious(&self, shrink: Shrink) -> bool {
        shrink.is_suspicious(self.before(), self.removed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::profile::Profile;

    #[test]
    fn somebody_in_two_groups_counts_once() {
        let (user, group) = (|id: &str| UserId::parse(id).unwrap(), |id: &str| GroupId::parse(id).unwrap());
        let before = [(group("a"), vec![user("anna"), user("ben")]), (group("b"), vec![user("anna")])];
        let wanted = |id: &str, users: &[&str]| GroupDraft {
            id: group(id),
            name: id.into(),
            parent: None,
            users: users.iter().map(|id| Profile::new(user(id))).collect(),
        };
        let difference = Difference::of(&before, &[wanted("a", &["anna", "cleo"]), wanted("c", &["cleo"])]);
        let expected =
            Difference { added: 1, removed: 1, unchanged: 1, gone: vec![user("ben")], groups_added: 1, groups_removed: 1 };
        assert_eq!((difference.before(), difference), (2, expected));
    }
}
