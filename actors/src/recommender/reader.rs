//! Reads the texts of items that the serving models do not know, so that they are found by what they mean and their factors
//! can be guessed. A new item is answered by its words at once, and a moment later by its meaning too.

use super::{Inner, Recommender, Snapshot};
use crate::{encoder::TextEncoder, fault::Fault};
use futures_util::{StreamExt, stream};
use metrics::counter;
use soiree_domain::{ItemId, ModelVersion};
use std::{
    sync::{Arc, Weak},
    time::Duration,
};

/// Texts read before the answers hear of them.
const BATCH: usize = 1_024;
/// Texts handed to the encoder at once, so that searches find room beside them.
const AT_ONCE: usize = 16;
/// How long a busy encoder is left alone.
const PAUSE: Duration = Duration::from_secs(1);

/// An item, its text and what that means.
type Read = (ItemId, String, Vec<f32>);

impl Recommender {
    /// Reads newcomers from now on, as they come, until the recommender is gone. Must be called inside an actix system.
    pub(crate) fn read_newcomers(&self, encoder: TextEncoder) {
        let (mut changes, inner) = (self.changes(), Arc::downgrade(&self.0));
        changes.mark_changed();
        actix::spawn(async move {
            let mut reader = Reader { inner, encoder, strange: None };
            while changes.changed().await.is_ok() {
                while reader.read_some().await {}
            }
        });
    }

    fn took(&self, probe: &[f32], read: Vec<Read>) {
        self.swap(|old| {
            let served = old.served.as_ref().map(|served| Arc::new(served.read(&old.catalogue, probe, read)));
            Snapshot { catalogue: Arc::clone(&old.catalogue), served }
        });
    }
}

struct Reader {
    inner: Weak<Inner>,
    encoder: TextEncoder,
    /// The model set that another encoder made; it is asked about no more.
    strange: Option<ModelVersion>,
}

impl Reader {
    /// Reads a batch; tells whether there may be more.
    async fn read_some(&mut self) -> bool {
        let served = || Recommender(self.inner.upgrade()?).served();
        let Some(served) = served().filter(|served| self.strange.as_ref() != Some(served.version())) else {
            return false;
        };
        let texts = served.unread(BATCH);
        let mut encoded = stream::iter(texts)
            .map(|(id, text)| async { (self.encoder.encode(text.clone()).await, id, text) })
            .buffered(AT_ONCE);
        let (mut probe, mut read, mut busy) = (None, Vec::new(), false);
        while let Some((answer, id, text)) = encoded.next().await {
            match answer {
                Ok(encoded) if !served.understands(&encoded.probe) => {
                    tracing::warn!(
                        "the sentence encoder is not the one of the model set: new items are known by words alone"
                    );
                    self.strange = Some(served.version().clone());
                    return false;
                }
                Ok(encoded) => {
                    probe = Some(encoded.probe);
                    read.push((id, text, encoded.vector));
                }
                Err(Fault::Overloaded(_)) => {
                    busy = true;
                    break;
                }
                Err(fault) => {
                    counter!("soiree_newcomers_unreadable_total").increment(1);
                    tracing::warn!(item = %id, %fault, "the text of a new item cannot be read");
                    read.push((id, text, Vec::new()));
                }
            }
        }
        drop(encoded);
        if !read.is_empty() {
            let Some(inner) = self.inner.upgrade() else { return false };
            Recommender(inner).took(&probe.unwrap_or_default(), read);
        } else if !busy {
            return false;
        }
        if busy {
            tokio::time::sleep(PAUSE).await;
        }
        true
    }
}
