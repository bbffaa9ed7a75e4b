//! The learned maps from domain to domain, as one table of links that is served like any other list of neighbours.

use super::{TrainParams, Watch};
use crate::{Catalogue, EngineError};
use serde::Serialize;
use soiree_algorithms::domain_map::{DomainMap, Params};
use soiree_algorithms::item_to_item::ItemToItem;
use soiree_algorithms::matrix::Csr;
use soiree_algorithms::topk::top_k_of;
use soiree_domain::Domain;

/// Events on either side that make a person count for a pair of domains.
pub(super) const ENOUGH: usize = 3;
/// The most popular items of a domain that are led from, and led to. Bounds the cost of writing the lists.
const MOST_SOURCES: usize = 20_000;
const MOST_TARGETS: usize = 5_000;

/// The maps, and what the guard found.
pub(super) struct DomainMaps {
    pub(super) links: ItemToItem,
    pub(super) params: Params,
    pub(super) pairs: Vec<PairFound>,
}

impl DomainMaps {
    /// The parameters, and for every pair of domains what the guard found.
    pub(super) fn told(&self) -> serde_json::Value {
        serde_json::json!({ "params": self.params, "pairs": self.pairs })
    }
}

/// What the guard found for one pair of domains.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct PairFound {
    from: Domain,
    to: Domain,
    /// Mean recall that the pair adds for the people held out.
    gain: f64,
    /// People held out.
    people: usize,
    /// Whether it is served.
    on: bool,
}

/// The domains that at least `least` people are known in beside others. Asked once of everybody: the hold-out must fit the
/// same maps as what is served, or their weights are learned without them.
pub(super) fn targets(taken: &Csr, catalogue: &Catalogue, least: usize) -> Vec<Domain> {
    let of_item = domains_of(catalogue);
    Domain::ALL
        .into_iter()
        .filter(|&domain| eligible(taken, &of_item, domain).len() >= least.max(2))
        .collect()
}

/// The domain of every item, as a number.
pub(super) fn domains_of(catalogue: &Catalogue) -> Vec<u16> {
    (0..catalogue.bound() as u32).map(|item| catalogue.facts(item).domain.index() as u16).collect()
}

/// Fits a map to each of these domains; `None` where there is none.
pub(super) fn fit(
    taken: &Csr,
    counts: &[u32],
    catalogue: &Catalogue,
    targets: &[Domain],
    params: &TrainParams,
    watch: &dyn Watch,
) -> Result<Option<DomainMaps>, EngineError> {
    let domain = |item: u32| catalogue.facts(item).domain;
    let of_item = domains_of(catalogue);
    let popular: Vec<Vec<u32>> =
        Domain::ALL.iter().map(|&d| popular(counts, MOST_SOURCES, |i| domain(i) == d)).collect();
    let (mut cells, mut pairs) = (Vec::new(), Vec::new());
    for &target in targets {
        let map = DomainMap::fit(taken, &of_item, target.index() as u16, params.domain_map, watch)
            .map_err(EngineError::fit("domain-map"))?;
        let led_to = &popular[target.index()];
        let led_to = &led_to[..led_to.len().min(MOST_TARGETS)];
        for source in Domain::ALL.into_iter().filter(|&source| source != target) {
            let Some(found) = map.pairs().iter().find(|pair| usize::from(pair.source) == source.index())
            else {
                continue;
            };
            pairs.push(PairFound {
                from: source,
                to: target,
                gain: found.gain,
                people: found.people,
                on: found.on,
            });
            cells.extend(map.links(&popular[source.index()], led_to, params.neighbours));
        }
    }
    if pairs.is_empty() {
        return Ok(None);
    }
    let n = taken.cols();
    let links = ItemToItem::new(Csr::from_triplets(n, n, &cells));
    Ok(Some(DomainMaps { links, params: params.domain_map, pairs }))
}

/// Who has enough in a domain and enough in the others together, rising.
pub(super) fn eligible(taken: &Csr, of_item: &[u16], target: Domain) -> Vec<u32> {
    let target = target.index() as u16;
    let is_known = |&person: &u32| {
        let items = taken.row(person as usize).0;
        let ours = items.iter().filter(|&&item| of_item[item as usize] == target).count();
        ours >= ENOUGH && items.len() - ours >= ENOUGH
    };
    (0..taken.rows() as u32).filter(is_known).collect()
}

/// The items that most people have, those first.
fn popular(counts: &[u32], most: usize, is_ours: impl Fn(u32) -> bool) -> Vec<u32> {
    let ours = (0_u32..).zip(counts).filter(|&(item, &count)| count > 0 && is_ours(item));
    top_k_of(ours.map(|(item, &count)| (item, count as f32)), most).into_iter().map(|cell| cell.0).collect()
}
