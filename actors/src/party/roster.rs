//! Who sits in a party, kept outside its actor so that a crash of the actor loses no socket.

use super::state::Conn;
use crate::outbox::{Class, Outbox};
use bytes::Bytes;
use soiree_domain::UserId;
use std::sync::{
    Mutex, MutexGuard, PoisonError,
    atomic::{AtomicI64, Ordering},
};

/// One attached connection.
#[derive(Clone)]
pub(crate) struct Seat {
    pub(crate) conn: Conn,
    pub(crate) user: UserId,
    pub(crate) name: String,
    pub(crate) outbox: Outbox,
    /// Whether what they write and do may count for the room's mood.
    pub(crate) shares_mood: bool,
}

/// The attached connections, and the number of the last event they were all told.
#[derive(Default)]
pub(crate) struct Roster {
    seats: Mutex<Vec<Seat>>,
    told_seq: AtomicI64,
}

impl Roster {
    pub(crate) fn attach(&self, seat: Seat) {
        let mut seats = self.lock();
        seats.retain(|s| s.conn != seat.conn);
        seats.push(seat);
    }

    pub(crate) fn detach(&self, conn: Conn) {
        self.lock().retain(|seat| seat.conn != conn);
    }

    /// A connection says anew whether its mood may count.
    pub(crate) fn share_mood(&self, conn: Conn, shares: bool) {
        self.lock().iter_mut().filter(|seat| seat.conn == conn).for_each(|seat| seat.shares_mood = shares);
    }

    /// Everybody who is attached now.
    pub(crate) fn seats(&self) -> Vec<Seat> {
        self.lock().clone()
    }

    /// Shares ready bytes with everybody but `except`.
    pub(crate) fn broadcast(&self, class: &Class, bytes: &Bytes, except: Option<Conn>) {
        let seats = self.lock();
        for seat in seats.iter().filter(|seat| Some(seat.conn) != except) {
            seat.outbox.push(class.clone(), bytes.clone());
        }
    }

    /// Pushes to one connection, if it is attached.
    pub(crate) fn tell(&self, conn: Conn, class: Class, bytes: Bytes) {
        if let Some(seat) = self.lock().iter().find(|seat| seat.conn == conn) {
            seat.outbox.push(class, bytes);
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.lock().len()
    }

    pub(crate) fn told_seq(&self) -> i64 {
        self.told_seq.load(Ordering::Acquire)
    }

    pub(crate) fn set_told_seq(&self, seq: i64) {
        self.told_seq.fetch_max(seq, Ordering::AcqRel);
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Seat>> {
        // The list is whole between any two statements that hold the lock, so poison means nothing.
        self.seats.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
