//! A room: a conversation of several users with a title. Its owners rename it and take users out; every member may add.

use crate::chat::author::Author;
use crate::chat::conversation;
use crate::chat::member::{self, Member};
use crate::chat::{announce, picture};
use crate::directory::user;
use crate::error::{Error, Result};
use crate::id::{AppNo, ConversationId, Key, UserId, UserNo};
use crate::secret;
use crate::store::{Tx, params};
use crate::wire::News;
use crate::wire::row::{ConversationKind, Role, Rows};
use std::time::{Duration, Instant};

/// Newcomers who are each shown a room at once.
const FEW: usize = 5;
/// Characters of a title.
const TITLE: usize = 100;
/// Rooms that one user makes. More are an attack on those who are put into them.
const MADE: i64 = 1_000;

/// A room before it exists.
#[derive(Debug)]
pub struct Draft {
    pub key: Key,
    pub title: String,
    pub users: Vec<UserId>,
}

/// What is to change in a room.
#[derive(Debug, Default)]
pub struct Change {
    pub title: Option<String>,
    pub add: Vec<UserId>,
    pub remove: Vec<UserId>,
    pub leave: bool,
}

/// Makes a room with its author, where that is a user, as owner. The same key again answers the same room.
pub fn create(tx: &mut Tx, author: &Author, draft: &Draft) -> Result<(ConversationId, bool)> {
    let title = check_title(&draft.title)?;
    let digest = digest(draft);
    let sql = "SELECT id, digest FROM conversation WHERE application = ?1 AND creator = ?2 AND key = ?3";
    let known = tx.maybe(sql, params![author.app, author.user, draft.key], |r| Ok((r.get(0)?, r.get::<Vec<u8>>(1)?)))?;
    match known {
        Some((id, kept)) if kept == digest => return Ok((id, true)),
        Some(_) => return Err(Error::Conflict("this key names another room already".into())),
        None => {}
    }
    require_few(tx, author)?;
    let mut users = invited(tx, author, &draft.users)?;
    users.retain(|user| *user != author.user);
    room_for(users.len() + usize::from(!author.is_application()))?;
    let id = ConversationId(tx.next_version(author.app)?);
    let sql = "INSERT INTO conversation (application, id, kind, title, creator, key, digest, version, created_at) VALUES (?1, ?2, 'room', ?3, ?4, ?5, ?6, ?2, ?7)";
    let now = tx.now;
    tx.run(sql, params![author.app, id, title, author.user, draft.key, digest, now])?;
    if !author.is_application() {
        member::join(tx, author.app, id, author.user, Role::Owner)?;
    }
    for user in &users {
        member::join(tx, author.app, id, *user, Role::Member)?;
    }
    if !author.is_application() {
        announce::conversation(tx, author.app, id, author.user)?;
    }
    show(tx, author.app, id, users)?;
    Ok((id, false))
}

/// The application may make as many as it likes.
fn require_few(tx: &Tx, author: &Author) -> Result<()> {
    if author.is_application() {
        return Ok(());
    }
    let sql = "SELECT count(*) FROM conversation WHERE application = ?1 AND creator = ?2";
    match tx.one(sql, params![author.app, author.user], |r| r.get::<i64>(0))? < MADE {
        true => Ok(()),
        false => Err(Error::Forbidden(format!("a user makes at most {MADE} rooms"))),
    }
}

/// Of what was asked for, to tell a repetition from a second use of the key.
fn digest(draft: &Draft) -> Vec<u8> {
    let users: Vec<&str> = draft.users.iter().map(UserId::as_str).collect();
    secret::fingerprint(format!("{}\0{}", draft.title, users.join("\0")))[..16].to_vec()
}

/// Renames, adds, removes, leaves, in this order, all or nothing.
pub fn change(tx: &mut Tx, author: &Author, id: ConversationId, change: &Change) -> Result<()> {
    require(tx, author, id)?;
    let before = member::roster(tx, author.app, id)?;
    if let Some(title) = &change.title {
        rename(tx, author, id, title)?;
    }
    let added = add(tx, author, id, &change.add, &before)?;
    let removed = remove(tx, author, id, &change.remove)?;
    let left = if change.leave { vec![go(tx, author, id)?] } else { Vec::new() };
    promote(tx, author.app, id)?;
    touch(tx, author.app, id)?;
    tell(tx, author.app, id, &added, &[removed, left].concat())
}

/// Rooms that an erased user leaves in one piece, and the time after which that ends.
const LEFT: i64 = 50;
const BUDGET: Duration = Duration::from_millis(5);

/// A user who is being erased leaves the next rooms after one; answers the last of them, none where there are no more. Who stays
/// begins afresh, and needs not be told what changed.
pub(super) fn leave_some(tx: &mut Tx, app: AppNo, user: UserNo, after: ConversationId) -> Result<Option<ConversationId>> {
    let sql = "SELECT m.conversation FROM member m JOIN conversation c ON c.application = m.application AND c.id = m.conversation
               WHERE m.application = ?1 AND m.user = ?2 AND m.conversation > ?3 AND m.left IS NULL AND c.kind = 'room'
               ORDER BY m.conversation LIMIT ?4";
    let (mut last, begun) = (None, Instant::now());
    for room in tx.all(sql, params![app, user, after, LEFT], |r| r.get(0))? {
        if last.is_some() && begun.elapsed() > BUDGET {
            break;
        }
        member::leave(tx, app, room, user)?;
        promote(tx, app, room)?;
        touch(tx, app, room)?;
        last = Some(room);
    }
    Ok(last)
}

fn require(tx: &Tx, author: &Author, id: ConversationId) -> Result<()> {
    if !author.is_application() {
        member::require_present(tx, author.app, id, author.user)?;
    }
    match conversation::get(tx, author.app, id)?.kind {
        ConversationKind::Room => Ok(()),
        _ => Err(Error::invalid("conversation", "only a room can be changed")),
    }
}

/// Owners, and the application, may do this.
fn require_owner(tx: &Tx, author: &Author, id: ConversationId) -> Result<()> {
    if author.is_application() || member::require(tx, author.app, id, author.user)?.role == Role::Owner {
        return Ok(());
    }
    Err(Error::Forbidden("only an owner of this room may do this".into()))
}

fn rename(tx: &mut Tx, author: &Author, id: ConversationId, title: &str) -> Result<()> {
    require_owner(tx, author, id)?;
    let title = check_title(title)?;
    tx.run("UPDATE conversation SET title = ?3 WHERE application = ?1 AND id = ?2", params![author.app, id, title])?;
    Ok(())
}

fn add(tx: &mut Tx, author: &Author, id: ConversationId, ids: &[UserId], before: &[UserNo]) -> Result<Vec<UserNo>> {
    let mut users = invited(tx, author, ids)?;
    users.retain(|user| !before.contains(user));
    room_for(before.len() + users.len())?;
    for user in &users {
        member::join(tx, author.app, id, *user, Role::Member)?;
    }
    Ok(users)
}

fn remove(tx: &mut Tx, author: &Author, id: ConversationId, ids: &[UserId]) -> Result<Vec<UserNo>> {
    let mut gone = Vec::new();
    for user_id in ids {
        require_owner(tx, author, id)?;
        let no = user::number(tx, author.app, user_id)?;
        if member::find(tx, author.app, id, no)?.is_none_or(|member| member.left.is_some()) {
            continue; // as adding somebody who is there: the same twice is the same
        }
        member::leave(tx, author.app, id, no)?;
        gone.push(no);
    }
    Ok(gone)
}

/// The author leaves.
fn go(tx: &mut Tx, author: &Author, id: ConversationId) -> Result<UserNo> {
    if author.is_application() {
        return Err(Error::invalid("leave", "the application is not a member of rooms"));
    }
    member::leave(tx, author.app, id, author.user)?;
    Ok(author.user)
}

/// Where nobody owns a room that a user made any more, the one who is in it longest does; of those who may act, if there are any.
fn promote(tx: &mut Tx, app: AppNo, id: ConversationId) -> Result<()> {
    let sql = "UPDATE member SET role = 'owner', version = ?3 WHERE application = ?1 AND conversation = ?2 AND user =
                   (SELECT m.user FROM member m JOIN user u ON u.application = m.application AND u.no = m.user
                    WHERE m.application = ?1 AND m.conversation = ?2 AND m.left IS NULL
                    ORDER BY u.suspended_at IS NOT NULL, m.joined LIMIT 1)
               AND NOT EXISTS (SELECT 1 FROM member WHERE application = ?1 AND conversation = ?2 AND left IS NULL AND role = 'owner')
               AND EXISTS (SELECT 1 FROM conversation WHERE application = ?1 AND id = ?2 AND creator <> 0)";
    let version = tx.next_version(app)?;
    tx.run(sql, params![app, id, version])?;
    Ok(())
}

fn touch(tx: &mut Tx, app: AppNo, id: ConversationId) -> Result<()> {
    let version = tx.next_version(app)?;
    tx.run("UPDATE conversation SET version = ?3 WHERE application = ?1 AND id = ?2", params![app, id, version])?;
    Ok(())
}

/// Newcomers get the whole, leavers their last row, the others what changed.
fn tell(tx: &mut Tx, app: AppNo, id: ConversationId, added: &[UserNo], gone: &[UserNo]) -> Result<()> {
    let newcomers: Vec<UserNo> = added.iter().copied().filter(|user| !gone.contains(user)).collect();
    show(tx, app, id, newcomers)?;
    user::review(tx, app, gone)?;
    let mut changed = member::present(tx, app, id)?;
    let stay: Vec<UserNo> = changed.iter().map(|m| m.user).filter(|user| !added.contains(user)).collect();
    changed.retain(|m| added.contains(&m.user) || m.role == Role::Owner);
    for user in gone {
        let member = member::require(tx, app, id, *user)?;
        let row = member.own_row(tx, app)?;
        announce::rows(tx, app, vec![*user], Rows { members: vec![row], ..Rows::default() })?;
        changed.push(member);
    }
    let rows = Rows {
        conversations: vec![conversation::get(tx, app, id)?.row(tx, app)?],
        users: picture::users(tx, app, added.iter().copied())?,
        members: changed.iter().map(Member::row).collect(),
        ..Rows::default()
    };
    announce::rows(tx, app, stay, rows)
}

/// Newcomers get the whole. Where they are many each reads it from the store: each would have a picture of its own, and all
/// would be kept until they are told.
fn show(tx: &mut Tx, app: AppNo, id: ConversationId, newcomers: Vec<UserNo>) -> Result<()> {
    if newcomers.len() > FEW {
        tx.tell(News::Behind { app, to: newcomers });
        return Ok(());
    }
    newcomers.into_iter().try_for_each(|user| announce::conversation(tx, app, id, user))
}

/// The numbers of users whom the author may bring into a room.
fn invited(tx: &Tx, author: &Author, ids: &[UserId]) -> Result<Vec<UserNo>> {
    room_for(ids.len())?;
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        let user = user::get(tx, author.app, id)?;
        if !author.is_application() && user.no != author.user {
            conversation::may_begin(tx, author, user.no)?;
            conversation::may_meet(tx, author, user.no)?;
        }
        if !found.contains(&user.no) {
            found.push(user.no);
        }
    }
    Ok(found)
}

fn room_for(users: usize) -> Result<()> {
    if users > member::MOST {
        return Err(Error::TooLarge(format!("a room has at most {} users", member::MOST)));
    }
    Ok(())
}

fn check_title(title: &str) -> Result<String> {
    let title = title.trim();
    if title.is_empty() || title.chars().count() > TITLE || title.chars().any(char::is_control) {
        return Err(Error::invalid("title", format!("a room needs a title of 1 to {TITLE} characters")));
    }
    Ok(title.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::message;
    use crate::chat::scratch::{APP, id, office};
    use crate::id::Party;

    const NEWCOMERS: i64 = 40;

    /// Messages that the news of a change carries, for all whom it concerns.
    fn carried(news: &[News]) -> usize {
        let carried = |one: &News| if let News::Rows { rows, .. } = one { rows.messages.len() } else { 0 };
        news.iter().map(carried).sum()
    }

    #[test]
    fn who_is_added_among_many_reads_the_room_from_the_store_and_one_alone_is_shown_it() {
        let store = office(NEWCOMERS + 2);
        let room = store.change(|tx| {
            let draft = Draft { key: Key::parse("room")?, title: "All".into(), users: vec![id(1)] };
            let (room, _) = create(tx, &Author::application(APP), &draft)?;
            for number in 0..50 {
                let draft = message::Draft::parse(Key::parse(&format!("m{number}"))?, "x".repeat(1000))?;
                message::post(tx, &Author::application(APP), &Party::Conversation(room), &draft)?;
            }
            Ok(room)
        });
        let add = |users: Vec<UserId>| {
            store.told();
            store.change(move |tx| change(tx, &Author::application(APP), room, &Change { add: users, ..Change::default() }));
            store.told()
        };
        assert_eq!(carried(&add(vec![id(2)])), 50);
        let told = add((3..=NEWCOMERS + 2).map(id).collect());
        assert_eq!(carried(&told), 0);
        let behind = told.iter().find_map(|one| if let News::Behind { to, .. } = one { Some(to.len()) } else { None });
        assert_eq!(behind, Some(NEWCOMERS as usize));
    }

    #[test]
    fn a_user_makes_so_many_rooms_and_no_more_and_the_application_goes_on() {
        let store = office(2);
        let makes = |author: Author, key: i64| {
            store.change(move |tx| {
                let draft = Draft { key: Key::parse(&format!("k{key}"))?, title: "Room".into(), users: vec![id(2)] };
                Ok(create(tx, &author, &draft).map(|_| ()))
            })
        };
        let anna = || Author { app: APP, user: UserNo(1), party: Party::User(id(1)), via: false };
        assert!((0..MADE).all(|key| makes(anna(), key).is_ok()));
        assert!(matches!(makes(anna(), MADE), Err(Error::Forbidden(_))));
        assert!(makes(anna(), 0).is_ok(), "the same one again is no new one");
        assert!(makes(Author::application(APP), MADE).is_ok());
    }

    #[test]
    fn how_many_are_in_a_conversation_is_kept_as_people_come_and_go() {
        let store = office(6);
        let room = store.change(|tx| {
            let draft = Draft { key: Key::parse("room")?, title: "All".into(), users: (1..=4).map(id).collect() };
            let single = || message::Draft::single("x".into());
            message::post(tx, &Author::application(APP), &Party::User(id(1)), &single()?)?;
            create(tx, &Author::application(APP), &draft).map(|(room, _)| room)
        });
        let kept = || store.read_blocking(|db| conversation::get(db, APP, room)?.row(db, APP)).unwrap().count;
        assert_eq!(kept(), 4);
        let change = |add: &[i64], remove: &[i64]| {
            let of = |numbers: &[i64]| numbers.iter().copied().map(id).collect();
            let wish = Change { add: of(add), remove: of(remove), ..Change::default() };
            store.change(move |tx| change(tx, &Author::application(APP), room, &wish));
            kept()
        };
        assert_eq!((change(&[4, 5], &[]), change(&[], &[2, 6]), change(&[], &[2]), change(&[2, 6], &[5])), (5, 4, 4, 5));
        let left = store.change(move |tx| leave_some(tx, APP, UserNo(3), ConversationId(0)));
        assert_eq!((left, kept()), (Some(room), 4));
        let wrong = "SELECT count(*) FROM conversation c /* all: of a test */ WHERE members <> (SELECT count(*) FROM member m
                     WHERE m.application = c.application AND m.conversation = c.id AND m.left IS NULL)";
        assert_eq!(store.read_blocking(|db| db.one(wrong, [], |r| r.get::<i64>(0))).unwrap(), 0);
    }
}
