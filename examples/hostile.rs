//! Whether a room suffers from hostile clients: the delay of its chat without them, with them, and after them.
//!
//! ```text
//! soiree serve --data-dir ./hostile-data &
//! cargo run --release --example hostile -- 127.0.0.1:8080 PID 10000
//! ```
//!
//! Ten members talk in a party and note how long each line took to each of them. Then, from another loopback address,
//! come members of the same party who read nothing, flooders who come back whenever they are cut off, and as many
//! sockets as asked for that never say hello. `PID` is the server's, whose memory is read from `/proc`. Runs for about
//! a minute; one descriptor per socket is needed here and there (`ulimit -n`).

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::{
    error::Error,
    io::Write,
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    time::{MissedTickBehavior, interval, sleep},
};
use tokio_tungstenite::{WebSocketStream, client_async, tungstenite::Message};

type Failure = Box<dyn Error + Send + Sync>;

const MEMBERS: usize = 10;
const SILENT: usize = 10;
const FLOODERS: usize = 5;
/// How long each part takes.
const PART: Duration = Duration::from_secs(15);
/// How often somebody says something.
const SPEAK_EVERY: Duration = Duration::from_millis(25);
/// Half-open sockets that come in one millisecond.
const PER_MS: usize = 2;

/// Delays that were noted, in milliseconds.
#[derive(Default)]
struct Notes(Mutex<Vec<f64>>);

impl Notes {
    fn note(&self, ms: f64) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(ms);
    }

    fn take(&self) -> Vec<f64> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

struct Client(WebSocketStream<TcpStream>);

impl Client {
    async fn connect(address: SocketAddr, from: [u8; 4], receive: Option<u32>) -> Result<Self, Failure> {
        let socket = TcpSocket::new_v4()?;
        if let Some(bytes) = receive {
            socket.set_recv_buffer_size(bytes)?;
        }
        socket.bind(SocketAddr::from((from, 0)))?;
        let stream = socket.connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self(client_async(format!("ws://{address}/ws"), stream).await?.0))
    }

    async fn ask(&mut self, frame: Value) -> Result<Value, Failure> {
        self.0.send(Message::text(frame.to_string())).await?;
        loop {
            if let Message::Text(text) = self.0.next().await.ok_or("the server hung up")?? {
                let told: Value = serde_json::from_str(&text)?;
                if told["type"] == "problem" {
                    return Err(told.to_string().into());
                }
                if told["ref"] == frame["ref"] {
                    return Ok(told);
                }
            }
        }
    }

    async fn join(&mut self, name: &str, party: &str) -> Result<(), Failure> {
        self.ask(json!({"type": "hello", "ref": "h", "name": name})).await?;
        self.ask(json!({"type": "party.join", "ref": "j", "party": party})).await?;
        Ok(())
    }
}

/// A member who talks in turn and notes how old each line is that comes in.
async fn member(client: Client, party: String, turn: usize, start: Instant, notes: Arc<Notes>) {
    let (mut out, mut incoming) = client.0.split();
    let talking = async {
        let mut ticks = interval(SPEAK_EVERY * u32::try_from(MEMBERS).unwrap_or(1));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        sleep(SPEAK_EVERY * u32::try_from(turn).unwrap_or(0)).await;
        loop {
            ticks.tick().await;
            let text = start.elapsed().as_micros().to_string();
            let line = json!({"type": "party.chat", "party": party, "text": text});
            if out.send(Message::text(line.to_string())).await.is_err() {
                return;
            }
        }
    };
    let hearing = async {
        while let Some(Ok(message)) = incoming.next().await {
            let Message::Text(text) = message else { continue };
            let Ok(told) = serde_json::from_str::<Value>(&text) else { continue };
            let said = told["text"].as_str().and_then(|text| text.parse::<u64>().ok());
            if let (Some("party.chat"), Some(said)) = (told["type"].as_str(), said) {
                notes.note(start.elapsed().as_secs_f64() * 1e3 - said as f64 / 1e3);
            }
        }
    };
    tokio::join!(talking, hearing);
}

/// What the hostile did, for the report.
#[derive(Default)]
struct Deeds {
    half_open: AtomicU64,
    turned_away: AtomicU64,
    floods: AtomicU64,
    cut_off: AtomicU64,
}

const HOSTILE: [u8; 4] = [127, 0, 0, 2];

/// Joins and never reads again.
async fn silent(address: SocketAddr, party: String) -> Result<(), Failure> {
    let mut client = Client::connect(address, HOSTILE, Some(4_096)).await?;
    client.join("Silent", &party).await?;
    sleep(2 * PART).await;
    Ok(())
}

/// Sends as fast as the socket takes it; comes back when it is cut off.
async fn flooder(address: SocketAddr, deeds: Arc<Deeds>) -> Result<(), Failure> {
    loop {
        let (mut out, mut incoming) = Client::connect(address, HOSTILE, None).await?.0.split();
        out.send(Message::text(r#"{"type":"hello","name":"Flood"}"#)).await?;
        let flood = async {
            while out.send(Message::text(r#"{"type":"clock","ref":"f","t0":1}"#)).await.is_ok() {
                deeds.floods.fetch_add(1, Ordering::Relaxed);
                tokio::task::yield_now().await;
            }
        };
        let hear = async { while let Some(Ok(_)) = incoming.next().await {} };
        tokio::select! { () = flood => {}, () = hear => {} }
        deeds.cut_off.fetch_add(1, Ordering::Relaxed);
        sleep(Duration::from_millis(500)).await;
    }
}

/// Asks for a socket and says nothing more.
async fn half_open(address: SocketAddr, deeds: Arc<Deeds>) -> Result<(), Failure> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::from((HOSTILE, 0)))?;
    let mut stream = socket.connect(address).await?;
    let request = "GET /ws HTTP/1.1\r\nHost: soiree\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
        Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    stream.write_all(request.as_bytes()).await?;
    let mut head = [0; 12];
    stream.read_exact(&mut head).await?;
    let count = if head.ends_with(b"101") { &deeds.half_open } else { &deeds.turned_away };
    count.fetch_add(1, Ordering::Relaxed);
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).await?;
    Ok(())
}

/// The hostile, on a thread of their own, until `over`.
fn attack(
    address: SocketAddr,
    party: &str,
    sockets: usize,
    deeds: &Arc<Deeds>,
    over: &AtomicBool,
) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        for _ in 0..SILENT {
            tokio::spawn(silent(address, party.to_owned()));
        }
        for _ in 0..FLOODERS {
            tokio::spawn(flooder(address, Arc::clone(deeds)));
        }
        let mut ticks = interval(Duration::from_millis(1));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        for n in 0..sockets {
            if n % PER_MS == 0 {
                ticks.tick().await;
            }
            tokio::spawn(half_open(address, Arc::clone(deeds)));
        }
        while !over.load(Ordering::Relaxed) {
            sleep(Duration::from_millis(50)).await;
        }
    });
    Ok(())
}

/// Resident memory of a process in KiB.
fn resident(pid: &str) -> Result<u64, Failure> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    Ok(line.and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse().ok()).ok_or("no VmRSS")?)
}

fn say(text: impl AsRef<str>) -> std::io::Result<()> {
    writeln!(std::io::stdout(), "{}", text.as_ref())
}

/// Listens to the room for one part and prints the delays; gives the 99th percentile.
async fn part(what: &str, pid: &str, notes: &Notes) -> Result<f64, Failure> {
    notes.take();
    let (began, mut most) = (Instant::now(), 0);
    while began.elapsed() < PART {
        sleep(Duration::from_millis(100)).await;
        most = most.max(resident(pid)?);
    }
    let mut delays = notes.take();
    delays.sort_by(f64::total_cmp);
    let last = delays.len().checked_sub(1).ok_or("nobody said anything")?;
    let at = |share: f64| delays[(last as f64 * share).round() as usize];
    say(format!(
        "{what:<8} {:>6} lines heard, p50 {:.2} ms, p95 {:.2} ms, p99 {:.2} ms, at most {:.1} ms; VmRSS at most {most} KiB",
        delays.len(),
        at(0.5),
        at(0.95),
        at(0.99),
        at(1.0)
    ))?;
    Ok(at(0.99))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let mut args = std::env::args().skip(1);
    let (Some(address), Some(pid)) = (args.next(), args.next()) else {
        return Err("usage: hostile ADDRESS PID [HALF_OPEN]".into());
    };
    let address: SocketAddr = address.parse()?;
    let sockets: usize = args.next().map_or(Ok(10_000), |text| text.parse())?;
    let mut host = Client::connect(address, [127, 0, 0, 1], None).await?;
    host.ask(json!({"type": "hello", "ref": "h", "name": "Host"})).await?;
    let made = host.ask(json!({"type": "party.create", "ref": "c", "name": "Besieged"})).await?;
    let party = made["party"]["id"].as_str().ok_or("a party without an id")?.to_owned();
    let (start, notes) = (Instant::now(), Arc::new(Notes::default()));
    tokio::spawn(member(host, party.clone(), 0, start, Arc::clone(&notes)));
    for turn in 1..MEMBERS {
        let mut client = Client::connect(address, [127, 0, 0, 1], None).await?;
        client.join(&format!("Member {turn}"), &party).await?;
        tokio::spawn(member(client, party.clone(), turn, start, Arc::clone(&notes)));
    }
    sleep(Duration::from_secs(2)).await;
    let calm = part("calm", &pid, &notes).await?;
    let (deeds, over) = (Arc::<Deeds>::default(), Arc::<AtomicBool>::default());
    let hostile = {
        let (party, deeds, over) = (party.clone(), Arc::clone(&deeds), Arc::clone(&over));
        std::thread::spawn(move || attack(address, &party, sockets, &deeds, &over))
    };
    let besieged = part("besieged", &pid, &notes).await?;
    over.store(true, Ordering::Relaxed);
    hostile.join().map_err(|_| "the hostile panicked")??;
    let count = |deed: &AtomicU64| deed.load(Ordering::Relaxed);
    say(format!(
        "         {SILENT} silent members, {} frames of {FLOODERS} flooders who were cut off {} times, \
         {} sockets without hello, {} turned away",
        count(&deeds.floods),
        count(&deeds.cut_off),
        count(&deeds.half_open),
        count(&deeds.turned_away)
    ))?;
    sleep(Duration::from_secs(2)).await;
    let after = part("after", &pid, &notes).await?;
    say(format!(
        "p99 besieged is {:.2} times that of the calm before, {:.2} times that of the calm after",
        besieged / calm,
        besieged / after
    ))?;
    Ok(())
}
