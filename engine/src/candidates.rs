//! Stage 1, candidates: every source names items for one person and says how strongly.

use crate::Catalogue;
use crate::blend::dot;
use crate::paths::{closeness, reach};
use crate::profile::Profile;
use crate::request::{Context, Person};
use crate::rules::Rules;
use crate::served::Served;
use crate::settings::{BlendSettings, SOURCES, place};
use crate::social::{tastes, trust};
use crate::table::{Admit, Scratch, Table};
use soiree_algorithms::blend::pack;
use soiree_algorithms::item_to_item::ItemToItem;
use soiree_domain::{Mood, Source};

/// What is the same for all members of one request.
pub(crate) struct Scene<'a> {
    pub(crate) served: &'a Served,
    pub(crate) catalogue: &'a Catalogue,
    pub(crate) ctx: &'a Context,
    pub(crate) settings: &'a BlendSettings,
    pub(crate) rules: Rules<'a>,
    /// Index of what is on now.
    pub(crate) now_on: Option<u32>,
    /// The mood to look for, if one is wished for.
    pub(crate) mood: Option<Mood>,
}

/// A person as iALS sees them.
#[derive(Debug, Default)]
pub(crate) struct Folded {
    /// What they liked of what the model knows, as (slot, weight), slots rising.
    pub(crate) deeds: Vec<(u32, f32)>,
    /// Their factors; none without the model or without deeds. Solving for them is dear, so that it is done once.
    pub(crate) factors: Option<Vec<f32>>,
}

/// Friends whose deeds are looked at, and deeds of each.
const FRIENDS: usize = 100;
const FRIEND_EVENTS: usize = 50;
const DAY_MS: f32 = 86_400_000.0;

impl<'a> Scene<'a> {
    /// Fills the table with one person's candidates and what each source says of them. What the person has
    /// had is kept out unless `repeats` (a group decides on that by itself).
    pub(crate) fn gather(
        &self,
        person: &Person<'_>,
        profile: &Profile,
        repeats: bool,
        table: &mut Table,
        scratch: &mut Scratch,
    ) -> Folded {
        table.begin(self.served.slots());
        self.block(person, profile, repeats, table);
        self.add_neighbours(profile, table);
        self.add_relations(profile, table, scratch);
        self.add_friends(person, table);
        self.add_now_on(table);
        let folded = self.fold(profile);
        self.shorten(table, &mut scratch.ranking[0][0]);
        self.add_scanned(&folded, table, scratch);
        self.add_guessed(&folded, table, scratch);
        self.add_popular(table);
        self.add_matching(table);
        self.push_away(profile, table);
        folded
    }

    fn fold(&self, profile: &Profile) -> Folded {
        let bundle = self.served.bundle();
        let deeds = profile.for_models(bundle.items());
        let factors = bundle.ials().filter(|_| !deeds.is_empty()).map(|ials| ials.fold_in(&deeds));
        Folded { deeds, factors }
    }

    /// Fills the table with what is like the profile's one item, whatever people think of it.
    pub(crate) fn gather_alike(&self, profile: &Profile, table: &mut Table, scratch: &mut Scratch) {
        table.begin(self.served.slots());
        profile.done.iter().for_each(|&slot| table.block(slot));
        self.add_neighbours(profile, table);
        self.add_relations(profile, table, scratch);
    }

    fn block(&self, person: &Person<'_>, profile: &Profile, repeats: bool, table: &mut Table) {
        self.rules.block_named(table);
        self.rules.block_all(table, person.exclude);
        if let Some(slot) = self.now_on.and_then(|at| self.served.slot_of(at)) {
            table.block(slot);
        }
        if !repeats {
            profile.done.iter().for_each(|&slot| table.block(slot));
        }
    }

    fn add_neighbours(&self, profile: &Profile, table: &mut Table) {
        let bundle = self.served.bundle();
        for (source, model) in bundle.neighbour_models() {
            for deed in &profile.liked {
                add_row(model, deed.slot, deed.weight, source, table, &self.rules);
            }
        }
        for deed in profile.liked.iter().filter(|_| self.served.has_newcomers()) {
            for &(slot, alike) in self.served.newcomers_near(deed.slot) {
                table.add(slot, Source::Tfidf, deed.weight * alike, &self.rules);
            }
        }
    }

    /// Notes of all candidates how much they are like what was turned down.
    fn push_away(&self, profile: &Profile, table: &mut Table) {
        if profile.disliked.is_empty() {
            return;
        }
        let alike = [Source::ItemKnn, Source::Tfidf, Source::Text];
        for (_, model) in self.served.bundle().neighbour_models().filter(|(s, _)| alike.contains(s)) {
            for deed in &profile.disliked {
                push_away(model, deed.slot, -deed.weight, table);
            }
        }
    }

    /// What hangs together with the profile, over up to three links.
    fn add_relations(&self, profile: &Profile, table: &mut Table, scratch: &mut Scratch) {
        for deed in &profile.liked {
            reach(self.catalogue, deed.item, &mut scratch.paths);
            for path in &scratch.paths {
                if let Some(slot) = self.served.slot_of(path.end()) {
                    table.add(slot, Source::Relation, deed.weight * path.strength, &self.rules);
                }
            }
        }
    }

    fn add_friends(&self, person: &Person<'_>, table: &mut Table) {
        if person.friends.is_empty() {
            return;
        }
        let mine = tastes(person.history, self.settings);
        for friend in person.friends.iter().take(FRIENDS) {
            let trust = trust(&mine, friend, self.settings);
            for event in friend.events.iter().take(FRIEND_EVENTS) {
                let strength = self.settings.deeds.strength(event.kind, event.value).min(3.0);
                let age_days = self.ctx.now_ms.saturating_sub(event.at_ms).max(0) as f32 / DAY_MS;
                let weight =
                    trust * strength * (-age_days / self.settings.friends_half_life_days.max(1e-3)).exp2();
                let slot = self.catalogue.index_of(&event.item).and_then(|at| self.served.slot_of(at));
                if let Some(slot) = slot.filter(|_| weight.is_finite() && weight > 1e-3) {
                    table.add(slot, Source::Friends, weight, &self.rules);
                }
            }
        }
    }

    /// What hangs together with the item that is on now, as context; at most 1 each.
    fn add_now_on(&self, table: &mut Table) {
        let Some(at) = self.now_on else { return };
        for &link in self.catalogue.relations(at) {
            if let Some(slot) = self.served.slot_of(link.to) {
                table.add(slot, Source::Context, closeness(link), &self.rules);
            }
        }
        if let Some(slot) = self.served.slot_of(at) {
            self.served.alike_in_content(slot, |other, alike| {
                table.add(other, Source::Context, 0.6 * alike.min(1.0), &self.rules);
            });
        }
    }

    /// Keeps what the lists together say most of, each measured by its strongest. Friends and what hangs together
    /// with the item that is on now are few, and stay.
    fn shorten(&self, table: &mut Table, order: &mut Vec<u64>) {
        if table.rows.len() <= self.settings.shortlist {
            return;
        }
        let mut most = [f32::MIN_POSITIVE; SOURCES];
        for row in &table.rows {
            for (most, raw) in most.iter_mut().zip(row.raw) {
                *most = most.max(raw);
            }
        }
        let weights = self.most_weights();
        let scales: [f32; SOURCES] = std::array::from_fn(|s| weights[s].max(0.01) / most[s]);
        let few = [Source::Friends, Source::Context, Source::Relation].map(place);
        table.keep_best(self.settings.shortlist, order, |row| {
            let stays = few.iter().any(|&s| row.raw[s] > 0.0);
            f32::from(u8::from(stays)) * 100.0 + row.raw.iter().zip(scales).map(|(r, s)| r * s).sum::<f32>()
        });
    }

    /// iALS scores all items where there are few.
    fn add_scanned(&self, folded: &Folded, table: &mut Table, scratch: &mut Scratch) {
        let bundle = self.served.bundle();
        if bundle.items() > self.settings.exact_scan_items {
            return;
        }
        let (Some(ials), Some(factors)) = (bundle.ials(), &folded.factors) else { return };
        let (dense, order) = (&mut scratch.dense, &mut scratch.ranking[0][0]);
        dense.resize(bundle.items(), 0.0);
        ials.score_with(factors, dense);
        for slot in folded.deeds.iter().map(|deed| deed.0) {
            dense[slot as usize] = 0.0;
        }
        let found = (0_u32..).zip(dense.iter()).filter(|cell| *cell.1 > 0.0);
        order.clear();
        order.extend(found.map(|(slot, &score)| pack(score, u32::MAX - slot)));
        self.enter_best(self.settings.candidates * 2, table, order);
    }

    /// What nobody took yet is chosen by guessed factors, which compare neither with fitted ones nor between domains.
    fn add_guessed(&self, folded: &Folded, table: &mut Table, scratch: &mut Scratch) {
        let (Some(factors), guessed) = (&folded.factors, self.served.guessed()) else { return };
        if guessed.len() > self.settings.exact_scan_items {
            return;
        }
        let of_domains = &mut scratch.ranking[0];
        of_domains.iter_mut().for_each(Vec::clear);
        for &slot in guessed {
            let item = self.served.item_of(slot).filter(|&item| self.rules.allows(item));
            if let (Some(item), Some(guess)) = (item, self.served.guess(slot)) {
                let score = dot(guess, factors);
                if score > 0.0 {
                    let domain = self.catalogue.facts(item).domain.index();
                    of_domains[domain].push(pack(score, u32::MAX - slot));
                }
            }
        }
        of_domains.iter_mut().for_each(|order| self.enter_best(self.settings.candidates, table, order));
    }

    /// Enters the `most` slots with the highest packed scores, of equals those that come first; in no order.
    fn enter_best(&self, most: usize, table: &mut Table, order: &mut Vec<u64>) {
        if most == 0 {
            return;
        }
        if order.len() > most {
            order.select_nth_unstable_by(most - 1, |a, b| b.cmp(a));
            order.truncate(most);
        }
        for &packed in &*order {
            table.enter(u32::MAX - packed as u32, &self.rules);
        }
    }

    fn add_popular(&self, table: &mut Table) {
        for domain in (0..5).filter(|&d| self.rules.wants(d)) {
            let mut taken = 0;
            for &slot in self.served.popular(domain) {
                taken += usize::from(table.enter(slot, &self.rules).is_some());
                if taken >= self.settings.candidates {
                    break;
                }
            }
        }
    }

    /// A narrow filter may let none of the usual candidates through: then everything that it allows comes.
    fn add_matching(&self, table: &mut Table) {
        if self.rules.is_narrow() && table.rows.len() < self.settings.candidates {
            for slot in 0..self.served.slots() as u32 {
                table.enter(slot, &self.rules);
            }
        }
    }
}

fn add_row(
    model: &ItemToItem,
    from: u32,
    weight: f32,
    source: Source,
    table: &mut Table,
    admit: &impl Admit,
) {
    let links = model.links();
    if from as usize >= links.rows() {
        return;
    }
    let (slots, values) = links.row(from as usize);
    for (&slot, &value) in slots.iter().zip(values) {
        // What speaks against an item makes nobody a candidate.
        if value > 0.0 {
            table.add(slot, source, weight * value, admit);
        } else if let Some(at) = table.find(slot) {
            table.rows[at].raw[place(source)] += weight * value;
        }
    }
}

fn push_away(model: &ItemToItem, from: u32, weight: f32, table: &mut Table) {
    let links = model.links();
    if from as usize >= links.rows() {
        return;
    }
    let (slots, values) = links.row(from as usize);
    for (&slot, &value) in slots.iter().zip(values) {
        if let Some(at) = table.find(slot) {
            table.rows[at].aversion += weight * value.max(0.0);
        }
    }
}
