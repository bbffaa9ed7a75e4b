//! What a process of this machine takes, as the kernel counts it.

use crate::Failure;
use serde::Serialize;
use std::fs;

/// Processor time and memory of a process.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Usage {
    /// Seconds on a processor, over all threads that live.
    pub(super) cpu_s: f64,
    pub(super) resident_mib: f64,
}

impl Usage {
    pub(super) fn of(pid: u32) -> Result<Self, Failure> {
        let unreadable = |error| format!("--pid {pid}: {error}");
        let mut cpu_ns = 0.0;
        for task in fs::read_dir(format!("/proc/{pid}/task")).map_err(unreadable)? {
            // A thread may end while it is looked at.
            let Ok(text) = fs::read_to_string(task?.path().join("schedstat")) else { continue };
            cpu_ns += text.split(' ').next().and_then(|ns| ns.parse::<f64>().ok()).unwrap_or_default();
        }
        let status = fs::read_to_string(format!("/proc/{pid}/status")).map_err(unreadable)?;
        let kib = status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.split_whitespace().next());
        let kib: f64 = kib.and_then(|kib| kib.parse().ok()).unwrap_or_default();
        Ok(Self { cpu_s: cpu_ns / 1e9, resident_mib: kib / 1024.0 })
    }

    /// The processor time since `before`, and the memory now.
    pub(super) fn since(self, before: &Self) -> Self {
        Self { cpu_s: self.cpu_s - before.cpu_s, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_works_takes_time_and_memory() {
        let before = Usage::of(std::process::id()).unwrap();
        let sum = (0..20_000_000_u64)
            .fold(1_u64, |sum, i| sum.wrapping_mul(31).wrapping_add(std::hint::black_box(i)));
        let after = Usage::of(std::process::id()).unwrap();
        assert!(std::hint::black_box(sum) != 0 && after.resident_mib > 1.0);
        assert!(after.since(&before).cpu_s > 0.0);
        assert!(Usage::of(u32::MAX).is_err());
    }
}
