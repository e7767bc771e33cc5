//! What a signed-in client asks, one function for each frame that changes something. Every frame acts for the connection's
//! own user, and reaches conversations only through that user's membership.

use crate::chat::card::press::{self, Press, Pressed};
use crate::chat::{announce, conversation, member, message, picture, room};
use crate::directory::{block, setting, user};
use crate::error::{Error, Result};
use crate::http::socket::answer::Reply;
use crate::http::socket::connection::Connection;
use crate::http::socket::reading;
use crate::id::{ConversationId, MessageId};
use crate::live::presence::{Choice, NOTE};
use crate::store::Tx;
use crate::time::Moment;
use crate::wire::frame::Body;
use crate::wire::request::{self as asked, Request, Show};
use crate::wire::row::{MessageRow, Rows};

/// Takes one request. An error is its answer; after `Ok` the answer follows.
pub async fn take(connection: &Connection, request: Request) -> Result<()> {
    match &request {
        Request::Send(_) => connection.house.limiters.message(connection.caller.app, connection.caller.user)?,
        _ => connection.house.limiters.control(connection.caller.app, connection.caller.user)?,
    }
    match request {
        Request::Hello(_) => Err(Error::invalid("", "this connection is signed in already")),
        Request::Send(r) => send(connection, r).await,
        Request::Edit(r) => edit(connection, r).await,
        Request::Delete(r) => delete(connection, r).await,
        Request::Act(r) => act(connection, r).await,
        Request::Open(r) => open(connection, r).await,
        Request::Room(r) => room(connection, r).await,
        Request::Settings(r) => settings(connection, r).await,
        Request::Read(r) => read(connection, &r),
        Request::Received(r) => received(connection, &r),
        Request::Present(r) => present(connection, r),
        Request::History(r) => reading::history(connection, r),
        Request::Contacts(r) => reading::contacts(connection, r).await,
        Request::Watch(r) => reading::watch(connection, r),
        Request::Typing(r) => reading::typing(connection, r),
    }
}

async fn send(connection: &Connection, r: asked::Send) -> Result<()> {
    let mut draft = message::Draft::with_files(r.key, r.text, r.attachments)?;
    draft.reply_to = r.reply_to;
    draft.mentions = r.mentions;
    let (author, reply) = (connection.author.clone(), Reply::new(connection, r.id));
    let work = move |tx: &mut Tx| message::send(tx, &author, &r.to, &draft);
    let done = move |result| {
        reply.with(result, |reply, posted: message::Posted| {
            let version = if posted.repeated { None } else { Some(posted.row.version) };
            reply.ok(version, Body::Message { message: &posted.row, repeated: posted.repeated, begun: posted.begun.as_deref() });
        })
    };
    connection.write(work, done).await
}

async fn edit(connection: &Connection, r: asked::Edit) -> Result<()> {
    message::check_text(&r.text)?;
    let author = connection.author.clone();
    let work = move |tx: &mut Tx| message::edit(tx, &author, r.message, &r.text);
    connection.change(work, changed(Reply::new(connection, r.id))).await
}

async fn delete(connection: &Connection, r: asked::Delete) -> Result<()> {
    let author = connection.author.clone();
    let work = move |tx: &mut Tx| message::delete(tx, &author, r.message);
    connection.change(work, changed(Reply::new(connection, r.id))).await
}

async fn act(connection: &Connection, r: asked::Act) -> Result<()> {
    let (author, user, reply) = (connection.author.clone(), connection.caller.user, Reply::new(connection, r.id));
    let press = Press { message: r.message, action: r.action, input: r.input, key: r.key };
    let work = move |tx: &mut Tx| press::act(tx, &author, &press);
    let done = move |result| {
        reply.with(result, |reply, Pressed { message, repeated }| {
            let version = (!repeated).then_some(message.version);
            reply.ok(version, Body::Message { message: &message.row(user), repeated, begun: None });
        })
    };
    connection.write(work, done).await
}

fn changed(reply: Reply) -> impl FnOnce(Result<MessageRow>) + Send {
    move |result| {
        reply.with(result, |reply, row| {
            reply.ok(Some(row.version), Body::Message { message: &row, repeated: false, begun: None });
        })
    }
}

async fn open(connection: &Connection, r: asked::Open) -> Result<()> {
    let (author, app, user) = (connection.author.clone(), connection.caller.app, connection.caller.user);
    let work = move |tx: &mut Tx| {
        let conversation = conversation::open(tx, &author, &r.with)?;
        Ok((picture::of(tx, app, conversation, user)?, tx.current_version(app)?))
    };
    let reply = Reply::alone(connection, r.id);
    connection.change(work, move |result| reply.with(result, |reply, rows| reply.rows(rows, false))).await
}

async fn room(connection: &Connection, r: asked::Room) -> Result<()> {
    connection.house.limiters.named(
        connection.caller.app,
        connection.caller.user,
        r.users.len() + r.add.len() + r.remove.len(),
    )?;
    match (r.conversation, r.key) {
        (Some(id), None) => {
            let change = room::Change { title: r.title, add: r.add, remove: r.remove, leave: r.leave };
            change_room(connection, r.id, id, change).await
        }
        (None, Some(key)) => {
            let title = r.title.ok_or_else(|| Error::invalid("title", "a room needs a title"))?;
            create_room(connection, r.id, room::Draft { key, title, users: r.users }).await
        }
        _ => Err(Error::invalid("conversation", "give a key to create a room, or a conversation to change one")),
    }
}

async fn create_room(connection: &Connection, id: u64, draft: room::Draft) -> Result<()> {
    let (author, app, user) = (connection.author.clone(), connection.caller.app, connection.caller.user);
    let work = move |tx: &mut Tx| {
        let (room, repeated) = room::create(tx, &author, &draft)?;
        Ok(((picture::of(tx, app, room, user)?, tx.current_version(app)?), repeated))
    };
    let reply = Reply::alone(connection, id);
    connection.change(work, move |result| reply.with(result, |reply, (rows, repeated)| reply.rows(rows, repeated))).await
}

async fn change_room(connection: &Connection, id: u64, room: ConversationId, change: room::Change) -> Result<()> {
    let (author, app, user) = (connection.author.clone(), connection.caller.app, connection.caller.user);
    let work = move |tx: &mut Tx| {
        room::change(tx, &author, room, &change)?;
        let rows = match change.leave {
            true => Rows { members: vec![member::require(tx, app, room, user)?.own_row(tx, app)?], ..Rows::default() },
            false => Rows { messages: Vec::new(), ..picture::of(tx, app, room, user)? },
        };
        Ok((rows, tx.current_version(app)?))
    };
    let reply = Reply::alone(connection, id);
    connection.change(work, move |result| reply.with(result, |reply, rows| reply.rows(rows, false))).await
}

async fn settings(connection: &Connection, r: asked::Settings) -> Result<()> {
    let caller = connection.caller.clone();
    let work = move |tx: &mut Tx| {
        let mut rows = Rows::default();
        if let Some(mute) = r.mute {
            let member = member::require_present(tx, caller.app, mute.conversation, caller.user)?;
            member::mute(tx, caller.app, &member, mute.on, mute.until)?;
            let member = member::require_present(tx, caller.app, mute.conversation, caller.user)?;
            rows.members.push(announce::own_member(tx, caller.app, &member)?);
        }
        if let Some(blocking) = r.block {
            let other = user::number(tx, caller.app, &blocking.user)?;
            block::set(tx, &caller, other, blocking.on)?;
        }
        rows.settings = Some(setting::row(tx, caller.app, caller.user)?);
        Ok((rows, tx.current_version(caller.app)?))
    };
    let reply = Reply::new(connection, r.id);
    connection.change(work, move |result| reply.with(result, |reply, rows| reply.rows(rows, false))).await
}

fn read(connection: &Connection, r: &asked::Read) -> Result<()> {
    let (reply, MessageId(upto)) = (Reply::new(connection, r.id), r.upto);
    let done = Box::new(move |result| reply.with(result, |reply, ()| reply.nothing()));
    connection.house.marks.read((connection.caller.app, connection.caller.user), r.conversation, upto, done);
    Ok(())
}

fn received(connection: &Connection, r: &asked::Received) -> Result<()> {
    let reply = Reply::new(connection, r.id);
    let done = Box::new(move |result| reply.with(result, |reply, ()| reply.nothing()));
    connection.house.marks.received(
        ((connection.caller.app, connection.caller.user), connection.caller.session),
        r.version,
        done,
    );
    Ok(())
}

fn present(connection: &Connection, r: asked::Present) -> Result<()> {
    if r.show.is_none() && r.idle.is_none() {
        return Err(Error::invalid("show", "expected show or idle"));
    }
    let (caller, presences, now) = (&connection.caller, &connection.house.live.presences, Moment::now());
    if let Some(idle) = r.idle {
        presences.idle((caller.app, &caller.id), connection.peer.socket, idle, now);
    }
    if let Some(show) = r.show {
        presences.choose(caller.app, &caller.id, choice(show, r.note, r.until)?, now);
    }
    Reply::new(connection, r.id).nothing();
    Ok(())
}

/// What a user chose; None: to show as available without a note, which is what devices say by themselves.
fn choice(show: Show, note: Option<String>, until: Option<Moment>) -> Result<Option<Choice>> {
    if show == Show::Offline {
        return Err(Error::invalid("show", "expected available, away, busy or invisible"));
    }
    let note = note.map(|note| note.trim().to_string()).filter(|note| !note.is_empty());
    if note.as_ref().is_some_and(|note| note.chars().count() > NOTE || note.chars().any(char::is_control)) {
        return Err(Error::invalid("note", format!("a note has at most {NOTE} characters")));
    }
    let plain = show == Show::Available && note.is_none();
    Ok((!plain).then_some(Choice { show, note, until }))
}
