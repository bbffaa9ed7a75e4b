//! A bounded load on a running server: guests in parties who talk and ask for recommendations.

use super::figures::Latency;
use crate::{Failure, cli, terminal};
use futures_util::{SinkExt, StreamExt, stream::SplitSink};
use serde::Serialize;
use serde_json::{Value, json};
use std::{
    net::{SocketAddr, ToSocketAddrs},
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};
use tokio::{net::TcpStream, sync::mpsc, time};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async, tungstenite::Message};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;
/// How long a member waits for an answer on the way in.
const PATIENCE: Duration = Duration::from_secs(30);
/// After the last line, stragglers are waited for so long.
const TAIL: Duration = Duration::from_secs(2);

/// What everybody measures, in milliseconds.
#[derive(Default)]
struct Measured {
    joins: Vec<f64>,
    deliveries: Vec<f64>,
    answers: Vec<f64>,
    sent: usize,
    problems: Vec<String>,
}

type Shared = Arc<Mutex<Measured>>;

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
    problems: Vec<String>,
}

pub(super) fn run(args: &cli::Load, json: bool) -> Result<(), Failure> {
    let address = resolve(&args.address, args.allow_remote)?;
    let sockets = args.parties * args.members;
    if !(1..=19_000).contains(&sockets) {
        return Err("--parties × --members must be 1 to 19,000: a process has no more descriptors".into());
    }
    if !(0.001..=1e6).contains(&args.rate)
        || !(0.0..=1e6).contains(&args.recommend_rate)
        || args.seconds > 3_600
    {
        return Err(
            "--rate must be 0.001 to 1,000,000, --recommend-rate 0 to that, --seconds at most 3,600".into()
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
    let measured = Shared::default();
    let bar = terminal::Bar::new("coming in", (args.parties * args.members) as u64, "members");
    let mut members = Vec::new();
    for number in 0..args.parties {
        let host = Member::open(address, number).await?;
        let party = host.party.clone();
        members.push(host);
        for _ in 1..args.members {
            members.push(Member::join(address, &party).await?);
        }
        bar.set(members.len() as u64);
    }
    bar.finish();
    for member in &members {
        lock(&measured).joins.push(member.join_ms);
    }
    let every = args.members as f64 * args.parties as f64 / args.rate;
    let asks = args.recommend_rate / (args.members * args.parties) as f64;
    let start = Instant::now();
    let end = start + Duration::from_secs(args.seconds);
    let mut tasks = Vec::new();
    for (number, member) in members.into_iter().enumerate() {
        let plan = Plan {
            // Members begin one after the other, so that lines do not come in bursts.
            first: start
                + Duration::from_secs_f64(every * number as f64 / (args.parties * args.members) as f64),
            every: Duration::from_secs_f64(every),
            ask_every: (asks > 0.0).then(|| Duration::from_secs_f64(1.0 / asks)),
            start,
            end,
            number,
        };
        tasks.push(tokio::spawn(member.stay(plan, Arc::clone(&texts), Arc::clone(&measured))));
    }
    for task in tasks {
        task.await?;
    }
    let measured = std::mem::take(&mut *lock(&measured));
    let expected = (measured.sent * args.members).max(1);
    let mut problems = measured.problems;
    problems.sort();
    problems.dedup();
    Ok(Printed {
        parties: args.parties,
        members: args.members,
        seconds: args.seconds,
        joins: Latency::of(measured.joins),
        lines_sent: measured.sent,
        delivered: measured.deliveries.len() as f64 / expected as f64,
        deliveries: Latency::of(measured.deliveries),
        recommendations: Latency::of(measured.answers),
        problems,
    })
}

fn lines(printed: &Printed) -> String {
    let mut out = format!(
        "{} parties of {}, {} s\n{}\n{}\n{}\n{} lines said, {:.2} % of their copies came",
        printed.parties,
        printed.members,
        printed.seconds,
        printed.joins.line("joins"),
        printed.deliveries.line("chat deliveries"),
        printed.recommendations.line("recommendations"),
        printed.lines_sent,
        100.0 * printed.delivered
    );
    for problem in &printed.problems {
        out.push_str("\nproblem: ");
        out.push_str(problem);
    }
    out
}

fn lock(measured: &Shared) -> std::sync::MutexGuard<'_, Measured> {
    measured.lock().unwrap_or_else(PoisonError::into_inner)
}

/// When a member does what.
struct Plan {
    first: Instant,
    every: Duration,
    ask_every: Option<Duration>,
    start: Instant,
    end: Instant,
    number: usize,
}

/// A guest in a party.
struct Member {
    socket: Socket,
    party: String,
    join_ms: f64,
}

impl Member {
    async fn open(address: SocketAddr, number: usize) -> Result<Self, Failure> {
        let name = format!("Load {}", number + 1);
        Self::enter(
            address,
            json!({ "type": "party.create", "ref": "in", "name": name, "visibility": "unlisted" }),
        )
        .await
    }

    async fn join(address: SocketAddr, party: &str) -> Result<Self, Failure> {
        Self::enter(address, json!({ "type": "party.join", "ref": "in", "party": party })).await
    }

    async fn enter(address: SocketAddr, frame: Value) -> Result<Self, Failure> {
        let begun = Instant::now();
        let (mut socket, _) = connect_async(format!("ws://{address}/ws")).await.map_err(|error| {
            format!("{address} does not answer ({error}); is `soiree serve` running there?")
        })?;
        say(&mut socket, json!({ "type": "hello", "name": "Load" })).await?;
        until(&mut socket, "welcome").await?;
        say(&mut socket, frame).await?;
        let snapshot = until(&mut socket, "party.snapshot").await?;
        let party = snapshot["party"]["id"].as_str().ok_or("a snapshot names its party")?.to_owned();
        Ok(Self { socket, party, join_ms: begun.elapsed().as_secs_f64() * 1e3 })
    }

    /// Talks and listens until the end, and a little longer.
    async fn stay(self, plan: Plan, texts: Arc<Vec<String>>, measured: Shared) {
        let Self { socket, party, .. } = self;
        let (sink, mut stream) = socket.split();
        let (ask, asked) = mpsc::channel(64);
        let talk = tokio::spawn(talk(
            sink,
            party,
            plan.first,
            plan.every,
            plan.ask_every,
            TextOf { texts, number: plan.number, start: plan.start, end: plan.end },
            Arc::clone(&measured),
            ask,
        ));
        let mut asked: mpsc::Receiver<Instant> = asked;
        let (mut deliveries, mut answers, mut problems) = (Vec::new(), Vec::new(), Vec::new());
        let last = time::Instant::from_std(plan.end + TAIL);
        while let Ok(Some(Ok(message))) = time::timeout_at(last, stream.next()).await {
            let Message::Text(text) = message else { continue };
            let now = plan.start.elapsed().as_secs_f64();
            match serde_json::from_str::<Value>(text.as_str()) {
                Ok(frame) if frame["type"] == "party.chat" => {
                    let sent =
                        frame["text"].as_str().and_then(|text| text.rsplit_once('@')?.1.parse::<f64>().ok());
                    deliveries.extend(sent.map(|sent| (now - sent) * 1e3));
                }
                Ok(frame) if frame["type"] == "recommendations" && frame["ref"] == "ask" => {
                    answers.extend(asked.try_recv().ok().map(|at| at.elapsed().as_secs_f64() * 1e3));
                }
                Ok(frame) if frame["type"] == "problem" => problems.push(frame["detail"].to_string()),
                _ => {}
            }
        }
        talk.abort();
        let mut all = lock(&measured);
        all.deliveries.append(&mut deliveries);
        all.answers.append(&mut answers);
        all.problems.append(&mut problems);
    }
}

/// What a member says, and until when.
struct TextOf {
    texts: Arc<Vec<String>>,
    number: usize,
    start: Instant,
    end: Instant,
}

#[expect(clippy::too_many_arguments, reason = "one task's whole plan, made in one place")]
async fn talk(
    mut sink: SplitSink<Socket, Message>,
    party: String,
    first: Instant,
    every: Duration,
    ask_every: Option<Duration>,
    what: TextOf,
    measured: Shared,
    asked: mpsc::Sender<Instant>,
) {
    let mut lines = time::interval_at(first.into(), every);
    let mut asks = time::interval_at(first.into(), ask_every.unwrap_or(Duration::from_secs(86_400)));
    let mut said = what.number;
    while Instant::now() < what.end {
        tokio::select! {
            _ = lines.tick() => {
                let text = &what.texts[said % what.texts.len()];
                said += 1;
                // The time of sending travels in the line, so that every reader can tell how long it took.
                let text = format!("{text} @{:.6}", what.start.elapsed().as_secs_f64());
                let frame = json!({ "type": "party.chat", "party": party, "text": text });
                if Instant::now() >= what.end || sink.send(Message::text(frame.to_string())).await.is_err() {
                    return;
                }
                lock(&measured).sent += 1;
            }
            _ = asks.tick(), if ask_every.is_some() => {
                let _counted_later = asked.try_send(Instant::now());
                let frame = json!({ "type": "recommend", "ref": "ask", "limit": 10 });
                if sink.send(Message::text(frame.to_string())).await.is_err() {
                    return;
                }
            }
        }
    }
    // The socket stays open for stragglers; the reader ends it.
    std::future::pending::<()>().await;
}

async fn say(socket: &mut Socket, frame: Value) -> Result<(), Failure> {
    Ok(socket.send(Message::text(frame.to_string())).await?)
}

async fn until(socket: &mut Socket, kind: &str) -> Result<Value, Failure> {
    let wait = async {
        loop {
            match socket.next().await.ok_or("the server hung up")?? {
                Message::Text(text) => {
                    let frame: Value = serde_json::from_str(text.as_str())?;
                    if frame["type"] == "problem" {
                        return Err(format!("the server refused a guest: {}", frame["detail"]).into());
                    }
                    if frame["type"] == kind {
                        return Ok(frame);
                    }
                }
                Message::Close(_) => return Err("the server closed the connection".into()),
                _ => {}
            }
        }
    };
    time::timeout(PATIENCE, wait).await.map_err(|_| format!("no {kind} within {} s", PATIENCE.as_secs()))?
}
