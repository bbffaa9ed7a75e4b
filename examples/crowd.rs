//! What a crowd of idle guests costs a server: opens sockets in parties of ten and prints the server's memory.
//!
//! ```text
//! SOIREE__ACCESS__GUEST_BURST=1000000 SOIREE__BUDGET__ADDRESS_SOCKETS=0 \
//! SOIREE__BUDGET__ADDRESS_HELLOS_PER_MINUTE=0 SOIREE__BUDGET__ADDRESS_JOINS_PER_MINUTE=0 \
//! soiree serve --data-dir ./crowd-data &
//! cargo run --release --example crowd -- 127.0.0.1:8080 PID 19000
//! ```
//!
//! `PID` is the server's, on this machine; its memory is read from `/proc`. Every guest says hello, then joins the
//! party of their ten, then listens. One descriptor per guest is needed here and there (`ulimit -n`).

use futures_util::{SinkExt, StreamExt, future::try_join_all};
use serde_json::{Value, json};
use std::{
    error::Error,
    io::Write,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{
    net::TcpStream,
    sync::{Barrier, OnceCell, Semaphore},
};
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{Message, protocol::WebSocketConfig},
};

type Failure = Box<dyn Error + Send + Sync>;

/// Guests in one party.
const PARTY: usize = 10;
/// Guests that are on their way in at a time.
const AT_ONCE: usize = 64;
/// How long memory may settle before it is read.
const SETTLE: Duration = Duration::from_secs(3);

/// What all guests share.
struct Crowd {
    address: String,
    /// Opened by the first of each ten.
    parties: Vec<OnceCell<String>>,
    doors: Semaphore,
    /// Everybody, and the one who reads the memory.
    step: Barrier,
}

struct Guest {
    socket: WebSocketStream<TcpStream>,
}

impl Guest {
    async fn connect(address: &str) -> Result<Self, Failure> {
        let stream = TcpStream::connect(address).await?;
        let small = WebSocketConfig::default().read_buffer_size(1_024).write_buffer_size(0);
        let url = format!("ws://{address}/ws");
        let (socket, _) = client_async_with_config(url, stream, Some(small)).await?;
        Ok(Self { socket })
    }

    async fn ask(&mut self, frame: Value) -> Result<Value, Failure> {
        self.socket.send(Message::text(frame.to_string())).await?;
        loop {
            match self.socket.next().await.ok_or("the server hung up")?? {
                Message::Text(text) => {
                    let told: Value = serde_json::from_str(&text)?;
                    match told["type"].as_str() {
                        Some("problem") => return Err(told.to_string().into()),
                        _ if told["ref"] == frame["ref"] => return Ok(told),
                        _ => {}
                    }
                }
                Message::Close(close) => return Err(format!("closed: {close:?}").into()),
                _ => {}
            }
        }
    }

    /// Answers pings until nothing comes any more.
    async fn listen(mut self) {
        while let Some(Ok(_)) = self.socket.next().await {}
    }
}

/// One guest's evening; how long joining took.
async fn come(crowd: Arc<Crowd>, number: usize) -> Result<(Guest, Duration), Failure> {
    let door = crowd.doors.acquire().await?;
    let mut guest = Guest::connect(&crowd.address).await?;
    guest.ask(json!({"type": "hello", "ref": "h", "name": format!("Guest {number}")})).await?;
    drop(door);
    // Who waits for the others still answers pings.
    tokio::select! {
        _ = crowd.step.wait() => {}
        _ = async { while let Some(Ok(_)) = guest.socket.next().await {} } => return Err("closed early".into()),
    }
    let party = &crowd.parties[number / PARTY];
    let door = crowd.doors.acquire().await?;
    let id = party
        .get_or_try_init(async || {
            let made = guest.ask(json!({"type": "party.create", "ref": "c", "name": "Crowd"})).await?;
            made["party"]["id"].as_str().map(str::to_owned).ok_or(Failure::from("a party without an id"))
        })
        .await?;
    let began = Instant::now();
    guest.ask(json!({"type": "party.join", "ref": "j", "party": id})).await?;
    drop(door);
    Ok((guest, began.elapsed()))
}

/// Resident and anonymous memory of a process in KiB.
fn memory(pid: &str) -> Result<(u64, u64), Failure> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let read = |key: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(key))?;
        line.trim().strip_suffix(" kB")?.trim().parse().ok()
    };
    read("VmRSS:").zip(read("RssAnon:")).ok_or_else(|| "no such fields".into())
}

fn say(text: impl AsRef<str>) -> std::io::Result<()> {
    writeln!(std::io::stdout(), "{}", text.as_ref())
}

/// Prints the memory now, and what it is more than `before` per guest.
async fn weigh(what: &str, pid: &str, before: u64, guests: usize) -> Result<u64, Failure> {
    tokio::time::sleep(SETTLE).await;
    let (resident, anonymous) = memory(pid)?;
    let each = resident.saturating_sub(before) as f64 / guests as f64;
    say(format!(
        "{what:<12} VmRSS {resident:>8} KiB (anonymous {anonymous:>8}), {each:6.1} KiB per session"
    ))?;
    Ok(resident)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let mut args = std::env::args().skip(1);
    let (Some(address), Some(pid)) = (args.next(), args.next()) else {
        return Err("usage: crowd ADDRESS PID [SOCKETS]".into());
    };
    let guests: usize = args.next().map_or(Ok(1_000), |text| text.parse())?;
    let (before, anonymous) = memory(&pid)?;
    say(format!("{:<12} VmRSS {before:>8} KiB (anonymous {anonymous:>8})", "empty"))?;
    let crowd = Arc::new(Crowd {
        address,
        parties: (0..guests.div_ceil(PARTY)).map(|_| OnceCell::new()).collect(),
        doors: Semaphore::new(AT_ONCE),
        step: Barrier::new(guests + 1),
    });
    let began = Instant::now();
    let coming = (0..guests).map(|number| {
        let guest = tokio::spawn(come(Arc::clone(&crowd), number));
        async move { guest.await? }
    });
    let measuring = async {
        // The doors are first come, first served: they all stand open only when everybody has said hello.
        tokio::time::sleep(Duration::from_millis(500)).await;
        while crowd.doors.available_permits() < AT_ONCE {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        say(format!("{guests} guests said hello in {:.1} s", began.elapsed().as_secs_f64()))?;
        weigh("greeted", &pid, before, guests).await?;
        crowd.step.wait().await;
        Ok::<_, Failure>(())
    };
    let (come, ()) = tokio::try_join!(try_join_all(coming), measuring)?;
    let mut joins = Vec::with_capacity(guests);
    for (guest, took) in come {
        tokio::spawn(guest.listen());
        joins.push(took.as_secs_f64() * 1e3);
    }
    joins.sort_by(f64::total_cmp);
    let at = |share: f64| joins[((joins.len() - 1) as f64 * share).round() as usize];
    say(format!(
        "{} parties; joining took p50 {:.1} ms, p95 {:.1} ms, p99 {:.1} ms, at most {:.1} ms",
        crowd.parties.len(),
        at(0.5),
        at(0.95),
        at(0.99),
        at(1.0)
    ))?;
    weigh("joined", &pid, before, guests).await?;
    tokio::time::sleep(Duration::from_secs(20)).await;
    weigh("20 s later", &pid, before, guests).await?;
    Ok(())
}
