//! The sentence encoder as a model actor: gathers texts that come close together, encodes them in one run on its own
//! thread, and answers each.
//!
//! A run over sixteen short texts costs much less than sixteen runs. So the first text waits up to
//! [`EncoderSettings::gather_ms`] for others; a full batch goes at once, and what comes during a run is the next batch.

use crate::{fault::Fault, pool::Pool};
use actix::{Actor, ActorFutureExt, Addr, AsyncContext, Context, Handler, Message, WrapFuture};
use metrics::{counter, histogram};
use soiree_algorithms::model::{FitError, TextEmbedder};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, OnceLock},
    time::Duration,
};
use tokio::sync::oneshot;

/// Bounds of the encoder.
#[derive(Debug, Clone, Copy)]
pub struct EncoderSettings {
    /// How long the first text of a batch waits for others, in milliseconds.
    pub gather_ms: u64,
    /// Texts of one run.
    pub max_batch: usize,
    /// Texts that may wait; more are refused.
    pub max_waiting: usize,
}

impl Default for EncoderSettings {
    fn default() -> Self {
        Self { gather_ms: 2, max_batch: 32, max_waiting: 512 }
    }
}

/// A text to encode, and who waits for it. The answer goes past the mailbox, so that the actor sees who gave up.
#[derive(Debug, Message)]
#[rtype(result = "()")]
struct Encode {
    text: String,
    answer: oneshot::Sender<Answer>,
}

type Answer = Result<Vec<f32>, Fault>;

/// A text as the encoder sees it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Encoded {
    /// Of unit length, or zeros when the text has no known word.
    pub(crate) vector: Vec<f32>,
    /// The vector of [`soiree_engine::PROBE`], by which vectors of the same encoder are known.
    pub(crate) probe: Arc<[f32]>,
}

/// A handle on the encoder, cheap to clone.
#[derive(Clone)]
pub struct TextEncoder {
    addr: Addr<Gatherer>,
    probe: Arc<OnceLock<Arc<[f32]>>>,
}

const NAME: &str = "the text encoder";

impl TextEncoder {
    /// Starts the actor on the current thread and its worker. Must be called inside an actix system. The embedder is
    /// not asked before the first text comes, so that one which loads itself late costs nothing until then.
    ///
    /// # Errors
    /// When the system refuses a thread.
    pub(crate) fn start(embedder: Arc<dyn TextEmbedder>, settings: EncoderSettings) -> std::io::Result<Self> {
        // One job at a time is all there ever is: the actor starts the next when it has the last one's answer.
        let pool = Pool::start("encode", 1, 1)?;
        let probe = Arc::new(OnceLock::new());
        let (waiting, shared) = (Vec::new(), Arc::clone(&probe));
        let gatherer =
            Gatherer { embedder, probe: shared, pool, settings, waiting, running: false, timed: false };
        Ok(Self { addr: gatherer.start(), probe })
    }

    /// The vector of a text.
    ///
    /// # Errors
    /// [`Fault::Overloaded`] at once when too many texts wait; [`Fault::Internal`] when the model fails on it.
    pub(crate) async fn encode(&self, text: String) -> Result<Encoded, Fault> {
        let (answer, vector) = oneshot::channel();
        if self.addr.try_send(Encode { text, answer }).is_err() {
            counter!("soiree_encoder_refused_total").increment(1);
            return Err(Fault::Overloaded(NAME));
        }
        let gone = || Fault::Internal("the encoder is gone".into());
        let vector = vector.await.unwrap_or_else(|_| Err(gone()))?;
        Ok(Encoded { vector, probe: Arc::clone(self.probe.get().ok_or_else(gone)?) })
    }
}

struct Gatherer {
    embedder: Arc<dyn TextEmbedder>,
    probe: Arc<OnceLock<Arc<[f32]>>>,
    pool: Pool,
    settings: EncoderSettings,
    waiting: Vec<Encode>,
    /// Whether a batch is under way.
    running: bool,
    /// Whether a timer will start the next batch.
    timed: bool,
}

impl Actor for Gatherer {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.set_mailbox_capacity(self.settings.max_waiting.max(16));
    }
}

impl Handler<Encode> for Gatherer {
    type Result = ();

    fn handle(&mut self, asked: Encode, ctx: &mut Self::Context) {
        // Who gave up waiting makes room.
        self.waiting.retain(|waiting| !waiting.answer.is_closed());
        if self.waiting.len() >= self.settings.max_waiting {
            counter!("soiree_encoder_refused_total").increment(1);
            let _caller_gone = asked.answer.send(Err(Fault::Overloaded(NAME)));
            return;
        }
        self.waiting.push(asked);
        self.next(ctx);
    }
}

impl Gatherer {
    /// Runs a full batch at once, and sees to it that a smaller one is run soon.
    fn next(&mut self, ctx: &mut Context<Self>) {
        if self.running || self.waiting.is_empty() {
            return;
        }
        if self.waiting.len() >= self.settings.max_batch {
            self.run(ctx);
        } else if !self.timed {
            self.timed = true;
            ctx.run_later(Duration::from_millis(self.settings.gather_ms), |actor, ctx| {
                actor.timed = false;
                if !actor.running {
                    actor.run(ctx);
                }
            });
        }
    }

    fn run(&mut self, ctx: &mut Context<Self>) {
        self.waiting.retain(|waiting| !waiting.answer.is_closed());
        let count = self.waiting.len().min(self.settings.max_batch.max(1));
        if count == 0 {
            return;
        }
        let batch: Vec<Encode> = self.waiting.drain(..count).collect();
        histogram!("soiree_encoder_batch_texts").record(count as f64);
        self.running = true;
        let (embedder, probe) = (Arc::clone(&self.embedder), Arc::clone(&self.probe));
        let job = self.pool.run(move || {
            let texts: Vec<&str> = batch.iter().map(|waiting| waiting.text.as_str()).collect();
            if probe.get().is_none()
                && let Some(Ok(vector)) = encode(&*embedder, &[soiree_engine::PROBE]).pop()
            {
                let _first_stays = probe.set(vector.into());
            }
            let vectors = encode(&*embedder, &texts);
            for (waiting, vector) in batch.into_iter().zip(vectors) {
                let _caller_gone = waiting.answer.send(vector);
            }
        });
        let then = job.into_actor(self).map(|_lost_answers_are_told, actor, ctx| {
            actor.running = false;
            actor.next(ctx);
        });
        ctx.spawn(then);
    }
}

/// One vector per text. When the batch fails as a whole each text is tried alone, so that one text spoils one answer.
fn encode(embedder: &dyn TextEmbedder, texts: &[&str]) -> Vec<Answer> {
    let dimensions = embedder.dimensions();
    let attempt = |texts: &[&str]| -> Result<Vec<f32>, FitError> {
        let run = catch_unwind(AssertUnwindSafe(|| embedder.embed(texts)));
        let rows = run.unwrap_or_else(|_| Err(FitError::Embedding("the encoder panicked".to_owned())))?;
        match rows.len() == texts.len() * dimensions {
            true => Ok(rows),
            false => Err(FitError::Embedding("wrong number of vectors".to_owned())),
        }
    };
    if let Ok(rows) = attempt(texts) {
        return rows.chunks_exact(dimensions.max(1)).map(|row| Ok(row.to_vec())).collect();
    }
    let alone = texts.iter().map(|text| {
        attempt(&[text]).map_err(|error| {
            counter!("soiree_encoder_failed_total").increment(1);
            tracing::warn!(%error, "a text could not be encoded");
            Fault::Internal(error.to_string().into())
        })
    });
    alone.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::future::{join_all, poll_immediate};
    use std::sync::Mutex;

    /// Length and first byte of each text; remembers how many came at once.
    #[derive(Default)]
    struct Lengths(Mutex<Vec<usize>>);

    impl TextEmbedder for Lengths {
        fn dimensions(&self) -> usize {
            2
        }

        fn embed(&self, texts: &[&str]) -> Result<Vec<f32>, FitError> {
            self.0.lock().unwrap().push(texts.len());
            if texts.contains(&"panic") {
                panic!("planned");
            }
            if texts.contains(&"bad") {
                return Err(FitError::Embedding("a bad text".to_owned()));
            }
            Ok(texts.iter().flat_map(|t| [t.len() as f32, f32::from(t.as_bytes()[0])]).collect())
        }
    }

    fn start(settings: EncoderSettings) -> (Arc<Lengths>, TextEncoder) {
        let lengths = Arc::new(Lengths::default());
        let encoder = TextEncoder::start(Arc::clone(&lengths) as _, settings).unwrap();
        assert!(lengths.0.lock().unwrap().is_empty(), "nothing is loaded before it is asked");
        (lengths, encoder)
    }

    const LONG: EncoderSettings = EncoderSettings { gather_ms: 600_000, max_batch: 3, max_waiting: 8 };

    async fn ask(encoder: &TextEncoder, texts: &[&str]) -> Vec<Answer> {
        let encoded = join_all(texts.iter().map(|text| encoder.encode((*text).to_owned()))).await;
        encoded.into_iter().map(|encoded| encoded.map(|encoded| encoded.vector)).collect()
    }

    #[actix::test]
    async fn a_full_batch_runs_at_once_and_each_gets_its_own_answer() {
        let (lengths, encoder) = start(LONG);
        let answers = ask(&encoder, &["a", "bb", "ccc"]).await;
        let wanted = [[1.0, 97.0], [2.0, 98.0], [3.0, 99.0]].map(|row| Ok(row.to_vec()));
        assert_eq!(answers, wanted);
        assert_eq!(*lengths.0.lock().unwrap(), [1, 3], "the probe comes with the first texts");
    }

    #[actix::test]
    async fn a_small_batch_is_gathered_and_does_not_wait_for_ever() {
        let (lengths, encoder) = start(EncoderSettings { gather_ms: 2, max_batch: 100, ..LONG });
        let answers = ask(&encoder, &["a", "bb"]).await;
        assert!(answers.iter().all(Result::is_ok));
        assert_eq!(*lengths.0.lock().unwrap(), [1, 2]);
    }

    #[actix::test]
    async fn what_comes_beyond_a_batch_goes_with_the_next() {
        let (lengths, encoder) = start(EncoderSettings { gather_ms: 2, ..LONG });
        let answers = ask(&encoder, &["a", "b", "c", "d", "e", "f", "g"]).await;
        assert!(answers.iter().all(Result::is_ok));
        assert_eq!(lengths.0.lock().unwrap().iter().sum::<usize>(), 1 + 7);
        assert!(lengths.0.lock().unwrap().iter().all(|&n| n <= 3));
    }

    #[actix::test]
    async fn a_full_queue_refuses_and_who_gave_up_makes_room() {
        let (_, encoder) = start(EncoderSettings { max_batch: 100, max_waiting: 2, ..LONG });
        let mut waiting: Vec<_> = (0..2).map(|_| Box::pin(encoder.encode("a".to_owned()))).collect();
        for request in &mut waiting {
            assert!(poll_immediate(request).await.is_none());
        }
        assert_eq!(encoder.encode("b".to_owned()).await, Err(Fault::Overloaded(NAME)));
        waiting.pop();
        let mut last = Box::pin(encoder.encode("c".to_owned()));
        assert!(poll_immediate(&mut last).await.is_none());
        assert_eq!(encoder.encode("d".to_owned()).await, Err(Fault::Overloaded(NAME)));
        assert!(poll_immediate(&mut last).await.is_none(), "it took the room and waits");
    }

    #[actix::test]
    async fn a_failing_text_costs_one_answer() {
        for bad in ["bad", "panic"] {
            let (lengths, encoder) = start(LONG);
            let answers = ask(&encoder, &["a", bad, "ccc"]).await;
            assert_eq!((&answers[0], &answers[2]), (&Ok(vec![1.0, 97.0]), &Ok(vec![3.0, 99.0])));
            assert!(matches!(answers[1], Err(Fault::Internal(_))));
            assert_eq!(*lengths.0.lock().unwrap(), [1, 3, 1, 1, 1]);
            assert!(ask(&encoder, &["a", "b", "c"]).await.iter().all(Result::is_ok), "it goes on");
        }
    }
}
