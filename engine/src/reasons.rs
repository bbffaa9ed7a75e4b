//! Stage 5, reasons: the evidence that put an item into an answer, in words.
//!
//! What rests on a person's history or friends is private to them; what everybody may read is made apart, so
//! that a room never learns of a member's past by way of a reason.

use crate::candidates::Scene;
use crate::catalogue::Link;
use crate::context::Moment;
use crate::paths::{self, Path, closeness};
use crate::profile::{Deed, Profile};
use crate::request::Person;
use crate::settings::place;
use crate::table::Row;
use crate::weights::Weights;
use crate::words;
use soiree_algorithms::mood::fit;
use soiree_domain::{ItemId, Mood, Reason, Source, Surface, UserId, Wish};

/// The most reasons that one item has for one reader.
const MOST: usize = 3;
/// From this fit on, an item is said to fit the mood.
const FITS_MOOD: f32 = 0.8;
/// From this reciprocal rank on, an item is said to be popular.
const POPULAR: f32 = 0.5;

/// One person's reasons for a candidate, strongest first.
pub(crate) fn personal(
    scene: &Scene<'_>,
    person: &Person<'_>,
    profile: &Profile,
    weights: &Weights,
    row: &Row,
) -> Vec<Reason> {
    let own = |source: Source, text: String, item: Option<ItemId>| Reason {
        source,
        text,
        item,
        private_to: Some(person.user.clone()),
    };
    let mut sources: Vec<(Source, f32)> = [
        Source::Ials,
        Source::Ease,
        Source::ItemKnn,
        Source::DomainMap,
        Source::Tfidf,
        Source::Text,
        Source::Relation,
        Source::Friends,
        Source::Sbert,
    ]
    .into_iter()
    .map(|source| (source, weights.of_row(row)[place(source)] * row.value[place(source)]))
    .filter(|&(_, share)| share > 0.0)
    .collect();
    // An explicit link says more to a reader than any number, so it goes before what weighs about the same.
    sources.sort_by(|a, b| rank(b).total_cmp(&rank(a)));
    let mut reasons: Vec<Reason> = Vec::new();
    for (source, _) in sources {
        let reason = match source {
            Source::Relation => linked(scene, profile, row).map(|(deed, path)| {
                let text = words::because_of_path(scene.catalogue, deed, &path);
                own(source, text, Some(scene.catalogue.item(deed.item).id.clone()))
            }),
            Source::Friends => friends(scene, person, row).map(|text| own(source, text, None)),
            Source::Sbert => Some(own(
                source,
                "Hardly anybody has found it yet; it is about what suits your taste".to_owned(),
                None,
            )),
            source => evidence(scene, profile, source, row).map(|deed| {
                let known = scene.catalogue.item(deed.item);
                let text = words::because_you(deed.kind, deed.value, &known.title);
                own(source, text, Some(known.id.clone()))
            }),
        };
        if let Some(reason) = reason
            && !reasons.iter().any(|r| r.item.is_some() && r.item == reason.item)
        {
            reasons.push(reason);
            if reasons.len() == MOST {
                break;
            }
        }
    }
    if reasons.is_empty() && row.value[place(Source::Ials)] > 0.0 {
        reasons.push(own(Source::Ials, "People with a taste like yours took it".to_owned(), None));
    }
    reasons
}

fn rank(&(source, share): &(Source, f32)) -> f32 {
    if source == Source::Relation { share * 4.0 } else { share }
}

/// What everybody in the answer's audience may read: what is on now, the mood, popularity, and news.
/// `mood_of` is whose mood it is, when it is one person's.
pub(crate) fn open(
    scene: &Scene<'_>,
    moment: &Moment,
    row: &Row,
    surface: Surface,
    mood_of: Option<&UserId>,
) -> Vec<Reason> {
    let all = |source, text: String, item| Reason { source, text, item, private_to: None };
    let mut reasons = Vec::new();
    if let Some(at) = scene.now_on
        && let Some(&link) = best_link(scene, at, row.item)
    {
        let text = format!("{}, which is on now", words::path(scene.catalogue, at, link));
        reasons.push(all(Source::Context, text, Some(scene.catalogue.item(at).id.clone())));
    }
    if let (Some(wanted), Some(mood)) = (scene.mood, scene.catalogue.mood(row.item))
        && fit(mood, wanted) >= FITS_MOOD
        && points_alike(mood, wanted)
    {
        let whose = if matches!(surface, Surface::Party | Surface::Group) { "the room's" } else { "your" };
        let does = if scene.ctx.wish == Wish::Lift { "May lift" } else { "Fits" };
        let text = format!("{does} {whose} mood: {}", words::mood(scene.catalogue.item(row.item), wanted));
        reasons.push(Reason { private_to: mood_of.cloned(), ..all(Source::Context, text, None) });
    }
    if row.value[place(Source::Popularity)] >= POPULAR {
        reasons.push(all(Source::Popularity, "Popular now".to_owned(), None));
    }
    if reasons.is_empty() && moment.is_new(scene.catalogue.item(row.item).year) {
        reasons.push(all(Source::Context, "New".to_owned(), None));
    }
    reasons
}

/// Whether two moods lie in much the same direction from neutral, within 60 degrees. Near the middle of the plane everything
/// is near, and to say of an eerie album that it fits a room that is a little excited would be silly.
fn points_alike(one: Mood, other: Mood) -> bool {
    let product = one.valence * other.valence + one.arousal * other.arousal;
    product >= 0.5 * one.valence.hypot(one.arousal) * other.valence.hypot(other.arousal)
}

/// The deed that speaks most for a candidate in one model.
fn evidence<'p>(scene: &Scene<'_>, profile: &'p Profile, source: Source, row: &Row) -> Option<&'p Deed> {
    let bundle = scene.served.bundle();
    // Factors have no list of neighbours; what the neighbour models know stands in as the plain evidence.
    let models: &[Source] = match source {
        Source::Ials => &[Source::Ease, Source::ItemKnn],
        Source::Ease => &[Source::Ease],
        Source::ItemKnn => &[Source::ItemKnn],
        Source::DomainMap => &[Source::DomainMap],
        Source::Tfidf => &[Source::Tfidf],
        _ => &[Source::Text],
    };
    let mut best: Option<(&Deed, f32)> = None;
    let mut offer = |deed: &'p Deed, share: f32| {
        if share > 0.0 && best.is_none_or(|(_, most)| share > most) {
            best = Some((deed, share));
        }
    };
    for wanted in models {
        for (_, model) in bundle.neighbour_models().filter(|(s, _)| s == wanted) {
            for deed in profile.liked.iter().filter(|d| (d.slot as usize) < bundle.items()) {
                let (slots, values) = model.links().row(deed.slot as usize);
                if let Ok(at) = slots.binary_search(&row.slot) {
                    offer(deed, deed.weight * values[at]);
                }
            }
        }
    }
    if source == Source::Tfidf {
        for &(slot, alike) in scene.served.newcomers_near(row.slot) {
            if let Ok(at) = profile.liked.binary_search_by_key(&slot, |d| d.slot) {
                offer(&profile.liked[at], profile.liked[at].weight * alike);
            }
        }
    }
    best.map(|(deed, _)| deed)
}

/// The deed from which the strongest path leads to a candidate.
fn linked<'p>(scene: &Scene<'_>, profile: &'p Profile, row: &Row) -> Option<(&'p Deed, Path)> {
    let mut best: Option<(&Deed, Path, f32)> = None;
    let mut room = Vec::new();
    for deed in &profile.liked {
        if let Some(path) = paths::between(scene.catalogue, deed.item, row.item, &mut room) {
            let share = deed.weight * path.strength;
            if best.is_none_or(|b| share > b.2) {
                best = Some((deed, path, share));
            }
        }
    }
    best.map(|(deed, path, _)| (deed, path))
}

fn best_link<'c>(scene: &Scene<'c>, from: u32, to: u32) -> Option<&'c Link> {
    let links = scene.catalogue.relations(from).iter().filter(|link| link.to == to);
    links.max_by(|a, b| closeness(**a).total_cmp(&closeness(**b)))
}

/// What friends did. Companions of earlier evenings weigh in a score, but give no reason: with few of them, everybody who
/// was there could tell whose deed it was.
fn friends(scene: &Scene<'_>, person: &Person<'_>, row: &Row) -> Option<String> {
    let id = &scene.catalogue.item(row.item).id;
    let mut names: Vec<&str> = Vec::new();
    let mut strongest = (0.0, "");
    for friend in person.friends.iter().filter(|friend| friend.known) {
        let deeds = friend.events.iter().filter(|e| e.item == *id);
        let said = deeds
            .map(|e| (scene.settings.deeds.strength(e.kind, e.value), words::did(e.kind, e.value)))
            .filter(|(strength, _)| *strength > 0.0)
            .max_by(|a, b| a.0.total_cmp(&b.0));
        if let Some((strength, verb)) = said {
            names.push(friend.name);
            if strength > strongest.0 {
                strongest = (strength, verb);
            }
        }
    }
    (!names.is_empty()).then(|| words::friends_did(&names, strongest.1))
}
