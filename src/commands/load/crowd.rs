//! A bounded load on a running server: guests in parties who talk and ask for recommendations.

use super::{
    figures::Latency,
    member::{Measured, Member, Plan, STATUS_EVERY},
    process::Usage,
    push::Pushes,
};
use crate::{Failure, cli, terminal};
use serde::Serialize;
use std::{
    net::{SocketAddr, ToSocketAddrs},
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

#[derive(Serialize)]
struct Printed {
    parties: usize,
    members: usize,
    seconds: u64,
    joins: Latency,
    lines_sent: usize,
    deliveries: Latency,
    /// Share of the copies that should have come.
    delivered: f64,
    recommendations: Latency,
    deeds_told: usize,
    /// Deeds after which the list stayed as it was.
    deeds_without_change: usize,
    /// From a deed to the changed recommendations at a member.
    pushes: Latency,
    /// What a member received per second, in bytes of frames.
    received: Received,
    #[serde(skip_serializing_if = "Option::is_none")]
    server: Option<Usage>,
    problems: Vec<String>,
}

/// Bytes per second over the members.
#[derive(Serialize)]
struct Received {
    median: f64,
    most: f64,
}

impl Received {
    fn of(mut members: Vec<f64>) -> Self {
        members.sort_unstable_by(f64::total_cmp);
        let at = |index: usize| members.get(index).copied().unwrap_or(0.0);
        Self { median: at(members.len() / 2), most: at(members.len().saturating_sub(1)) }
    }
}

pub(super) fn run(args: &cli::Load, json: bool) -> Result<(), Failure> {
    let address = resolve(&args.address, args.allow_remote)?;
    let sockets = args.parties * args.members;
    if !(1..=19_000).contains(&sockets) {
        return Err("--parties × --members must be 1 to 19,000: a process has no more descriptors".into());
    }
    if !(0.001..=1e6).contains(&args.rate)
        || ![args.recommend_rate, args.event_rate].iter().all(|rate| (0.0..=1e6).contains(rate))
        || args.seconds > 3_600
    {
        return Err(
            "--rate must be 0.001 to 1,000,000, --recommend-rate and --event-rate 0 to that, --seconds at most 3,600".into()
        );
    }
    let texts = match &args.texts {
        Some(file) => read_texts(file)?,
        None => TEXTS.iter().map(|&text| text.to_owned()).collect(),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let printed = runtime.block_on(play(args, address, Arc::new(texts)))?;
    terminal::line(if json { serde_json::to_string_pretty(&printed)? } else { lines(&printed) });
    Ok(())
}

/// Somebody else's server is not loaded by mistake.
fn resolve(address: &str, allow_remote: bool) -> Result<SocketAddr, Failure> {
    let address = address.trim_start_matches("http://").trim_end_matches('/');
    let found = address.to_socket_addrs().map_err(|error| format!("{address}: {error}"))?.next();
    let found = found.ok_or_else(|| format!("{address} has no address"))?;
    if !found.ip().is_loopback() && !allow_remote {
        return Err(format!("{found} is not this machine; --allow-remote if it is yours to load").into());
    }
    Ok(found)
}

fn read_texts(file: &Path) -> Result<Vec<String>, Failure> {
    let text = std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let lines: Vec<String> = text.lines().map(|l| l.chars().take(1_900).collect()).collect();
    let lines: Vec<String> = lines.into_iter().filter(|line: &String| !line.trim().is_empty()).collect();
    if lines.is_empty() { Err(format!("{}: no line of text", file.display()).into()) } else { Ok(lines) }
}

/// What guests say when no file tells them.
const TEXTS: [&str; 6] = [
    "what a scene, I did not see that coming at all",
    "haha this is wonderful, I love this film :)",
    "hmm, a bit slow for me tonight",
    "who is that actor? he was in something we watched last week",
    "no no no, do not open that door!!",
    "beautiful music here, so sad though",
];

async fn play(args: &cli::Load, address: SocketAddr, texts: Arc<Vec<String>>) -> Result<Printed, Failure> {
    let members = come_in(args, address).await?;
    let joins = members.iter().map(|member| member.join_ms).collect();
    let every = (args.members * args.parties) as f64 / args.rate;
    let asks = args.recommend_rate / (args.members * args.parties) as f64;
    let deeds = args.event_rate / (args.members * args.parties) as f64;
    let pushes: Vec<Pushes> = (0..args.parties).map(|_| Pushes::default()).collect();
    let measured = Arc::new(Mutex::new(Measured::default()));
    let before = args.pid.map(Usage::of).transpose()?;
    let start = Instant::now();
    let mut tasks = Vec::new();
    for (number, member) in members.into_iter().enumerate() {
        // Members begin one after the other, so that lines do not come in bursts.
        let share = number as f64 / (args.parties * args.members) as f64;
        let late = every * share;
        // Deeds go round the parties, so that one party's are as far apart as they can be.
        let (party, place) = (number / args.members, number % args.members);
        let turn = (place * args.parties + party) as f64 / (args.parties * args.members) as f64;
        let plan = Plan {
            first: start + Duration::from_secs_f64(late),
            every: Duration::from_secs_f64(every),
            ask_every: (asks > 0.0).then(|| Duration::from_secs_f64(1.0 / asks)),
            status_every: args.status.then_some(STATUS_EVERY),
            first_event: start + Duration::from_secs_f64((1.0 / deeds.max(1e-9)).min(60.0) * turn),
            event_every: (deeds > 0.0).then(|| Duration::from_secs_f64(1.0 / deeds)),
            pushes: pushes[number / args.members].clone(),
            start,
            end: start + Duration::from_secs(args.seconds),
            number,
            texts: Arc::clone(&texts),
        };
        tasks.push(tokio::spawn(member.stay(plan, Arc::clone(&measured))));
    }
    for task in tasks {
        task.await?;
    }
    let server = args.pid.map(Usage::of).transpose()?.zip(before).map(|(after, before)| after.since(&before));
    let measured = std::mem::take(&mut *measured.lock().unwrap_or_else(PoisonError::into_inner));
    let expected = (measured.sent * args.members).max(1);
    let mut problems = measured.problems;
    problems.sort();
    problems.dedup();
    Ok(Printed {
        parties: args.parties,
        members: args.members,
        seconds: args.seconds,
        joins: Latency::of(joins),
        lines_sent: measured.sent,
        delivered: measured.deliveries.len() as f64 / expected as f64,
        deliveries: Latency::of(measured.deliveries),
        recommendations: Latency::of(measured.answers),
        deeds_told: measured.deeds,
        deeds_without_change: pushes.iter().map(Pushes::unchanged).sum(),
        pushes: Latency::of(measured.pushes),
        received: Received::of(measured.bytes_per_s),
        server,
        problems,
    })
}

async fn come_in(args: &cli::Load, address: SocketAddr) -> Result<Vec<Member>, Failure> {
    let bar = terminal::Bar::new("coming in", (args.parties * args.members) as u64, "members");
    let mut members = Vec::new();
    for number in 0..args.parties {
        let mut host = Member::open(address, number).await?;
        if args.status {
            host.play().await?;
        }
        let party = host.party.clone();
        members.push(host);
        for _ in 1..args.members {
            members.push(Member::join(address, &party).await?);
        }
        bar.set(members.len() as u64);
    }
    bar.finish();
    Ok(members)
}

fn lines(printed: &Printed) -> String {
    let mut out = format!(
        "{} parties of {}, {} s\n{}\n{}\n{}\n{} lines said, {:.2} % of their copies came\n\
         a member received {:.0} bytes a second (median), at most {:.0}",
        printed.parties,
        printed.members,
        printed.seconds,
        printed.joins.line("joins"),
        printed.deliveries.line("chat deliveries"),
        printed.recommendations.line("recommendations"),
        printed.lines_sent,
        100.0 * printed.delivered,
        printed.received.median,
        printed.received.most
    );
    if printed.deeds_told > 0 {
        out.push_str(&format!(
            "\n{}\n{} deeds told, {} of them changed nothing",
            printed.pushes.line("deed to push"),
            printed.deeds_told,
            printed.deeds_without_change
        ));
    }
    if let Some(server) = &printed.server {
        let per_s = printed.deliveries.count as f64 / server.cpu_s.max(1e-9);
        out.push_str(&format!(
            "\nthe server took {:.2} s of processor time ({per_s:.0} deliveries a second of it), {:.0} MiB resident",
            server.cpu_s, server.resident_mib
        ));
    }
    for problem in &printed.problems {
        out.push_str("\nproblem: ");
        out.push_str(problem);
    }
    out
}
