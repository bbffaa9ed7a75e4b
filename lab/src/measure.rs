//! What a fit costs: seconds and memory.

use std::time::Instant;

/// What one piece of work took.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Cost {
    /// Wall-clock seconds.
    pub(crate) seconds: f64,
    /// The largest resident size of the whole process meanwhile, in MiB; 0 where the system does not tell.
    pub(crate) peak_mib: f64,
}

/// Runs the work and measures it.
pub(crate) fn measured<T>(work: impl FnOnce() -> T) -> (T, Cost) {
    // Writing 5 makes Linux forget the high-water mark; elsewhere, or where it is not allowed, the mark of the
    // whole run is told, which is still an upper bound.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
    let started = Instant::now();
    let out = work();
    (out, Cost { seconds: started.elapsed().as_secs_f64(), peak_mib: peak_mib() })
}

fn peak_mib() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
    let kib = line.and_then(|l| l.split_whitespace().next()).and_then(|n| n.parse::<f64>().ok());
    kib.unwrap_or(0.0) / 1024.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_has_a_cost_and_an_answer() {
        let (answer, cost) = measured(|| (0..1000_u32).sum::<u32>());
        assert_eq!(answer, 499_500);
        assert!(cost.seconds >= 0.0 && cost.peak_mib >= 0.0);
    }
}
