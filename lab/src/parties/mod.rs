//! Runs the kind `groups` for parties that are drawn from people: every strategy plays the same evenings.

mod draw;
mod evening;
mod mood;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use rayon::prelude::*;
use soiree_algorithms::statistics::{Bootstrap, mean};
use soiree_domain::Strategy;

use self::draw::{MakeUp, Party, People};
use self::evening::{COLUMNS, Figures, Table, play};
use self::mood::Moods;
use crate::error::LabError;
use crate::events::{Loaded, read_events};
use crate::measure::{Cost, measured};
use crate::protocol::{ModelEntry, Parties, Protocol};
use crate::ranking::Told;
use crate::report::{DataCounts, Metrics, ModelResult, Report};
use crate::strategies::{PersonModels, StrategyParams, strategy};
use crate::{Progress, compare, describe};

/// The label of the yardstick, which every report prints first.
const PLAIN: &str = "plain average";

/// One strategy of the report.
struct Player {
    entry: ModelEntry,
    strategy: Strategy,
    params: StrategyParams,
}

/// What one strategy reached, party by party over all seeds.
#[derive(Default)]
struct Played {
    rows: Vec<Figures>,
    /// The same without debts where they count, with them where they do not.
    otherwise: Vec<Figures>,
    cost: Cost,
    ms: f64,
}

pub(crate) fn run(
    protocol: &Protocol,
    task: &Parties,
    chosen: &[ModelEntry],
    find: &dyn Fn(&Path) -> PathBuf,
    progress: &dyn Progress,
) -> Result<Report, LabError> {
    let players = players(chosen)?;
    progress.step("reading", 0, 0);
    let mut loaded = Loaded::default();
    loaded.interactions = read_events(&task.interactions, &find(&task.interactions.path), true, &mut loaded)?;
    let moods = Moods::read(task, &loaded, find)?;
    if moods.is_none()
        && let Some(player) = players.iter().find(|player| player.params.mood > 0.0)
    {
        let what = format!("model {} needs files.items, for the moods of items", player.entry.label);
        return Err(LabError::Unusable(what));
    }
    let mut played: Vec<Played> = players.iter().map(|_| Played::default()).collect();
    let mut parties: Vec<Party> = Vec::new();
    let mut report = describe::blank(protocol);
    for &seed in &protocol.seeds {
        let people = People::split(task, &loaded, seed);
        let drawn = people.parties(task, seed);
        if drawn.is_empty() {
            return Err(LabError::Unusable("too few people have enough liked items held out".to_owned()));
        }
        report.data = counts(&loaded, &people, parties.len() + drawn.len());
        let models = PersonModels::default();
        for (player, played) in players.iter().zip(&mut played) {
            if progress.cancelled() {
                return Err(LabError::Cancelled);
            }
            let told = Told { what: format!("{}, seed {seed}", player.entry.label), to: progress };
            progress.step(&told.what, 0, 0);
            let (person, cost) = measured(|| models.get(&player.params, &people.fit, &told));
            let person = person?;
            let tables: Vec<Table> =
                drawn.par_iter().map(|party| Table::new(party, &people, &*person, task.candidates)).collect();
            let StrategyParams { misery, debt, mood, .. } = player.params;
            let mut tables = tables;
            if let Some(moods) = moods.as_ref().filter(|_| mood > 0.0) {
                let all = (0_u32..).zip(&mut tables);
                all.for_each(|(number, table)| table.lean(moods, mood, seed, number));
            }
            let evening = |table: &Table, debt| play(table, task, player.strategy, misery, debt);
            let started = Instant::now();
            played.rows.extend(tables.par_iter().map(|table| evening(table, debt)).collect::<Vec<_>>());
            let seconds = started.elapsed().as_secs_f64();
            played.otherwise.extend(tables.par_iter().map(|table| evening(table, !debt)).collect::<Vec<_>>());
            played.ms = seconds * 1000.0 / (tables.len() * task.rounds) as f64;
            played.cost = Cost {
                seconds: played.cost.seconds + cost.seconds,
                peak_mib: played.cost.peak_mib.max(cost.peak_mib),
            };
        }
        parties.extend(drawn);
    }
    report.method = method(task);
    summarise(&mut report, protocol, task, &players, &played, &parties);
    Ok(report)
}

/// The strategies of the report, the plain average always first. It stands on the same model of people as the first of the
/// others, so that nothing but the strategy differs.
fn players(chosen: &[ModelEntry]) -> Result<Vec<Player>, LabError> {
    let mut plain = crate::plain_entry(Strategy::Average.as_str())?;
    PLAIN.clone_into(&mut plain.label);
    if let Some(first) = chosen.first() {
        plain.params.clone_from(&first.params);
    }
    plain.params.insert("debt".to_owned(), false.into());
    let entries = std::iter::once(plain).chain(chosen.iter().filter(|m| m.label != PLAIN).cloned());
    let player = |entry: ModelEntry| {
        let Some(strategy) = strategy(&entry) else {
            return Err(LabError::Option(format!("\"{}\" is no strategy for parties", entry.name)));
        };
        let params = StrategyParams::read(&entry)?;
        Ok(Player { entry, strategy, params })
    };
    entries.map(player).collect()
}

fn counts(loaded: &Loaded, people: &People, cases: usize) -> DataCounts {
    DataCounts {
        users: loaded.users.len(),
        items: loaded.items.len(),
        train: people.had.nnz(),
        validation: 0,
        test: people.wanted.iter().map(|w| w.len()).sum(),
        cases,
    }
}

fn method(task: &Parties) -> Vec<String> {
    let sizes = task.sizes.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    vec![
        format!(
            "Split: {} of each person's events at random are held out, rounded down; held-out items of a value of at least \
             {} are wanted. Models of people are fitted on the rest that is liked.",
            task.held_out, task.liked
        ),
        format!(
            "Parties: for each seed {} of every make-up and size ({sizes}) among people with at least {} wanted items. \
             similar: a random person and others out of the 20 nearest by the cosine of what they like (twice the size, if \
             that is more). random: anybody. outlier: as similar, with one out of the fifth that is furthest from the first.",
            task.parties, task.least
        ),
        format!(
            "Evening: {} rounds of {} items, no item twice. Candidates: the {} best of each member; what a member has had \
             fits them with 0.",
            task.rounds, task.length, task.candidates
        ),
        format!(
            "Satisfaction of a member in a round: NDCG@{} of the list on the held-out items that they want and were not \
             shown yet. least, mean and spread are over the members of a round, then meant over rounds and parties; the \
             figures named evening are over the members' means over the evening.",
            task.length
        ),
        "Debts between rounds come from fits, as in the server: nobody but the report sees held-out items."
            .to_owned(),
        "Intervals are over parties. Figures named ratio are over those of the plain average without debts."
            .to_owned(),
    ]
}

fn summarise(
    report: &mut Report,
    protocol: &Protocol,
    task: &Parties,
    players: &[Player],
    played: &[Played],
    parties: &[Party],
) {
    let columns: Vec<String> = COLUMNS.iter().map(|c| format!("{c}@{}", task.length)).collect();
    let table = |played: &Played| -> Vec<Vec<f64>> {
        (0..columns.len()).map(|c| played.rows.iter().map(|row| row[c]).collect()).collect()
    };
    let tables: Vec<Vec<Vec<f64>>> = played.iter().map(table).collect();
    let flat: Vec<&[f64]> = tables.iter().flatten().map(Vec::as_slice).collect();
    let drawn = Bootstrap::draw(&flat, protocol.resamples, protocol.seeds[0]);
    for (m, (player, played)) in players.iter().zip(played).enumerate() {
        let interval = |c: usize| drawn.ci95(m * columns.len() + c);
        let ci95 = columns.iter().enumerate().map(|(c, name)| (name.clone(), interval(c)));
        report.models.push(ModelResult {
            name: player.entry.label.clone(),
            model: player.entry.name.clone(),
            params: serde_json::to_value(&player.params).unwrap_or_default(),
            chosen: player.entry.chosen.as_ref().map(Into::into),
            fit_seconds: played.cost.seconds / protocol.seeds.len() as f64,
            inference_ms: played.ms,
            peak_mib: played.cost.peak_mib,
            metrics: means(&played.rows, &tables[0], &columns, |_| true),
            ci95: ci95.map(|(name, found)| (name, [found.low, found.high])).collect(),
            parts: of_parts(player, played, &tables[0], &columns, parties, task),
        });
    }
    let lineup: Vec<ModelEntry> = players.iter().map(|p| p.entry.clone()).collect();
    for column in [0, 1, 3] {
        report.comparisons.extend(compare::with(0, &lineup, &tables, &columns, column, &drawn));
    }
    report.columns = report.models[0].metrics.keys().cloned().collect();
    let main =
        ["least", "least_ratio", "mean", "mean_ratio", "spread", "evening_least", "evening_least_ratio"];
    report.main_columns = main.iter().map(|c| format!("{c}@{}", task.length)).collect();
}

/// Means over some parties, and their ratios to the plain average's over the same parties.
fn means(rows: &[Figures], plain: &[Vec<f64>], columns: &[String], which: impl Fn(usize) -> bool) -> Metrics {
    let chosen: Vec<usize> = (0..rows.len()).filter(|at| which(*at)).collect();
    let mut out = Metrics::new();
    for (c, name) in columns.iter().enumerate() {
        let own = mean(&chosen.iter().map(|&at| rows[at][c]).collect::<Vec<_>>());
        let base = mean(&chosen.iter().map(|&at| plain[c][at]).collect::<Vec<_>>());
        out.insert(name.clone(), own);
        if base > 0.0 {
            out.insert(name.replace('@', "_ratio@"), own / base);
        }
    }
    out
}

fn of_parts(
    player: &Player,
    played: &Played,
    plain: &[Vec<f64>],
    columns: &[String],
    parties: &[Party],
    task: &Parties,
) -> BTreeMap<String, Metrics> {
    let mut parts = BTreeMap::new();
    for make_up in MakeUp::ALL {
        let found = means(&played.rows, plain, columns, |at| parties[at].make_up == make_up);
        parts.insert(make_up.as_str().to_owned(), found);
    }
    for &size in &task.sizes {
        let found = means(&played.rows, plain, columns, |at| parties[at].members.len() == size);
        parts.insert(format!("size {size}"), found);
    }
    let otherwise = if player.params.debt { "without debts" } else { "with debts" };
    parts.insert(otherwise.to_owned(), means(&played.otherwise, plain, columns, |_| true));
    parts
}
