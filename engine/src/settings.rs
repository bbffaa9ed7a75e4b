//! What can be set about answering.

use soiree_domain::Source;
use soiree_domain::interaction::Weights;

/// How many sources score candidates one by one: those up to [`Source::Sbert`].
pub(crate) const SOURCES: usize = 11;

/// The sources whose weights are learned on a hold-out, in the order of the learned weights.
pub const LEARNED: [Source; 8] = [
    Source::Ials,
    Source::Ease,
    Source::ItemKnn,
    Source::DomainMap,
    Source::Tfidf,
    Source::Text,
    Source::Relation,
    Source::Popularity,
];

/// One weight per learned source.
pub type LearnedWeights = [f32; LEARNED.len()];

/// What speaks in a group with a past: its members, the group asked as one person, the group model.
pub const GROUP_PARTS: [&str; 3] = ["members", "together", "group-filter"];

/// One weight for each of [`GROUP_PARTS`].
pub type GroupShares = [f32; GROUP_PARTS.len()];

/// What can speak for an item that nobody took yet, in the order of the weights learned for such items.
pub const NEW_SOURCES: [Source; 4] = [Source::Sbert, Source::Tfidf, Source::Text, Source::Relation];

/// One weight for each of [`NEW_SOURCES`].
pub type NewWeights = [f32; NEW_SOURCES.len()];

/// Position of a source in every table of this crate.
pub(crate) fn place(source: Source) -> usize {
    source as usize
}

/// Weights and bounds of the blend and the list.
///
/// The readable base is `score = w_cf·collaborative + w_cb·content + w_ctx·context + w_social·social +
/// w_pop·popularity`. Collaborative and content are means over their models, by [`BlendSettings::shares`] or, when
/// `learned` is set and the bundle has them, by the weights learned on its hold-out, which then also divide
/// `w_cf + w_cb + w_pop` among the three.
#[derive(Debug, Clone, PartialEq)]
pub struct BlendSettings {
    /// Weight of what people with a like history took.
    pub w_cf: f32,
    /// Weight of likeness in words, meaning and relations.
    pub w_cb: f32,
    /// Weight of the moment: mood, season, recency, what is on now.
    pub w_ctx: f32,
    /// Weight of friends.
    pub w_social: f32,
    /// Weight of popularity, the prior for people of whom little is known.
    pub w_pop: f32,
    /// Shares of iALS, EASE, item-kNN and the domain map in `w_cf`, then TF-IDF, text and relations in `w_cb`, then 1.
    pub shares: LearnedWeights,
    /// The same for items of a domain in which nothing is known of a person. What people with a like history took is
    /// then about other domains, and says less than popularity (see the protocol `epinions-cold-domain`); the map is
    /// made for it.
    pub cold_shares: LearnedWeights,
    /// Whether learned weights are taken where the bundle has them.
    pub learned: bool,
    /// How strongly each deed speaks.
    pub deeds: Weights,
    /// A deed counts half when it is this much older than the person's newest, in days.
    pub half_life_days: f32,
    /// A friend's deed counts half after this many days.
    pub friends_half_life_days: f32,
    /// The most items of a history that models are asked about: the strongest and newest.
    pub profile_items: usize,
    /// The constant of reciprocal rank: ranks well below it count almost alike.
    pub rank_constant: f32,
    /// How deep each source's ranking goes, per domain.
    pub depth: usize,
    /// Up to how many items iALS scores all; above, only what other sources found.
    pub exact_scan_items: usize,
    /// How many candidates iALS (when it scores all) and popularity bring, the latter per domain.
    pub candidates: usize,
    /// How many candidates are looked at closely: those of which the lists say most.
    pub shortlist: usize,
    /// Relevance against variety in the list: 1 is relevance alone.
    pub lambda: f32,
    /// Share of places that is spread evenly over all domains when the request names none; the rest follows the
    /// person's own shares.
    pub domain_floor: f32,
    /// How much more explicit links weigh while little is known of a person: their weight is multiplied by
    /// `1 + link_boost / (1 + n)` with n liked items.
    pub link_boost: f32,
    /// How much what was disliked lowers what is like it, 0 to 1.
    pub aversion: f32,
    /// What an item that no collaborative model knows keeps of its score.
    pub unknown_discount: f32,
    /// The most that the mood can add to or take from an item's context.
    pub mood_share: f32,
    /// In a group, the share of members who may have had an item already without its being left out.
    pub seen_share: f32,
    /// How much the members, the group as one person and the group model count in a group of which much is known, where the
    /// bundle has a group model and has not learned better. Good on Mafengwo's travel groups.
    pub group_shares: GroupShares,
    /// How much the group as one person counts beside its members where there is no group model.
    pub together_share: f32,
    /// Below this fit an item is a misery to a member (for average without misery).
    pub misery: f32,
    /// How many of each member's best candidates the group looks at.
    pub group_candidates: usize,
}

impl Default for BlendSettings {
    fn default() -> Self {
        Self {
            w_cf: 0.42,
            w_cb: 0.28,
            w_ctx: 0.08,
            w_social: 0.12,
            w_pop: 0.10,
            shares: [0.35, 0.35, 0.30, 0.0, 0.30, 0.20, 0.50, 1.0],
            cold_shares: [0.15, 0.15, 0.10, 0.60, 0.30, 0.20, 0.50, 2.0],
            learned: true,
            deeds: Weights::default(),
            half_life_days: 180.0,
            friends_half_life_days: 30.0,
            profile_items: 64,
            rank_constant: 20.0,
            depth: 200,
            exact_scan_items: 60_000,
            candidates: 100,
            shortlist: 1_500,
            lambda: 0.9,
            domain_floor: 0.35,
            link_boost: 4.0,
            aversion: 0.6,
            unknown_discount: 0.8,
            mood_share: 0.5,
            seen_share: 0.2,
            group_shares: [0.5, 0.1, 0.4],
            together_share: 0.3,
            misery: 0.15,
            group_candidates: 150,
        }
    }
}

impl BlendSettings {
    /// One weight per source, from the base and the learned weights of a bundle, if any; `cold` for items of a domain in
    /// which nothing is known of a person.
    pub(crate) fn weights(&self, learned: Option<&LearnedWeights>, cold: bool) -> [f32; SOURCES] {
        let mut weights = [0.0; SOURCES];
        weights[place(Source::Friends)] = self.w_social;
        weights[place(Source::Context)] = self.w_ctx;
        let budget = self.w_cf + self.w_cb + self.w_pop;
        match learned.filter(|_| self.learned) {
            Some(learned) => {
                for (source, w) in LEARNED.into_iter().zip(learned) {
                    weights[place(source)] = budget * w;
                }
            }
            None => {
                let Self { w_cf, w_cb, w_pop, .. } = *self;
                let parts = [w_cf, w_cf, w_cf, w_cf, w_cb, w_cb, w_cb, w_pop];
                let shares = if cold { &self.cold_shares } else { &self.shares };
                for (i, source) in LEARNED.into_iter().enumerate() {
                    weights[place(source)] = parts[i] * shares[i];
                }
            }
        }
        weights
    }

    /// The plain weights of what can speak for an item that nobody took; guessed factors count like fitted ones.
    pub(crate) fn plain_new(&self) -> NewWeights {
        let weights = self.weights(None, false);
        NEW_SOURCES.map(|source| weights[place(if source == Source::Sbert { Source::Ials } else { source })])
    }
}
