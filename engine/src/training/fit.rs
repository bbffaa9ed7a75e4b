//! What is learned from people and groups: popularity, iALS, EASE, item-kNN, the maps between domains, the group model.

use super::content::trimmed;
use super::domains::{self, DomainMaps};
use super::groups;
use super::{Evidence, Row, TrainParams, Wanted, Watch};
use crate::{Catalogue, EngineError};
use rustc_hash::FxHashMap;
use soiree_algorithms::ease::{self, Ease};
use soiree_algorithms::group_filter::Links;
use soiree_algorithms::ials::{self, Ials};
use soiree_algorithms::item_knn::ItemKnn;
use soiree_algorithms::item_to_item::ItemToItem;
use soiree_algorithms::matrix::Csr;
use soiree_algorithms::popularity::{self, Popularity};
use soiree_algorithms::topk::top_k;

const DAY_MS: f64 = 86_400_000.0;
/// However much somebody did with an item, it counts at most this.
const MOST: f32 = 3.0;

/// The fitted models over all items of the catalogue, in its order.
pub(super) struct Collaborative {
    pub(super) people: usize,
    pub(super) interactions: usize,
    pub(super) counts: Vec<u32>,
    pub(super) popularity: Vec<f32>,
    pub(super) ials: Option<Ials>,
    pub(super) ease: Option<ItemToItem>,
    pub(super) ease_lambda: f64,
    pub(super) item_knn: Option<ItemToItem>,
    pub(super) domain_maps: Option<DomainMaps>,
    pub(super) group_filter: Option<Links>,
}

/// What every person's deeds with an item come to, where that is positive: (person, item, strength), by person.
pub(super) fn positives(rows: &[Row], params: &TrainParams) -> Vec<(u32, u32, f32)> {
    let mut sums: FxHashMap<(u32, u32), f32> = FxHashMap::default();
    for row in rows {
        *sums.entry((row.user, row.item)).or_default() += params.deeds.strength(row.kind, row.value);
    }
    let mut out: Vec<_> =
        sums.into_iter().filter(|(_, s)| *s > 0.0).map(|((u, i), s)| (u, i, s.min(MOST))).collect();
    out.sort_unstable_by_key(|&(u, i, _)| (u, i));
    out
}

/// Who took what: 1 where the sum of somebody's deeds with an item is positive.
pub(super) fn taken(rows: &[Row], users: usize, catalogue: &Catalogue, params: &TrainParams) -> Csr {
    let cells: Vec<(u32, u32, f32)> =
        positives(rows, params).into_iter().map(|(u, i, _)| (u, i, 1.0)).collect();
    Csr::from_triplets(users, catalogue.bound(), &cells)
}

pub(super) fn all(
    evidence: &Evidence,
    catalogue: &Catalogue,
    params: &TrainParams,
    wants: &Wanted,
    now_ms: i64,
    watch: &dyn Watch,
) -> Result<Collaborative, EngineError> {
    let Evidence { users, ref rows, ref evenings } = *evidence;
    let strengths = Csr::from_triplets(users, catalogue.bound(), &positives(rows, params));
    // Having taken an item is what neighbours are found by; how much it was liked is left to iALS.
    let taken = strengths.map(|_, _, _| 1.0);
    let counts = taken.column_counts();
    let popularity = popular(rows, catalogue.bound(), params, now_ms)?;
    let people = (0..users).filter(|&u| !strengths.row(u).0.is_empty()).count();
    let lambda = params.ease_lambda.unwrap_or_else(|| (taken.nnz() as f64).sqrt().clamp(20.0, 1_500.0));
    let some = taken.nnz() > 0;
    watch.stage("ials");
    let ials = (some && wants.has("ials"))
        .then(|| Ials::fit(&strengths, sized(params.ials, people, &taken), watch))
        .transpose()
        .map_err(EngineError::fit("ials"))?;
    watch.stage("ease");
    let ease =
        (some && wants.has("ease")).then(|| fit_ease(&taken, &counts, lambda, params, watch)).transpose()?;
    watch.stage("item-knn");
    let item_knn = (some && wants.has("item-knn"))
        .then(|| ItemKnn::fit(&taken, params.item_knn, watch))
        .transpose()
        .map_err(EngineError::fit("item-knn"))?
        .map(|model| trimmed(model.links().links(), params.neighbours));
    watch.stage("domain-map");
    let domain_maps = if some && wants.has("domain-map") {
        domains::fit(&taken, &counts, catalogue, &wants.maps_to, params, watch)?
    } else {
        None
    };
    watch.stage("group-filter");
    let group_filter = if wants.groups { Some(groups::fit(evenings, &taken, params, watch)?) } else { None };
    Ok(Collaborative {
        people,
        interactions: taken.nnz(),
        counts,
        popularity,
        ials,
        ease,
        ease_lambda: lambda,
        item_knn,
        domain_maps,
        group_filter,
    })
}

/// What all unobserved pairs together weigh, in multiples of all observed ones. On MovieLens-1M, where one pair in
/// 25 is observed, the best `alpha0` lies near 0.2; on goodbooks, with one in 750, near 0.01. Both are about 5 by
/// this measure, while a fixed `alpha0` is useless on one of the two.
const UNOBSERVED: f64 = 5.0;

/// Parameters that follow the data: fewer factors where few people could not fill them, and a weight of unobserved
/// pairs that follows how rare observed ones are.
fn sized(params: ials::Params, people: usize, taken: &Csr) -> ials::Params {
    let most = if people < 1_000 { 32 } else { usize::MAX };
    let cells = (people * taken.cols()).max(1) as f64;
    let alpha0 = (UNOBSERVED * taken.nnz() as f64 / cells).clamp(0.000_5, 0.5) as f32;
    ials::Params { dims: params.dims.min(most), alpha0, ..params }
}

fn popular(rows: &[Row], items: usize, params: &TrainParams, now_ms: i64) -> Result<Vec<f32>, EngineError> {
    let half_life_ms = params.popularity_half_life_days.map(|days| days * DAY_MS);
    let events: Vec<(u32, i64, f32)> = rows
        .iter()
        .map(|row| (row.item, row.at_ms, params.deeds.strength(row.kind, row.value)))
        .filter(|event| event.2 > 0.0)
        .collect();
    let fitted = Popularity::fit(&events, items, popularity::Params { half_life_ms }, now_ms);
    let scores = fitted.map_err(EngineError::fit("popularity"))?.scores().to_vec();
    Ok(scores.into_iter().map(|s| if s.is_finite() { s.max(0.0) } else { 0.0 }).collect())
}

/// EASE on the most popular items, its weights put back among all.
fn fit_ease(
    taken: &Csr,
    counts: &[u32],
    lambda: f64,
    params: &TrainParams,
    watch: &dyn Watch,
) -> Result<ItemToItem, EngineError> {
    let popularity: Vec<f32> = counts.iter().map(|&c| c as f32).collect();
    let mut kept: Vec<u32> = top_k(&popularity, params.ease_max_items.max(1))
        .into_iter()
        .filter(|cell| cell.1 > 0.0)
        .map(|cell| cell.0)
        .collect();
    kept.sort_unstable();
    let place: FxHashMap<u32, u32> = kept.iter().copied().zip(0..).collect();
    let inside = |row: usize| {
        let (cols, values) = taken.row(row);
        let cells = cols.iter().zip(values).filter_map(|(col, &v)| Some((row as u32, *place.get(col)?, v)));
        cells.collect::<Vec<_>>()
    };
    let cells: Vec<_> = (0..taken.rows()).flat_map(inside).collect();
    let small = Csr::from_triplets(taken.rows(), kept.len(), &cells);
    let fitted = Ease::fit(&small, ease::Params { lambda }, watch).map_err(EngineError::fit("ease"))?;
    let links = fitted.truncated(params.neighbours);
    let n = taken.cols();
    let spread: Vec<(u32, u32, f32)> = (0..kept.len())
        .flat_map(|row| links.links().profile(row).into_iter().map(move |(col, v)| (row, col, v)))
        .map(|(row, col, v)| (kept[row], kept[col as usize], v))
        .collect();
    Ok(trimmed(&Csr::from_triplets(n, n, &spread), params.neighbours))
}
