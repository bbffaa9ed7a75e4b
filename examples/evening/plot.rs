//! Mood and satisfaction over the evening, as an SVG.

use crate::{Record, Scene};
use serde_json::Value;
use std::fmt::Write;

const WIDTH: f64 = 860.0;
const LEFT: f64 = 56.0;
const RIGHT: f64 = 24.0;

/// One of the two charts: where it lies, and the range of its values.
struct Chart {
    top: f64,
    height: f64,
    low: f64,
    high: f64,
    end_s: f64,
}

impl Chart {
    fn x(&self, at_s: f64) -> f64 {
        LEFT + (WIDTH - LEFT - RIGHT) * at_s / self.end_s
    }

    fn y(&self, value: f64) -> f64 {
        self.top + self.height * (self.high - value) / (self.high - self.low)
    }

    fn grid(&self, out: &mut String, title: &str, steps: &[f64]) {
        let _ = writeln!(out, "<text x='{LEFT}' y='{}' class='title'>{title}</text>", self.top - 10.0);
        for &step in steps {
            let y = self.y(step);
            let _ = writeln!(
                out,
                "<line x1='{LEFT}' x2='{}' y1='{y:.1}' y2='{y:.1}' class='grid'/><text x='{}' y='{:.1}' class='tick' \
                 text-anchor='end'>{step}</text>",
                WIDTH - RIGHT,
                LEFT - 8.0,
                y + 4.0
            );
        }
    }

    /// A value holds until the next one comes.
    fn steps(&self, out: &mut String, class: &str, points: &[(f64, f64)]) {
        let mut path = String::new();
        for (n, &(at, value)) in points.iter().enumerate() {
            let until = points.get(n + 1).map_or(self.end_s, |next| next.0);
            let (x, y) = (self.x(at), self.y(value));
            let _ =
                write!(path, "{}{x:.1},{y:.1} L{:.1},{y:.1} ", if n == 0 { "M" } else { "L" }, self.x(until));
        }
        let _ = writeln!(out, "<path d='{path}' class='{class}'/>");
    }
}

pub(crate) fn draw(scenes: &[Scene], record: &Record, end_s: f64) -> String {
    let mood = Chart { top: 40.0, height: 170.0, low: -1.0, high: 1.0, end_s };
    let content = Chart { top: 262.0, height: 130.0, low: 0.0, high: 1.0, end_s };
    let mut out = format!(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDTH} 450' role='img' aria-label='Mood of the room and \
         satisfaction of its members over the evening'>\n<style>text{{font:12px system-ui,sans-serif;fill:#2a2133}}\
         .title{{font-weight:600}}.tick{{fill:#6a5f74}}.grid{{stroke:#e8ded2}}.scene{{stroke:#b9a9c0;stroke-dasharray:3 3}}\
         path{{fill:none;stroke-width:2}}.a{{stroke:#7c2f60}}.b{{stroke:#e39a34}}.c{{stroke:#1f7f5c}}\
         .d{{stroke:#b3384f}}</style>\n<rect width='100%' height='100%' fill='#fffdfa'/>\n"
    );
    let dashes = |out: &mut String| {
        for (number, scene) in scenes.iter().enumerate() {
            let x = mood.x(scene.begin_s);
            let _ = writeln!(
                out,
                "<line x1='{x:.1}' x2='{x:.1}' y1='{}' y2='{}' class='scene'/><text x='{:.1}' y='{}' class='tick'>{}</text>",
                mood.top,
                content.top + content.height,
                x + 3.0,
                content.top + content.height + 16.0,
                number + 1
            );
        }
    };
    mood.grid(&mut out, "Mood of the room", &[-1.0, -0.5, 0.0, 0.5, 1.0]);
    content.grid(&mut out, "Satisfaction with the whole list", &[0.0, 0.5, 1.0]);
    dashes(&mut out);
    let series = |rows: &[(f64, Value)], key: &str| -> Vec<(f64, f64)> {
        rows.iter().filter_map(|(at, row)| Some((*at, row[key].as_f64()?))).collect()
    };
    mood.steps(&mut out, "a", &series(&record.moods, "valence"));
    mood.steps(&mut out, "b", &series(&record.moods, "arousal"));
    content.steps(&mut out, "c", &series(&record.rounds, "mean_satisfaction"));
    content.steps(&mut out, "d", &series(&record.rounds, "min_satisfaction"));
    legend(&mut out, scenes);
    out.push_str("</svg>\n");
    out
}

fn legend(out: &mut String, scenes: &[Scene]) {
    let lines = [
        ("a", "valence", 560.0, 26.0),
        ("b", "arousal", 660.0, 26.0),
        ("c", "mean", 560.0, 248.0),
        ("d", "least", 660.0, 248.0),
    ];
    for (class, name, x, y) in lines {
        let _ = writeln!(
            out,
            "<path d='M{x},{} h22' class='{class}'/><text x='{}' y='{y}'>{name}</text>",
            y - 4.0,
            x + 28.0
        );
    }
    let names: Vec<String> =
        scenes.iter().enumerate().map(|(n, scene)| format!("{} {}", n + 1, scene.heading)).collect();
    for (row, part) in names.chunks(4).enumerate() {
        let y = 428.0 + 16.0 * row as f64;
        let _ = writeln!(out, "<text x='{LEFT}' y='{y}' class='tick'>{}</text>", part.join("   ·   "));
    }
}
