//! Items like one item, in its own domain and across the others.

use crate::blend::{blend, normalise, shares};
use crate::candidates::Scene;
use crate::list::pick;
use crate::paths::{Path, reach};
use crate::personal::{entries, fitting, scored};
use crate::profile::{Deed, Profile};
use crate::request::{Context, MAX_LIMIT, Request};
use crate::settings::{BlendSettings, SOURCES, place};
use crate::table::{Row, Scratch, with_scratch};
use crate::weights::Weights;
use crate::{Catalogue, Served, words};
use soiree_domain::{Domain, InteractionKind, ItemId, Reason, RelationKind, Scored, Source, Surface};

/// Items like one item, best first, its own domain foremost; empty for an item that is not there.
///
/// What people took together, words, meaning and links count as in [`crate::recommend`]; popularity, friends and the moment
/// do not. Reasons are open to everybody.
#[must_use]
pub fn similar(
    served: &Served,
    catalogue: &Catalogue,
    item: &ItemId,
    limit: usize,
    domains: Option<&[Domain]>,
) -> Vec<Scored> {
    let served = fitting(served, catalogue);
    let Some(at) = catalogue.index_of(item) else { return Vec::new() };
    let Some(slot) = served.slot_of(at) else { return Vec::new() };
    let request =
        Request { domains: domains.map(<[Domain]>::to_vec), surface: Surface::Similar, ..Request::default() };
    let (ctx, settings) = (Context::default(), BlendSettings::default());
    let scene = Scene::new(&served, catalogue, &ctx, &request, &settings, None);
    let profile = Profile { liked: vec![Deed::one(slot, at)], done: vec![slot], ..Profile::default() };
    with_scratch(|scratch| alike(&scene, &profile, limit.min(MAX_LIMIT), scratch))
}

/// What counts beside one item. Learned weights do not apply: they were learned on what people take next.
const ALIKE: [(Source, f32); 6] = [
    (Source::Relation, 0.35),
    (Source::Tfidf, 0.20),
    (Source::Text, 0.20),
    (Source::ItemKnn, 0.15),
    (Source::DomainMap, 0.15),
    (Source::Ease, 0.10),
];

fn alike(scene: &Scene<'_>, profile: &Profile, limit: usize, scratch: &mut Scratch) -> Vec<Scored> {
    let mut table = scratch.tables.pop().unwrap_or_default();
    scene.gather_alike(profile, &mut table, scratch);
    normalise(scene, &mut table, &mut scratch.ranking);
    let mut weights = [0.0; SOURCES];
    ALIKE.iter().for_each(|&(source, weight)| weights[place(source)] = weight);
    blend(scene, &Weights::even(weights), &mut table);
    let own = scene.catalogue.facts(profile.liked[0].item).domain.index();
    let mut shares = shares(scene, &Profile::default());
    shares[own] += 1.0;
    let picked = pick(scene.catalogue, entries(&table), &shares, limit, scene.settings.lambda);
    let at = profile.liked[0].item;
    reach(scene.catalogue, at, &mut scratch.paths);
    let items = scored(scene, &table, &picked, |row| beside(scene, at, &scratch.paths, row));
    scratch.tables.push(table);
    items
}

/// Why a row stands beside an item: the path that links them if there is one, else what people or words say.
fn beside(scene: &Scene<'_>, at: u32, paths: &[Path], row: &Row) -> Vec<Reason> {
    let known = scene.catalogue.item(at);
    let open = |source, text| Reason { source, text, item: Some(known.id.clone()), private_to: None };
    let path = paths.iter().find(|path| path.end() == row.item);
    let mut reasons: Vec<Reason> = path
        .map(|path| open(Source::Relation, words::along(scene.catalogue, at, path)))
        .into_iter()
        .collect();
    let people = [Source::ItemKnn, Source::Ease, Source::DomainMap];
    let together = people.into_iter().find(|&s| row.value[place(s)] > 0.0);
    if let Some(source) = together {
        reasons.push(open(source, format!("Often taken by those who took “{}”", known.title)));
    } else if reasons.is_empty() {
        let source = if row.value[place(Source::Text)] > row.value[place(Source::Tfidf)] {
            Source::Text
        } else {
            Source::Tfidf
        };
        let text = match words::shared(known, scene.catalogue.item(row.item)) {
            Some(shared) => format!("Like “{}”: {shared}", known.title),
            None => format!("Like “{}” in what it is about", known.title),
        };
        reasons.push(open(source, text));
    }
    reasons
}

/// A step of the path from one item to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Where it leads.
    pub item: ItemId,
    /// How the two hang together.
    pub kind: RelationKind,
    /// Whether the link leads this way; otherwise it was stated from the other end.
    pub forward: bool,
    /// Whether the link was recognised from titles and makers instead of stated.
    pub recognised: bool,
}

/// An item of another domain and the way to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Across {
    /// The item, its score and open reasons.
    pub scored: Scored,
    /// The steps that lead to it; empty when words, meaning or people link the two and no stated or recognised link.
    pub path: Vec<Step>,
}

/// Items of other domains that hang together with one, best first, each with the path that links them; empty for an
/// item that is not there. `domains` narrows them; its own domain is left out in any case.
#[must_use]
pub fn across(
    served: &Served,
    catalogue: &Catalogue,
    item: &ItemId,
    limit: usize,
    domains: Option<&[Domain]>,
) -> Vec<Across> {
    let Some(at) = catalogue.index_of(item) else { return Vec::new() };
    let own = catalogue.facts(at).domain;
    let wanted = |domain: &Domain| *domain != own && domains.is_none_or(|wanted| wanted.contains(domain));
    let others: Vec<Domain> = Domain::ALL.into_iter().filter(wanted).collect();
    let mut paths = Vec::new();
    reach(catalogue, at, &mut paths);
    let step = |link: &crate::Link| Step {
        item: catalogue.item(link.to).id.clone(),
        kind: link.kind,
        forward: link.forward,
        recognised: link.recognised,
    };
    similar(served, catalogue, item, limit, Some(&others))
        .into_iter()
        .map(|scored| {
            let end = catalogue.index_of(&scored.item);
            let path = paths.iter().find(|path| Some(path.end()) == end);
            let path = path.map(|path| path.links().iter().map(step).collect()).unwrap_or_default();
            Across { scored, path }
        })
        .collect()
}

impl Deed {
    fn one(slot: u32, item: u32) -> Self {
        Self::plain(slot, item, 1.0, InteractionKind::Like)
    }
}
