//! Reads the length that each WebSocket frame announces, before anything of the frame is kept: the codec gathers a frame of
//! any length and compares it with its limit only then. It knows the head of a frame (RFC 6455, section 5.2), no more.

use actix_web::FromRequest;
use actix_web::HttpRequest;
use actix_web::dev;
use actix_web::error::PayloadError;
use actix_web::web::{Bytes, Payload};
use futures_util::Stream;
use std::pin::Pin;
use std::task::{Context, Poll};

/// Two bytes, eight of a long length, four of a mask.
const LONGEST: usize = 14;

/// The same bytes, which end with `PayloadError::Overflow` at the first frame that announces more than `most`.
pub async fn measured(request: &HttpRequest, payload: Payload, most: usize) -> Result<Payload, actix_web::Error> {
    let frames = Frames { most: most as u64, head: [0; LONGEST], have: 0, left: 0 };
    let gauge = Gauge { payload: payload.into_inner(), frames };
    let mut measured: dev::Payload = dev::Payload::Stream { payload: Box::pin(gauge) };
    Payload::from_request(request, &mut measured).await
}

struct Gauge {
    payload: dev::Payload,
    frames: Frames,
}

impl Stream for Gauge {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let polled = Pin::new(&mut self.payload).poll_next(context);
        match &polled {
            Poll::Ready(Some(Ok(bytes))) if !self.frames.fit(bytes) => Poll::Ready(Some(Err(PayloadError::Overflow))),
            _ => polled,
        }
    }
}

/// Where in the row of frames the bytes have come to.
struct Frames {
    most: u64,
    head: [u8; LONGEST],
    have: usize,
    /// Bytes of the present frame that follow its head.
    left: u64,
}

impl Frames {
    fn fit(&mut self, mut bytes: &[u8]) -> bool {
        while let Some((first, rest)) = bytes.split_first() {
            if self.left > 0 {
                let part = bytes.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
                self.left -= part as u64;
                bytes = &bytes[part..];
                continue;
            }
            self.head[self.have] = *first;
            self.have += 1;
            bytes = rest;
            if let Some(length) = announced(&self.head[..self.have]) {
                if length > self.most {
                    return false;
                }
                (self.left, self.have) = (length, 0);
            }
        }
        true
    }
}

/// The length of what follows a head, once the head is whole.
fn announced(head: &[u8]) -> Option<u64> {
    let (masked, short) = (head.get(1)? & 0x80 != 0, head[1] & 0x7f);
    let extended = match short {
        126 => 2,
        127 => 8,
        _ => 0,
    };
    if head.len() < 2 + extended + if masked { 4 } else { 0 } {
        return None;
    }
    let long = head[2..2 + extended].iter().fold(0, |length, byte| length << 8 | u64::from(*byte));
    Some(if extended == 0 { u64::from(short) } else { long })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames() -> Frames {
        Frames { most: 70_000, head: [0; LONGEST], have: 0, left: 0 }
    }

    fn frame(length: u64) -> Vec<u8> {
        let mut frame = vec![0x81];
        match length {
            0..126 => frame.push(0x80 | length as u8),
            126..65_536 => frame.extend([&[0xfe][..], &(length as u16).to_be_bytes()].concat()),
            _ => frame.extend([&[0xff][..], &length.to_be_bytes()].concat()),
        }
        frame.extend([1, 2, 3, 4]);
        frame.extend(vec![0xff; length.min(70_001) as usize]);
        frame
    }

    #[test]
    fn frames_within_the_limit_pass_however_they_are_cut() {
        let row: Vec<u8> = [0, 1, 125, 126, 65_535, 65_536, 70_000, 7].into_iter().flat_map(frame).collect();
        for size in [1, 2, 3, 13, 4_096, row.len()] {
            let mut frames = frames();
            assert!(row.chunks(size).all(|part| frames.fit(part)), "in pieces of {size}");
            assert_eq!((frames.left, frames.have), (0, 0));
        }
    }

    #[test]
    fn a_frame_over_the_limit_is_seen_by_its_head() {
        for length in [70_001, 1 << 40, u64::MAX] {
            let mut frames = frames();
            assert!(frames.fit(&frame(3)));
            assert!(!frames.fit(&frame(length)[..14]), "{length}");
        }
    }
}
