//! How much each source counts for one person, domain by domain.

use crate::candidates::Scene;
use crate::profile::Profile;
use crate::settings::{GroupShares, NEW_SOURCES, SOURCES, place};
use crate::table::Row;
use soiree_domain::Source;

/// Liked items of other domains from which on somebody counts as known elsewhere by half.
const KNOWN_ELSEWHERE: f32 = 3.0;

/// One weight per source for each domain.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Weights {
    known: [[f32; SOURCES]; 5],
    new: [[f32; SOURCES]; 5],
}

impl Weights {
    /// The same for all domains, and for items that nobody took.
    pub(crate) fn even(weights: [f32; SOURCES]) -> Self {
        Self { known: [weights; 5], new: [weights; 5] }
    }

    /// The weights for items of a domain that somebody took.
    pub(crate) fn of(&self, domain: u8) -> &[f32; SOURCES] {
        &self.known[usize::from(domain)]
    }

    /// The weights for items of a domain that nobody took.
    pub(crate) fn of_new(&self, domain: u8) -> &[f32; SOURCES] {
        &self.new[usize::from(domain)]
    }

    /// The weights for a candidate.
    pub(crate) fn of_row(&self, row: &Row) -> &[f32; SOURCES] {
        if row.known { self.of(row.domain) } else { self.of_new(row.domain) }
    }
}

impl Scene<'_> {
    /// The weights in a domain in which much is known of a person, and in one in which nothing is.
    fn both(&self) -> [[f32; SOURCES]; 2] {
        let manifest = self.served.bundle().manifest();
        let (usual, cold) = (manifest.blend.as_ref(), manifest.blend_cold.as_ref());
        [self.settings.weights(usual, false), self.settings.weights(cold, true)]
    }

    /// How much the members, the group as one person and the group model count in a group with a past.
    pub(crate) fn group_shares(&self) -> GroupShares {
        let (bundle, settings) = (self.served.bundle(), self.settings);
        if bundle.group_links().is_none() {
            return [1.0 - settings.together_share, settings.together_share, 0.0];
        }
        bundle.manifest().blend_group.filter(|_| settings.learned).unwrap_or(settings.group_shares)
    }

    /// The most that each source can count.
    pub(crate) fn most_weights(&self) -> [f32; SOURCES] {
        let [usual, cold] = self.both();
        std::array::from_fn(|s| usual[s].max(cold[s]))
    }

    /// The weights for one person. In each domain they lie between the usual ones and those for a domain in which nothing
    /// is known of somebody who is known elsewhere, by `1 / (1 + n) · m / (m + 3)` with n liked items of the domain and m
    /// of others; links, which need no other people, count for more while little is known at all.
    pub(crate) fn weights_for(&self, profile: &Profile) -> Weights {
        let [usual, cold] = self.both();
        let mut known = [0.0_f32; 5];
        for deed in &profile.liked {
            known[self.catalogue.facts(deed.item).domain.index()] += 1.0;
        }
        let all = profile.liked.len() as f32;
        let boost = 1.0 + self.settings.link_boost / (1.0 + all);
        let known = known.map(|n| {
            let elsewhere = all - n;
            let share = elsewhere / (elsewhere + KNOWN_ELSEWHERE) / (1.0 + n);
            let mut weights: [f32; SOURCES] =
                std::array::from_fn(|s| usual[s] + share * (cold[s] - usual[s]));
            weights[place(Source::Relation)] *= boost;
            weights
        });
        Weights { known, new: known.map(|weights| self.of_new(weights)) }
    }

    /// The weights for items that nobody took, from those for others. Guessed factors have the weight of fitted ones; what
    /// all sources have that can speak for such an item is then divided as the bundle has learned for such items, or as the
    /// plain weights do, which is what the hold-out found to be no worse.
    fn of_new(&self, mut weights: [f32; SOURCES]) -> [f32; SOURCES] {
        let bundle = self.served.bundle();
        if bundle.guesses().is_none() {
            return weights;
        }
        weights[place(Source::Sbert)] = weights[place(Source::Ials)];
        let learned = bundle.manifest().blend_new.filter(|_| self.settings.learned);
        let shares = learned.unwrap_or_else(|| self.settings.plain_new());
        let all: f32 = NEW_SOURCES.iter().map(|&source| weights[place(source)]).sum();
        let whole = shares.iter().sum::<f32>().max(f32::MIN_POSITIVE);
        for (source, share) in NEW_SOURCES.into_iter().zip(shares) {
            weights[place(source)] = all * share / whole;
        }
        weights
    }
}
