//! Answers for a group: every member's own stages first, then one list.

use crate::blend::{blend, fill, normalise, normalise_filled, shares};
use crate::candidates::{Folded, Scene};
use crate::context::Moment;
use crate::known_group::{Ours, filtered, known};
use crate::list::{Entry, pick};
use crate::personal::fitting;
use crate::profile::Profile;
use crate::reasons;
use crate::request::{Context, Group, GroupAnswer, GroupItem, MAX_LIMIT, Person, Request};
use crate::settings::{BlendSettings, SOURCES, place};
use crate::stage::{Stage, Stages, Untimed};
use crate::table::{Scratch, Table, with_scratch};
use crate::weights::Weights;
use crate::{Catalogue, Served};
use rustc_hash::FxHashMap;
use soiree_algorithms::blend::{Case, pack};
use soiree_algorithms::group::{Fairness, Terms, aggregate, fairness, satisfaction, shares as member_shares};
use soiree_domain::{Reason, Source};

/// The best items for a group at this moment.
///
/// Every member's best candidates are put together, each is scored for every member, and the strategy makes one list.
/// A member's fit of an item is its blended score over that of the member's best candidate. Vetoes are absolute. What
/// a member has had fits them with nothing, and is left out when more than [`BlendSettings::seen_share`] of the
/// members, by weight, have had it. A member of weight 0 has no say but is told their satisfaction. Missing weights
/// count as 1. Cost: about two personal answers per member.
#[must_use]
pub fn recommend_group(
    served: &Served,
    catalogue: &Catalogue,
    group: &Group<'_>,
    ctx: &Context,
    request: &Request,
    settings: &BlendSettings,
    stages: &dyn Stages,
) -> GroupAnswer {
    stages.begin(Stage::Rules);
    let served = fitting(served, catalogue);
    let youngest = group.members.iter().filter_map(|member| member.age).min();
    let scene = Scene::new(&served, catalogue, ctx, request, settings, youngest);
    let weights: Vec<f32> =
        (0..group.members.len()).map(|m| group.weights.get(m).copied().unwrap_or(1.0)).collect();
    let room = Room { scene: &scene, group, request, weights: member_shares(&weights), stages };
    let (items, satisfaction) = with_scratch(|scratch| room.answer(scratch));
    let Fairness { min, mean, spread } = fairness(&satisfaction);
    GroupAnswer {
        version: served.version().clone(),
        strategy: group.strategy,
        items,
        satisfaction,
        min_satisfaction: min,
        mean_satisfaction: mean,
        spread,
        age_limit: scene.rules.age_limit(),
        left_out: served.bundle().left_out(),
    }
}

/// What the members on average, the group as one person and the group model say of every candidate, for learning how much
/// each of them counts; `wanted` is the slot to be found.
pub(crate) fn case(scene: &Scene<'_>, group: &Group<'_>, request: &Request, wanted: u32) -> Case {
    let weights = member_shares(&vec![1.0; group.members.len()]);
    let room = Room { scene, group, request, weights, stages: &Untimed };
    let moment = Moment::new(scene.ctx.now_ms, None);
    with_scratch(|scratch| {
        let Gathered { members, ours, common } = room.gathered(&moment, scratch);
        let share = |sum: f32| sum / members.len().max(1) as f32;
        let said = ours.as_ref().map_or_else(|| vec![[0.0; 2]; common.len()], |ours| ours.says(&common));
        let row = |(at, [whole, filter]): (usize, &[f32; 2])| {
            let mean = share(members.iter().map(|member| member.fits[at]).sum());
            // What the group as one says counts for those who did not turn it down.
            let open = share(members.iter().filter(|member| member.open[at]).count() as f32);
            [mean, open * whole, open * filter]
        };
        let values = said.iter().enumerate().flat_map(row).collect();
        let whole = ours.map(|ours| ours.whole);
        scratch.tables.extend(members.into_iter().chain(whole).map(|m| m.table));
        Case { values, target: common.binary_search(&wanted).ok() }
    })
}

/// From this fit on, an item is said to be like what the group has had together.
const FITS_PAST: f32 = 0.5;

/// The longest list that a strategy builds place by place.
const MOST_PLACES: usize = 100;

struct Room<'a> {
    scene: &'a Scene<'a>,
    group: &'a Group<'a>,
    request: &'a Request,
    /// Sum 1.
    weights: Vec<f32>,
    stages: &'a dyn Stages,
}

/// One member with their candidates.
pub(crate) struct Member {
    profile: Profile,
    weights: Weights,
    folded: Folded,
    table: Table,
    /// Fit of each common candidate.
    pub(crate) fits: Vec<f32>,
    /// Whether the member has not turned each common candidate down. What they had may be wanted by the group they are in;
    /// what they turned down stays so.
    pub(crate) open: Vec<bool>,
    /// The member's highest fits of what the group may have, falling.
    best: Vec<f32>,
}

/// The members with what the group has in view.
struct Gathered {
    members: Vec<Member>,
    ours: Option<Ours>,
    /// Slots of what any member or the group as one likes best, rising.
    common: Vec<u32>,
}

impl Room<'_> {
    /// Stages 1 and 2 for every member, and for the group as one where it has a past.
    fn gathered(&self, moment: &Moment, scratch: &mut Scratch) -> Gathered {
        self.stages.begin(Stage::Candidates);
        let mut members: Vec<Member> =
            self.group.members.iter().map(|person| self.member(person, moment, scratch)).collect();
        let mut ours = self.ours(&members, moment, scratch);
        let common = self.common(&members, ours.as_ref());
        self.stages.begin(Stage::Blend);
        for member in members.iter_mut().chain(ours.as_mut().map(|ours| &mut ours.whole)) {
            self.score(member, &common, moment, scratch);
        }
        Gathered { members, ours, common }
    }

    fn answer(&self, scratch: &mut Scratch) -> (Vec<GroupItem>, Vec<f32>) {
        let moment = Moment::new(self.scene.ctx.now_ms, self.scene.ctx.utc_offset_min);
        let Gathered { members, ours, common } = self.gathered(&moment, scratch);
        self.stages.begin(Stage::List);
        let limit = self.request.limit.min(MAX_LIMIT);
        let leaning = self.leaning(&members, &common, ours.as_ref());
        let fits: Vec<&[f32]> = leaning.iter().map(Vec::as_slice).collect();
        // Longer than the answer, since the list stage chooses among what is good; every place costs a look at all
        // candidates for all members, so that long answers end with the order of the average.
        let length = (limit * 2 + 16).min(MOST_PLACES);
        let terms = Terms { misery: self.scene.settings.misery, length };
        let scores = aggregate(self.group.strategy, &fits, &self.weights, &terms);
        let picked = self.pick(&members, &common, &scores, limit);
        let contentment = members
            .iter()
            .map(|member| {
                let list: Vec<f32> = picked.iter().map(|&at| member.fits[at as usize]).collect();
                satisfaction(&list, &member.best)
            })
            .collect();
        self.stages.begin(Stage::Reasons);
        // Who was not there must not learn of an evening of the others.
        let told = self.group.together.iter().all(|had| had.some == 0.0);
        let items = picked.iter().map(|&at| {
            let at = at as usize;
            let past = ours.as_ref().filter(|_| told).and_then(|ours| Self::past(ours, at, common[at]));
            self.item(&members, &common, &scores, at, past.as_ref(), &moment)
        });
        let items = items.collect();
        let whole = ours.map(|ours| ours.whole);
        scratch.tables.extend(members.into_iter().chain(whole).map(|m| m.table));
        (items, contentment)
    }

    fn member(&self, person: &Person<'_>, moment: &Moment, scratch: &mut Scratch) -> Member {
        let scene = self.scene;
        let profile = Profile::new(scene.served, scene.catalogue, person.history, scene.settings);
        self.gather(person, profile, &mut FxHashMap::default(), moment, scratch)
    }

    /// The taste of the group as one; nothing where its members had nothing together.
    fn ours(&self, members: &[Member], moment: &Moment, scratch: &mut Scratch) -> Option<Ours> {
        let (scene, together) = (self.scene, self.group.together);
        let profile = Profile::of_group(scene.served, scene.catalogue, together, scene.settings);
        let first = self.group.members.first().filter(|_| !profile.liked.is_empty())?;
        let had = |slot: u32| self.had_by_many(members, slot);
        let mut filter = filtered(scene, &profile, together, had);
        let whole = self.gather(&Person::new(first.user, &[]), profile, &mut filter, moment, scratch);
        Some(Ours { whole, filter, known: known(together) })
    }

    /// The members' fits, each drawn towards the group's own taste by how much is known of that.
    fn leaning(&self, members: &[Member], common: &[u32], ours: Option<&Ours>) -> Vec<Vec<f32>> {
        let Some(ours) = ours else { return members.iter().map(|member| member.fits.clone()).collect() };
        let (shares, said) = (self.scene.group_shares(), ours.says(common));
        members.iter().map(|member| ours.lean(member, &said, shares)).collect()
    }

    /// What may be said of an item and the group's past, to each of those who were there.
    fn past(ours: &Ours, at: usize, slot: u32) -> Option<(Source, &'static str)> {
        let (whole, filter) = (ours.whole.fits[at], ours.filtered(slot));
        if filter >= FITS_PAST && filter >= whole {
            Some((Source::GroupFilter, "What others went on to who had what you have had together"))
        } else {
            (whole >= FITS_PAST).then_some((Source::Together, "Like what you have watched together"))
        }
    }

    /// One member's candidates, and those of `others` that may come; the rest of these is taken out.
    fn gather(
        &self,
        person: &Person<'_>,
        profile: Profile,
        others: &mut FxHashMap<u32, f32>,
        moment: &Moment,
        scratch: &mut Scratch,
    ) -> Member {
        let scene = self.scene;
        let mut table = scratch.tables.pop().unwrap_or_default();
        let folded = scene.gather(person, &profile, true, &mut table, scratch);
        others.retain(|&slot, _| table.enter(slot, &scene.rules).is_some());
        fill(scene, &folded, moment, &mut table, 0);
        normalise(scene, &mut table, &mut scratch.ranking);
        let weights = scene.weights_for(&profile);
        blend(scene, &weights, &mut table);
        Member { weights, profile, folded, table, fits: Vec::new(), open: Vec::new(), best: Vec::new() }
    }

    /// Slots of what any member with a say likes best, without what is vetoed, excluded by a member or had by too
    /// many; rising, so that the order of members does not matter.
    fn common(&self, members: &[Member], ours: Option<&Ours>) -> Vec<u32> {
        let mut slots: Vec<u32> = Vec::new();
        let mut best: Vec<u64> = Vec::new();
        let with_a_say =
            members.iter().zip(&self.weights).filter(|(_, w)| **w > 0.0).map(|(member, _)| member);
        for member in with_a_say.chain(ours.map(|ours| &ours.whole)) {
            for domain in 0..5 {
                best.clear();
                let rows = member.table.rows.iter().filter(|row| usize::from(row.domain) == domain);
                best.extend(rows.map(|row| pack(row.score, u32::MAX - row.slot)));
                let most = self.scene.settings.group_candidates.max(1);
                if best.len() > most {
                    best.select_nth_unstable_by(most - 1, |a, b| b.cmp(a));
                    best.truncate(most);
                }
                slots.extend(best.iter().map(|&packed| u32::MAX - packed as u32));
            }
        }
        slots.extend(ours.into_iter().flat_map(|ours| ours.filter.keys()));
        slots.sort_unstable();
        slots.dedup();
        let barred = self.barred();
        slots.retain(|slot| !barred.contains(slot) && !self.had_by_many(members, *slot));
        slots
    }

    fn barred(&self) -> Vec<u32> {
        let named = self.group.members.iter().zip(&self.weights).filter(|(_, w)| **w > 0.0);
        let named = named.flat_map(|(member, _)| member.exclude).chain(self.group.vetoes);
        named
            .filter_map(|id| self.scene.catalogue.index_of(id))
            .filter_map(|at| self.scene.served.slot_of(at))
            .collect()
    }

    fn had_by_many(&self, members: &[Member], slot: u32) -> bool {
        let had = |member: &Member| member.profile.done.binary_search(&slot).is_ok();
        let share: f32 = members.iter().zip(&self.weights).filter(|(m, _)| had(m)).map(|(_, w)| w).sum();
        share > self.scene.settings.seen_share + 1e-4
    }

    /// Scores all common candidates for one member, those of others included.
    fn score(&self, member: &mut Member, common: &[u32], moment: &Moment, scratch: &mut Scratch) {
        let scene = self.scene;
        let known = member.table.rows.len();
        for &slot in common {
            member.table.enter(slot, &scene.rules);
        }
        // In a small catalogue everybody's candidates are everybody else's, and all scores stand.
        if member.table.rows.len() > known {
            fill(scene, &member.folded, moment, &mut member.table, known);
            normalise_filled(scene, &mut member.table, &mut scratch.ranking);
            blend(scene, &member.weights, &mut member.table);
        }
        let score = |slot: u32| member.table.find(slot).map_or(0.0, |at| member.table.rows[at].score);
        let had = |slot: u32| member.profile.done.binary_search(&slot).is_ok();
        let open = common.iter().filter(|slot| !had(**slot));
        let most = open.map(|&slot| score(slot)).fold(f32::MIN_POSITIVE, f32::max);
        let unwanted = |slot: u32| member.profile.disliked.binary_search_by_key(&slot, |d| d.slot).is_ok();
        member.open = common.iter().map(|&slot| !unwanted(slot)).collect();
        let fit = |(&slot, &open): (&u32, &bool)| if open && !had(slot) { score(slot) / most } else { 0.0 };
        member.fits = common.iter().zip(&member.open).map(fit).collect();
        member.best = member.fits.clone();
        let most = self.request.limit.min(MAX_LIMIT);
        if most > 0 && member.best.len() > most {
            member.best.select_nth_unstable_by(most - 1, |a, b| b.total_cmp(a));
        }
        member.best.truncate(most);
        member.best.sort_unstable_by(|a, b| b.total_cmp(a));
    }

    fn pick(&self, members: &[Member], common: &[u32], scores: &[f32], limit: usize) -> Vec<u32> {
        let scene = self.scene;
        let mut mixed = [0.0_f32; 5];
        for (member, weight) in members.iter().zip(&self.weights) {
            for (sum, share) in mixed.iter_mut().zip(shares(scene, &member.profile)) {
                *sum += weight * share;
            }
        }
        let entries = |misery: bool| {
            (0_u32..).zip(common).zip(scores).filter(move |(_, score)| (**score < 0.0) == misery).filter_map(
                move |((key, &slot), &score)| {
                    let item = scene.served.item_of(slot)?;
                    let domain = scene.catalogue.facts(item).domain.index() as u8;
                    Some(Entry { key, item, domain, score: if misery { score + 1.0 } else { score } })
                },
            )
        };
        let lambda = scene.settings.lambda;
        let mut picked = pick(scene.catalogue, entries(false), &mixed, limit, lambda);
        // What is a misery to somebody comes only when nothing else is left.
        let open = limit - picked.len();
        if open > 0 {
            picked.extend(pick(scene.catalogue, entries(true), &mixed, open, lambda));
        }
        picked
    }

    fn item(
        &self,
        members: &[Member],
        common: &[u32],
        scores: &[f32],
        at: usize,
        past: Option<&(Source, &'static str)>,
        moment: &Moment,
    ) -> GroupItem {
        let scene = self.scene;
        let slot = common[at];
        let fits: Vec<f32> = members.iter().map(|m| m.fits[at]).collect();
        let rows = members.iter().filter_map(|m| m.table.find(slot).map(|row| &m.table.rows[row]));
        let mut reasons = Vec::new();
        if self.request.explain {
            if let Some(row) = rows.clone().next() {
                reasons = reasons::open(scene, moment, row, self.request.surface, None);
            }
            reasons.extend(self.suits(&fits, rows.map(|row| row.value)));
            for (member, person) in members.iter().zip(self.group.members) {
                reasons.extend(past.map(|&(source, text)| {
                    let (text, private_to) = (text.to_owned(), Some(person.user.clone()));
                    Reason { source, text, item: None, private_to }
                }));
                if let Some(row) = member.table.find(slot) {
                    let row = &member.table.rows[row];
                    let own = reasons::personal(scene, person, &member.profile, &member.weights, row);
                    reasons.extend(own.into_iter().take(2));
                }
            }
        }
        let item = scene.served.item_of(slot).expect("candidates have items");
        GroupItem {
            item: scene.catalogue.item(item).id.clone(),
            score: scores[at].clamp(0.0, 1.0),
            satisfaction: fits,
            reasons,
        }
    }

    /// How many of the group the item suits, from the satisfactions that the answer shows anyway.
    fn suits(&self, fits: &[f32], values: impl Iterator<Item = [f32; SOURCES]>) -> Option<Reason> {
        let suited = fits.iter().filter(|&&fit| fit >= 0.5).count();
        if fits.len() < 2 {
            return None;
        }
        let mut sums = [0.0_f32; SOURCES];
        values.for_each(|v| sums.iter_mut().zip(v).for_each(|(s, v)| *s += v));
        let sources =
            [Source::Ials, Source::Ease, Source::ItemKnn, Source::Tfidf, Source::Text, Source::Popularity];
        let source = sources.into_iter().max_by(|a, b| sums[place(*a)].total_cmp(&sums[place(*b)]))?;
        // Also one that few want has a reason: it stands there for them, or because it lies between all.
        let text = match suited {
            0 => "In between what you all like".to_owned(),
            all if all == fits.len() => "Suits everybody here".to_owned(),
            some => format!("Suits {some} of {} here", fits.len()),
        };
        Some(Reason { source, text, item: None, private_to: None })
    }
}
