//! The threads that parties live on.
//!
//! Parties live where the sockets are: the network's workers lend their threads, so that a line of chat is read,
//! numbered and handed on without waking another thread. Without a network, in commands and tests, parties live on the
//! thread that began.

use crate::sentiment::Sentiment;
use actix::{Actor, Addr, Arbiter, ArbiterHandle};
use soiree_algorithms::sentiment::ChatScorer;
use std::sync::Arc;

/// A thread, with a sentiment model of its own: a line takes it less time than waking another thread would, twice.
#[derive(Clone)]
pub(crate) struct Thread {
    pub(crate) arbiter: ArbiterHandle,
    pub(crate) sentiment: Addr<Sentiment>,
}

impl Thread {
    fn new(arbiter: ArbiterHandle, scorer: Arc<ChatScorer>) -> Self {
        let sentiment = Sentiment::start_in_arbiter(&arbiter, |_| Sentiment::new(scorer));
        Self { arbiter, sentiment }
    }

    fn is_alive(&self) -> bool {
        self.arbiter.spawn_fn(|| {})
    }
}

/// All threads that parties may live on.
pub(crate) struct Threads {
    scorer: Arc<ChatScorer>,
    own: Thread,
    lent: Vec<Thread>,
    next: usize,
}

impl Threads {
    /// The current thread, until others are lent.
    pub(crate) fn new() -> Self {
        let scorer = Arc::new(ChatScorer::new());
        let own = Thread::new(Arbiter::current(), Arc::clone(&scorer));
        Self { scorer, own, lent: Vec::new(), next: 0 }
    }

    /// Takes one more thread into use.
    pub(crate) fn lend(&mut self, arbiter: ArbiterHandle) {
        self.lent.push(Thread::new(arbiter, Arc::clone(&self.scorer)));
    }

    /// The thread that the next party lives on: all in turn, without those that have ended.
    pub(crate) fn next(&mut self) -> Thread {
        self.lent.retain(Thread::is_alive);
        self.next += 1;
        let lent = self.lent.get(self.next % self.lent.len().max(1));
        lent.unwrap_or(&self.own).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[actix::test]
    async fn lent_threads_are_used_in_turn_for_as_long_as_they_live() {
        let mut threads = Threads::new();
        let live_on = |threads: &mut Threads| {
            let (said, heard) = tokio::sync::oneshot::channel();
            threads.next().arbiter.spawn_fn(move || said.send(std::thread::current().id()).unwrap());
            heard
        };
        let here = std::thread::current().id();
        assert_eq!(live_on(&mut threads).await.unwrap(), here);
        let others = [Arbiter::new(), Arbiter::new()];
        others.iter().for_each(|other| threads.lend(other.handle()));
        let (one, two) = (live_on(&mut threads).await.unwrap(), live_on(&mut threads).await.unwrap());
        assert!(one != two && one != here && two != here);
        for other in others {
            other.stop();
            other.join().unwrap();
        }
        assert_eq!(live_on(&mut threads).await.unwrap(), here);
    }
}
