//! Two small plots as inline SVG. Colours come from the page's style, so that they follow light and dark.

use std::fmt::Write;

use super::html::escaped;

/// One line of a dot plot.
pub(super) struct Dot<'a> {
    pub(super) label: &'a str,
    pub(super) value: f64,
    pub(super) interval: Option<[f64; 2]>,
    /// Published rows are drawn hollow.
    pub(super) published: bool,
}

const WIDTH: f64 = 720.0;
const LEFT: f64 = 190.0;
const RIGHT: f64 = 70.0;
const LINE: f64 = 26.0;

/// A line per model: a dot at its value, whiskers over its interval.
pub(super) fn dots(title: &str, dots: &[Dot<'_>]) -> String {
    let ends = dots.iter().flat_map(|d| d.interval.into_iter().flatten().chain([d.value]));
    let scale = Scale::around(ends, LEFT, WIDTH - RIGHT);
    let height = LINE * dots.len() as f64 + 44.0;
    let mut out = opened(title, WIDTH, height);
    for tick in scale.ticks() {
        let x = scale.place(tick);
        let _ = write!(
            out,
            r#"<line class="grid" x1="{x:.1}" y1="14" x2="{x:.1}" y2="{:.1}"/><text class="tick" x="{x:.1}" y="{:.1}" text-anchor="middle">{}</text>"#,
            height - 28.0,
            height - 10.0,
            plain(tick)
        );
    }
    for (i, dot) in dots.iter().enumerate() {
        let y = 28.0 + LINE * i as f64;
        let (class, x) = (if dot.published { "published" } else { "ours" }, scale.place(dot.value));
        let label = escaped(dot.label);
        let _ = write!(
            out,
            r#"<g class="{class}"><title>{label}: {:.4}</title><text class="label" x="{:.1}" y="{:.1}" text-anchor="end">{label}</text>"#,
            dot.value,
            LEFT - 14.0,
            y + 4.0
        );
        if let Some([low, high]) = dot.interval {
            let (from, to) = (scale.place(low), scale.place(high));
            let _ =
                write!(out, r#"<line class="whisker" x1="{from:.1}" y1="{y:.1}" x2="{to:.1}" y2="{y:.1}"/>"#);
        }
        let _ = write!(
            out,
            r#"<circle cx="{x:.1}" cy="{y:.1}" r="5"/><text class="value" x="{:.1}" y="{:.1}">{:.4}</text></g>"#,
            WIDTH - RIGHT + 12.0,
            y + 4.0,
            dot.value
        );
    }
    out.push_str("</svg>");
    out
}

/// One point per model.
pub(super) fn scatter(title: &str, across: &str, up: &str, points: &[(&str, f64, f64)]) -> String {
    let height = 360.0;
    let x_scale = Scale::around(points.iter().map(|p| p.1), 80.0, WIDTH - 130.0);
    // Screens count downwards.
    let y_scale = Scale::around(points.iter().map(|p| p.2), height - 52.0, 24.0);
    let mut out = opened(title, WIDTH, height);
    for tick in x_scale.ticks() {
        let x = x_scale.place(tick);
        let _ = write!(
            out,
            r#"<line class="grid" x1="{x:.1}" y1="18" x2="{x:.1}" y2="{:.1}"/><text class="tick" x="{x:.1}" y="{:.1}" text-anchor="middle">{}</text>"#,
            height - 46.0,
            height - 30.0,
            plain(tick)
        );
    }
    for tick in y_scale.ticks() {
        let y = y_scale.place(tick);
        let _ = write!(
            out,
            r#"<line class="grid" x1="74" y1="{y:.1}" x2="{:.1}" y2="{y:.1}"/><text class="tick" x="68" y="{:.1}" text-anchor="end">{}</text>"#,
            WIDTH - 120.0,
            y + 4.0,
            plain(tick)
        );
    }
    for (label, x, y) in points {
        let label = escaped(label);
        let (cx, cy) = (x_scale.place(*x), y_scale.place(*y));
        let _ = write!(
            out,
            r#"<g class="ours"><title>{label}: {x:.4}, {y:.4}</title><circle cx="{cx:.1}" cy="{cy:.1}" r="5"/><text class="label" x="{:.1}" y="{:.1}">{label}</text></g>"#,
            cx + 9.0,
            cy + 4.0
        );
    }
    let _ = write!(
        out,
        r#"<text class="tick" x="{:.1}" y="{:.1}" text-anchor="middle">{}</text><text class="tick" x="4" y="12">{}</text></svg>"#,
        WIDTH / 2.0,
        height - 8.0,
        escaped(across),
        escaped(up)
    );
    out
}

fn opened(title: &str, width: f64, height: f64) -> String {
    let title = escaped(title);
    format!(r#"<svg role="img" aria-label="{title}" viewBox="0 0 {width:.0} {height:.0}">"#)
}

struct Scale {
    low: f64,
    high: f64,
    from: f64,
    to: f64,
}

impl Scale {
    /// A scale from `from` to `to` that holds all values with some air.
    fn around(values: impl Iterator<Item = f64>, from: f64, to: f64) -> Self {
        let (low, high) = values
            .filter(|v| v.is_finite())
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
        let (low, high) = if low > high { (0.0, 1.0) } else { (low, high) };
        let air = ((high - low) * 0.08).max(high.abs() * 1e-3).max(1e-6);
        Self { low: low - air, high: high + air, from, to }
    }

    fn place(&self, value: f64) -> f64 {
        self.from + (self.to - self.from) * (value - self.low) / (self.high - self.low)
    }

    /// Round numbers, four to nine of them.
    fn ticks(&self) -> Vec<f64> {
        let raw = (self.high - self.low) / 6.0;
        let unit = 10_f64.powf(raw.log10().floor());
        let step =
            [1.0, 2.0, 5.0, 10.0].map(|m| m * unit).into_iter().find(|s| *s >= raw).unwrap_or(unit * 10.0);
        let first = (self.low / step).ceil() as i64;
        let last = (self.high / step).floor() as i64;
        (first..=last).map(|i| i as f64 * step).collect()
    }
}

fn plain(value: f64) -> String {
    let text = format!("{value:.6}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_inside() {
        let scale = Scale::around([0.25, 0.45].into_iter(), 0.0, 100.0);
        let told: Vec<String> = scale.ticks().into_iter().map(plain).collect();
        assert_eq!(told, ["0.25", "0.3", "0.35", "0.4", "0.45"]);
        assert!((scale.place(0.35) - 50.0).abs() < 1e-9);
    }

    #[test]
    fn one_value_or_none_still_has_a_scale() {
        for values in [vec![0.0], vec![7.0, 7.0], Vec::new()] {
            let scale = Scale::around(values.into_iter(), 0.0, 1.0);
            assert!(scale.place(0.5).is_finite() && !scale.ticks().is_empty());
        }
    }
}
