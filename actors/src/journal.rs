//! The journal: many writers, one transaction at a time, and an answer only after the commit.
//!
//! Writers queue entries ([`JournalSettings::max_waiting`]; a full queue refuses and is counted). One task
//! takes everything that waits, commits it in one transaction and answers each writer. While a commit
//! runs, the next group gathers by itself; under load the task also waits [`JournalSettings::gather_ms`]
//! so that groups are worth their `fsync`. A failing store is tried again for about a second and a half;
//! after that the writers hear [`Fault::NotStored`].

use crate::fault::Fault;
use metrics::{counter, histogram};
use soiree_storage::{Entry, Outcome, StorageError, Store};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::sync::{mpsc, oneshot};

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
    Write { entry: Entry, receipt: Option<oneshot::Sender<Result<Outcome, Fault>>> },
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
        let task = Task { store, settings, requests, healthy: Arc::clone(&healthy), busy: false };
        actix::spawn(task.run());
        Self { queue, healthy }
    }

    /// Queues an entry without waiting; the receipt tells when it is durable. Entries of one caller are
    /// committed in the order of the calls.
    ///
    /// # Errors
    /// [`Fault::Overloaded`] when the queue is full.
    pub fn submit(&self, entry: Entry) -> Result<Receipt, Fault> {
        let (sender, receipt) = oneshot::channel();
        self.push(Request::Write { entry, receipt: Some(sender) })?;
        Ok(receipt)
    }

    /// Queues an entry and waits until it is durable.
    ///
    /// # Errors
    /// [`Fault::Overloaded`] when the queue is full, [`Fault::NotStored`] when the store failed.
    pub async fn write(&self, entry: Entry) -> Result<Outcome, Fault> {
        self.submit(entry)?.await.unwrap_or(Err(Fault::NotStored))
    }

    /// Queues an entry that nobody waits for, such as an exposure; a refusal is counted.
    pub fn tell(&self, entry: Entry) {
        let _counted = self.push(Request::Write { entry, receipt: None });
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

struct Task {
    store: Store,
    settings: JournalSettings,
    requests: mpsc::Receiver<Request>,
    healthy: Arc<AtomicBool>,
    busy: bool,
}

/// Pauses before the second, third and fourth try of a commit.
const RETRY_MS: [u64; 3] = [50, 250, 1_000];

impl Task {
    async fn run(mut self) {
        let mut group = Vec::new();
        while self.requests.recv_many(&mut group, self.settings.max_group).await > 0 {
            if self.busy && group.len() < self.settings.max_group {
                tokio::time::sleep(Duration::from_millis(self.settings.gather_ms)).await;
                while group.len() < self.settings.max_group
                    && let Ok(request) = self.requests.try_recv()
                {
                    group.push(request);
                }
            }
            self.busy = group.len() > 1;
            self.commit(&mut group).await;
        }
    }

    async fn commit(&self, group: &mut Vec<Request>) {
        let mut entries = Vec::with_capacity(group.len());
        let mut receipts = Vec::with_capacity(group.len());
        let mut flushes = Vec::new();
        for request in group.drain(..) {
            match request {
                Request::Write { entry, receipt } => {
                    entries.push(entry);
                    receipts.push(receipt);
                }
                Request::Flush(done) => flushes.push(done),
            }
        }
        if !entries.is_empty() {
            let outcomes = self.store_with_retries(&entries).await;
            match outcomes {
                Ok(outcomes) => {
                    for (receipt, outcome) in receipts.into_iter().zip(outcomes) {
                        if let Some(receipt) = receipt {
                            let _writer_gone = receipt.send(Ok(outcome));
                        }
                    }
                }
                Err(_) => {
                    for receipt in receipts.into_iter().flatten() {
                        let _writer_gone = receipt.send(Err(Fault::NotStored));
                    }
                }
            }
        }
        for done in flushes {
            let _caller_gone = done.send(());
        }
    }

    async fn store_with_retries(&self, entries: &[Entry]) -> Result<Vec<Outcome>, StorageError> {
        let mut pauses = RETRY_MS.iter();
        let mut first = true;
        loop {
            let started = Instant::now();
            match self.store.commit(entries).await {
                Ok(mut outcomes) => {
                    histogram!("soiree_journal_commit_seconds").record(started.elapsed().as_secs_f64());
                    #[expect(clippy::cast_precision_loss, reason = "a group is far below 2^52")]
                    histogram!("soiree_journal_group_entries").record(entries.len() as f64);
                    self.healthy.store(true, Ordering::Relaxed);
                    if !first {
                        // A commit whose answer was lost may have happened. A number of a party under this
                        // writer's fence can only have been taken by that very commit.
                        for outcome in &mut outcomes {
                            if *outcome == Outcome::SeqTaken {
                                *outcome = Outcome::Committed;
                            }
                        }
                    }
                    return Ok(outcomes);
                }
                Err(error) => {
                    first = false;
                    self.healthy.store(false, Ordering::Relaxed);
                    counter!("soiree_journal_failed_commits_total").increment(1);
                    tracing::error!(%error, entries = entries.len(), "a journal commit failed");
                    let Some(&pause) = pauses.next() else { return Err(error) };
                    tokio::time::sleep(Duration::from_millis(pause)).await;
                }
            }
        }
    }
}
