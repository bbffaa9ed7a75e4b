//! Answers for one person, and items like one item.

use crate::blend::{blend, fill, normalise, shares};
use crate::candidates::Scene;
use crate::context::Moment;
use crate::list::{Entry, pick};
use crate::profile::{Deed, Profile};
use crate::reasons;
use crate::request::{Answer, Context, MAX_LIMIT, Person, Request};
use crate::rules::Rules;
use crate::settings::{BlendSettings, SOURCES, place};
use crate::table::{Row, Scratch, Table, with_scratch};
use crate::{Catalogue, Served, words};
use soiree_domain::{Domain, InteractionKind, ItemId, Reason, Scored, Source, Surface};
use std::borrow::Cow;

/// The best items for one person at this moment.
///
/// Total: an unknown person, an empty history or an empty catalogue give an answer, if need be an empty one. The same
/// arguments give the same answer. Cost: the rows of the profile's items in the sparse models, plus one
/// factor product per candidate; nothing is proportional to the catalogue beyond
/// [`BlendSettings::exact_scan_items`]. Room is kept per thread and used again.
///
/// When `served` was attached to another lineage of the catalogue it is attached anew, which is right but slow.
#[must_use]
pub fn recommend(
    served: &Served,
    catalogue: &Catalogue,
    person: &Person<'_>,
    ctx: &Context,
    request: &Request,
    settings: &BlendSettings,
) -> Answer {
    let served = fitting(served, catalogue);
    let scene = Scene::new(&served, catalogue, ctx, request, settings);
    let items = with_scratch(|scratch| answer(&scene, person, request, scratch));
    Answer { version: served.version().clone(), items, left_out: served.bundle().left_out() }
}

/// The served bundle itself when it was made for this catalogue, or one that was.
pub(crate) fn fitting<'a>(served: &'a Served, catalogue: &Catalogue) -> Cow<'a, Served> {
    if served.fits(catalogue) { Cow::Borrowed(served) } else { Cow::Owned(served.reattach(catalogue)) }
}

impl<'a> Scene<'a> {
    pub(crate) fn new(
        served: &'a Served,
        catalogue: &'a Catalogue,
        ctx: &'a Context,
        request: &'a Request,
        settings: &'a BlendSettings,
    ) -> Self {
        let rules = Rules::new(served, catalogue, request);
        let now_on = ctx.now_on.as_ref().and_then(|id| catalogue.index_of(id));
        Self { served, catalogue, ctx, settings, rules, now_on }
    }

    pub(crate) fn weights(&self) -> [f32; SOURCES] {
        self.settings.weights(self.served.bundle().manifest().blend.as_ref())
    }

    /// The weights for one person: links, which need no other people, count for more while little is known of them.
    pub(crate) fn weights_for(&self, profile: &Profile) -> [f32; SOURCES] {
        let mut weights = self.weights();
        weights[place(Source::Relation)] *=
            1.0 + self.settings.link_boost / (1.0 + profile.liked.len() as f32);
        weights
    }
}

fn answer(scene: &Scene<'_>, person: &Person<'_>, request: &Request, scratch: &mut Scratch) -> Vec<Scored> {
    let mut table = scratch.tables.pop().unwrap_or_default();
    let profile = Profile::new(scene.served, scene.catalogue, person.history, scene.settings);
    let moment = Moment::new(scene.ctx.now_ms, scene.ctx.utc_offset_min);
    let weights = scene.weights_for(&profile);
    let asked = scene.gather(person, &profile, false, &mut table, scratch);
    fill(scene, &asked, &moment, &mut table);
    normalise(scene, &mut table, &mut scratch.ranking);
    blend(scene, &weights, &mut table);
    let limit = request.limit.min(MAX_LIMIT);
    let picked =
        pick(scene.catalogue, entries(&table), &shares(scene, &profile), limit, scene.settings.lambda);
    let explain = |row: &Row| {
        let mut all = reasons::personal(scene, person, &profile, &weights, row);
        all.extend(reasons::open(scene, &moment, row, request.surface, Some(person.user)));
        all
    };
    let items = scored(scene, &table, &picked, |row| if request.explain { explain(row) } else { Vec::new() });
    scratch.tables.push(table);
    items
}

pub(crate) fn entries(table: &Table) -> impl Iterator<Item = Entry> {
    (0_u32..).zip(&table.rows).map(|(key, row)| Entry {
        key,
        item: row.item,
        domain: row.domain,
        score: row.score,
    })
}

fn scored(
    scene: &Scene<'_>,
    table: &Table,
    picked: &[u32],
    explain: impl Fn(&Row) -> Vec<Reason>,
) -> Vec<Scored> {
    picked
        .iter()
        .map(|&at| &table.rows[at as usize])
        .map(|row| Scored {
            item: scene.catalogue.item(row.item).id.clone(),
            score: row.score,
            reasons: explain(row),
        })
        .collect()
}

/// Items like one item, best first, its own domain foremost; empty for an item that is not there.
///
/// What people took together, words, meaning and links count as in [`recommend`]; popularity, friends and the moment
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
    let scene = Scene::new(&served, catalogue, &ctx, &request, &settings);
    let profile = Profile { liked: vec![Deed::one(slot, at)], done: vec![slot], ..Profile::default() };
    with_scratch(|scratch| alike(&scene, &profile, limit.min(MAX_LIMIT), scratch))
}

/// What counts beside one item. Learned weights do not apply: they were learned on what people take next.
const ALIKE: [(Source, f32); 5] = [
    (Source::Relation, 0.35),
    (Source::Tfidf, 0.20),
    (Source::Text, 0.20),
    (Source::ItemKnn, 0.15),
    (Source::Ease, 0.10),
];

fn alike(scene: &Scene<'_>, profile: &Profile, limit: usize, scratch: &mut Scratch) -> Vec<Scored> {
    let mut table = scratch.tables.pop().unwrap_or_default();
    scene.gather_alike(profile, &mut table);
    normalise(scene, &mut table, &mut scratch.ranking);
    let mut weights = [0.0; SOURCES];
    ALIKE.iter().for_each(|&(source, weight)| weights[place(source)] = weight);
    blend(scene, &weights, &mut table);
    let own = scene.catalogue.facts(profile.liked[0].item).domain.index();
    let mut shares = shares(scene, &Profile::default());
    shares[own] += 1.0;
    let picked = pick(scene.catalogue, entries(&table), &shares, limit, scene.settings.lambda);
    let items = scored(scene, &table, &picked, |row| beside(scene, profile.liked[0].item, row));
    scratch.tables.push(table);
    items
}

fn beside(scene: &Scene<'_>, at: u32, row: &Row) -> Vec<Reason> {
    let known = scene.catalogue.item(at);
    let open = |source, text| Reason { source, text, item: Some(known.id.clone()), private_to: None };
    let links = scene.catalogue.relations(at).iter().filter(|link| link.to == row.item);
    let mut reasons: Vec<Reason> =
        links.take(1).map(|&link| open(Source::Relation, words::path(scene.catalogue, at, link))).collect();
    let together = [Source::ItemKnn, Source::Ease].into_iter().find(|&s| row.value[place(s)] > 0.0);
    if let Some(source) = together {
        reasons.push(open(source, format!("Often taken by those who took “{}”", known.title)));
    } else if reasons.is_empty() {
        let source = if row.value[place(Source::Text)] > row.value[place(Source::Tfidf)] {
            Source::Text
        } else {
            Source::Tfidf
        };
        reasons.push(open(source, format!("Like “{}” in what it is about", known.title)));
    }
    reasons
}

impl Deed {
    fn one(slot: u32, item: u32) -> Self {
        Self::plain(slot, item, 1.0, InteractionKind::Like)
    }
}
