//! What one person and one address may use: open sockets, hellos and parties entered.
//!
//! A rate is a bucket that starts full with a minute's worth and refills evenly. A table has at most [`MOST`] entries.
//! An entry that says nothing more (no socket, full buckets) is swept away when the table has doubled since the last
//! sweep, which costs each newcomer a constant share; in a table that is full of busy entries newcomers are refused.
//! Refusals are counted in `soiree_budget_refusals_total`.

use crate::problem::Problem;
use metrics::counter;
use soiree_domain::UserId;
use std::{
    collections::HashMap,
    hash::Hash,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Entries of a table at most.
pub const MOST: usize = 131_072;
/// Entries below which a table is not swept.
const SMALL: usize = 1_024;
const MINUTE_MS: i64 = 60_000;

/// What one person, or one address, may use. 0 is no bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Sockets that are open at a time.
    pub sockets: u32,
    /// Hellos and new guests per minute.
    pub hellos_per_minute: u32,
    /// Parties opened and joined per minute.
    pub joins_per_minute: u32,
}

impl Bounds {
    /// One person's: a handful of devices and pages.
    pub const PERSON: Self = Self { sockets: 32, hellos_per_minute: 60, joins_per_minute: 120 };
    /// One address's: a school or a dormitory behind one router.
    pub const ADDRESS: Self = Self { sockets: 1_000, hellos_per_minute: 1_200, joins_per_minute: 2_400 };
}

#[derive(Debug, Clone, Copy)]
enum What {
    Socket,
    Hello,
    Join,
}

#[derive(Debug, Default, Clone, Copy)]
struct Tally {
    sockets: u32,
    /// When the buckets are full again.
    hellos_full_ms: i64,
    joins_full_ms: i64,
}

impl Tally {
    fn is_idle(&self, now_ms: i64) -> bool {
        self.sockets == 0 && self.hellos_full_ms.max(self.joins_full_ms) <= now_ms
    }

    /// Takes one; how long to wait when there is none.
    fn take(&mut self, what: What, bounds: &Bounds, now_ms: i64) -> Result<(), u32> {
        let (full_ms, per_minute) = match what {
            What::Socket if bounds.sockets > 0 && self.sockets >= bounds.sockets => return Err(1_000),
            What::Socket => {
                self.sockets += 1;
                return Ok(());
            }
            What::Hello => (&mut self.hellos_full_ms, bounds.hellos_per_minute),
            What::Join => (&mut self.joins_full_ms, bounds.joins_per_minute),
        };
        if per_minute == 0 {
            return Ok(());
        }
        let next = (*full_ms).max(now_ms) + (MINUTE_MS / i64::from(per_minute)).max(1);
        let over_ms = next - now_ms - MINUTE_MS;
        if over_ms > 0 {
            return Err(u32::try_from(over_ms).unwrap_or(u32::MAX));
        }
        *full_ms = next;
        Ok(())
    }
}

struct Entries<K> {
    tallies: HashMap<K, Tally>,
    sweep_at: usize,
    /// A full table is swept once a second at most, so that strangers cannot keep it at that.
    rest_until_ms: i64,
}

/// The tallies of everybody who is counted under a `K`.
struct Table<K> {
    bounds: Bounds,
    /// What refusals are counted under, by socket, hello and join.
    names: [&'static str; 3],
    entries: Mutex<Entries<K>>,
}

impl<K: Hash + Eq + Clone> Table<K> {
    fn new(bounds: Bounds, names: [&'static str; 3]) -> Self {
        let entries = Entries { tallies: HashMap::new(), sweep_at: SMALL, rest_until_ms: 0 };
        Self { bounds, names, entries: Mutex::new(entries) }
    }

    fn lock(&self) -> MutexGuard<'_, Entries<K>> {
        // Nothing panics while a tally is half-changed, so poison means nothing.
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, key: &K, what: What, now_ms: i64) -> Result<(), Problem> {
        let taken = {
            let mut entries = self.lock();
            match entries.tally(key, now_ms) {
                Some(tally) => tally.take(what, &self.bounds, now_ms),
                None => Err(1_000),
            }
        };
        taken.map_err(|retry_after_ms| {
            let name = self.names[what as usize];
            counter!("soiree_budget_refusals_total", "budget" => name).increment(1);
            Problem::new("rate-limited", format!("the budget {name} is used up")).retry_after(retry_after_ms)
        })
    }

    fn give_back_socket(&self, key: &K) {
        if let Some(tally) = self.lock().tallies.get_mut(key) {
            tally.sockets = tally.sockets.saturating_sub(1);
        }
    }
}

impl<K: Hash + Eq + Clone> Entries<K> {
    /// The tally of a key; none when the table is full of others that are busy.
    fn tally(&mut self, key: &K, now_ms: i64) -> Option<&mut Tally> {
        if !self.tallies.contains_key(key) {
            if self.tallies.len() >= self.sweep_at && now_ms >= self.rest_until_ms {
                self.tallies.retain(|_, tally| !tally.is_idle(now_ms));
                self.sweep_at = (2 * self.tallies.len()).clamp(SMALL, MOST);
                self.tallies.shrink_to(self.sweep_at);
                self.rest_until_ms = if self.tallies.len() < MOST { 0 } else { now_ms + 1_000 };
            }
            if self.tallies.len() >= MOST {
                return None;
            }
        }
        Some(self.tallies.entry(key.clone()).or_default())
    }
}

/// The budgets of everybody.
pub struct Budgets {
    people: Arc<Table<UserId>>,
    addresses: Arc<Table<IpAddr>>,
}

/// A counted socket; dropping it gives its place back.
pub struct Seat<K: Hash + Eq + Clone>(Arc<Table<K>>, K);

impl<K: Hash + Eq + Clone> Seat<K> {
    /// Under whom it is counted.
    #[must_use]
    pub fn key(&self) -> &K {
        &self.1
    }
}

impl<K: Hash + Eq + Clone> Drop for Seat<K> {
    fn drop(&mut self) {
        self.0.give_back_socket(&self.1);
    }
}

impl Budgets {
    /// Budgets within these bounds.
    #[must_use]
    pub fn new(person: Bounds, address: Bounds) -> Self {
        let people = ["user-sockets", "user-hellos", "user-joins"];
        let addresses = ["address-sockets", "address-hellos", "address-joins"];
        Self {
            people: Arc::new(Table::new(person, people)),
            addresses: Arc::new(Table::new(address, addresses)),
        }
    }

    /// A new socket of an address.
    ///
    /// # Errors
    /// `rate-limited`, as all of these.
    pub fn seat_address(&self, address: IpAddr, now_ms: i64) -> Result<Seat<IpAddr>, Problem> {
        self.addresses.take(&address, What::Socket, now_ms)?;
        Ok(Seat(Arc::clone(&self.addresses), address))
    }

    /// A hello of a known person, whose socket it opens.
    ///
    /// # Errors
    /// `rate-limited`.
    pub fn seat_person(&self, person: &UserId, now_ms: i64) -> Result<Seat<UserId>, Problem> {
        self.people.take(person, What::Hello, now_ms)?;
        self.people.take(person, What::Socket, now_ms)?;
        Ok(Seat(Arc::clone(&self.people), person.clone()))
    }

    /// A hello, or a new guest, from an address.
    ///
    /// # Errors
    /// `rate-limited`.
    pub fn hello_from(&self, address: IpAddr, now_ms: i64) -> Result<(), Problem> {
        self.addresses.take(&address, What::Hello, now_ms)
    }

    /// A party that a person opens or joins.
    ///
    /// # Errors
    /// `rate-limited`.
    pub fn join(&self, person: &UserId, address: IpAddr, now_ms: i64) -> Result<(), Problem> {
        self.people.take(person, What::Join, now_ms)?;
        self.addresses.take(&address, What::Join, now_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    const FEW: Bounds = Bounds { sockets: 2, hellos_per_minute: 6, joins_per_minute: 3 };

    fn wait(result: Result<(), Problem>) -> Option<u32> {
        result.err().map(|problem| problem.view("").retry_after_ms.unwrap())
    }

    #[test]
    fn a_rate_gives_a_minutes_worth_and_then_says_how_long_to_wait() {
        let budgets = Budgets::new(FEW, FEW);
        let (ana, home) = (UserId::new("ana").unwrap(), IpAddr::from([1, 2, 3, 4]));
        let join = |now_ms| wait(budgets.join(&ana, home, now_ms));
        assert_eq!([join(1_000), join(1_000), join(1_000)], [None; 3]);
        assert_eq!(join(1_500), Some(19_500));
        assert_eq!(join(21_000), None);
        for _ in 0..6 {
            budgets.hello_from(home, 0).unwrap();
        }
        assert_eq!(wait(budgets.hello_from(home, 0)), Some(10_000));
        assert_eq!(wait(budgets.hello_from(IpAddr::from([4, 3, 2, 1]), 0)), None);
    }

    #[test]
    fn a_socket_that_closes_gives_its_place_back() {
        let budgets = Budgets::new(FEW, Bounds { sockets: 0, ..FEW });
        let ana = UserId::new("ana").unwrap();
        let first = budgets.seat_person(&ana, 0).unwrap();
        let _second = budgets.seat_person(&ana, 0).unwrap();
        assert!(budgets.seat_person(&ana, 0).is_err());
        drop(first);
        assert!(budgets.seat_person(&ana, 0).is_ok());
        let unbounded: Vec<_> = (0..9).map(|_| budgets.seat_address([1, 1, 1, 1].into(), 0)).collect();
        assert!(unbounded.iter().all(Result::is_ok));
    }

    #[test]
    fn the_table_forgets_the_idle_and_refuses_when_full_of_the_busy() {
        let table = Table::new(FEW, ["a", "b", "c"]);
        let address = |n: u32| IpAddr::V4(Ipv4Addr::from_bits(n));
        for (n, at_ms) in (0..10_000).zip(1..) {
            table.take(&address(n), What::Hello, at_ms * 100).unwrap();
            assert!(table.lock().tallies.len() <= SMALL);
        }
        let table = Table::new(FEW, ["a", "b", "c"]);
        for n in 0..u32::try_from(MOST).unwrap() {
            table.take(&address(n), What::Socket, 0).unwrap();
        }
        assert!(table.take(&address(u32::MAX), What::Socket, 0).is_err());
        table.give_back_socket(&address(7));
        assert!(table.take(&address(u32::MAX), What::Socket, 1_000).is_ok());
    }
}
