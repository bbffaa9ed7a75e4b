//! The socket's edge: a thin task per connection between actix-web's WebSocket codec and a session.
//!
//! A connection that has not said hello costs this task and no actor. Commands go to the session one at a time,
//! which is the back-pressure of the reading side; answers come back through the outbox, whose reading end is the
//! body of the 101 response, so that a broadcast's bytes are shared by all sockets. The reading task ends when the
//! client is gone, the outbox is closed, or the protocol is broken; the writing half then sends what waits, one
//! close frame, and ends the body. A blocked write has no deadline of its own: `server` sets a
//! `TCP_USER_TIMEOUT`, which ends connections whose client acknowledges nothing.

use super::{
    decode::{self, Asked, Decoded, Hello, Refused},
    hello::{self, Admitted},
    limit::{Limit, Rate},
    socket::{Arrived, Incoming, Meters, Outgoing, Socket, Why, handshake},
    wheel::{Times, Wheel},
};
use crate::{access::budget::Seat, app::AppState, problem::Problem};
use actix_web::{
    HttpRequest, HttpResponse,
    body::BodyStream,
    http::{
        StatusCode,
        header::{self, HeaderMap, HeaderValue},
    },
    rt,
    web::{self, Data, Payload, ServiceConfig},
};
use futures_util::future::{FutureExt, LocalBoxFuture};
use soiree_actors::{
    live::{Command, Event, LiveContext},
    outbox::{CloseReason, outbox},
    session::{self, SessionLink},
};
use soiree_domain::UserId;
use std::{net::IpAddr, rc::Rc, sync::Arc};

/// The subprotocol that clients ask for.
pub const SUBPROTOCOL: &str = "soiree.v1.json";
/// Largest first message in bytes: nobody is known yet.
const MAX_HELLO_BYTES: usize = 4_096;

/// What can be set about the live channel.
#[derive(Debug, Clone)]
pub struct LiveSettings {
    /// Largest message of a client in bytes.
    pub max_frame_bytes: usize,
    /// Frames per second that a socket may send on average.
    pub frames_per_second: u32,
    /// Frames that it may send at once.
    pub frames_burst: u32,
    /// Bytes per second that a socket may send on average.
    pub bytes_per_second: u32,
    /// Bytes that it may send at once; at least one frame.
    pub bytes_burst: u32,
    /// Seconds between two pings; a socket silent for twice as long is closed.
    pub heartbeat_s: u64,
    /// Seconds a new socket has to say hello.
    pub hello_s: u64,
    /// Origins of pages, beside the server's own, that may open sockets.
    pub origins: Vec<String>,
}

impl Default for LiveSettings {
    fn default() -> Self {
        Self {
            max_frame_bytes: 65_536,
            frames_per_second: 50,
            frames_burst: 200,
            bytes_per_second: 65_536,
            bytes_burst: 262_144,
            heartbeat_s: 25,
            hello_s: 5,
            origins: Vec::new(),
        }
    }
}

/// The edge of one worker.
struct Edge {
    state: Data<AppState>,
    wheel: Rc<Wheel>,
    meters: Rc<Meters>,
}

/// Adds `GET /ws`. Called once per worker, on its thread.
pub fn configure(config: &mut ServiceConfig, state: &Data<AppState>) {
    let settings = &state.settings.live;
    let times = Times { hello_s: settings.hello_s, heartbeat_s: settings.heartbeat_s };
    let edge = Edge {
        state: state.clone(),
        wheel: Rc::new(Wheel::new(times, state.stopping.clone())),
        meters: Rc::new(Meters::new()),
    };
    config.app_data(Data::new(edge)).service(web::resource("/ws").route(web::get().to(open)));
}

async fn open(req: HttpRequest, payload: Payload, edge: Data<Edge>) -> Result<HttpResponse, Problem> {
    let accept = handshake(req.head())?;
    let settings = &edge.state.settings.live;
    if edge.wheel.is_stopping() {
        return Err(Problem::new("not-ready", "the server is stopping"));
    }
    if !origin_is_welcome(req.headers(), &settings.origins) {
        return Err(Problem::new("origin-refused", "pages of this origin may not open sockets here"));
    }
    let protocol = negotiate(req.headers())?;
    let house = &edge.state.house;
    let address = edge.state.address(&req);
    let seat = edge.state.budgets.seat_address(address, house.clock().now_ms())?;
    let (sender, drain) =
        outbox(house.settings().outbox, Arc::clone(house.counters()), house.encode().gap_frame());
    let socket = Rc::new(Socket::new(sender, Rc::clone(&edge.meters), edge.wheel.now()));
    edge.wheel.watch(Rc::clone(&socket));
    let limit = Limit::new(
        Rate { per_second: settings.frames_per_second, burst: settings.frames_burst },
        Rate { per_second: settings.bytes_per_second, burst: settings.bytes_burst },
    );
    let incoming = Incoming::new(payload, MAX_HELLO_BYTES, limit, house.clock().clone());
    rt::spawn(serve(edge, Rc::clone(&socket), incoming, address));

    let mut response = HttpResponse::build(StatusCode::SWITCHING_PROTOCOLS);
    response.upgrade("websocket").insert_header((header::SEC_WEBSOCKET_ACCEPT, &accept[..]));
    if protocol {
        response.insert_header((header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(SUBPROTOCOL)));
    }
    Ok(response.body(BodyStream::new(Outgoing::new(drain, socket, seat))))
}

/// Pages of the same host and of the listed origins are welcome; programs send no origin.
fn origin_is_welcome(headers: &HeaderMap, listed: &[String]) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else { return true };
    let Ok(origin) = origin.to_str() else { return false };
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let own = origin.split_once("://").map(|(_, authority)| authority);
    let same = matches!((own, host), (Some(own), Some(host)) if own.eq_ignore_ascii_case(host));
    same || listed.iter().any(|entry| entry.trim_end_matches('/').eq_ignore_ascii_case(origin))
}

/// Whether to name the subprotocol: yes when it is offered, no when nothing is.
fn negotiate(headers: &HeaderMap) -> Result<bool, Problem> {
    let mut offered = headers
        .get_all(header::SEC_WEBSOCKET_PROTOCOL)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .peekable();
    if offered.peek().is_none() {
        return Ok(false);
    }
    if offered.any(|name| name == SUBPROTOCOL) {
        return Ok(true);
    }
    Err(Problem::new("unsupported-subprotocol", format!("this server speaks {SUBPROTOCOL}")))
}

/// Serves one socket until its client or the server ends it.
async fn serve(edge: Data<Edge>, socket: Rc<Socket>, mut incoming: Incoming, address: IpAddr) {
    let now_tick = || edge.wheel.now();
    // The way in needs more memory than the stay, and gives it back here.
    let entered = Box::pin(enter(&edge.state, &socket, &mut incoming, address, now_tick)).await;
    let Some(speaker) = entered else { return };
    incoming.allow(edge.state.settings.live.max_frame_bytes);
    converse(&speaker, &socket, &mut incoming, now_tick).await;
}

/// From the first frame to the welcome. `None` when the connection is over.
async fn enter<'s>(
    state: &'s AppState,
    socket: &Socket,
    incoming: &mut Incoming,
    address: IpAddr,
    now_tick: impl Fn() -> u64,
) -> Option<Speaker<'s>> {
    let (hello, reference) = first(socket, incoming, now_tick).await?;
    // Boxed, so that a socket that never says hello does not hold room for what would follow.
    let admitted = match Box::pin(hello::admit(state, &hello, address)).await {
        Ok(admitted) => admitted,
        Err(problem) => {
            socket.refuse(&problem, reference.as_deref(), None);
            socket.hang_up(hello::farewell(&problem), None);
            return None;
        }
    };
    if socket.outbox.is_closed() {
        return None;
    }
    let (link, seat) = connect(state, socket, admitted, reference.as_deref());
    if greet(&link, hello).await {
        return Some(Speaker { state, link, seat, address });
    }
    socket.hang_up(Why::INTERNAL, None);
    None
}

/// Waits for `hello`. `None` when the connection is over.
async fn first(
    socket: &Socket,
    incoming: &mut Incoming,
    now_tick: impl Fn() -> u64,
) -> Option<(Hello, Option<String>)> {
    let (problem, reference) = match incoming.next(socket, now_tick).await {
        Arrived::Text(text) | Arrived::TooFast { text, .. } => match decode::decode(&text) {
            Ok(Decoded { asked: Asked::Hello(hello), reference }) => return Some((hello, reference)),
            Ok(Decoded { reference, .. }) => {
                (Problem::new("hello-required", "the first frame must be hello"), reference)
            }
            Err(Refused { problem, reference }) => (problem, reference),
        },
        Arrived::Broken(why, problem) => {
            socket.refuse(&problem, None, None);
            socket.hang_up(why, None);
            return None;
        }
        Arrived::Ended => {
            socket.close(CloseReason::GoingAway.into());
            return None;
        }
    };
    socket.refuse(&problem, reference.as_deref(), None);
    socket.hang_up(CloseReason::Unauthorized.into(), None);
    None
}

/// Starts the session and says welcome.
fn connect(
    state: &AppState,
    socket: &Socket,
    admitted: Admitted,
    reference: Option<&str>,
) -> (SessionLink, Seat<UserId>) {
    let Admitted { principal, user, resume, seat } = admitted;
    let (id, name) = (user.id.clone(), user.name.clone());
    let link = state.house.connect(&principal, user, socket.outbox.clone());
    socket.greeted.set(true);
    let welcome = Event::Welcome {
        session: link.id.clone(),
        user: id,
        name,
        resume,
        server_time_ms: state.house.clock().now_ms(),
        heartbeat_s: state.settings.live.heartbeat_s,
    };
    socket.push(state.house.encode().encode(&welcome, reference));
    (link, seat)
}

/// Hands on what `hello` said of the surroundings. False when the session is gone.
async fn greet(link: &SessionLink, hello: Hello) -> bool {
    let Hello { device, utc_offset_min, share_mood, .. } = hello;
    if device.is_none() && utc_offset_min.is_none() && share_mood.is_none() {
        return true;
    }
    let context = LiveContext { device, utc_offset_min, share_mood, ..LiveContext::default() };
    link.send(session::Incoming { command: Command::Context(context), reference: None }).await
}

/// Somebody who was let in.
struct Speaker<'s> {
    state: &'s AppState,
    link: SessionLink,
    seat: Seat<UserId>,
    address: IpAddr,
}

impl Speaker<'_> {
    /// Whether a command is within the budgets.
    fn affords(&self, command: &Command) -> Result<(), Problem> {
        if !matches!(command, Command::Create { .. } | Command::Join { .. }) {
            return Ok(());
        }
        let now_ms = self.state.house.clock().now_ms();
        self.state.budgets.join(self.seat.key(), self.address, now_ms)
    }

    /// Reads a message as a command and hands it to the session; what cannot be read or afforded is told. `None` when
    /// there is nothing to wait for.
    fn take(&self, socket: &Socket, text: &[u8]) -> Option<LocalBoxFuture<'_, bool>> {
        let (problem, reference) = match decode::decode(text) {
            Ok(Decoded { asked: Asked::Command(command), reference }) => match self.affords(&command) {
                Ok(()) => {
                    return Some(self.link.send(session::Incoming { command, reference }).boxed_local());
                }
                Err(problem) => (problem, reference),
            },
            Ok(Decoded { asked: Asked::Hello(_), reference }) => {
                (Problem::new("conflict", "hello was said already"), reference)
            }
            Err(Refused { problem, reference }) => (problem, reference),
        };
        socket.refuse(&problem, reference.as_deref(), None);
        None
    }
}

/// Passes commands to the session, one at a time, until the connection is over.
async fn converse(
    speaker: &Speaker<'_>,
    socket: &Socket,
    incoming: &mut Incoming,
    now_tick: impl Fn() -> u64,
) {
    loop {
        let arrived = incoming.next(socket, &now_tick).await;
        if socket.outbox.is_closed() {
            return;
        }
        match arrived {
            Arrived::Text(text) => {
                // The wait is boxed: an idle socket must not hold room for the largest command.
                if let Some(taken) = speaker.take(socket, &text)
                    && !taken.await
                {
                    socket.hang_up(Why::INTERNAL, None);
                    return;
                }
            }
            Arrived::TooFast { text, retry_after_ms } => {
                let problem = Problem::new("rate-limited", "this socket sends too many frames");
                let reference = decode::reference_of(&text);
                socket.refuse(&problem, reference.as_deref(), Some(retry_after_ms));
            }
            Arrived::Broken(why, problem) => {
                socket.refuse(&problem, None, None);
                socket.hang_up(why, None);
                return;
            }
            Arrived::Ended => {
                socket.close(CloseReason::GoingAway.into());
                return;
            }
        }
    }
}
