//! The one task that writes: first for those who wait, in between what nobody waits for.

use super::{JournalSettings, Request};
use crate::fault::Fault;
use metrics::{counter, histogram};
use soiree_storage::{Entry, Outcome, StorageError, Store};
use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::sync::{mpsc, oneshot};

/// Pauses before the second, third and fourth try of a commit.
const RETRY_MS: [u64; 3] = [50, 250, 1_000];

/// Time between two checkpoints of the store, while there is something to write: often, so that each is short.
const CHECKPOINT_EVERY: Duration = Duration::from_millis(250);

pub(super) struct Writer {
    store: Store,
    settings: JournalSettings,
    requests: mpsc::Receiver<Request>,
    healthy: Arc<AtomicBool>,
    /// What somebody waits for, and who.
    entries: Vec<Entry>,
    receipts: Vec<oneshot::Sender<Result<Outcome, Fault>>>,
    /// What nobody waits for.
    later: VecDeque<Entry>,
    flushes: Vec<oneshot::Sender<()>>,
    /// Whether the last group was one of several entries.
    busy: bool,
    checkpoint_at: Instant,
    checkpoint_runs: Arc<AtomicBool>,
}

impl Writer {
    pub(super) fn new(
        store: Store,
        settings: JournalSettings,
        requests: mpsc::Receiver<Request>,
        healthy: Arc<AtomicBool>,
    ) -> Self {
        Self {
            store,
            settings,
            requests,
            healthy,
            entries: Vec::new(),
            receipts: Vec::new(),
            later: VecDeque::new(),
            flushes: Vec::new(),
            busy: false,
            checkpoint_at: Instant::now(),
            checkpoint_runs: Arc::default(),
        }
    }

    /// Writes until all writing ends are gone and everything is written.
    pub(super) async fn run(mut self) {
        while self.gather().await {
            self.commit().await;
            self.commit_later().await;
            self.checkpoint();
        }
    }

    /// Takes up what has come, and waits for it when there is nothing else to do. False when nothing will come.
    async fn gather(&mut self) -> bool {
        let most = self.settings.max_group;
        let mut came = Vec::new();
        if self.later.is_empty() && self.requests.recv_many(&mut came, most).await == 0 {
            return false;
        }
        self.take_waiting(&mut came);
        if self.busy && came.len() < most {
            tokio::time::sleep(Duration::from_millis(self.settings.gather_ms)).await;
            self.take_waiting(&mut came);
        }
        for request in came {
            match request {
                Request::Write { entry, receipt } => {
                    self.entries.push(entry);
                    self.receipts.push(receipt);
                }
                Request::Tell(entry) => self.later.push_back(entry),
                Request::Flush(done) => self.flushes.push(done),
            }
        }
        self.busy = self.entries.len() > 1;
        true
    }

    fn take_waiting(&mut self, came: &mut Vec<Request>) {
        while came.len() < self.settings.max_group
            && let Ok(request) = self.requests.try_recv()
        {
            came.push(request);
        }
    }

    /// Writes what somebody waits for, and answers.
    async fn commit(&mut self) {
        let (entries, receipts) = (std::mem::take(&mut self.entries), std::mem::take(&mut self.receipts));
        if entries.is_empty() {
            return;
        }
        let outcomes = self.store_with_retries(&entries).await;
        let mut outcomes = outcomes.map(Vec::into_iter).ok();
        for receipt in receipts {
            let outcome = outcomes.as_mut().and_then(Iterator::next);
            let _writer_gone = receipt.send(outcome.ok_or(Fault::NotStored));
        }
    }

    /// Writes some of what nobody waits for: a snapshot, which is large, or all up to the next one; everything when it has
    /// piled up or somebody has asked for that.
    async fn commit_later(&mut self) {
        let snapshot = self.later.iter().position(|entry| matches!(entry, Entry::Snapshot(_)));
        let few = snapshot.map_or(self.later.len(), |at| at.max(1));
        let all = self.later.len() > self.settings.max_group || !self.flushes.is_empty();
        let count = if all { self.later.len() } else { few };
        let entries: Vec<_> = self.later.drain(..count).collect();
        if !entries.is_empty() {
            let _logged = self.store_with_retries(&entries).await;
        }
        for done in self.flushes.drain(..) {
            let _caller_gone = done.send(());
        }
    }

    /// Has the store's log put away beside the commits, now and then.
    fn checkpoint(&mut self) {
        if self.checkpoint_at.elapsed() < CHECKPOINT_EVERY
            || self.checkpoint_runs.swap(true, Ordering::Relaxed)
        {
            return;
        }
        self.checkpoint_at = Instant::now();
        let (store, runs) = (self.store.clone(), Arc::clone(&self.checkpoint_runs));
        actix::spawn(async move {
            if let Err(error) = store.checkpoint().await {
                tracing::warn!(%error, "the store's log could not be put away; the next time makes up for it");
            }
            runs.store(false, Ordering::Relaxed);
        });
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
