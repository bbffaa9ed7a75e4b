//! `sbert`: factors guessed from content, for items that nobody took yet.
//!
//! A factor model knows nothing of an item without events. For each domain a map from what an item's text means and when it
//! came out to its factors is learned on the items that people took ([`ContentMap`]). People are folded in on fitted factors
//! alone. Guessed factors are shorter than fitted ones, so that their scores do not compare: an item that nobody took is
//! ranked by its guess among what would be guessed for the others.

use crate::meaning::Meaning;
use crate::{Catalogue, EngineError};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use soiree_algorithms::content_map::{ContentMap, YEARS, years};
use soiree_algorithms::ials::Ials;
use soiree_algorithms::topk::top_k_of;
use soiree_domain::Domain;

/// Parameters of the maps. The defaults were chosen on films (`ml-small-cold-items`).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GuessParams {
    /// λ of the ridge regression, in units of the mean weight.
    pub lambda: f64,
    /// An item that n people took weighs n to this power in the fit.
    pub weight_power: f32,
}

impl Default for GuessParams {
    fn default() -> Self {
        Self { lambda: 3.0, weight_power: 0.5 }
    }
}

/// A domain with fewer taken items gets no map.
pub(crate) const LEAST_TAKEN: usize = 100;
/// A map is fitted on at most so many items of a domain, those that most people took.
const MOST_TAKEN: usize = 20_000;

/// The maps, and what they guess for every item of the bundle.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Guesses {
    pub(crate) maps: [Option<ContentMap>; 5],
    /// Row-major, items × `dims`; zeros in domains without a map.
    pub(crate) factors: Vec<f32>,
    pub(crate) dims: usize,
}

impl Guesses {
    /// Learns the maps; `None` where no domain has enough items that people took. `counts` are people per item, in the
    /// order of the catalogue.
    pub(crate) fn fit(
        catalogue: &Catalogue,
        meaning: &Meaning,
        ials: &Ials,
        counts: &[u32],
        params: GuessParams,
    ) -> Result<Option<Self>, EngineError> {
        let row = |slot: u32| features(&meaning.vector(slot), catalogue.item(slot).year);
        let mut maps: [Option<ContentMap>; 5] = Default::default();
        for domain in Domain::ALL {
            let ours = (0_u32..).zip(counts).filter(|&(slot, _)| catalogue.facts(slot).domain == domain);
            let taken =
                top_k_of(ours.map(|(slot, &n)| (slot, n as f32)).filter(|cell| cell.1 > 0.0), MOST_TAKEN);
            if taken.len() < LEAST_TAKEN {
                continue;
            }
            let rows: Vec<Vec<f32>> = taken.par_iter().map(|cell| row(cell.0)).collect();
            let factors: Vec<f32> =
                taken.iter().flat_map(|cell| ials.item_vector(cell.0).unwrap_or_default()).copied().collect();
            let weights: Vec<f32> = taken.iter().map(|cell| cell.1.powf(params.weight_power)).collect();
            let (width, dims) = (width(meaning.dimensions()), ials.dims());
            let map = ContentMap::fit(&rows.concat(), width, &factors, dims, &weights, params.lambda);
            maps[domain.index()] = Some(map.map_err(EngineError::fit("sbert"))?);
        }
        if maps.iter().all(Option::is_none) {
            return Ok(None);
        }
        let guess = |slot: u32| match &maps[catalogue.facts(slot).domain.index()] {
            Some(map) => map.guess(&row(slot)),
            None => vec![0.0; ials.dims()],
        };
        let rows: Vec<Vec<f32>> = (0..counts.len() as u32).into_par_iter().map(guess).collect();
        Ok(Some(Self { maps, factors: rows.concat(), dims: ials.dims() }))
    }

    /// The guess for an item of the bundle.
    pub(crate) fn of(&self, slot: u32) -> Option<&[f32]> {
        let from = slot as usize * self.dims;
        self.factors.get(from..from + self.dims)
    }

    /// The guess for an item that is not in the bundle, from the vector of its text; nothing where its domain has no map.
    pub(crate) fn guess(&self, domain: Domain, vector: &[f32], year: Option<i32>) -> Option<Vec<f32>> {
        let map = self.maps[domain.index()].as_ref()?;
        (map.features() == width(vector.len())).then(|| map.guess(&features(vector, year)))
    }
}

/// How many features an item has whose text has so many dimensions.
pub(crate) fn width(dimensions: usize) -> usize {
    dimensions + YEARS + 1
}

fn features(vector: &[f32], year: Option<i32>) -> Vec<f32> {
    let mut out = Vec::with_capacity(width(vector.len()));
    out.extend_from_slice(vector);
    out.extend(years(year.map(|year| year as f32)));
    out.push(1.0);
    out
}
