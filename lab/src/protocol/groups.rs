//! Keys of the kind `groups` for groups that a data set gives.

use std::path::PathBuf;

use super::Task;
use super::fields::Fields;
use super::{parties, ranking, validation};

/// What is read of given groups, and how they are asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Groups {
    /// How the files are named and laid out.
    pub layout: GroupLayout,
    /// Where they lie, under the data folder.
    pub folder: PathBuf,
    /// Whether the part `group-clean` is asked too.
    pub clean: bool,
    /// List lengths, rising.
    pub cutoffs: Vec<usize>,
    /// Weight of the members' mean history beside the group's own, for models that know no groups.
    pub histories: f32,
    /// What parameters and blend weights are chosen on.
    pub validation: GroupValidation,
}

/// A known way of publishing groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupLayout {
    /// `groupMember.txt`, `groupRatingTrain.txt`, … of AGREE and ConsRec.
    Agree,
    /// `train_ui.csv`, `group_users.csv`, `train_gi.csv`, … of GroupIM.
    GroupIm,
}

/// What parameters are chosen on.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupValidation {
    /// Seed of the carving and of its negatives.
    pub seed: u64,
    /// How many random negatives stand beside the item; 0 ranks everything.
    pub negatives: usize,
    /// The share of the negatives that is drawn from the 50 items that most groups have.
    pub popular: f64,
    /// The measure that is maximised.
    pub metric: String,
}

#[derive(Clone, Copy)]
enum Layout {
    Agree,
    GroupIm,
    Parties,
}

pub(super) fn read(top: &mut Fields<'_>) -> Task {
    let words = [("agree", Layout::Agree), ("group-im", Layout::GroupIm), ("parties", Layout::Parties)];
    if !top.has("layout") {
        top.fault("layout", "is missing; known are \"agree\", \"group-im\", \"parties\"");
    }
    match top.one_of("layout", &words) {
        Layout::Agree => Task::Groups(Box::new(given(top, GroupLayout::Agree))),
        Layout::GroupIm => Task::Groups(Box::new(given(top, GroupLayout::GroupIm))),
        Layout::Parties => Task::Parties(Box::new(parties::read(top))),
    }
}

fn given(top: &mut Fields<'_>, layout: GroupLayout) -> Groups {
    let folder = PathBuf::from(top.need_text("folder"));
    let histories = top.number("histories").unwrap_or(0.0);
    if histories < 0.0 {
        top.fault("histories", "must be at least 0");
    }
    Groups {
        layout,
        folder,
        clean: top.flag("clean"),
        cutoffs: ranking::cutoffs(top),
        histories: histories as f32,
        validation: chosen_on(top),
    }
}

fn chosen_on(top: &mut Fields<'_>) -> GroupValidation {
    let mut out = GroupValidation { seed: 1, negatives: 100, popular: 0.0, metric: "ndcg@10".to_owned() };
    let Some(mut fields) = top.table("validation") else { return out };
    out.seed = fields.seed("seed").unwrap_or(out.seed);
    out.negatives = fields.whole("negatives", 0).unwrap_or(out.negatives);
    out.popular = fields.number("popular").unwrap_or(out.popular);
    if !(0.0..=1.0).contains(&out.popular) {
        fields.fault("popular", "must lie between 0 and 1");
    }
    out.metric = fields.text("metric").unwrap_or(out.metric);
    if !validation::known_metric(&out.metric) {
        let known = validation::METRICS.join(", ");
        fields.fault("metric", format!("must be one of {known} with a cut-off, such as ndcg@10"));
    }
    fields.done();
    out
}
