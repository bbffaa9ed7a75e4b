//! Events of several domains, and people who lose all of one of them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rand::seq::SliceRandom;
use rustc_hash::FxHashMap;
use soiree_algorithms::matrix::Csr;

use crate::cases::{Candidates, Case, Counts, Domains, FitData, Stage, Trial};
use crate::error::LabError;
use crate::events::{Event, Loaded, keep_last, read_friends};
use crate::protocol::CrossDomain;
use crate::split::random_for;

const TEST: u64 = 9;
const VALIDATION: u64 = 10;

/// Everything that was read, with the domain of each item.
pub(super) struct World {
    pub(super) loaded: Loaded,
    /// A place in the protocol's domains for each item.
    pub(super) of_item: Vec<u16>,
    /// Items that were left out because too few people took them.
    pub(super) rare_items: usize,
}

/// Reads events and friendships. An item that stands in two domains is two items.
pub(super) fn read(task: &CrossDomain, find: &dyn Fn(&Path) -> PathBuf) -> Result<World, LabError> {
    let file = &task.interactions;
    let place = |name: &str| file.columns.iter().position(|c| c == name);
    let value_at = place("value").filter(|_| file.min_value.is_some());
    let (user_at, item_at, domain_at) = (place("user"), place("item"), place("domain"));
    let (mut rows, mut below) = (Vec::new(), 0);
    file.table.read(&find(&file.path), |_, fields| {
        let field = |at: Option<usize>| {
            at.and_then(|at| fields.get(at))
                .map(|f| f.trim())
                .ok_or_else(|| format!("has {} fields only", fields.len()))
        };
        let code = field(domain_at)?;
        let Some(domain) = task.domains.iter().position(|d| d.1 == code) else { return Ok(()) };
        if value_at.is_some() {
            let text = field(value_at)?;
            let value: f64 = text.parse().map_err(|_| format!("\"{text}\" is no number"))?;
            if file.min_value.is_some_and(|least| value < least) {
                below += 1;
                return Ok(());
            }
        }
        let domain = u16::try_from(domain).map_err(|_| "has more domains than can be counted".to_owned())?;
        rows.push((field(user_at)?.to_owned(), field(item_at)?.to_owned(), domain));
        Ok(())
    })?;
    let mut world = without_rare(rows, task.min_item_events);
    world.loaded.below_min_value = below;
    if let Some(friends) = &task.ranking.files.friends {
        world.loaded.friends = Some(read_friends(friends, &find(&friends.path), &world.loaded.users)?);
    }
    Ok(world)
}

/// Numbers people and items, each pair once; items with few people go.
fn without_rare(rows: Vec<(String, String, u16)>, least: usize) -> World {
    let mut people: FxHashMap<(&str, u16), BTreeSet<&str>> = FxHashMap::default();
    for (user, item, domain) in &rows {
        people.entry((item, *domain)).or_default().insert(user);
    }
    let rare_items = people.values().filter(|p| p.len() < least).count();
    let mut loaded = Loaded::default();
    let mut of_item = Vec::new();
    for (user, item, domain) in &rows {
        if people[&(item.as_str(), *domain)].len() < least {
            continue;
        }
        let item = loaded.items.number(&format!("{domain} {item}"));
        if item as usize == of_item.len() {
            of_item.push(*domain);
        }
        loaded.interactions.push(Event { user: loaded.users.number(user), item, value: 1.0, time_ms: 0 });
    }
    let all = loaded.interactions.len();
    keep_last(&mut loaded.interactions);
    loaded.repeated = all - loaded.interactions.len();
    World { loaded, of_item, rare_items }
}

impl World {
    /// People with enough events in the target domain and in the others together, rising.
    pub(super) fn eligible(&self, task: &CrossDomain, target: u16) -> Vec<u32> {
        let mut counts = vec![[0_usize; 2]; self.loaded.users.len()];
        for event in &self.loaded.interactions {
            counts[event.user as usize][usize::from(self.of_item[event.item as usize] == target)] += 1;
        }
        let enough = |user: &u32| {
            let [others, ours] = counts[*user as usize];
            ours >= task.min_target && others >= task.min_source
        };
        (0..counts.len() as u32).filter(enough).collect()
    }

    /// One split: some of the eligible lose the target domain at the test, and some of the rest for the validation.
    pub(super) fn trial(&self, task: &CrossDomain, target: u16, seed: u64) -> Trial {
        let labels = task.domains.iter().map(|d| d.0.clone()).collect();
        let domains = Arc::new(Domains { labels, of_item: self.of_item.clone(), target });
        let friends = self.loaded.friends.clone().map(Arc::new);
        let (tested, rest) = drawn(self.eligible(task, target), task.hidden, seed, TEST + u64::from(target));
        let validation_seed = task.ranking.validation.seed ^ seed.rotate_left(16);
        let (validated, _) =
            drawn(rest, task.validation_share, validation_seed, VALIDATION + u64::from(target));
        let both: Vec<u32> = tested.iter().chain(&validated).copied().collect();
        let stage = |hidden: &[u32], asked: &[u32]| {
            let hidden: BTreeSet<u32> = hidden.iter().copied().collect();
            let lost = |e: &Event| hidden.contains(&e.user) && self.of_item[e.item as usize] == target;
            let (gone, left): (Vec<Event>, Vec<Event>) =
                self.loaded.interactions.iter().partition(|e| lost(e));
            let cells: Vec<(u32, u32, f32)> = left.iter().map(|e| (e.user, e.item, e.value)).collect();
            let matrix = Csr::from_triplets(self.loaded.users.len(), self.loaded.items.len(), &cells);
            let cases = self.cases(&matrix, &gone, asked, target);
            let (friends, domains) = (friends.clone(), Some(Arc::clone(&domains)));
            let fit = FitData { matrix, events: left, timed: false, texts: None, friends, domains };
            Stage { fit: Arc::new(fit), cases }
        };
        let (test, validation) = (stage(&tested, &tested), stage(&both, &validated));
        let wanted = |stage: &Stage| stage.cases.iter().map(|c| c.wanted.len()).sum();
        let counts = Counts {
            train: test.fit.events.len(),
            validation: wanted(&validation),
            test: wanted(&test),
            cases: test.cases.len(),
            ..Counts::default()
        };
        Trial { seed, validation, test, counts }
    }

    fn cases(&self, matrix: &Csr, gone: &[Event], asked: &[u32], target: u16) -> Vec<Case> {
        let mut wanted: FxHashMap<u32, Vec<u32>> = FxHashMap::default();
        for event in gone {
            wanted.entry(event.user).or_default().push(event.item);
        }
        let others: Vec<u32> =
            (0..self.of_item.len() as u32).filter(|&item| self.of_item[item as usize] != target).collect();
        asked
            .iter()
            .filter_map(|&user| {
                let mut wanted = wanted.remove(&user)?;
                wanted.sort_unstable();
                let candidates = Candidates::AllBut(others.clone());
                Some(Case { user, shown: matrix.profile(user as usize), wanted, candidates })
            })
            .collect()
    }
}

/// A share of the people at random, rising, and the rest.
fn drawn(mut people: Vec<u32>, share: f64, seed: u64, purpose: u64) -> (Vec<u32>, Vec<u32>) {
    people.shuffle(&mut random_for(seed, purpose, 0));
    let mut rest = people.split_off((people.len() as f64 * share) as usize);
    people.sort_unstable();
    rest.sort_unstable();
    (people, rest)
}
