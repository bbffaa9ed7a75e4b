//! A socket's outbound queue: bounded in bytes, in three classes.
//!
//! | class | when the bound is reached | what the client hears |
//! |---|---|---|
//! | [`Class::Control`] | the socket is closed with [`CloseReason::SlowConsumer`] | close code 4008 |
//! | [`Class::Chat`] | the oldest waiting chat frames are dropped | one `gap` naming what is missing |
//! | [`Class::State`] | a newer frame of the same kind takes the waiting one's place | the latest value |
//!
//! Frames are ready bytes, encoded once per broadcast and shared. The bound is
//! [`Limits::max_bytes`]; what was dropped and merged is counted in [`Counters`]. Pushing never waits.
//! There is one reader, [`Drain`], which joins waiting frames into one write.

use bytes::{Bytes, BytesMut};
use futures_util::task::AtomicWaker;
use soiree_domain::PartyId;
use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll},
};

/// Which kinds of state replace each other while they wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StateKind {
    /// The room's mood.
    Mood,
    /// The room's recommendations.
    Recommendations,
    /// Sentiment scores of chat lines.
    Sentiment,
    /// How well the room plays together.
    Sync,
    /// A person's own recommendations.
    Personal,
}

/// How a frame is treated when the queue is full.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Class {
    /// Answers, membership, problems: never dropped.
    Control,
    /// Journalled chat of a party, with its number, and reactions without one.
    Chat {
        /// The party.
        party: PartyId,
        /// The event's number, if it is journalled.
        seq: Option<i64>,
    },
    /// The latest value wins.
    State {
        /// The party; absent for personal state.
        party: Option<PartyId>,
        /// What it tells.
        kind: StateKind,
    },
}

/// Why a socket is being closed by the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CloseReason {
    /// The server is stopping; come back after a moment.
    GoingAway,
    /// The client does not read what it must not miss.
    SlowConsumer,
    /// No valid `hello` in time, or an access right was withdrawn.
    Unauthorized,
    /// The client broke the protocol or its limits again and again.
    Policy,
    /// The client was silent for longer than the heartbeat allows.
    TimedOut,
}

impl CloseReason {
    /// The WebSocket close code.
    #[must_use]
    pub fn code(self) -> u16 {
        match self {
            Self::GoingAway => 1001,
            Self::Policy => 1008,
            Self::Unauthorized => 4001,
            Self::SlowConsumer => 4008,
            Self::TimedOut => 4009,
        }
    }

    /// The word that goes with the code.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::GoingAway => "going-away",
            Self::Policy => "policy",
            Self::Unauthorized => "unauthorized",
            Self::SlowConsumer => "slow-consumer",
            Self::TimedOut => "timed-out",
        }
    }
}

/// Bounds of one queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes that may wait in all.
    pub max_bytes: usize,
    /// Bytes joined into one write at most.
    pub max_write_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_bytes: 256 * 1024, max_write_bytes: 64 * 1024 }
    }
}

/// What happened to frames that could not wait; summed over all sockets that share it.
#[derive(Debug, Default)]
pub struct Counters {
    /// Chat frames dropped.
    pub dropped: AtomicU64,
    /// State frames replaced by newer ones.
    pub merged: AtomicU64,
    /// Sockets closed because control frames did not fit.
    pub overflowed: AtomicU64,
}

/// Makes the `gap` frame that stands for dropped events `from..=to` of a party.
pub type GapFrame = fn(&PartyId, i64, i64) -> Bytes;

struct Waiting {
    class: Class,
    bytes: Bytes,
}

#[derive(Default)]
struct Queue {
    frames: VecDeque<Waiting>,
    bytes: usize,
    /// Dropped and not yet told: party, first and last number.
    gaps: Vec<(PartyId, i64, i64)>,
    closing: Option<CloseReason>,
    reader_gone: bool,
}

struct Shared {
    queue: Mutex<Queue>,
    waker: AtomicWaker,
    limits: Limits,
    counters: Arc<Counters>,
    gap_frame: GapFrame,
}

impl Shared {
    fn lock(&self) -> std::sync::MutexGuard<'_, Queue> {
        // No code panics while it holds the lock with the queue half-changed, so poison means nothing.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The writing end, held by the session and by every party it is in.
#[derive(Clone)]
pub struct Outbox(Arc<Shared>);

/// The reading end, held by the socket's edge.
pub struct Drain(Arc<Shared>);

/// What the edge should do next.
#[derive(Debug, PartialEq, Eq)]
pub enum Next {
    /// Write these bytes.
    Write(Bytes),
    /// Everything is written: close with this reason.
    Close(CloseReason),
    /// All writing ends are gone.
    Done,
}

/// Makes a queue.
#[must_use]
pub fn outbox(limits: Limits, counters: Arc<Counters>, gap_frame: GapFrame) -> (Outbox, Drain) {
    let shared =
        Arc::new(Shared { queue: Mutex::default(), waker: AtomicWaker::new(), limits, counters, gap_frame });
    (Outbox(Arc::clone(&shared)), Drain(shared))
}

impl Outbox {
    /// Queues a ready frame. After the socket is gone or closing, frames vanish.
    pub fn push(&self, class: Class, bytes: Bytes) {
        let mut queue = self.0.lock();
        if queue.reader_gone || queue.closing.is_some() {
            return;
        }
        if let Class::State { .. } = class
            && let Some(old) = queue.frames.iter().position(|w| w.class == class)
            && let Some(merged) = queue.frames.remove(old)
        {
            queue.bytes -= merged.bytes.len();
            self.0.counters.merged.fetch_add(1, Ordering::Relaxed);
        }
        queue.bytes += bytes.len();
        queue.frames.push_back(Waiting { class, bytes });
        if queue.bytes > self.0.limits.max_bytes {
            self.make_room(&mut queue);
        }
        drop(queue);
        self.0.waker.wake();
    }

    /// Drops the oldest chat until the queue fits; closes the socket when that is not enough.
    fn make_room(&self, queue: &mut Queue) {
        let mut dropped = 0;
        let most = self.0.limits.max_bytes;
        let mut bytes = queue.bytes;
        let mut gaps = std::mem::take(&mut queue.gaps);
        queue.frames.retain(|waiting| {
            let Class::Chat { party, seq } = &waiting.class else { return true };
            if bytes <= most {
                return true;
            }
            bytes -= waiting.bytes.len();
            dropped += 1;
            if let Some(seq) = *seq {
                match gaps.iter_mut().find(|(p, ..)| p == party) {
                    Some((_, from, to)) => (*from, *to) = ((*from).min(seq), (*to).max(seq)),
                    None => gaps.push((party.clone(), seq, seq)),
                }
            }
            false
        });
        queue.bytes = bytes;
        queue.gaps = gaps;
        self.0.counters.dropped.fetch_add(dropped, Ordering::Relaxed);
        if queue.bytes > most {
            self.0.counters.overflowed.fetch_add(1, Ordering::Relaxed);
            queue.frames.clear();
            queue.gaps.clear();
            queue.bytes = 0;
            queue.closing = Some(CloseReason::SlowConsumer);
        }
    }

    /// Closes the socket after what is waiting has been written. The first reason stands.
    pub fn close(&self, reason: CloseReason) {
        self.0.lock().closing.get_or_insert(reason);
        self.0.waker.wake();
    }

    /// Whether the socket is gone or about to be.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        let queue = self.0.lock();
        queue.reader_gone || queue.closing.is_some()
    }

    /// Bytes that wait to be written.
    #[must_use]
    pub fn waiting_bytes(&self) -> usize {
        self.0.lock().bytes
    }
}

impl Drop for Outbox {
    fn drop(&mut self) {
        // The reader has to look again whether it is the only one left.
        self.0.waker.wake();
    }
}

impl Drain {
    /// Takes everything that waits, up to one write; registers the waker when nothing does.
    pub fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Next> {
        self.0.waker.register(cx.waker());
        let mut queue = self.0.lock();
        if let Some(bytes) = self.take_write(&mut queue) {
            return Poll::Ready(Next::Write(bytes));
        }
        if let Some(reason) = queue.closing {
            return Poll::Ready(Next::Close(reason));
        }
        drop(queue);
        // One strong count is this reader's own.
        if Arc::strong_count(&self.0) == 1 { Poll::Ready(Next::Done) } else { Poll::Pending }
    }

    fn take_write(&self, queue: &mut Queue) -> Option<Bytes> {
        // A gap is told before the frames that come after it.
        let mut head: Vec<Bytes> =
            queue.gaps.drain(..).map(|(party, from, to)| (self.0.gap_frame)(&party, from, to)).collect();
        if head.is_empty() && queue.frames.len() == 1 {
            // The common case writes the shared bytes themselves.
            let only = queue.frames.pop_front()?;
            queue.bytes = 0;
            return Some(only.bytes);
        }
        let mut size: usize = head.iter().map(Bytes::len).sum();
        while let Some(next) = queue.frames.front() {
            if size > 0 && size + next.bytes.len() > self.0.limits.max_write_bytes {
                break;
            }
            size += next.bytes.len();
            queue.bytes -= next.bytes.len();
            head.extend(queue.frames.pop_front().map(|w| w.bytes));
        }
        if head.is_empty() {
            // An idle socket keeps no buffer.
            queue.frames = VecDeque::new();
            return None;
        }
        let mut joined = BytesMut::with_capacity(size);
        for frame in head {
            joined.extend_from_slice(&frame);
        }
        Some(joined.freeze())
    }
}

impl Drop for Drain {
    fn drop(&mut self) {
        let mut queue = self.0.lock();
        queue.reader_gone = true;
        queue.frames = VecDeque::new();
        queue.bytes = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::task::noop_waker;
    use proptest::prelude::*;

    fn party() -> PartyId {
        PartyId::new("p").unwrap()
    }

    fn gap(_: &PartyId, from: i64, to: i64) -> Bytes {
        Bytes::from(format!("[gap {from}-{to}]"))
    }

    fn pair(max_bytes: usize) -> (Outbox, Drain, Arc<Counters>) {
        let counters = Arc::new(Counters::default());
        let (tx, rx) = outbox(Limits { max_bytes, max_write_bytes: 1_000 }, Arc::clone(&counters), gap);
        (tx, rx, counters)
    }

    fn chat(seq: i64) -> Class {
        Class::Chat { party: party(), seq: Some(seq) }
    }

    fn next(rx: &mut Drain) -> Poll<Next> {
        rx.poll_next(&mut Context::from_waker(&noop_waker()))
    }

    #[test]
    fn waiting_frames_become_one_write_in_order() {
        let (tx, mut rx, _) = pair(100);
        assert_eq!(next(&mut rx), Poll::Pending);
        tx.push(Class::Control, Bytes::from_static(b"a"));
        tx.push(chat(1), Bytes::from_static(b"b"));
        assert_eq!(next(&mut rx), Poll::Ready(Next::Write(Bytes::from_static(b"ab"))));
        tx.push(chat(2), Bytes::from_static(b"c"));
        drop(tx);
        assert_eq!(next(&mut rx), Poll::Ready(Next::Write(Bytes::from_static(b"c"))));
        assert_eq!(next(&mut rx), Poll::Ready(Next::Done));
    }

    #[test]
    fn the_oldest_chat_gives_way_and_a_gap_says_so() {
        let (tx, mut rx, counters) = pair(4);
        for seq in 1..=6 {
            tx.push(chat(seq), Bytes::from(seq.to_string()));
        }
        assert_eq!(next(&mut rx), Poll::Ready(Next::Write(Bytes::from_static(b"[gap 1-2]3456"))));
        assert_eq!(counters.dropped.load(Ordering::Relaxed), 2);
    }

    #[test]
    fn state_keeps_its_latest_value_only() {
        let (tx, mut rx, counters) = pair(100);
        let mood = Class::State { party: Some(party()), kind: StateKind::Mood };
        tx.push(mood.clone(), Bytes::from_static(b"old"));
        tx.push(chat(1), Bytes::from_static(b"x"));
        tx.push(mood, Bytes::from_static(b"new"));
        assert_eq!(next(&mut rx), Poll::Ready(Next::Write(Bytes::from_static(b"xnew"))));
        assert_eq!(counters.merged.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn control_that_does_not_fit_closes_the_socket() {
        let (tx, mut rx, _) = pair(3);
        tx.push(Class::Control, Bytes::from_static(b"abcd"));
        assert!(tx.is_closed());
        assert_eq!(next(&mut rx), Poll::Ready(Next::Close(CloseReason::SlowConsumer)));
    }

    proptest! {
        #[test]
        fn memory_is_bounded_whatever_is_pushed(frames in prop::collection::vec((0_u8..3, 1_usize..40), 0..200)) {
            let (tx, _rx, _) = pair(64);
            for (i, (class, size)) in frames.into_iter().enumerate() {
                let class = match class {
                    0 => Class::Control,
                    1 => chat(i64::try_from(i).unwrap()),
                    _ => Class::State { party: None, kind: StateKind::Personal },
                };
                tx.push(class, Bytes::from(vec![b'.'; size]));
                prop_assert!(tx.waiting_bytes() <= 64);
            }
        }
    }
}
