//! `soiree load --playback`: the synchronisation simulation on virtual time.

use super::plot;
use crate::{Failure, cli, terminal};
use serde::Serialize;
use soiree_actors::simulation::{Quantiles, Report, Simulation};
use std::fmt::Write;

/// One party size over all its evenings.
#[derive(Serialize)]
struct Row {
    members: usize,
    evenings: u64,
    error_ms: Quantiles,
    joins_p50_ms: f64,
    joins_max_ms: f64,
    /// Share of the players that were in step within three seconds of coming in.
    joins_within_3_s: f64,
    commands: usize,
    seeks: usize,
    waits: usize,
    false_waits: usize,
    waited_s: f64,
    played_s: f64,
    stalled_s: f64,
}

#[derive(Serialize)]
struct Printed {
    simulation: Plan,
    parties: Vec<Row>,
    all: Quantiles,
}

/// What was played, for whoever reads the figures later.
#[derive(Serialize)]
struct Plan {
    minutes: f64,
    wait: &'static str,
    clock_off_ms: f64,
    jitter_ms: f64,
    stall_every_min: f64,
    stall_ms: f64,
    command_every_min: f64,
    first_seed: u64,
}

pub(super) fn run(args: &cli::Load, json: bool) -> Result<(), Failure> {
    let plan = Simulation {
        length_ms: (args.minutes * 60_000.0) as i64,
        wait: args.wait.parse()?,
        clock_off_ms: args.clock_off_ms,
        jitter_ms: args.jitter_ms,
        stall_every_min: args.stall_every_min,
        stall_ms: args.stall_ms,
        command_every_min: args.command_every_min,
        seed: args.seed,
        ..Simulation::default()
    };
    if !(0.0..=1_440.0).contains(&args.minutes) || !(1..=1_000).contains(&args.evenings) {
        return Err("--minutes must be 0 to 1,440 and --evenings 1 to 1,000".into());
    }
    let numbers =
        [args.clock_off_ms, args.jitter_ms, args.stall_every_min, args.stall_ms, args.command_every_min];
    if numbers.iter().any(|number| !(0.0..=1e6).contains(number)) {
        return Err("clocks, jitter, stalls and commands must be 0 to 1,000,000".into());
    }
    if args.sizes.is_empty() || args.sizes.iter().any(|size| !(1..=400).contains(size)) {
        return Err("--sizes: parties have 1 to 400 members".into());
    }
    let bar = terminal::Bar::new("playing evenings", args.sizes.len() as u64 * args.evenings, "evenings");
    let mut played = 0;
    let mut samples = Vec::new();
    let mut rows = Vec::new();
    for members in &args.sizes {
        let mut reports = Vec::new();
        for evening in 0..args.evenings {
            reports.push(Simulation { members: *members, seed: plan.seed + evening, ..plan }.run());
            played += 1;
            bar.set(played);
        }
        rows.push(row(*members, &reports));
        samples.extend(reports.into_iter().flat_map(|report| report.samples));
    }
    bar.finish();
    let all = Quantiles::of(&mut samples);
    if let Some(file) = &args.plot {
        std::fs::write(file, plot::cumulative(&samples, &all))
            .map_err(|error| format!("{}: {error}", file.display()))?;
    }
    let simulation = Plan {
        minutes: args.minutes,
        wait: plan.wait.as_str(),
        clock_off_ms: plan.clock_off_ms,
        jitter_ms: plan.jitter_ms,
        stall_every_min: plan.stall_every_min,
        stall_ms: plan.stall_ms,
        command_every_min: plan.command_every_min,
        first_seed: plan.seed,
    };
    let printed = Printed { simulation, parties: rows, all };
    terminal::line(if json { serde_json::to_string_pretty(&printed)? } else { table(&printed) });
    Ok(())
}

fn row(members: usize, reports: &[Report]) -> Row {
    let sum = |of: fn(&Report) -> f64| reports.iter().map(of).sum::<f64>();
    let count = |of: fn(&Report) -> usize| reports.iter().map(of).sum::<usize>();
    let mut errors: Vec<f32> = reports.iter().flat_map(|report| report.samples.iter().copied()).collect();
    let mut joins: Vec<f64> = reports.iter().flat_map(|report| report.joins_ms.iter().copied()).collect();
    joins.sort_unstable_by(f64::total_cmp);
    Row {
        members,
        evenings: reports.len() as u64,
        error_ms: Quantiles::of(&mut errors),
        joins_p50_ms: joins.get(joins.len() / 2).copied().unwrap_or(0.0),
        joins_max_ms: joins.last().copied().unwrap_or(0.0),
        joins_within_3_s: joins.partition_point(|ms| *ms <= 3_000.0) as f64 / joins.len().max(1) as f64,
        commands: count(|r| r.commands),
        seeks: count(|r| r.seeks),
        waits: count(|r| r.waits),
        false_waits: count(|r| r.false_waits),
        waited_s: sum(|r| r.waited_s),
        played_s: sum(|r| r.played_s),
        stalled_s: sum(|r| r.stalled_s),
    }
}

fn table(printed: &Printed) -> String {
    let Printed { simulation: plan, parties, all } = printed;
    let mut out = format!(
        "Virtual evenings of {} minutes, waiting for {}; clocks ±{} ms, jitter 0–{} ms each way; a stall every {} min of {} ms on\n\
         average, a command every {} min; seeds from {}. Error against the party's clock while playing, in ms.\n\n\
         members  evenings     p50     p90     p99      max   in step p50, within 3 s   commands  seeks  waits (false)   waited   loading\n",
        plan.minutes,
        plan.wait,
        plan.clock_off_ms,
        plan.jitter_ms,
        plan.stall_every_min,
        plan.stall_ms,
        plan.command_every_min,
        plan.first_seed
    );
    for row in parties {
        let e = &row.error_ms;
        let loading = 100.0 * row.stalled_s / (row.stalled_s + row.played_s).max(1e-9);
        let _ = writeln!(
            out,
            "{:7}  {:8}  {:6.1}  {:6.1}  {:6.1}  {:7.0}   {:8.0} ms      {:5.1} %   {:8}  {:5}  {:5} ({})       {:6.1} s   {:5.2} %",
            row.members,
            row.evenings,
            e.p50,
            e.p90,
            e.p99,
            e.max,
            row.joins_p50_ms,
            100.0 * row.joins_within_3_s,
            row.commands,
            row.seeks,
            row.waits,
            row.false_waits,
            row.waited_s,
            loading
        );
    }
    let _ = write!(
        out,
        "    all            {:6.1}  {:6.1}  {:6.1}  {:7.0}   ({} samples, ten a second)",
        all.p50, all.p90, all.p99, all.max, all.samples
    );
    out
}
