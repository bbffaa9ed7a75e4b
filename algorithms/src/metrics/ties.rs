//! Rankings as blocks of equal score.

/// Neighbouring places of a ranking that share one score, and how many of them hold a wanted item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    /// Places in the block.
    pub size: usize,
    /// Wanted items among them; at most `size`.
    pub wanted: usize,
}

/// The blocks that cover at least the first `k` places, best first. `scored` holds (score, wanted?) of every
/// candidate in any order and is reordered; a NaN counts as the worst score. Costs `O(n + k log k)`.
#[must_use]
pub fn blocks(scored: &mut [(f32, bool)], k: usize) -> Vec<Block> {
    for entry in scored.iter_mut() {
        if entry.0.is_nan() {
            entry.0 = f32::NEG_INFINITY;
        }
        // Minus zero and zero are one score.
        entry.0 += 0.0;
    }
    let head = if k == 0 || scored.is_empty() {
        0
    } else if k >= scored.len() {
        scored.len()
    } else {
        scored.select_nth_unstable_by(k - 1, |a, b| b.0.total_cmp(&a.0));
        let last = scored[k - 1].0;
        // Everything that ties with place k belongs to the last block.
        let mut end = k;
        for at in k..scored.len() {
            if scored[at].0 == last {
                scored.swap(end, at);
                end += 1;
            }
        }
        end
    };
    let head = &mut scored[..head];
    head.sort_unstable_by(|a, b| b.0.total_cmp(&a.0));
    let mut out = Vec::with_capacity(k.min(head.len()));
    for group in head.chunk_by(|a, b| a.0 == b.0) {
        out.push(Block { size: group.len(), wanted: group.iter().filter(|e| e.1).count() });
    }
    out
}

/// The same ranking when ties are won: inside each block the wanted items come first. This is what scorers
/// report that put the right answer first among equals; the figure is too good and is always named so.
#[must_use]
pub fn won(blocks: &[Block]) -> Vec<Block> {
    blocks
        .iter()
        .flat_map(|b| {
            [Block { size: b.wanted, wanted: b.wanted }, Block { size: b.size - b.wanted, wanted: 0 }]
        })
        .filter(|b| b.size > 0)
        .collect()
}
