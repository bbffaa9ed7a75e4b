//! The journal: many writers, one transaction at a time, and an answer only after the commit.
//!
//! Writers queue entries ([`JournalSettings::max_waiting`]; a full queue refuses and is counted). One task
//! takes everything that waits, commits it in one transaction and answers each writer. While a commit
//! runs, the next group gathers by itself; under load the task also waits [`JournalSettings::gather_ms`]
//! so that groups are worth their `fsync`. What nobody waits for, such as a party's snapshot, is written in
//! between, a little at a time. A failing store is tried again for about a second and a half; after that the
//! writers hear [`Fault::NotStored`].

mod writer;

use crate::fault::Fault;
use metrics::counter;
use soiree_storage::{Entry, Outcome, Store};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};
use tokio::sync::{mpsc, oneshot};
use writer::Writer;

/// Bounds of the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JournalSettings {
    /// Entries that may wait.
    pub max_waiting: usize,
    /// Entries in one transaction at most.
    pub max_group: usize,
    /// How long a group gathers under load, in milliseconds.
    pub gather_ms: u64,
}

impl Default for JournalSettings {
    fn default() -> Self {
        Self { max_waiting: 16_384, max_group: 2_048, gather_ms: 2 }
    }
}

/// What a writer is told: the outcome after the commit.
pub type Receipt = oneshot::Receiver<Result<Outcome, Fault>>;

enum Request {
    Write { entry: Entry, receipt: oneshot::Sender<Result<Outcome, Fault>> },
    Tell(Entry),
    Flush(oneshot::Sender<()>),
}

/// The writing end, cheap to clone.
#[derive(Clone)]
pub struct Journal {
    queue: mpsc::Sender<Request>,
    healthy: Arc<AtomicBool>,
}

impl Journal {
    /// Starts the journal's task on the current runtime. It ends when all writing ends are gone.
    #[must_use]
    pub fn start(store: Store, settings: JournalSettings) -> Self {
        let (queue, requests) = mpsc::channel(settings.max_waiting);
        let healthy = Arc::new(AtomicBool::new(true));
        let writer = Writer::new(store, settings, requests, Arc::clone(&healthy));
        actix::spawn(writer.run());
        Self { queue, healthy }
    }

    /// Queues an entry without waiting; the receipt tells when it is durable. Entries of one caller are
    /// committed in the order of the calls.
    ///
    /// # Errors
    /// [`Fault::Overloaded`] when the queue is full.
    pub fn submit(&self, entry: Entry) -> Result<Receipt, Fault> {
        let (sender, receipt) = oneshot::channel();
        self.push(Request::Write { entry, receipt: sender })?;
        Ok(receipt)
    }

    /// Queues an entry and waits until it is durable.
    ///
    /// # Errors
    /// [`Fault::Overloaded`] when the queue is full, [`Fault::NotStored`] when the store failed.
    pub async fn write(&self, entry: Entry) -> Result<Outcome, Fault> {
        self.submit(entry)?.await.unwrap_or(Err(Fault::NotStored))
    }

    /// Queues an entry that nobody waits for, such as an exposure; it is written after those that somebody waits for. A
    /// refusal is counted.
    pub fn tell(&self, entry: Entry) {
        let _counted = self.push(Request::Tell(entry));
    }

    /// Waits until everything queued before is committed.
    pub async fn flush(&self) {
        let (sender, done) = oneshot::channel();
        if self.queue.send(Request::Flush(sender)).await.is_ok() {
            let _task_gone = done.await;
        }
    }

    /// Whether the last commit went through.
    #[must_use]
    pub fn is_healthy(&self) -> bool {
        self.healthy.load(Ordering::Relaxed)
    }

    fn push(&self, request: Request) -> Result<(), Fault> {
        self.queue.try_send(request).map_err(|_| {
            counter!("soiree_journal_refused_total").increment(1);
            Fault::Overloaded("writing")
        })
    }
}
