//! What the members of a group have watched together before, read from the parties they were in.

use super::circle::Circle;
use crate::{fault::Fault, profiles::Profiles};
use soiree_domain::{CROWD, PartyId};
use soiree_engine::{Shared, Together};
use std::collections::BTreeMap;

/// Parties in which at most this many of the group's are looked at.
const MOST_PARTIES: usize = 30;

/// The works of earlier parties that at least two of the group came to.
pub(super) async fn together(profiles: &Profiles, circles: &[Circle]) -> Result<Vec<Together>, Fault> {
    let mut present: BTreeMap<&PartyId, usize> = BTreeMap::new();
    for party in circles.iter().flat_map(Circle::parties) {
        *present.entry(party).or_default() += 1;
    }
    let mut shared: Vec<(&PartyId, usize)> = present.into_iter().filter(|(_, count)| *count >= 2).collect();
    shared.sort_by_key(|&(_, count)| std::cmp::Reverse(count));
    let mut evenings = Vec::new();
    for (party, count) in shared.into_iter().take(MOST_PARTIES) {
        let evening = profiles.evening(party).await?;
        if evening.people <= CROWD {
            evenings.push((evening, count));
        }
    }
    let shared = evenings.iter().map(|(evening, present)| Shared {
        present: *present,
        people: evening.people as usize,
        works: &evening.works,
    });
    Ok(Together::from_evenings(circles.len(), shared))
}
