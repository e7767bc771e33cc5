//! The bare relay: what actix-ws does on this machine when nothing is kept, checked or parsed. Connection 2n and 2n+1 are a
//! pair; a frame is answered with a constant and passed to the other, or to everybody after a `room` frame.

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, rt, web};
use actix_ws::{Message, Session};
use bytestring::ByteString;
use serde_json::Value;
use std::cell::RefCell;
use std::rc::Rc;

/// All connections, by number; one worker serves them all.
type Sockets = Rc<RefCell<Vec<Option<Session>>>>;

thread_local! {
    static SOCKETS: Sockets = Sockets::default();
}

const OK: &str = r#"{"ok":{"id":1}}"#;

/// Where a body is read and answered.
pub const POST: &str = "/messages";

async fn take(_: web::Bytes) -> HttpResponse {
    HttpResponse::Accepted().content_type("application/json").body(OK)
}

pub fn serve() -> anyhow::Result<Value> {
    rt::System::new().block_on(async {
        let app = || App::new().route("/ws", web::get().to(open)).route(POST, web::post().to(take));
        let server = HttpServer::new(app).workers(1).tcp_nodelay(true).bind(("127.0.0.1", 0))?;
        if let Some(address) = server.addrs().first() {
            println!("relay listening on http://{address}");
        }
        server.run().await
    })?;
    Ok(Value::Null)
}

async fn open(request: HttpRequest, body: web::Payload) -> actix_web::Result<HttpResponse> {
    let (response, session, mut stream) = actix_ws::handle_with_protocols(&request, body, &["parlour.v1"])?;
    rt::spawn(async move {
        let sockets = SOCKETS.with(Rc::clone);
        let number = sockets.borrow().len();
        sockets.borrow_mut().push(Some(session.clone()));
        let mut own = session;
        while let Some(Ok(message)) = stream.recv().await {
            let told = match message {
                Message::Text(text) => pass(&sockets, &mut own, number, text).await,
                Message::Close(_) => None,
                _ => Some(()),
            };
            if told.is_none() {
                break;
            }
        }
        if let Some(place) = sockets.borrow_mut().get_mut(number) {
            *place = None;
        }
        let _ = own.close(None).await;
    });
    Ok(response)
}

async fn pass(sockets: &Sockets, own: &mut Session, number: usize, text: ByteString) -> Option<()> {
    if text.starts_with(r#"{"hello""#) {
        own.text(r#"{"welcome":{}}"#).await.ok()?;
        return own.text(r#"{"sync":{"version":0}}"#).await.ok();
    }
    if text.starts_with(r#"{"send":{"to":"conversation"#) {
        let all: Vec<Session> = sockets.borrow().iter().flatten().cloned().collect();
        for mut other in all {
            let _ = other.text(text.clone()).await;
        }
        return own.text(OK).await.ok();
    }
    own.text(OK).await.ok()?;
    let peer = sockets.borrow().get(number ^ 1).cloned().flatten();
    if let Some(mut peer) = peer {
        let _ = peer.text(text).await;
    }
    Some(())
}
