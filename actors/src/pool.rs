//! A bounded pool of threads for CPU work of models, so that actors never compute for long themselves.

use crate::fault::Fault;
use metrics::counter;
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread,
};
use tokio::sync::oneshot;

type Job = Box<dyn FnOnce() + Send>;

/// Threads with one bounded queue; a full queue refuses ([`Fault::Overloaded`]) and is counted. A job that
/// panics costs that job alone. The threads end when the last handle is dropped.
#[derive(Clone)]
pub(crate) struct Pool {
    jobs: SyncSender<Job>,
    name: &'static str,
}

impl Pool {
    /// Starts `threads` threads behind a queue of `max_waiting` jobs.
    ///
    /// # Errors
    /// When the system refuses a thread.
    pub(crate) fn start(name: &'static str, threads: usize, max_waiting: usize) -> std::io::Result<Self> {
        let (jobs, queue) = sync_channel::<Job>(max_waiting);
        let queue = Arc::new(Mutex::new(queue));
        for i in 0..threads.max(1) {
            let queue = Arc::clone(&queue);
            thread::Builder::new().name(format!("{name}-{i}")).spawn(move || work(&queue))?;
        }
        Ok(Self { jobs, name })
    }

    /// Runs `job` on the pool; the future ends with its result.
    ///
    /// # Errors
    /// [`Fault::Overloaded`] at once when the queue is full; [`Fault::Internal`] when the job panicked.
    pub(crate) fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> impl Future<Output = Result<T, Fault>> + Send + 'static {
        let (sender, result) = oneshot::channel();
        let queued = self.jobs.try_send(Box::new(move || {
            let _caller_gone = sender.send(job());
        }));
        let name = self.name;
        async move {
            if queued.is_err() {
                counter!("soiree_pool_refused_total", "pool" => name).increment(1);
                return Err(Fault::Overloaded(name));
            }
            result.await.map_err(|_| Fault::Internal(format!("a {name} job panicked").into()))
        }
    }
}

fn work(queue: &Mutex<Receiver<Job>>) {
    loop {
        let job = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else { return };
        if catch_unwind(AssertUnwindSafe(job)).is_err() {
            counter!("soiree_pool_panics_total").increment(1);
            tracing::error!("a model job panicked; the pool goes on");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[actix::test]
    async fn a_panicking_job_costs_one_job() {
        let pool = Pool::start("test", 1, 4).unwrap();
        let bad = pool.run(|| -> i32 { panic!("planned") }).await;
        assert!(matches!(bad, Err(Fault::Internal(_))));
        assert_eq!(pool.run(|| 7).await, Ok(7));
    }

    #[actix::test]
    async fn a_full_queue_refuses_at_once() {
        let pool = Pool::start("test", 1, 1).unwrap();
        let (release, held) = std::sync::mpsc::channel::<()>();
        let (started, running) = oneshot::channel();
        let first = pool.run(move || {
            let _ = started.send(());
            held.recv()
        });
        running.await.unwrap();
        let second = pool.run(|| 2);
        assert_eq!(pool.run(|| 3).await, Err(Fault::Overloaded("test")));
        release.send(()).unwrap();
        assert!(first.await.is_ok());
        assert_eq!(second.await, Ok(2));
    }
}
