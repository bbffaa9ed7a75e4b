//! Figures as they are printed.

use serde_json::Value;

/// A measure: four decimals, a dash when there is none.
pub(super) fn measure(value: Option<&f64>) -> String {
    value.map_or_else(|| "–".to_owned(), |v| format!("{v:.4}"))
}

/// Seconds or milliseconds: three significant digits.
pub(super) fn short(value: f64) -> String {
    let decimals = match value.abs() {
        v if v >= 99.95 => 0,
        v if v >= 9.995 => 1,
        v if v >= 0.9995 => 2,
        _ => 3,
    };
    format!("{value:.decimals$}")
}

/// Parameters on one line: `name=value name=value`.
pub(super) fn params(value: &Value) -> String {
    let Value::Object(map) = value else { return String::new() };
    map.iter().map(|(k, v)| format!("{k}={}", flat(v))).collect::<Vec<_>>().join(" ")
}

fn flat(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.as_f64().map_or_else(|| number.to_string(), tidy),
        Value::Array(list) => format!("[{}]", list.iter().map(flat).collect::<Vec<_>>().join(", ")),
        Value::Object(map) => {
            format!(
                "{{{}}}",
                map.iter().map(|(k, v)| format!("{k}: {}", flat(v))).collect::<Vec<_>>().join(", ")
            )
        }
        other => other.to_string(),
    }
}

/// Six significant digits at most, so that a single precision 0.3 is not printed as 0.30000001192092896.
fn tidy(value: f64) -> String {
    let rounded: f64 = format!("{value:.5e}").parse().unwrap_or(value);
    rounded.to_string()
}
