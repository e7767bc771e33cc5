//! What a signed-in client asks without changing anything: answered from a reader, beside the connection's task.

use crate::chat::history::{self, Span};
use crate::chat::{member, picture, sight};
use crate::directory::contact;
use crate::error::{Error, Result};
use crate::http::socket::answer::Reply;
use crate::http::socket::connection::Connection;
use crate::id::{Party, UserId};
use crate::store::{Db, Tx};
use crate::time::Moment;
use crate::wire::News;
use crate::wire::frame::{Body, Frame, Presence};
use crate::wire::page;
use crate::wire::request::{self as asked, Show};
use crate::wire::row::Rows;
use std::collections::{BTreeSet, HashMap};

/// Users whose presence one connection may watch.
const WATCHED: usize = 200;
/// The most users of one page of contacts.
const CONTACTS: u32 = 200;

/// Reads beside the connection's task and answers.
fn ask<T: Send + 'static>(
    connection: &Connection,
    id: u64,
    work: impl FnOnce(&Db) -> Result<T> + Send + 'static,
    answer: impl FnOnce(Reply, T) + 'static,
) {
    let (store, reply) = (connection.house.store.clone(), Reply::new(connection, id));
    actix_web::rt::spawn(async move { reply.with(store.read(work).await, answer) });
}

pub fn history(connection: &Connection, r: asked::History) -> Result<()> {
    let span = Span::parse(r.before, r.after, r.around)?;
    let limit = history::limit(r.limit)?;
    let caller = connection.caller.clone();
    let work = move |db: &Db| {
        let (messages, more) = history::page(db, &caller, r.conversation, span, limit)?;
        let users = picture::users(db, caller.app, picture::authors(&messages).collect::<BTreeSet<_>>())?;
        Ok((Rows { users, messages: picture::message_rows(&messages, caller.user), ..Rows::default() }, more))
    };
    ask(connection, r.id, work, move |reply, (mut rows, more)| {
        let anchor = span.anchor(&rows.messages);
        let cut = trim(&mut rows, anchor);
        reply.ok(None, Body::History { messages: &rows.messages, users: &rows.users, more: more || cut });
    });
    Ok(())
}

/// Cuts messages and those who wrote them to one page.
fn trim(rows: &mut Rows, anchor: usize) -> bool {
    let mut writers: HashMap<UserId, usize> = rows.users.iter().map(|row| (row.id.clone(), page::length(row))).collect();
    let cut = page::trim(&mut rows.messages, anchor, |row| {
        let writer = if let Party::User(id) = &row.from { writers.remove(id) } else { None };
        page::length(row) + writer.unwrap_or(0)
    });
    rows.users.retain(|row| !writers.contains_key(&row.id));
    cut
}

pub async fn contacts(connection: &Connection, r: asked::Contacts) -> Result<()> {
    if r.refresh {
        let (app, user) = (connection.caller.app, Some(connection.caller.user));
        let tell = move |tx: &mut Tx| {
            tx.tell(News::Refresh { app, user });
            Ok(())
        };
        connection.write(tell, |_| ()).await?;
    }
    let limit = r.limit.unwrap_or(50);
    if limit > CONTACTS {
        return Err(Error::invalid("limit", format!("expected at most {CONTACTS}")));
    }
    let (caller, asked) = (connection.caller.clone(), r.id);
    let work = move |db: &Db| {
        let page = contact::Page {
            group: r.group.as_deref(),
            text: r.text.as_deref().unwrap_or_default(),
            after: r.after.as_deref(),
            limit: limit as usize,
        };
        contact::page(db, caller.app, caller.user, &page)
    };
    ask(connection, asked, work, |reply, (mut users, more)| {
        let cut = page::trim(&mut users, 0, page::length);
        reply.ok(None, Body::Contacts { users: &users, more: more || cut });
    });
    Ok(())
}

/// Only users whom one knows, or is in a conversation with, can be watched; others are passed over.
pub fn watch(connection: &Connection, r: asked::Watch) -> Result<()> {
    if r.users.len() > WATCHED {
        return Err(Error::TooLarge(format!("at most {WATCHED} users can be watched")));
    }
    let caller = connection.caller.clone();
    let (live, peer) = (connection.house.live.clone(), connection.peer.clone());
    let reviews = live.presences.reviews(caller.app);
    ask(
        connection,
        r.id,
        move |db| sight::of(db, &caller, r.users),
        move |reply, seen| {
            let users = seen.iter().map(|(id, _)| id.clone()).collect();
            let mut presence = live.presences.watch(&peer, users, (reviews, Moment::now()));
            for (shown, (_, last_seen)) in presence.iter_mut().zip(seen) {
                let away = shown.show == Show::Offline;
                shown.last_seen = shown.last_seen.or(last_seen.filter(|_| away));
            }
            reply.ok(None, Body::Presence { presence: &presence });
        },
    );
    Ok(())
}

/// Watches only those whom the user may still see; answers the others, as they are to be shown from now on.
pub async fn review(connection: &Connection) -> Result<Vec<Presence>> {
    let (presences, caller) = (&connection.house.live.presences, connection.caller.clone());
    let (reviews, mut watched) = (presences.reviews(caller.app), presences.watched(connection.peer.socket));
    let users = watched.clone();
    let seen = connection.house.store.read(move |db| sight::of(db, &caller, users)).await?;
    watched.retain(|user| !seen.iter().any(|(id, _)| id == user));
    if !watched.is_empty() {
        let users = seen.into_iter().map(|(id, _)| id).collect();
        presences.watch(&connection.peer, users, (reviews, Moment::now()));
    }
    Ok(watched.into_iter().map(Presence::offline).collect())
}

/// Told to the others of a conversation that is small enough for it.
pub fn typing(connection: &Connection, r: asked::Typing) -> Result<()> {
    let (caller, id) = (connection.caller.clone(), r.conversation);
    let work = move |db: &Db| {
        member::require_present(db, caller.app, id, caller.user)?;
        sight::others(db, &caller, id)
    };
    let (live, caller) = (connection.house.live.clone(), connection.caller.clone());
    ask(connection, r.id, work, move |reply, others| {
        if others.len() < member::MARKED {
            let text = Frame::Typing { conversation: id, user: &caller.id, on: r.on }.text();
            live.hub.pass(caller.app, &others, &text.into());
        }
        reply.nothing();
    });
    Ok(())
}
