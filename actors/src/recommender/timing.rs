//! How long each stage of an answer takes.

use metrics::histogram;
use soiree_engine::{Stage, Stages};
use std::{cell::Cell, time::Instant};

/// Measures the stages of one answer and tells them when dropped, as `soiree_stage_seconds`.
pub(super) struct StageClock {
    spent: [Cell<f64>; Stage::ALL.len()],
    running: Cell<Option<(Stage, Instant)>>,
}

impl StageClock {
    pub(super) fn start() -> Self {
        Self { spent: Default::default(), running: Cell::new(None) }
    }

    fn stop(&self) {
        if let Some((stage, since)) = self.running.take() {
            let spent = &self.spent[stage as usize];
            spent.set(spent.get() + since.elapsed().as_secs_f64());
        }
    }
}

impl Stages for StageClock {
    fn begin(&self, stage: Stage) {
        self.stop();
        self.running.set(Some((stage, Instant::now())));
    }
}

impl Drop for StageClock {
    fn drop(&mut self) {
        self.stop();
        for stage in Stage::ALL {
            let seconds = self.spent[stage as usize].get();
            histogram!("soiree_stage_seconds", "stage" => stage.as_str()).record(seconds);
        }
        tracing::trace!(
            rules_us = self.spent[0].get() * 1e6,
            candidates_us = self.spent[1].get() * 1e6,
            blend_us = self.spent[2].get() * 1e6,
            list_us = self.spent[3].get() * 1e6,
            reasons_us = self.spent[4].get() * 1e6,
            "an answer's stages"
        );
    }
}
