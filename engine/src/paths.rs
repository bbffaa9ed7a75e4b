//! Paths through the graph of links: from what somebody took to what hangs together with it, over up to three links.
//!
//! "You finished the novel, there is a film of it, and the film has a soundtrack": the strength of a path is the product
//! of its links' [`closeness`], times [`FADING`] for every link after the first.

use crate::Catalogue;
use crate::catalogue::Link;
use soiree_domain::RelationKind;

/// The longest path, in links.
pub(crate) const MOST_HOPS: usize = 3;
/// What every link after the first keeps of the strength.
const FADING: f32 = 0.65;
/// Weaker paths are not followed.
const FAINTEST: f32 = 0.12;
/// The most items that are reached from one.
const MOST_REACHED: usize = 64;
/// What a recognised link keeps of a stated one's closeness.
const RECOGNISED: f32 = 0.7;

/// How much a link says, 0 to 1.
pub(crate) fn closeness(link: Link) -> f32 {
    let stated = match link.kind {
        RelationKind::Sequel => 1.0,
        RelationKind::Adaptation => 0.95,
        RelationKind::SameUniverse => 0.85,
        RelationKind::Soundtrack => 0.7,
        RelationKind::SameCreator => 0.6,
        RelationKind::BelongsTo | RelationKind::InspiredBy => 0.55,
        RelationKind::About => 0.45,
    };
    if link.recognised { RECOGNISED * stated } else { stated }
}

/// A way from one item to another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Path {
    links: [Link; MOST_HOPS],
    hops: usize,
    pub(crate) strength: f32,
}

impl Path {
    fn first(link: Link) -> Self {
        Self { links: [link; MOST_HOPS], hops: 1, strength: closeness(link) }
    }

    fn further(mut self, link: Link) -> Self {
        self.links[self.hops] = link;
        self.hops += 1;
        self.strength *= FADING * closeness(link);
        self
    }

    /// The links, in order.
    pub(crate) fn links(&self) -> &[Link] {
        &self.links[..self.hops]
    }

    /// Index of the item at the end.
    pub(crate) fn end(&self) -> u32 {
        self.links[self.hops - 1].to
    }
}

/// The strongest path to each item that can be reached from one, nearer ones first, at most [`MOST_REACHED`].
/// `out` is emptied. Nothing is allocated for an item without links. Cost: the links of what is reached.
pub(crate) fn reach(catalogue: &Catalogue, from: u32, out: &mut Vec<Path>) {
    out.clear();
    for &link in catalogue.relations(from) {
        keep(out, Path::first(link));
    }
    let mut begin = 0;
    for _ in 1..MOST_HOPS {
        let end = out.len();
        for at in begin..end {
            let path = out[at];
            for &link in catalogue.relations(path.end()) {
                // Two links "by the same maker" in a row lead to everything that somebody ever touched.
                let wanders = link.kind == RelationKind::SameCreator
                    && path.links().iter().any(|l| l.kind == RelationKind::SameCreator);
                let longer = path.further(link);
                if link.to != from && !wanders && longer.strength >= FAINTEST && out.len() < MOST_REACHED {
                    keep(out, longer);
                }
            }
        }
        begin = end;
    }
}

/// Keeps a path unless as strong a one leads to the same item.
fn keep(out: &mut Vec<Path>, path: Path) {
    match out.iter_mut().find(|known| known.end() == path.end()) {
        Some(known) if known.strength >= path.strength => {}
        // A longer path that is stronger must not take the place of one that others were built on.
        Some(known) if known.hops == path.hops => *known = path,
        Some(_) => {}
        None => out.push(path),
    }
}

/// The strongest path between two items, if there is one.
pub(crate) fn between(catalogue: &Catalogue, from: u32, to: u32, room: &mut Vec<Path>) -> Option<Path> {
    reach(catalogue, from, room);
    room.iter().find(|path| path.end() == to).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use soiree_domain::{Domain, Item, ItemId, Relation};

    fn catalogue(n: usize, links: &[(usize, usize, usize)]) -> Catalogue {
        let id = |i: usize| ItemId::new(format!("i{i}")).unwrap();
        let items = (0..n).map(|i| Item::new(id(i), Domain::Film, format!("Work number {i}"))).collect();
        let relations: Vec<_> = links
            .iter()
            .map(|&(from, to, kind)| Relation { from: id(from), to: id(to), kind: RelationKind::ALL[kind] })
            .collect();
        Catalogue::new(items, &relations)
    }

    #[test]
    fn a_novel_leads_over_its_film_to_the_soundtrack() {
        // 0 novel, 1 film (adaptation), 2 soundtrack, 3 a sequel of nothing that hangs there.
        let catalogue = catalogue(4, &[(0, 1, 0), (1, 2, 1)]);
        let mut room = Vec::new();
        let path = between(&catalogue, 0, 2, &mut room).unwrap();
        assert_eq!(path.links().iter().map(|l| l.to).collect::<Vec<_>>(), [1, 2]);
        assert!((path.strength - 0.95 * 0.65 * 0.7).abs() < 1e-6);
        assert!(between(&catalogue, 0, 3, &mut room).is_none());
    }

    proptest! {
        #[test]
        fn every_path_is_one(
            links in prop::collection::vec((0_usize..12, 0_usize..12, 0_usize..8), 0..40),
            from in 0_u32..12,
        ) {
            let catalogue = catalogue(12, &links);
            let mut found = Vec::new();
            reach(&catalogue, from, &mut found);
            prop_assert!(found.len() <= MOST_REACHED);
            let mut ends: Vec<u32> = found.iter().map(Path::end).collect();
            ends.sort_unstable();
            ends.dedup();
            prop_assert_eq!(ends.len(), found.len(), "each item is reached once");
            for path in &found {
                let mut at = from;
                for link in path.links() {
                    prop_assert!(catalogue.relations(at).contains(link));
                    at = link.to;
                }
                prop_assert!(path.end() != from && (0.0..=1.0).contains(&path.strength));
            }
        }
    }
}
