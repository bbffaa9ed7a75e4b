//! One guest of the load: comes in, talks, asks, plays along, and listens to how long everything takes.

use super::push::Pushes;
use crate::Failure;
use futures_util::{SinkExt, StreamExt, stream::SplitSink};
use serde_json::{Value, json};
use std::{
    net::SocketAddr,
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
/// How often a player tells the party where it is, as the pages do.
pub(super) const STATUS_EVERY: Duration = Duration::from_secs(2);
/// What is played: the demo's moving picture, for an hour.
const PLAYED: &str = "demo:test-pattern";
const PLAYED_MS: u64 = 3_600_000;

/// What everybody measures, in milliseconds.
#[derive(Default)]
pub(super) struct Measured {
    pub(super) deliveries: Vec<f64>,
    pub(super) answers: Vec<f64>,
    /// From a deed to the changed recommendations, one per member.
    pub(super) pushes: Vec<f64>,
    pub(super) deeds: usize,
    pub(super) sent: usize,
    pub(super) bytes_per_s: Vec<f64>,
    pub(super) problems: Vec<String>,
}

/// When a member does what.
pub(super) struct Plan {
    pub(super) first: Instant,
    pub(super) every: Duration,
    pub(super) ask_every: Option<Duration>,
    pub(super) status_every: Option<Duration>,
    pub(super) first_event: Instant,
    pub(super) event_every: Option<Duration>,
    pub(super) pushes: Pushes,
    pub(super) start: Instant,
    pub(super) end: Instant,
    pub(super) number: usize,
    pub(super) texts: Arc<Vec<String>>,
}

/// A guest in a party.
pub(super) struct Member {
    socket: Socket,
    pub(super) party: String,
    pub(super) join_ms: f64,
    /// When what the party plays began, as far as the server's first word about the time allows to tell.
    began: Option<Instant>,
    /// The server's time and when it was told.
    told: (i64, Instant),
}

impl Member {
    pub(super) async fn open(address: SocketAddr, number: usize) -> Result<Self, Failure> {
        let name = format!("Load {}", number + 1);
        Self::enter(
            address,
            json!({ "type": "party.create", "ref": "in", "name": name, "visibility": "unlisted" }),
        )
        .await
    }

    pub(super) async fn join(address: SocketAddr, party: &str) -> Result<Self, Failure> {
        Self::enter(address, json!({ "type": "party.join", "ref": "in", "party": party })).await
    }

    async fn enter(address: SocketAddr, frame: Value) -> Result<Self, Failure> {
        let begun = Instant::now();
        let (mut socket, _) = connect_async(format!("ws://{address}/ws")).await.map_err(|error| {
            format!("{address} does not answer ({error}); is `soiree serve` running there?")
        })?;
        say(&mut socket, json!({ "type": "hello", "name": "Load" })).await?;
        let welcome = until(&mut socket, "welcome").await?;
        let told = (welcome["server_time_ms"].as_i64().unwrap_or_default(), Instant::now());
        say(&mut socket, frame).await?;
        let snapshot = until(&mut socket, "party.snapshot").await?;
        let party = snapshot["party"]["id"].as_str().ok_or("a snapshot names its party")?.to_owned();
        let began = began(&snapshot["playback"], told);
        Ok(Self { socket, party, join_ms: begun.elapsed().as_secs_f64() * 1e3, began, told })
    }

    /// Has the party play something from its beginning.
    pub(super) async fn play(&mut self) -> Result<(), Failure> {
        let party = &self.party;
        for frame in [
            json!({ "type": "party.playback", "party": party, "action": "load", "item": PLAYED, "duration_ms": PLAYED_MS }),
            json!({ "type": "party.playback", "party": party, "action": "play" }),
        ] {
            say(&mut self.socket, frame).await?;
            self.began = began(&until(&mut self.socket, "party.playback").await?, self.told);
        }
        Ok(())
    }

    /// Talks and listens until the end, and a little longer.
    pub(super) async fn stay(self, plan: Plan, measured: Arc<Mutex<Measured>>) {
        let Self { socket, party, began, .. } = self;
        let (sink, mut stream) = socket.split();
        let pushes = plan.pushes.clone();
        let (start, last) = (plan.start, time::Instant::from_std(plan.end + TAIL));
        let (asked, mut asked_at) = mpsc::channel(64);
        let talker = Talker { sink, party, plan, began, sent: 0, deeds: 0, asked };
        let talk = tokio::spawn(talker.talk());
        let mut heard = Measured::default();
        let mut bytes = 0;
        while let Ok(Some(Ok(message))) = time::timeout_at(last, stream.next()).await {
            let Message::Text(text) = message else { continue };
            bytes += text.len();
            let now = start.elapsed().as_secs_f64();
            match serde_json::from_str::<Value>(text.as_str()) {
                Ok(frame) if frame["type"] == "party.chat" => {
                    let sent =
                        frame["text"].as_str().and_then(|text| text.rsplit_once('@')?.1.parse::<f64>().ok());
                    heard.deliveries.extend(sent.map(|sent| (now - sent) * 1e3));
                }
                Ok(frame) if frame["type"] == "recommendations" && frame["ref"] == "works" => {
                    pushes.learn(&frame);
                }
                Ok(frame) if frame["type"] == "recommendations" && frame["ref"] == "ask" => {
                    let at: Option<Instant> = asked_at.try_recv().ok();
                    heard.answers.extend(at.map(|at| at.elapsed().as_secs_f64() * 1e3));
                }
                Ok(frame) if frame["type"] == "party.recommendations" => {
                    heard.pushes.extend(pushes.heard(&frame));
                }
                Ok(frame) if frame["type"] == "problem" => heard.problems.push(frame["detail"].to_string()),
                _ => {}
            }
        }
        let (sent, deeds) = talk.await.unwrap_or_default();
        let mut all = measured.lock().unwrap_or_else(PoisonError::into_inner);
        all.sent += sent;
        all.deeds += deeds;
        all.pushes.append(&mut heard.pushes);
        all.deliveries.append(&mut heard.deliveries);
        all.answers.append(&mut heard.answers);
        all.problems.append(&mut heard.problems);
        all.bytes_per_s.push(bytes as f64 / start.elapsed().as_secs_f64());
    }
}

/// The speaking half of a guest.
struct Talker {
    sink: SplitSink<Socket, Message>,
    party: String,
    plan: Plan,
    began: Option<Instant>,
    sent: usize,
    deeds: usize,
    asked: mpsc::Sender<Instant>,
}

impl Talker {
    /// Does everything in its time, and keeps the socket open for stragglers; tells how many lines were said
    /// and deeds told.
    async fn talk(mut self) -> (usize, usize) {
        let never = Duration::from_secs(86_400);
        let Plan { first, every, ask_every, status_every, first_event, event_every, end, .. } = self.plan;
        let mut lines = time::interval_at(first.into(), every);
        let mut asks = time::interval_at(first.into(), ask_every.unwrap_or(never));
        let mut statuses = time::interval_at(first.into(), status_every.unwrap_or(never));
        let mut deeds = time::interval_at(first_event.into(), event_every.unwrap_or(never));
        while Instant::now() < end {
            let went = tokio::select! {
                _ = lines.tick() => self.line().await,
                _ = asks.tick(), if ask_every.is_some() => self.ask().await,
                _ = deeds.tick(), if event_every.is_some() => self.deed().await,
                _ = statuses.tick(), if status_every.is_some() => self.status().await,
                () = time::sleep_until(end.into()) => break,
            };
            if went.is_err() {
                return (self.sent, self.deeds);
            }
        }
        time::sleep(TAIL).await;
        (self.sent, self.deeds)
    }

    async fn line(&mut self) -> Result<(), Failure> {
        let Plan { texts, number, start, .. } = &self.plan;
        let text = &texts[(number + self.sent) % texts.len()];
        // The time of sending travels in the line, so that every reader can tell how long it took.
        let text = format!("{text} @{:.6}", start.elapsed().as_secs_f64());
        self.send(json!({ "type": "party.chat", "party": self.party, "text": text })).await?;
        self.sent += 1;
        Ok(())
    }

    async fn ask(&mut self) -> Result<(), Failure> {
        let _counted_later = self.asked.try_send(Instant::now());
        self.send(json!({ "type": "recommend", "ref": "ask", "limit": 10 })).await
    }

    async fn deed(&mut self) -> Result<(), Failure> {
        if self.plan.pushes.is_empty() {
            return self.send(json!({ "type": "recommend", "ref": "works", "limit": 10 })).await;
        }
        let Some(item) = self.plan.pushes.begin() else { return Ok(()) };
        self.deeds += 1;
        self.send(json!({ "type": "event", "item": item, "kind": "like" })).await
    }

    async fn status(&mut self) -> Result<(), Failure> {
        let Some(began) = self.began else { return Ok(()) };
        let position_ms = began.elapsed().as_millis() as u64;
        let status = json!({ "type": "party.status", "party": self.party, "position_ms": position_ms, "buffering": false });
        self.send(status).await
    }

    async fn send(&mut self, frame: Value) -> Result<(), Failure> {
        Ok(self.sink.send(Message::text(frame.to_string())).await?)
    }
}

/// When a playing work was at its beginning.
fn began(playback: &Value, (server_ms, at): (i64, Instant)) -> Option<Instant> {
    let begun_ms = playback["at_server_ms"].as_i64()? - playback["position_ms"].as_i64()?;
    let ago = Duration::from_millis(u64::try_from(server_ms - begun_ms).unwrap_or_default());
    let ahead = Duration::from_millis(u64::try_from(begun_ms - server_ms).unwrap_or_default());
    (playback["state"] == "playing").then_some(())?;
    (at + ahead).checked_sub(ago)
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
