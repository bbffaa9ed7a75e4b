//! Precision, recall and F1 of labels.

/// Precision, recall and F1, each between 0 and 1.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ClassScores {
    /// Of what was labelled so, the share that is so.
    pub precision: f64,
    /// Of what is so, the share that was labelled so.
    pub recall: f64,
    /// `2 P R / (P + R)`.
    pub f1: f64,
    /// How many examples truly have the label.
    pub support: usize,
}

/// Scores of every class, their plain mean, and their mean weighted by how often each class truly occurs.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ClassReport {
    /// One entry per class.
    pub classes: Vec<ClassScores>,
    /// Plain mean over the classes.
    pub macro_mean: ClassScores,
    /// Mean weighted by support; its recall is the accuracy.
    pub weighted: ClassScores,
}

/// Compares labels `0..classes`, one predicted and one true per example. A class that nobody predicted has
/// precision 0.
#[must_use]
pub fn classify(predicted: &[usize], actual: &[usize], classes: usize) -> ClassReport {
    let mut table = vec![vec![0_usize; classes]; classes];
    for (&p, &a) in predicted.iter().zip(actual) {
        table[a][p] += 1;
    }
    let share = |part: usize, of: usize| if of == 0 { 0.0 } else { part as f64 / of as f64 };
    let scores: Vec<ClassScores> = (0..classes)
        .map(|c| {
            let support: usize = table[c].iter().sum();
            let labelled: usize = table.iter().map(|row| row[c]).sum();
            let (precision, recall) = (share(table[c][c], labelled), share(table[c][c], support));
            let sum = precision + recall;
            let f1 = if sum == 0.0 { 0.0 } else { 2.0 * precision * recall / sum };
            ClassScores { precision, recall, f1, support }
        })
        .collect();
    let all = predicted.len().min(actual.len());
    ClassReport {
        macro_mean: average(&scores, |_| 1.0 / classes.max(1) as f64, all),
        weighted: average(&scores, |c| share(c.support, all), all),
        classes: scores,
    }
}

fn average(scores: &[ClassScores], weight: impl Fn(&ClassScores) -> f64, support: usize) -> ClassScores {
    let sum = |of: fn(&ClassScores) -> f64| scores.iter().map(|c| weight(c) * of(c)).sum();
    ClassScores { precision: sum(|c| c.precision), recall: sum(|c| c.recall), f1: sum(|c| c.f1), support }
}
