//! The catalogue as one immutable snapshot: items, their links and moods.
//!
//! Positions are stable: an item keeps its index through every [`Catalogue::with_items`], removed items keep
//! theirs empty, and new ones get the next. So what was computed for a snapshot stays right for its heirs.

use crate::context::seasons_of;
use crate::entities::{self, Keys};
use rustc_hash::FxHashMap;
use soiree_algorithms::diversity::Signature;
use soiree_algorithms::mood::{ItemWords, MoodEstimate, item_mood, mood_words};
use soiree_domain::{Domain, Item, ItemId, Mood, Relation, RelationKind};
use std::sync::Arc;

/// One end of a typed link, seen from an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// Index of the other item.
    pub to: u32,
    /// How the two hang together.
    pub kind: RelationKind,
    /// Whether the link leads from this item to the other (`true`) or comes from there.
    pub forward: bool,
    /// Whether it was recognised from titles and makers instead of stated.
    pub recognised: bool,
}

/// What rules and context ask of an item again and again, close together in memory.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Facts {
    pub(crate) domain: Domain,
    /// Neither removed nor unavailable.
    pub(crate) live: bool,
    pub(crate) age_rating: u8,
    /// [`NO_YEAR`] when unknown.
    pub(crate) year: i16,
    /// What its mood words say, else what its other words suggest, with how sure that is.
    pub(crate) mood: Option<MoodEstimate>,
    /// Whether mood words say it.
    pub(crate) mood_is_said: bool,
    /// Bits of [`crate::context::seasons_of`].
    pub(crate) seasons: u8,
    pub(crate) signature: Signature,
}

pub(crate) const NO_YEAR: i16 = i16::MIN;

/// An immutable snapshot of items and relations. Cheap to clone; changes make a new snapshot.
#[derive(Debug, Clone)]
pub struct Catalogue {
    items: Arc<Vec<Arc<Item>>>,
    facts: Arc<Vec<Facts>>,
    keys: Arc<Vec<Keys>>,
    by_id: Arc<FxHashMap<ItemId, u32>>,
    relations: Arc<Vec<Relation>>,
    links: Arc<FxHashMap<u32, Box<[Link]>>>,
    /// Shared by all heirs of one [`Catalogue::new`], whose indices mean the same.
    lineage: Arc<()>,
}

impl Catalogue {
    /// Makes the snapshot. Of items with the same id the last stands; relations to items that are not there
    /// wait until they come.
    #[must_use]
    pub fn new(items: Vec<Item>, relations: &[Relation]) -> Self {
        let empty = Self {
            items: Arc::default(),
            facts: Arc::default(),
            keys: Arc::default(),
            by_id: Arc::default(),
            relations: Arc::new(relations.to_vec()),
            links: Arc::default(),
            lineage: Arc::default(),
        };
        empty.with_items(items, &[])
    }

    /// The snapshot after some items came or changed and others went. Costs a copy of the index, and where names
    /// changed a look at all of them, whatever the number of changes: gather them.
    #[must_use]
    pub fn with_items(&self, changed: Vec<Item>, removed: &[ItemId]) -> Self {
        let mut next = self.clone();
        let items = Arc::make_mut(&mut next.items);
        let facts = Arc::make_mut(&mut next.facts);
        let keys = Arc::make_mut(&mut next.keys);
        let mut links_changed = false;
        for item in changed {
            let (now, named) = (facts_of(&item), Keys::of(&item));
            if let Some(&at) = next.by_id.get(&item.id) {
                facts[at as usize] = now;
                links_changed |= keys[at as usize] != named;
                keys[at as usize] = named;
                items[at as usize] = Arc::new(item);
            } else {
                links_changed = true;
                let at = u32::try_from(items.len()).expect("fewer than 2^32 items");
                Arc::make_mut(&mut next.by_id).insert(item.id.clone(), at);
                facts.push(now);
                keys.push(named);
                items.push(Arc::new(item));
            }
        }
        for id in removed {
            if next.by_id.contains_key(id)
                && let Some(at) = Arc::make_mut(&mut next.by_id).remove(id)
            {
                facts[at as usize].live = false;
                links_changed = true;
            }
        }
        if links_changed {
            next.links = Arc::new(next.link());
        }
        next
    }

    /// The snapshot with these relations instead of the old ones.
    #[must_use]
    pub fn with_relations(&self, relations: &[Relation]) -> Self {
        let mut next = Self { relations: Arc::new(relations.to_vec()), ..self.clone() };
        next.links = Arc::new(next.link());
        next
    }

    /// How many items there are, removed ones not counted.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Whether there is no item.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// One more than the highest index ever given, removed items included.
    #[must_use]
    pub fn bound(&self) -> usize {
        self.items.len()
    }

    /// The index of an item that is there.
    #[must_use]
    pub fn index_of(&self, id: &ItemId) -> Option<u32> {
        self.by_id.get(id).copied()
    }

    /// The item at an index; a removed one as it last was.
    ///
    /// # Panics
    /// When the index was never given, that is, not below [`Catalogue::bound`].
    #[must_use]
    pub fn item(&self, index: u32) -> &Arc<Item> {
        &self.items[index as usize]
    }

    /// An item by its id.
    #[must_use]
    pub fn get(&self, id: &ItemId) -> Option<&Arc<Item>> {
        self.index_of(id).map(|at| self.item(at))
    }

    /// All items that are there, with their indices, in the order in which they came.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &Arc<Item>)> {
        (0_u32..).zip(self.items.iter()).filter(|(at, item)| self.by_id.get(&item.id) == Some(at))
    }

    /// The relations as they were given.
    #[must_use]
    pub fn all_relations(&self) -> &[Relation] {
        &self.relations
    }

    /// The links of an item, both directions.
    #[must_use]
    pub fn relations(&self, index: u32) -> &[Link] {
        self.links.get(&index).map_or(&[], |links| links)
    }

    /// The mood of an item, as its mood words say; `None` without such words.
    #[must_use]
    pub fn mood(&self, index: u32) -> Option<Mood> {
        let facts = self.facts.get(index as usize)?;
        facts.mood.filter(|_| facts.mood_is_said).map(|found| found.mood)
    }

    /// The mood of an item as its mood words say, or as its genres, themes, title and description suggest, which
    /// is less sure; `None` when no word tells anything.
    #[must_use]
    pub fn mood_estimate(&self, index: u32) -> Option<MoodEstimate> {
        self.facts.get(index as usize)?.mood
    }

    pub(crate) fn facts(&self, index: u32) -> &Facts {
        &self.facts[index as usize]
    }

    /// Whether the indices of both mean the same.
    pub(crate) fn is_kin(&self, lineage: &Arc<()>) -> bool {
        Arc::ptr_eq(&self.lineage, lineage)
    }

    pub(crate) fn lineage(&self) -> &Arc<()> {
        &self.lineage
    }

    /// The links of all items: those that are stated, and those that are recognised where none is stated.
    fn link(&self) -> FxHashMap<u32, Box<[Link]>> {
        let mut found: FxHashMap<u32, Vec<Link>> = FxHashMap::default();
        for Relation { from, to, kind } in self.relations.iter() {
            if let (Some(&from), Some(&to)) = (self.by_id.get(from), self.by_id.get(to))
                && from != to
            {
                let link = Link { to, kind: *kind, forward: true, recognised: false };
                found.entry(from).or_default().push(link);
                found.entry(to).or_default().push(Link { to: from, forward: false, ..link });
            }
        }
        let items: Vec<_> =
            self.iter().map(|(at, item)| (at, item.as_ref(), &self.keys[at as usize])).collect();
        entities::recognise(&items, |from, link| {
            let links = found.entry(from).or_default();
            if !links.iter().any(|known| known.to == link.to) {
                links.push(link);
            }
        });
        found
            .into_iter()
            .map(|(at, mut links)| {
                links.sort_by_key(|l| (l.to, l.kind, l.forward));
                links.dedup();
                (at, links.into_boxed_slice())
            })
            .collect()
    }
}

fn facts_of(item: &Item) -> Facts {
    let words = item.genres.iter().chain(&item.themes).chain(&item.creators).map(String::as_str);
    Facts {
        domain: item.domain,
        live: item.available,
        age_rating: item.age_rating.unwrap_or(0),
        year: item.year.and_then(|y| i16::try_from(y).ok()).unwrap_or(NO_YEAR),
        mood: item_mood(&describing(item)),
        mood_is_said: mood_words(&item.moods).is_some(),
        seasons: seasons_of(item),
        signature: Signature::of(words),
    }
}

fn describing(item: &Item) -> ItemWords<'_> {
    ItemWords {
        title: &item.title,
        creators: if item.domain == Domain::Music { &item.creators } else { &[] },
        moods: &item.moods,
        genres: &item.genres,
        themes: &item.themes,
        text: &item.description,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> ItemId {
        ItemId::new(text).unwrap()
    }

    fn item(text: &str) -> Item {
        Item::new(id(text), Domain::Film, text)
    }

    #[test]
    fn an_item_without_mood_words_has_a_mood_that_is_less_sure() {
        let words = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
        let catalogue = Catalogue::new(
            vec![
                Item { moods: words(&["calm"]), genres: words(&["horror"]), ..item("qa") },
                Item { genres: words(&["horror"]), ..item("qb") },
                item("qc"),
            ],
            &[],
        );
        let calm = Mood::new(0.45, -0.75);
        assert_eq!(catalogue.mood(0), Some(calm));
        assert_eq!(catalogue.mood_estimate(0).map(|found| found.mood), Some(calm));
        assert_eq!((catalogue.mood(1), catalogue.mood(2), catalogue.mood_estimate(2)), (None, None, None));
        let guessed = catalogue.mood_estimate(1).unwrap();
        assert!(guessed.mood.valence < 0.0 && guessed.mood.arousal > 0.0);
        assert!(guessed.confidence < catalogue.mood_estimate(0).unwrap().confidence / 2.0);
    }

    fn sequel(from: &str, to: &str) -> Relation {
        Relation { from: id(from), to: id(to), kind: RelationKind::Sequel }
    }

    #[test]
    fn indices_outlive_changes_and_old_snapshots_stay_as_they_were() {
        let one = Catalogue::new(vec![item("a"), item("b")], &[]);
        let two = one.with_items(vec![item("c"), Item { title: "B!".into(), ..item("b") }], &[id("a")]);
        assert_eq!((one.len(), two.len(), two.bound()), (2, 2, 3));
        assert_eq!(two.index_of(&id("a")), None);
        assert_eq!(two.index_of(&id("c")), Some(2));
        assert_eq!(two.item(1).title, "B!");
        assert_eq!(one.item(1).title, "b");
        assert!(one.index_of(&id("a")).is_some() && two.is_kin(one.lineage()));
        let back = two.with_items(vec![item("a")], &[]);
        assert_eq!(back.index_of(&id("a")), Some(3));
        assert_eq!(back.iter().map(|(at, _)| at).collect::<Vec<_>>(), [1, 2, 3]);
    }

    #[test]
    fn links_go_both_ways_and_wait_for_their_items() {
        let one = Catalogue::new(vec![item("a")], &[sequel("a", "b"), sequel("a", "a")]);
        assert!(one.relations(0).is_empty());
        let two = one.with_items(vec![item("b")], &[]);
        let link = Link { to: 1, kind: RelationKind::Sequel, forward: true, recognised: false };
        assert_eq!(two.relations(0), [link]);
        assert_eq!(two.relations(1), [Link { to: 0, forward: false, ..link }]);
        assert!(two.with_items(vec![], &[id("b")]).relations(0).is_empty());
        assert!(two.with_relations(&[]).relations(0).is_empty());
    }
}
