//! What a run over groups did, in words.

use super::Plan;
use super::data::GroupData;
use super::known::LeftOut;
use crate::cases::Case;
use crate::describe;
use crate::report::{DataCounts, Report};

pub(super) fn opening(plan: &Plan<'_>, data: &GroupData, cases: &[Case]) -> Report {
    let mut report = describe::blank(plan.protocol);
    report.data = DataCounts {
        users: data.people.len(),
        items: data.items.len(),
        train: data.train.len() + data.people_train.len(),
        validation: data.validation.len(),
        test: data.test.len() + data.people_test.len(),
        cases: cases.len(),
    };
    report.method = method(plan, data);
    report.notes.push(format!(
        "{} groups with {} memberships; {} training pairs of groups and {} of people, {} and {} test pairs.",
        data.groups.len(),
        data.members.len(),
        data.train.len(),
        data.people_train.len(),
        data.test.len(),
        data.people_test.len()
    ));
    if data.repeated > 0 {
        report.notes.push(format!("{} pairs stand twice in their file and count once.", data.repeated));
    }
    report
}

fn method(plan: &Plan<'_>, data: &GroupData) -> Vec<String> {
    let rule = &plan.task.validation;
    let validation = match (data.validation.is_empty(), rule.negatives) {
        (false, _) => "the given part, every item ranked".to_owned(),
        (true, 0) => format!(
            "one random training pair of each group that has two, seed {}, every item ranked",
            rule.seed
        ),
        (true, n) => format!(
            "one random training pair of each group that has two, seed {}, among {n} random items, {} of them drawn from \
             the 50 that most groups have",
            rule.seed, rule.popular
        ),
    };
    let mut out = vec![
        "Split: as given by the files. Models are fitted on the training parts of groups and people only."
            .to_owned(),
        format!("Validation: {validation}; chosen by {}.", rule.metric),
    ];
    if data.negatives.is_some() {
        out.push(
            "Main figures and part `group`: the test item of a group among its published negatives, faults included. Part \
             `group-full`: among all items that the group has not in training. Part `user`: people by themselves, among \
             their published negatives."
                .to_owned(),
        );
    } else {
        out.push("Candidates: every item that the group has not in training.".to_owned());
    }
    out.push(format!(
        "Models that know no groups are fitted on groups and people stacked as rows and asked with what the group has \
         done and {} times the mean of what its members have done; with the latter alone when the group has done nothing.",
        plan.task.histories
    ));
    out.push(
        "Strategies stand on a model of people whose histories hold what their groups did in training too."
            .to_owned(),
    );
    out.push(
        "Intervals are over groups. Figures named optimistic are those of a scorer that wins ties."
            .to_owned(),
    );
    out
}

pub(super) fn left_out(found: LeftOut) -> String {
    format!(
        "The clean variant leaves out {} test pairs that also stand in training, {} negatives that are the item asked for, \
         {} that the group has in training and {} that stand a second time.",
        found.in_training, found.asked_for, found.trained, found.repeated
    )
}
