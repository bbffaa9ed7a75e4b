//! What the members of a group have had together before: the history of the group itself.

use crate::request::Together;
use soiree_domain::ItemId;
use std::collections::BTreeMap;

/// An evening that at least two of a group came to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shared<'a> {
    /// How many of the group came.
    pub present: usize,
    /// How many people came in all.
    pub people: usize,
    /// What was had, each work once.
    pub works: &'a [ItemId],
}

/// No work says more than this about a group.
const MOST: f32 = 3.0;

impl Together {
    /// What the evenings say about a group of `members` people. Each work is weighed by how much the evening's company and
    /// this group are the same people, the cube of Jaccard's index, summed and bounded by 3. So an evening of five of us says
    /// much about us, one of two of us with strangers little, and a public party of hundreds nothing. The cube is what served
    /// Mafengwo's groups, who share members with many others, best; the index itself let the others' past drown their own.
    #[must_use]
    pub fn from_evenings<'a>(members: usize, evenings: impl IntoIterator<Item = Shared<'a>>) -> Vec<Self> {
        let mut works: BTreeMap<&ItemId, (f32, f32)> = BTreeMap::new();
        for evening in evenings {
            // Who came since the people were counted was there too.
            let people = evening.people.max(evening.present);
            let either = (people + members).saturating_sub(evening.present).max(1);
            let weight = (evening.present as f32 / either as f32).powi(3);
            for work in evening.works {
                let (all, some) = works.entry(work).or_default();
                let of = if evening.present == members { all } else { some };
                *of = (*of + weight).min(MOST);
            }
        }
        let had = |(item, (all, some)): (&ItemId, (f32, f32))| Self { item: item.clone(), all, some };
        works.into_iter().map(had).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_same_people_had_says_more_than_what_a_crowd_had() {
        let ids = ["a", "b", "c"].map(|id| ItemId::new(id).unwrap());
        let evening = |present, people, works| Shared { present, people, works };
        let had = Together::from_evenings(
            4,
            [evening(4, 4, &ids[..1]), evening(2, 100, &ids[..2]), evening(3, 3, &ids[1..])],
        );
        let told: Vec<_> = had.iter().map(|t| (t.item.as_str(), t.all, t.some)).collect();
        let crowd = (2.0_f32 / 102.0).powi(3);
        let most = 0.75_f32.powi(3);
        assert_eq!(told, [("a", 1.0, crowd), ("b", 0.0, crowd + most), ("c", 0.0, most)]);
        let often = Together::from_evenings(2, std::iter::repeat_n(evening(2, 2, &ids[..1]), 9));
        assert_eq!((often[0].all, often[0].some), (3.0, 0.0));
        let stale = Together::from_evenings(3, [evening(3, 2, &ids[..1])]);
        assert_eq!(stale[0].all, 1.0, "more present than were counted");
        assert!(Together::from_evenings(2, []).is_empty());
    }
}
