//! The WebSocket endpoint: one task owns one connection, from its greeting to its end. It parses requests, hands writes to
//! the store and sends what its outbox holds; it never waits for a write.

mod answer;
mod connection;
mod gauge;
mod greeting;
mod reading;
mod request;
mod wire;

use crate::error::Error;
use crate::http::House;
use crate::http::guard::{address, origin::Page};
use crate::http::problem::Answer;
use actix_web::http::header;
use actix_web::{HttpRequest, web};

/// The WebSocket subprotocol.
pub const PROTOCOL: &str = "parlour.v1";
/// Requests without an answer, beyond which nothing more is read.
const UNANSWERED: usize = 32;

/// `GET /ws`
pub async fn open(house: web::Data<House>, request: HttpRequest, page: Page, body: web::Payload) -> Answer {
    let address = address::of(&request);
    let seat = house.limiters.seats.take(address)?;
    if !offers_protocol(&request) {
        return Err(Error::invalid("", format!("open this address as a WebSocket with the subprotocol {PROTOCOL}")).into());
    }
    let most = house.config.limits.frame_bytes;
    let body = gauge::measured(&request, body, most).await.map_err(|e| Error::internal(e.to_string()))?;
    let (response, session, stream) = actix_ws::handle_with_protocols(&request, body, &[PROTOCOL])
        .map_err(|_| Error::invalid("", "this is not a WebSocket handshake"))?;
    let stream = stream.max_frame_size(most).aggregate_continuations().max_continuation_size(most);
    let wire = wire::Wire::new(session, stream);
    let busy = house.busy.clone();
    let arrival = greeting::Arrival { house, address, page, seat };
    actix_web::rt::spawn(busy.track_future(connection::live(Box::pin(connection::begin(arrival, wire)))));
    Ok(response)
}

fn offers_protocol(request: &HttpRequest) -> bool {
    let offers = request.headers().get_all(header::SEC_WEBSOCKET_PROTOCOL);
    offers.filter_map(|v| v.to_str().ok()).flat_map(|v| v.split(',')).any(|name| name.trim() == PROTOCOL)
}
