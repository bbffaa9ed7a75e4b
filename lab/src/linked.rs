//! Fits of the models that know more than who has what: friendships, and the domains of items.

use std::sync::Arc;

use serde_json::json;
use soiree_algorithms::domain_map::{self, DomainMap};
use soiree_algorithms::matrix::Csr;
use soiree_algorithms::model::{self, Profile, ProfileScorer};
use soiree_algorithms::social::friend_knn::{self, FriendKnn};
use soiree_algorithms::social::{self, Social};

use crate::cases::{Domains, FitData};
use crate::models::{Dimension, Fitted, Search, Trouble, fitted, read};
use crate::protocol::Params;

/// A model whose scores outside the domain that is asked for are the mean of those inside, so that a blend brings
/// to one scale what is ranked and nothing else.
pub(crate) struct InDomain {
    pub(crate) scorer: Box<dyn ProfileScorer>,
    pub(crate) domains: Arc<Domains>,
}

impl InDomain {
    fn level(&self, out: &mut [f32]) {
        let asked = |item: usize| self.domains.of_item.get(item) == Some(&self.domains.target);
        let (mut sum, mut count) = (0.0_f64, 0_u32);
        for (_, score) in out.iter().enumerate().filter(|(item, _)| asked(*item)) {
            sum += f64::from(*score);
            count += 1;
        }
        let mean = (sum / f64::from(count.max(1))) as f32;
        out.iter_mut().enumerate().filter(|(item, _)| !asked(*item)).for_each(|(_, score)| *score = mean);
    }
}

impl ProfileScorer for InDomain {
    fn items(&self) -> usize {
        self.scorer.items()
    }

    fn score(&self, profile: Profile<'_>, out: &mut [f32]) {
        self.scorer.score(profile, out);
        self.level(out);
    }

    fn score_person(&self, person: u32, profile: Profile<'_>, out: &mut [f32]) {
        self.scorer.score_person(person, profile, out);
        self.level(out);
    }
}

fn friends(data: &FitData) -> Result<&Csr, Trouble> {
    data.friends.as_deref().ok_or(Trouble::Lacks("friendships (files.friends)"))
}

pub(crate) fn fit_social(
    data: &FitData,
    params: &Params,
    progress: &dyn model::Progress,
) -> Result<Fitted, Trouble> {
    let params: social::Params = read(params)?;
    // Without friends the model must run where there are none.
    let nobody = Csr::default();
    let links = if params.friends { friends(data)? } else { &nobody };
    Ok(fitted(Social::fit(&data.matrix, links, params, progress)?, &params))
}

pub(crate) fn social_space() -> Vec<Dimension> {
    vec![
        Dimension { param: "lambda", search: Search::Log(0.8, 4.0) },
        Dimension { param: "item_exponent", search: Search::Even(0.0, 0.5) },
        Dimension { param: "popularity_exponent", search: Search::Even(0.0, 0.25) },
        Dimension { param: "trust", search: Search::Log(0.03, 0.3) },
        Dimension { param: "closeness", search: Search::Log(0.5, 5.0) },
    ]
}

pub(crate) fn fit_friend_knn(
    data: &FitData,
    params: &Params,
    _: &dyn model::Progress,
) -> Result<Fitted, Trouble> {
    let params: friend_knn::Params = read(params)?;
    Ok(fitted(FriendKnn::fit(&data.matrix, friends(data)?, params)?, &params))
}

pub(crate) fn friend_knn_space() -> Vec<Dimension> {
    vec![
        Dimension { param: "closeness", search: Search::Log(0.3, 10.0) },
        Dimension { param: "person_exponent", search: Search::Even(0.0, 1.0) },
    ]
}

/// The map, with what its guard found for each pair of domains.
pub(crate) fn fit_domain_map(
    data: &FitData,
    params: &Params,
    progress: &dyn model::Progress,
) -> Result<Fitted, Trouble> {
    let params: domain_map::Params = read(params)?;
    let domains = data.domains.as_deref().ok_or(Trouble::Lacks("domains of the items"))?;
    let map = DomainMap::fit(&data.matrix, &domains.of_item, domains.target, params, progress)?;
    let label = |domain: u16| domains.labels.get(usize::from(domain)).map_or("?", String::as_str);
    let found = map.pairs().iter().flat_map(|pair| {
        let name = format!("{} to {}", label(pair.source), label(domains.target));
        [(format!("{name}, on"), f64::from(u8::from(pair.on))), (format!("{name}, gain"), pair.gain)]
    });
    let found = found.collect();
    Ok(Fitted { found, ..fitted(map, &params) })
}

pub(crate) fn domain_map_space() -> Vec<Dimension> {
    let ranks = [5, 10, 20, 30, 50].map(|rank| json!(rank)).to_vec();
    vec![
        Dimension { param: "rank", search: Search::OneOf(ranks) },
        Dimension { param: "person_exponent", search: Search::Even(0.0, 0.8) },
        Dimension { param: "source_exponent", search: Search::Even(0.0, 0.6) },
        Dimension { param: "target_exponent", search: Search::Even(0.0, 0.8) },
        Dimension { param: "prior", search: Search::Log(0.1, 3.0) },
    ]
}
