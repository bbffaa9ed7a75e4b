//! Stage 4, list: from scores to an ordered list with some variety and every domain's share.

use crate::Catalogue;
use soiree_algorithms::blend::pack;
use soiree_algorithms::diversity::mmr_next;

/// What the list stage must know of a candidate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Entry {
    /// Whatever the caller finds it by.
    pub(crate) key: u32,
    /// Index in the catalogue.
    pub(crate) item: u32,
    pub(crate) domain: u8,
    /// 0 to 1.
    pub(crate) score: f32,
}

/// One domain's open candidates, best first.
struct Pool {
    entries: Vec<Entry>,
    relevance: Vec<f32>,
    closeness: Vec<f32>,
    open: Vec<bool>,
    share: f32,
    taken: usize,
}

/// Picks at most `limit` keys. The next place goes to the domain whose share is least met (Sainte-Laguë:
/// largest `share / (2·taken + 1)`), and in it to the best by maximal marginal relevance, `lambda` being 1 for
/// relevance alone. Cost: `O(candidates + limit · pool)`.
pub(crate) fn pick(
    catalogue: &Catalogue,
    candidates: impl Iterator<Item = Entry>,
    shares: &[f32; 5],
    limit: usize,
    lambda: f32,
) -> Vec<u32> {
    let mut pools = pools(candidates, shares, limit);
    let mut picked: Vec<u32> = Vec::with_capacity(limit);
    while picked.len() < limit {
        let quotient = |pool: &Pool| pool.share / (2 * pool.taken + 1) as f32;
        let next = (0..pools.len())
            .filter(|&p| pools[p].open.contains(&true))
            .max_by(|&a, &b| quotient(&pools[a]).total_cmp(&quotient(&pools[b])).then(b.cmp(&a)));
        let Some(pool) = next.map(|p| &mut pools[p]) else { break };
        let Some(at) = mmr_next(&pool.relevance, &pool.closeness, &pool.open, lambda) else { break };
        pool.open[at] = false;
        pool.taken += 1;
        let chosen = pool.entries[at];
        picked.push(chosen.key);
        if lambda < 1.0 {
            move_closer(catalogue, &mut pools, chosen.item);
        }
    }
    picked
}

fn pools(candidates: impl Iterator<Item = Entry>, shares: &[f32; 5], limit: usize) -> Vec<Pool> {
    let mut by_domain: [Vec<Entry>; 5] = Default::default();
    for entry in candidates {
        by_domain[entry.domain as usize].push(entry);
    }
    let most = (limit * 2).saturating_add(16);
    let mut pools = Vec::new();
    for (mut entries, &share) in by_domain.into_iter().zip(shares) {
        if entries.is_empty() {
            continue;
        }
        // Falling score; of equals the item that came first.
        let order = |e: &Entry| std::cmp::Reverse(pack(e.score.max(0.0), u32::MAX - e.item));
        if entries.len() > most {
            entries.select_nth_unstable_by_key(most - 1, order);
            entries.truncate(most);
        }
        entries.sort_unstable_by_key(order);
        let best = entries[0].score.max(f32::MIN_POSITIVE);
        let relevance = entries.iter().map(|e| e.score / best).collect();
        let n = entries.len();
        pools.push(Pool {
            entries,
            relevance,
            closeness: vec![0.0; n],
            open: vec![true; n],
            share,
            taken: 0,
        });
    }
    pools
}

fn move_closer(catalogue: &Catalogue, pools: &mut [Pool], chosen: u32) {
    let signature = catalogue.facts(chosen).signature;
    for pool in pools {
        for (at, entry) in pool.entries.iter().enumerate().filter(|&(at, _)| pool.open[at]) {
            let alike = signature.alike(catalogue.facts(entry.item).signature);
            pool.closeness[at] = pool.closeness[at].max(alike);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use soiree_domain::{Domain, Item, ItemId};

    fn catalogue() -> Catalogue {
        let item = |i: usize, domain, genre: &str| {
            let mut item = Item::new(ItemId::new(format!("i{i}")).unwrap(), domain, format!("I{i}"));
            item.genres = vec![genre.into()];
            item
        };
        let genres = ["drama", "drama", "comedy", "drama", "drama", "drama"];
        let domains = [Domain::Film, Domain::Film, Domain::Film, Domain::Book, Domain::Book, Domain::Film];
        Catalogue::new((0..6).map(|i| item(i, domains[i], genres[i])).collect(), &[])
    }

    fn entries(catalogue: &Catalogue) -> Vec<Entry> {
        [0.9, 0.8, 0.75, 0.3, 0.2, 0.1]
            .into_iter()
            .zip(0_u32..)
            .map(|(score, i)| Entry {
                key: i,
                item: i,
                domain: catalogue.facts(i).domain.index() as u8,
                score,
            })
            .collect()
    }

    #[test]
    fn relevance_alone_is_the_order_of_scores() {
        let c = catalogue();
        let films = entries(&c).into_iter().filter(|e| e.domain == 0);
        assert_eq!(pick(&c, films, &[1.0, 0.0, 0.0, 0.0, 0.0], 9, 1.0), [0, 1, 2, 5]);
    }

    #[test]
    fn variety_brings_the_comedy_forward_and_quotas_bring_books() {
        let c = catalogue();
        let films = entries(&c).into_iter().filter(|e| e.domain == 0);
        assert_eq!(pick(&c, films, &[1.0, 0.0, 0.0, 0.0, 0.0], 2, 0.7), [0, 2]);
        let all = entries(&c).into_iter();
        assert_eq!(pick(&c, all, &[0.7, 0.0, 0.3, 0.0, 0.0], 4, 1.0), [0, 3, 1, 2]);
    }
}
