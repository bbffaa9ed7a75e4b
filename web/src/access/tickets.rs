//! One-time tickets for the live channel: a page that may not keep a token in its script's reach asks for a ticket,
//! and says hello with it.
//!
//! A ticket is good for [`LIVES_MS`] and opens one socket as the person and with the role of the key that asked for
//! it. It stands in this process's memory only, as a hash beside the hash of that key, which is looked up again when
//! the ticket is used: a key that was taken back meanwhile opens nothing. At most [`MOST`] tickets wait, and
//! [`MOST_PER_PERSON`] of one person.

use super::keys::{Token, hash};
use crate::problem::Problem;
use soiree_actors::fault::Fault;
use soiree_domain::UserId;
use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
};

/// How long a ticket is good, in milliseconds.
pub const LIVES_MS: i64 = 30_000;
/// Tickets that wait at most.
pub const MOST: usize = 16_384;
/// Tickets of one person that wait at most.
pub const MOST_PER_PERSON: usize = 8;

/// What is kept of a ticket.
struct Waiting {
    key: [u8; 32],
    person: UserId,
    until_ms: i64,
}

#[derive(Default)]
struct Inner {
    waiting: HashMap<[u8; 32], Waiting>,
    /// In the order of their ends, since all live equally long; used ones stay until their end.
    ends: VecDeque<(i64, [u8; 32])>,
    held: HashMap<UserId, usize>,
}

impl Inner {
    fn remove(&mut self, ticket: &[u8; 32]) -> Option<Waiting> {
        let waiting = self.waiting.remove(ticket)?;
        if let Some(held) = self.held.get_mut(&waiting.person) {
            *held -= 1;
            if *held == 0 {
                self.held.remove(&waiting.person);
            }
        }
        Some(waiting)
    }

    fn sweep(&mut self, now_ms: i64) {
        while let Some((_, ticket)) = self.ends.pop_front_if(|(until_ms, _)| *until_ms <= now_ms) {
            self.remove(&ticket);
        }
    }
}

/// The tickets that wait to be used.
#[derive(Default)]
pub struct Tickets(Mutex<Inner>);

impl Tickets {
    /// Makes a ticket for the person of the key with this hash; gives it and when it ends.
    ///
    /// # Errors
    /// `rate-limited` when the person holds too many, `overloaded` when everybody together does.
    pub fn issue(&self, person: &UserId, key: [u8; 32], now_ms: i64) -> Result<(Token, i64), Problem> {
        let ticket = Token::ticket().map_err(|error| Fault::Internal(error.to_string().into()))?;
        let until_ms = now_ms.saturating_add(LIVES_MS);
        let mut inner = self.lock();
        inner.sweep(now_ms);
        if inner.ends.len() >= MOST {
            return Err(Problem::new("overloaded", "too many tickets wait to be used"));
        }
        let held = inner.held.entry(person.clone()).or_default();
        if *held >= MOST_PER_PERSON {
            return Err(Problem::new("rate-limited", "use the tickets you have, or wait until they end"));
        }
        *held += 1;
        let name = hash(ticket.reveal());
        inner.waiting.insert(name, Waiting { key, person: person.clone(), until_ms });
        inner.ends.push_back((until_ms, name));
        Ok((ticket, until_ms))
    }

    /// Uses a ticket up: the hash of its key, if it was still good.
    #[must_use]
    pub fn redeem(&self, ticket: &str, now_ms: i64) -> Option<[u8; 32]> {
        let used = self.lock().remove(&hash(ticket))?;
        (now_ms < used.until_ms).then_some(used.key)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Nothing panics while the tables are half-changed, so poison means nothing.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(name: &str) -> UserId {
        UserId::new(name).unwrap()
    }

    #[test]
    fn a_ticket_works_once_and_in_time() {
        let tickets = Tickets::default();
        let (ticket, until_ms) = tickets.issue(&id("ana"), [7; 32], 1_000).unwrap();
        assert_eq!(until_ms, 31_000);
        assert_eq!(tickets.redeem("wt_guess", 1_000), None);
        assert_eq!(tickets.redeem(ticket.reveal(), 30_999), Some([7; 32]));
        assert_eq!(tickets.redeem(ticket.reveal(), 30_999), None);
        let (late, until_ms) = tickets.issue(&id("ana"), [7; 32], 1_000).unwrap();
        assert_eq!(tickets.redeem(late.reveal(), until_ms), None);
    }

    #[test]
    fn a_person_holds_few_and_everybody_together_not_too_many() {
        let tickets = Tickets::default();
        let code = |person: &UserId, now_ms| {
            tickets.issue(person, [0; 32], now_ms).err().map(|problem| problem.row().code)
        };
        for _ in 0..MOST_PER_PERSON {
            assert_eq!(code(&id("ana"), 0), None);
        }
        assert_eq!(code(&id("ana"), LIVES_MS - 1), Some("rate-limited"));
        assert_eq!(code(&id("ana"), LIVES_MS), None, "the first have ended");
        for n in 1..MOST {
            assert_eq!(code(&id(&format!("u{n}")), LIVES_MS), None);
        }
        assert_eq!(code(&id("late"), LIVES_MS), Some("overloaded"));
        assert_eq!(code(&id("late"), 2 * LIVES_MS), None);
        let inner = tickets.lock();
        assert_eq!((inner.waiting.len(), inner.ends.len(), inner.held.len()), (1, 1, 1));
    }
}
