//! Stage 3, rules: what may be in an answer at all.
//!
//! Rules are asked when a candidate first turns up, so that what may not come takes no place in any ranking.

use crate::Catalogue;
use crate::catalogue::NO_YEAR;
use crate::request::{Filter, Request};
use crate::served::Served;
use crate::table::{Admit, Table};

/// The request's filter, resolved against a catalogue.
pub(crate) struct Rules<'a> {
    served: &'a Served,
    catalogue: &'a Catalogue,
    filter: &'a Filter,
    domains: [bool; 5],
    /// Ratings above it are kept out.
    age_limit: Option<u8>,
    /// Whether the filter asks for something that the item itself must be read for.
    reads_items: bool,
}

impl<'a> Rules<'a> {
    /// `youngest` is the least age of those who are answered, if known.
    pub(crate) fn new(
        served: &'a Served,
        catalogue: &'a Catalogue,
        request: &'a Request,
        youngest: Option<u8>,
    ) -> Self {
        let mut domains = [request.domains.is_none(); 5];
        for domain in request.domains.iter().flatten() {
            domains[domain.index()] = true;
        }
        let filter = &request.filter;
        let reads_items =
            !filter.genres.is_empty() || filter.max_duration_min.is_some() || filter.language.is_some();
        let age_limit = filter.max_age_rating.into_iter().chain(youngest).min();
        Self { served, catalogue, filter, domains, age_limit, reads_items }
    }

    /// The age that ratings are held to, if any.
    pub(crate) fn age_limit(&self) -> Option<u8> {
        self.age_limit
    }

    /// Whether items of a domain, by its index, may come.
    pub(crate) fn wants(&self, domain: usize) -> bool {
        self.domains[domain]
    }

    /// Whether the filter may leave few items, so that the usual candidates do not suffice.
    pub(crate) fn is_narrow(&self) -> bool {
        self.reads_items || self.filter.year_from.is_some() || self.filter.year_to.is_some()
    }

    /// Keeps out what the request names.
    pub(crate) fn block_named(&self, table: &mut Table) {
        self.block_all(table, &self.filter.exclude);
    }

    /// Keeps out some items.
    pub(crate) fn block_all(&self, table: &mut Table, ids: &[soiree_domain::ItemId]) {
        for slot in
            ids.iter().filter_map(|id| self.catalogue.index_of(id)).filter_map(|at| self.served.slot_of(at))
        {
            table.block(slot);
        }
    }

    /// Whether an item may come; what a person had already is not asked here.
    pub(crate) fn allows(&self, item: u32) -> bool {
        let facts = self.catalogue.facts(item);
        let filter = self.filter;
        if !facts.live || !self.domains[facts.domain.index()] {
            return false;
        }
        if self.age_limit.is_some_and(|most| facts.age_rating > most) {
            return false;
        }
        let year = (facts.year != NO_YEAR).then_some(i32::from(facts.year));
        if filter.year_from.is_some_and(|from| year.is_none_or(|y| y < from))
            || filter.year_to.is_some_and(|to| year.is_none_or(|y| y > to))
        {
            return false;
        }
        !self.reads_items || self.allows_text(item)
    }

    fn allows_text(&self, item: u32) -> bool {
        let item = self.catalogue.item(item);
        let filter = self.filter;
        let genre = filter.genres.is_empty()
            || item
                .genres
                .iter()
                .any(|has| filter.genres.iter().any(|wanted| wanted.eq_ignore_ascii_case(has)));
        let short = filter.max_duration_min.is_none_or(|most| item.duration_min.is_none_or(|d| d <= most));
        let language = filter
            .language
            .as_ref()
            .is_none_or(|wanted| item.language.as_ref().is_some_and(|l| l.eq_ignore_ascii_case(wanted)));
        genre && short && language
    }
}

impl Admit for Rules<'_> {
    fn admit(&self, slot: u32) -> Option<(u32, u8, bool)> {
        let item = self.served.item_of(slot)?;
        let known = self.served.is_known(slot);
        self.allows(item).then(|| (item, self.catalogue.facts(item).domain.index() as u8, known))
    }
}
