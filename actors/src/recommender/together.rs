//! What the members of a group have watched together before: the history of the group itself.

use super::circle::Circle;
use crate::{fault::Fault, profiles::Profiles};
use soiree_domain::{ItemId, PartyId};
use soiree_engine::Together;
use std::collections::BTreeMap;

/// Parties in which at most this many of the group's are looked at.
const MOST_PARTIES: usize = 30;

/// The works of earlier parties that at least two of the group came to, each weighed by how much that party and this
/// group are the same people (Jaccard), summed and bounded by 3. The overlap is what makes an evening of five of us say
/// much about us and a public party of hundreds nothing.
pub(super) async fn together(profiles: &Profiles, circles: &[Circle]) -> Result<Vec<Together>, Fault> {
    let mut present: BTreeMap<&PartyId, usize> = BTreeMap::new();
    for party in circles.iter().flat_map(Circle::parties) {
        *present.entry(party).or_default() += 1;
    }
    let mut shared: Vec<(&PartyId, usize)> = present.into_iter().filter(|(_, count)| *count >= 2).collect();
    shared.sort_by_key(|&(_, count)| std::cmp::Reverse(count));
    let mut works: BTreeMap<ItemId, (f32, bool)> = BTreeMap::new();
    for (party, count) in shared.into_iter().take(MOST_PARTIES) {
        let evening = profiles.evening(party).await?;
        let all = (evening.people as usize + circles.len()).saturating_sub(count).max(1);
        let weight = count as f32 / all as f32;
        for work in &evening.works {
            let (sum, all) = works.entry(work.clone()).or_insert((0.0, true));
            *sum = (*sum + weight).min(3.0);
            *all &= count == circles.len();
        }
    }
    Ok(works.into_iter().map(|(item, (weight, by_all))| Together { item, weight, by_all }).collect())
}
