//! Answers for one person.

use crate::blend::{blend, fill, normalise, shares};
use crate::candidates::Scene;
use crate::context::Moment;
use crate::list::{Entry, pick};
use crate::profile::Profile;
use crate::reasons;
use crate::request::{Answer, Context, MAX_LIMIT, Person, Request};
use crate::rules::Rules;
use crate::settings::BlendSettings;
use crate::stage::{Stage, Stages};
use crate::table::{Row, Scratch, Table, with_scratch};
use crate::{Catalogue, Served};
use soiree_algorithms::mood::target;
use soiree_domain::{Reason, Scored};
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
    stages: &dyn Stages,
) -> Answer {
    stages.begin(Stage::Rules);
    let served = fitting(served, catalogue);
    let scene = Scene::new(&served, catalogue, ctx, request, settings, person.age);
    let items = with_scratch(|scratch| answer(&scene, person, request, stages, scratch));
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
        youngest: Option<u8>,
    ) -> Self {
        let rules = Rules::new(served, catalogue, request, youngest);
        let now_on = ctx.now_on.as_ref().and_then(|id| catalogue.index_of(id));
        let mood = ctx.mood.and_then(|mood| target(mood, ctx.wish));
        Self { served, catalogue, ctx, settings, rules, now_on, mood }
    }
}

fn answer(
    scene: &Scene<'_>,
    person: &Person<'_>,
    request: &Request,
    stages: &dyn Stages,
    scratch: &mut Scratch,
) -> Vec<Scored> {
    stages.begin(Stage::Candidates);
    let mut table = scratch.tables.pop().unwrap_or_default();
    let profile = Profile::new(scene.served, scene.catalogue, person.history, scene.settings);
    let moment = Moment::new(scene.ctx.now_ms, scene.ctx.utc_offset_min);
    let weights = scene.weights_for(&profile);
    let folded = scene.gather(person, &profile, false, &mut table, scratch);
    stages.begin(Stage::Blend);
    fill(scene, &folded, &moment, &mut table, 0);
    normalise(scene, &mut table, &mut scratch.ranking);
    blend(scene, &weights, &mut table);
    stages.begin(Stage::List);
    let limit = request.limit.min(MAX_LIMIT);
    let picked =
        pick(scene.catalogue, entries(&table), &shares(scene, &profile), limit, scene.settings.lambda);
    stages.begin(Stage::Reasons);
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

pub(crate) fn scored(
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
