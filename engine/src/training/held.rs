//! What is held back from a first fit, to see how well it is found again: of people, of groups, and of items.

use super::figures::Ran;
use super::groups;
use super::holdout::{self, PeopleRan, Split};
use super::unseen::Unseen;
use super::{Evidence, Row, TrainParams, Wanted};
use crate::bundle::Manifest;
use crate::settings::{GROUP_PARTS, NEW_SOURCES};
use crate::{Bundle, Catalogue};
use soiree_algorithms::matrix::Csr;

/// What is hidden, and the rest.
pub(super) struct Held {
    /// What the first fit is made on.
    pub(super) rest: Evidence,
    people: Option<Split>,
    groups: Vec<groups::Hidden>,
    unseen: Option<Unseen>,
}

/// The figures, and the weights that were learned from them.
#[derive(Default)]
pub(super) struct Figures {
    people: Option<PeopleRan>,
    groups: Option<Ran<{ GROUP_PARTS.len() }>>,
    unseen: Option<Ran<{ NEW_SOURCES.len() }>>,
}

impl Held {
    /// Holds back a little of `all`; `None` where there is too little of everything.
    pub(super) fn new(
        all: &Evidence,
        taken: &Csr,
        catalogue: &Catalogue,
        wants: &Wanted,
        params: &TrainParams,
    ) -> Option<Self> {
        let unseen = if wants.guesses { Unseen::new(taken, catalogue, params) } else { None };
        let seen = |item: u32| unseen.as_ref().is_none_or(|unseen| unseen.keeps(item));
        let mut evenings = all.evenings.clone();
        evenings.iter_mut().for_each(|evening| evening.works.retain(|work| seen(work.0)));
        let people = holdout::split(&all.rows, &seen, taken, catalogue, &wants.maps_to, params);
        // Whoever lost a whole domain would be asked with less than is known of them.
        let whole = |person: u32| people.as_ref().is_none_or(|split| !split.lost_a_domain(person));
        let groups = if wants.groups { groups::split(&evenings, whole, params) } else { Vec::new() };
        if people.is_none() && groups.is_empty() && unseen.is_none() {
            return None;
        }
        let (evenings, gone) = groups::without(&evenings, &groups);
        let stays = |row: &&Row| {
            seen(row.item)
                && !gone.contains(&(row.user, row.item))
                && people.as_ref().is_none_or(|split| split.keeps(row, catalogue))
        };
        let rest =
            Evidence { users: all.users, rows: all.rows.iter().filter(stays).copied().collect(), evenings };
        Some(Self { rest, people, groups, unseen })
    }

    /// Looks for what is hidden with a bundle that was fitted on the rest.
    pub(super) fn run(
        &self,
        bundle: &Bundle,
        catalogue: &Catalogue,
        all: &Evidence,
        params: &TrainParams,
        now_ms: i64,
    ) -> Figures {
        let people = self
            .people
            .as_ref()
            .map(|split| holdout::run(bundle, catalogue, split, &all.rows, params, now_ms));
        let groups = (!self.groups.is_empty())
            .then(|| groups::run(bundle, catalogue, &self.groups, &self.rest, params, now_ms));
        let unseen =
            self.unseen.as_ref().map(|unseen| unseen.run(bundle, catalogue, &self.rest.rows, params, now_ms));
        Figures { people, groups, unseen }
    }
}

impl Figures {
    /// Writes them down.
    pub(super) fn into_manifest(self, manifest: &mut Manifest) {
        if let Some((usual, cold)) = self.people {
            manifest.blend = usual.1;
            manifest.holdout = Some(usual.0);
            if let Some((figures, weights)) = cold {
                manifest.blend_cold = weights;
                manifest.holdout_cold = Some(figures);
            }
        }
        if let Some((figures, weights)) = self.groups {
            manifest.blend_group = weights;
            manifest.holdout_group = Some(figures);
        }
        if let Some((figures, weights)) = self.unseen {
            manifest.blend_new = weights;
            manifest.holdout_new = Some(figures);
        }
    }
}
