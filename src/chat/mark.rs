//! How far somebody has read, and how far messages have reached somebody's devices. Marks only rise. Those that are raised
//! in one transaction are told together: a room in which fifty read at once gives each of them one push, not fifty.

use crate::chat::member::{self, Member};
use crate::chat::{announce, cleared, conversation, fact};
use crate::error::Result;
use crate::id::{AppNo, ConversationId, UserNo};
use crate::store::{Db, Tx, params};
use std::collections::BTreeMap;

/// Above this many versions it is cheaper to go by memberships than by messages.
const FEW: i64 = 1000;

/// Marks of one member that were raised.
pub struct Raise {
    pub member: Member,
    /// Not only received.
    pub read: bool,
}

/// The marks that were raised in one transaction, by the place that each belongs to. Nobody hears of them before `tell`.
#[derive(Default)]
pub struct Raised(BTreeMap<(AppNo, ConversationId, UserNo), Raise>);

impl Raised {
    fn add(&mut self, app: AppNo, member: Member, read: bool) {
        let place = (app, member.conversation, member.user);
        let read = read || self.0.get(&place).is_some_and(|raise| raise.read);
        self.0.insert(place, Raise { member, read });
    }

    /// Own devices are told what is unread, others the marks.
    pub fn tell(self, tx: &mut Tx) -> Result<()> {
        let mut by_application: BTreeMap<AppNo, Vec<Raise>> = BTreeMap::new();
        for ((app, ..), raise) in self.0 {
            by_application.entry(app).or_default().push(raise);
        }
        by_application.into_iter().try_for_each(|(app, raised)| announce::marks(tx, app, &raised))
    }
}

/// Raises the reading mark up to a message that exists.
pub fn read(tx: &mut Tx, (app, user): (AppNo, UserNo), place: (ConversationId, i64), raised: &mut Raised) -> Result<()> {
    let (conversation, upto) = place;
    let mut member = member::require(tx, app, conversation, user)?;
    let last = conversation::last(tx, app, conversation)?;
    let upto = upto.min(member.left.unwrap_or(last)).min(last);
    if upto <= member.read {
        return Ok(());
    }
    member.version = tx.next_version(app)?;
    member.read = upto;
    let sql = "UPDATE member SET read = ?4, read_at = ?5, version = ?6,
                   received_at = CASE WHEN received < ?4 THEN ?5 ELSE received_at END,
                   received_by = CASE WHEN received < ?4 THEN NULL ELSE received_by END, received = max(received, ?4)
               WHERE application = ?1 AND conversation = ?2 AND user = ?3";
    let now = tx.now;
    tx.run(sql, params![app, conversation, user, upto, now, member.version])?;
    cleared::forget(tx, app, &member)?;
    fact::message_read(tx, app, &member)?;
    raised.add(app, member, true);
    Ok(())
}

/// Everything up to `version` has reached a device of this user: raises the mark in each conversation that it concerns.
pub fn received(tx: &mut Tx, who: (AppNo, UserNo, i64), version: i64, raised: &mut Raised) -> Result<()> {
    let (app, user, _) = who;
    let before: i64 = tx.one("SELECT received FROM user WHERE application = ?1 AND no = ?2", params![app, user], |r| r.get(0))?;
    let version = version.min(tx.version(app)?);
    if version <= before {
        return Ok(());
    }
    tx.run("UPDATE user SET received = ?3 WHERE application = ?1 AND no = ?2", params![app, user, version])?;
    for (conversation, last) in reached(tx, (app, user), before, version)? {
        if let Some(member) = reach(tx, who, conversation, last)? {
            fact::message_received(tx, app, &member)?;
            raised.add(app, member, false);
        }
    }
    Ok(())
}

/// None where the mark stood there already.
fn reach(
    tx: &mut Tx,
    (app, user, session): (AppNo, UserNo, i64),
    conversation: ConversationId,
    last: i64,
) -> Result<Option<Member>> {
    let version = tx.next_version(app)?;
    let sql = "UPDATE member SET received = ?4, received_at = ?5, version = ?6, received_by = ?7
               WHERE application = ?1 AND conversation = ?2 AND user = ?3 AND received < ?4 AND read < ?4";
    let now = tx.now;
    match tx.run(sql, params![app, conversation, user, last, now, version, session])? {
        0 => Ok(None),
        _ => member::find(tx, app, conversation, user),
    }
}

/// The conversations of a user in which others wrote between two versions, each with the last such message.
fn reached(db: &Db, (app, user): (AppNo, UserNo), after: i64, upto: i64) -> Result<Vec<(ConversationId, i64)>> {
    let by_message = "SELECT m.conversation, max(m.id) FROM message m
        JOIN member p ON p.application = m.application AND p.conversation = m.conversation AND p.user = ?2 AND p.left IS NULL
        WHERE m.application = ?1 AND m.id > ?3 AND m.id <= ?4 AND m.sender <> ?2 GROUP BY m.conversation";
    let by_membership =
        "SELECT p.conversation, (SELECT m.id FROM message m WHERE m.application = ?1 AND m.conversation = p.conversation
            AND m.id > ?3 AND m.id <= ?4 AND m.sender <> ?2 ORDER BY m.id DESC LIMIT 1) AS last
        FROM member p WHERE p.application = ?1 AND p.user = ?2 AND p.left IS NULL AND last IS NOT NULL";
    let sql = if upto - after <= FEW { by_message } else { by_membership };
    db.all(sql, params![app, user, after, upto], |r| Ok((r.get(0)?, r.get(1)?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::author::Author;
    use crate::chat::message::{self, Draft};
    use crate::chat::scratch::{APP, id, office};
    use crate::id::{Key, Party};
    use crate::wire::News;
    use crate::wire::news::To;

    #[test]
    fn what_was_received_is_told_to_others_and_what_was_read_to_oneself_too() {
        let store = office(2);
        store.change(|tx| {
            let author = Author { via: false, ..Author::in_name_of(&crate::directory::user::get(tx, APP, &id(1))?) };
            message::post(tx, &author, &Party::User(id(2)), &Draft::parse(Key::parse("k")?, "hello".into())?).map(|_| ())
        });
        let heard = |raise: fn(&mut Tx, i64, &mut Raised) -> Result<()>| {
            store.told();
            store.change(move |tx| {
                let (mut raised, version) = (Raised::default(), tx.version(APP)?);
                raise(tx, version, &mut raised)?;
                raised.tell(tx)
            });
            let to = |news: News| if let News::Rows { to: To::Users(users), .. } = news { users } else { Vec::new() };
            let mut heard: Vec<i64> = store.told().into_iter().flat_map(to).map(|user| user.0).collect();
            heard.sort_unstable();
            heard
        };
        assert_eq!(heard(|tx, version, raised| received(tx, (APP, UserNo(2), 1), version, raised)), [1]);
        assert_eq!(
            heard(|tx, version, raised| {
                let room: ConversationId = tx.one("SELECT max(conversation) FROM message", [], |r| r.get(0))?;
                read(tx, (APP, UserNo(2)), (room, version), raised)
            }),
            [1, 2]
        );
    }
}
