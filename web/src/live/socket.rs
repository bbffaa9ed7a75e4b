//! The two halves of one socket: frames that come in, and the stream of bytes that goes out.

use super::{
    encode::{self, wire},
    limit::{Limit, Verdict},
};
use crate::{access::budget::Seat, problem::Problem};
use actix_http::ws::{self, Codec, Frame, Item, ProtocolError};
use actix_web::web::Payload;
use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt, task::AtomicWaker};
use metrics::{Counter, Gauge, counter, gauge};
use soiree_actors::{
    clock::Clock,
    outbox::{Class, CloseReason, Drain, Next, Outbox},
};
use std::{
    cell::Cell,
    future::poll_fn,
    io,
    net::IpAddr,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
};
use tokio_util::codec::Decoder;

/// Handles of the counters, looked up once per worker.
pub(crate) struct Meters {
    pub(crate) sockets: Gauge,
    pub(crate) frames_in: Counter,
    pub(crate) frames_out: Counter,
    pub(crate) refused: Counter,
}

impl Meters {
    pub(crate) fn new() -> Self {
        Self {
            sockets: gauge!("soiree_sockets"),
            frames_in: counter!("soiree_frames_in_total"),
            frames_out: counter!("soiree_frames_out_total"),
            refused: counter!("soiree_frames_refused_total"),
        }
    }
}

/// Why the server hangs up: the close code and the word that goes with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Why {
    pub(crate) code: u16,
    pub(crate) word: &'static str,
}

impl Why {
    pub(crate) const PROTOCOL: Self = Self { code: 1002, word: "protocol" };
    pub(crate) const TEXT_ONLY: Self = Self { code: 1003, word: "text-only" };
    pub(crate) const NOT_UTF8: Self = Self { code: 1007, word: "not-utf8" };
    pub(crate) const TOO_LARGE: Self = Self { code: 1009, word: "too-large" };
    pub(crate) const INTERNAL: Self = Self { code: 1011, word: "internal" };
    pub(crate) const TRY_LATER: Self = Self { code: 1013, word: "try-later" };
}

impl From<CloseReason> for Why {
    fn from(reason: CloseReason) -> Self {
        Self { code: reason.code(), word: reason.as_str() }
    }
}

/// What both halves and the wheel know of a socket. Lives on one worker's thread.
pub(crate) struct Socket {
    pub(crate) outbox: Outbox,
    pub(crate) meters: Rc<Meters>,
    /// When the client was last heard, in ticks of the wheel.
    pub(crate) heard_tick: Cell<u64>,
    pub(crate) greeted: Cell<bool>,
    pub(crate) pinged_tick: Cell<u64>,
    /// How to close, when it is not as the outbox says.
    farewell: Cell<Option<Why>>,
    /// Nothing more is read.
    over: Cell<bool>,
    reader: AtomicWaker,
}

impl Socket {
    pub(crate) fn new(outbox: Outbox, meters: Rc<Meters>, now_tick: u64) -> Self {
        Self {
            outbox,
            meters,
            heard_tick: Cell::new(now_tick),
            greeted: Cell::new(false),
            pinged_tick: Cell::new(now_tick),
            farewell: Cell::new(None),
            over: Cell::new(false),
            reader: AtomicWaker::new(),
        }
    }

    /// Queues a frame that must not be dropped.
    pub(crate) fn push(&self, frame: Bytes) {
        self.outbox.push(Class::Control, frame);
    }

    pub(crate) fn refuse(&self, problem: &Problem, reference: Option<&str>, retry_after_ms: Option<u32>) {
        self.meters.refused.increment(1);
        self.push(encode::problem(problem, reference, retry_after_ms));
    }

    /// Says `bye` and closes after everything that waits has been written.
    pub(crate) fn hang_up(&self, why: Why, reconnect_after_ms: Option<u32>) {
        if !self.outbox.is_closed() {
            self.push(encode::bye(why.word, reconnect_after_ms));
            self.close(why);
        }
    }

    /// Closes without a word more.
    pub(crate) fn close(&self, why: Why) {
        if self.farewell.get().is_none() && !self.outbox.is_closed() {
            self.farewell.set(Some(why));
        }
        // The outbox has fewer reasons than the protocol; `farewell` has the exact one.
        self.outbox.close(CloseReason::Policy);
    }

    /// Has the reading half end, also while it waits.
    pub(crate) fn stop_reading(&self) {
        self.over.set(true);
        self.reader.wake();
    }
}

/// The outgoing half: the body of the 101 response.
pub(crate) struct Outgoing {
    drain: Drain,
    socket: Rc<Socket>,
    closed: bool,
    /// Its place among the sockets of its address.
    _seat: Seat<IpAddr>,
}

impl Outgoing {
    pub(crate) fn new(drain: Drain, socket: Rc<Socket>, seat: Seat<IpAddr>) -> Self {
        socket.meters.sockets.increment(1);
        Self { drain, socket, closed: false, _seat: seat }
    }
}

impl Drop for Outgoing {
    fn drop(&mut self) {
        self.socket.meters.sockets.decrement(1);
        self.socket.stop_reading();
    }
}

impl Stream for Outgoing {
    type Item = Result<Bytes, io::Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.closed {
            // The connection now lingers for the client's own close frame before it shuts the connection.
            return Poll::Ready(None);
        }
        self.drain.poll_next(cx).map(|next| match next {
            Next::Write(bytes) => {
                self.socket.meters.frames_out.increment(wire::count(&bytes));
                Some(Ok(bytes))
            }
            Next::Close(reason) => {
                self.closed = true;
                let why = self.socket.farewell.get().unwrap_or(reason.into());
                Some(Ok(wire::close(why.code, why.word)))
            }
            Next::Done => None,
        })
    }
}

/// What the incoming half hands on.
pub(crate) enum Arrived {
    /// A whole message.
    Text(Bytes),
    /// A whole message that came too fast.
    TooFast { text: Bytes, retry_after_ms: u32 },
    /// The client cannot be served on.
    Broken(Why, Problem),
    /// The client said goodbye, or is gone.
    Ended,
}

/// The incoming half.
pub(crate) struct Incoming {
    payload: Payload,
    codec: Codec,
    buffer: BytesMut,
    /// The message whose fragments are coming in, and what was said of the worst of them.
    parts: Option<(BytesMut, Verdict)>,
    max_bytes: usize,
    limit: Limit,
    clock: Clock,
}

impl Incoming {
    pub(crate) fn new(payload: Payload, max_bytes: usize, limit: Limit, clock: Clock) -> Self {
        let codec = Codec::new().max_size(usize::MAX);
        Self { payload, codec, buffer: BytesMut::new(), parts: None, max_bytes, limit, clock }
    }

    /// Sets the size of the largest message from now on.
    pub(crate) fn allow(&mut self, max_bytes: usize) {
        self.max_bytes = max_bytes;
    }

    /// The next message. Pings are answered on the way.
    pub(crate) async fn next(&mut self, socket: &Socket, now_tick: impl Fn() -> u64) -> Arrived {
        loop {
            if declared(&self.buffer).is_some_and(|length| length > self.max_bytes as u64) {
                return self.too_large();
            }
            match self.codec.decode(&mut self.buffer) {
                Ok(Some(frame)) => {
                    socket.heard_tick.set(now_tick());
                    socket.meters.frames_in.increment(1);
                    if let Some(arrived) = self.take(frame, socket) {
                        return arrived;
                    }
                }
                Ok(None) => {
                    if self.buffer.is_empty() {
                        // An idle socket keeps no buffer.
                        self.buffer = BytesMut::new();
                    }
                    match self.chunk(socket).await {
                        Some(chunk) => self.buffer.extend_from_slice(&chunk),
                        None => return Arrived::Ended,
                    }
                }
                Err(ProtocolError::Overflow) => return self.too_large(),
                Err(error) => return broken(Why::PROTOCOL, "bad-request", &error.to_string()),
            }
        }
    }

    async fn chunk(&mut self, socket: &Socket) -> Option<Bytes> {
        poll_fn(|cx| {
            socket.reader.register(cx.waker());
            if socket.over.get() {
                return Poll::Ready(None);
            }
            self.payload.poll_next_unpin(cx).map(|chunk| chunk.and_then(Result::ok))
        })
        .await
    }

    fn take(&mut self, frame: Frame, socket: &Socket) -> Option<Arrived> {
        let verdict = self.limit.take(length(&frame), self.clock.now_ms());
        if verdict == Verdict::HangUp {
            return Some(broken(CloseReason::Policy.into(), "rate-limited", "far too many frames or bytes"));
        }
        match frame {
            Frame::Text(text) => Some(judged(text, verdict)),
            Frame::Continuation(item) => self.fragment(item, verdict),
            Frame::Binary(_) => Some(text_only()),
            Frame::Ping(payload) => {
                if verdict == Verdict::Read {
                    socket.push(wire::pong(&payload));
                }
                None
            }
            Frame::Pong(_) => None,
            Frame::Close(reason) => {
                let code = reason.map_or(1000, |reason| u16::from(reason.code));
                socket.close(Why { code, word: "" });
                Some(Arrived::Ended)
            }
        }
    }

    fn fragment(&mut self, item: Item, verdict: Verdict) -> Option<Arrived> {
        let (part, last) = match item {
            Item::FirstText(part) => {
                self.parts = Some((BytesMut::new(), Verdict::Read));
                (part, false)
            }
            Item::FirstBinary(_) => return Some(text_only()),
            Item::Continue(part) => (part, false),
            Item::Last(part) => (part, true),
        };
        let (parts, worst) = self.parts.get_or_insert_with(|| (BytesMut::new(), Verdict::Read));
        if verdict != Verdict::Read {
            *worst = verdict;
        }
        if parts.len() + part.len() > self.max_bytes {
            return Some(self.too_large());
        }
        parts.extend_from_slice(&part);
        if !last {
            return None;
        }
        let (text, worst) = self.parts.take()?;
        Some(judged(text.freeze(), worst))
    }

    fn too_large(&self) -> Arrived {
        broken(Why::TOO_LARGE, "too-large", &format!("a message has at most {} bytes", self.max_bytes))
    }
}

/// The bytes a frame carries.
fn length(frame: &Frame) -> usize {
    match frame {
        Frame::Text(bytes) | Frame::Binary(bytes) | Frame::Ping(bytes) | Frame::Pong(bytes) => bytes.len(),
        Frame::Continuation(
            Item::FirstText(bytes) | Item::FirstBinary(bytes) | Item::Continue(bytes) | Item::Last(bytes),
        ) => bytes.len(),
        Frame::Close(_) => 0,
    }
}

fn judged(text: Bytes, verdict: Verdict) -> Arrived {
    if std::str::from_utf8(&text).is_err() {
        return broken(Why::NOT_UTF8, "bad-json", "a text frame must be UTF-8");
    }
    match verdict {
        Verdict::Refuse { retry_after_ms } => Arrived::TooFast { text, retry_after_ms },
        Verdict::Read | Verdict::HangUp => Arrived::Text(text),
    }
}

fn text_only() -> Arrived {
    broken(Why::TEXT_ONLY, "unsupported-media-type", "send text frames with one JSON object each")
}

fn broken(why: Why, code: &str, detail: &str) -> Arrived {
    Arrived::Broken(why, Problem::new(code, detail))
}

/// The payload length that a frame's header states, as soon as it can be read. The codec would gather a frame of
/// any size before it refuses it.
fn declared(buffer: &[u8]) -> Option<u64> {
    let be = |bytes: &[u8]| bytes.iter().fold(0_u64, |sum, b| (sum << 8) | u64::from(*b));
    match buffer.get(1)? & 0x7f {
        126 => buffer.get(2..4).map(be),
        127 => buffer.get(2..10).map(be),
        small => Some(u64::from(small)),
    }
}

/// Whether a request asks for a WebSocket in the right words, and the answer to its key.
pub(crate) fn handshake(head: &actix_http::RequestHead) -> Result<[u8; 28], Problem> {
    ws::verify_handshake(head).map_err(|error| Problem::new("bad-request", error.to_string()))?;
    let key = head.headers().get(actix_http::header::SEC_WEBSOCKET_KEY);
    Ok(ws::hash_key(key.map_or(&[], |key| key.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_is_read_as_soon_as_it_is_there() {
        assert_eq!(declared(&[0x81]), None);
        assert_eq!(declared(&[0x81, 0x85]), Some(5));
        assert_eq!(declared(&[0x81, 0xfe, 1]), None);
        assert_eq!(declared(&[0x81, 0xfe, 1, 2]), Some(258));
        assert_eq!(declared(&[0x81, 0xff, 0, 0, 0, 1, 0, 0, 0, 0]), Some(1 << 32));
    }
}
