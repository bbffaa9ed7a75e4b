//! The distribution of the synchronisation error as a curve: which share of the time is below which error.

use soiree_actors::simulation::Quantiles;
use std::fmt::Write;

const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 380.0;
const LEFT: f64 = 64.0;
const RIGHT: f64 = 36.0;
const TOP: f64 = 46.0;
const BOTTOM: f64 = 52.0;
/// Ends of the logarithmic axis in milliseconds.
const ENDS_MS: (f64, f64) = (1.0, 10_000.0);
const STYLE: &str = "text{font:13px system-ui,sans-serif;fill:#3b3344}.t{font-size:16px;font-weight:600}\
.g{stroke:#d9d2dd}.goal{stroke:#2a7d5a;stroke-dasharray:5 4}.c{fill:none;stroke:#8b2f6b;stroke-width:2.5}\
@media(prefers-color-scheme:dark){text{fill:#e5ddea}.g{stroke:#453c4e}.goal{stroke:#67c79b}.c{stroke:#ee93bf}}";

/// The curve of sorted samples as an SVG picture.
pub(super) fn cumulative(sorted: &[f32], all: &Quantiles) -> String {
    let x = |ms: f64| {
        let (from, to) = (ENDS_MS.0.log10(), ENDS_MS.1.log10());
        let at = (ms.clamp(ENDS_MS.0, ENDS_MS.1).log10() - from) / (to - from);
        LEFT + at * (WIDTH - LEFT - RIGHT)
    };
    let y = |share: f64| HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" \
         aria-label=\"Synchronisation error: half below {:.0} ms, 99 % below {:.0} ms\"><style>{STYLE}</style>\
         <text class=\"t\" x=\"{LEFT}\" y=\"24\">Synchronisation error while playing: p50 {:.0} ms, p99 {:.0} ms</text>",
        all.p50, all.p99, all.p50, all.p99
    );
    for ms in [1.0, 10.0, 40.0, 100.0, 150.0, 1_000.0, 10_000.0] {
        let goal = if ms == 40.0 || ms == 150.0 { "goal" } else { "g" };
        let at = x(ms);
        let below = if ms == 150.0 { 36.0 } else { 20.0 };
        let _ = write!(
            out,
            "<line class=\"{goal}\" x1=\"{at:.1}\" y1=\"{TOP}\" x2=\"{at:.1}\" y2=\"{:.1}\"/>\
             <text x=\"{at:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
            HEIGHT - BOTTOM,
            HEIGHT - BOTTOM + below,
            if ms < 1_000.0 { format!("{ms} ms") } else { format!("{} s", ms / 1_000.0) }
        );
    }
    for share in [0.0, 0.25, 0.5, 0.75, 0.99] {
        let at = y(share);
        let _ = write!(
            out,
            "<line class=\"g\" x1=\"{LEFT}\" y1=\"{at:.1}\" x2=\"{:.1}\" y2=\"{at:.1}\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{} %</text>",
            WIDTH - RIGHT,
            LEFT - 8.0,
            at + 4.0,
            share * 100.0
        );
    }
    out.push_str("<path class=\"c\" d=\"");
    // A point for every pixel is as fine as anybody can see.
    for step in 0..=(WIDTH - LEFT - RIGHT) as usize {
        let ms = 10_f64.powf(step as f64 / (WIDTH - LEFT - RIGHT) * 4.0);
        let below = sorted.partition_point(|sample| f64::from(*sample) <= ms);
        let share = below as f64 / sorted.len().max(1) as f64;
        let _ = write!(out, "{}{:.1} {:.1}", if step == 0 { 'M' } else { 'L' }, x(ms), y(share));
    }
    out.push_str("\"/></svg>\n");
    out
}
