//! The network: a listening socket, worker threads, and an orderly end.

use crate::{
    app::{AppState, configure},
    upgrade::Upgraded,
};
use actix_http::{HttpService, error::DispatchError};
use actix_service::{ServiceFactory, fn_factory, fn_service, map_config};
use actix_web::{
    App,
    dev::{AppConfig, Server},
    rt::net::TcpStream,
    web::Data,
};
use socket2::{Domain, Protocol, SockRef, Socket, Type};
use std::{
    io,
    net::{SocketAddr, TcpListener},
    rc::Rc,
    time::Duration,
};

use tokio::time::timeout;

/// Bounds and times of the network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Threads that serve connections.
    pub workers: usize,
    /// Connections one worker holds at most, and sockets on the average of all workers.
    pub max_connections: usize,
    /// How long an idle connection is kept, in seconds.
    pub keep_alive_secs: u64,
    /// How long a client may take to send a request's head, in seconds.
    pub head_timeout_secs: u64,
    /// How long open connections may go on when the server stops, in seconds.
    pub shutdown_secs: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            workers: std::thread::available_parallelism().map_or(2, usize::from),
            max_connections: 25_000,
            keep_alive_secs: 75,
            head_timeout_secs: 10,
            shutdown_secs: 10,
        }
    }
}

/// Connections that may wait to be accepted.
const BACKLOG: i32 = 4_096;

/// A connection whose peer acknowledges nothing for so long is closed.
const DEAD_AFTER: Duration = Duration::from_secs(60);

/// Opens a listening socket; port 0 takes a free one.
///
/// # Errors
/// When the address is taken or not allowed.
pub fn bind(addr: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(addr), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&addr.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

/// What one worker does with its connections. Sockets of the live channel leave HTTP behind ([`crate::upgrade`]); for them
/// the application stands a second time.
fn connections(
    settings: &Settings,
    state: &Data<AppState>,
    upgraded: &Upgraded,
) -> impl ServiceFactory<TcpStream, Config = (), Response = (), Error = DispatchError, InitError = ()> + use<>
{
    let app = |state: Data<AppState>| {
        map_config(App::new().configure(|cfg| configure(cfg, state)), |()| AppConfig::default())
    };
    let (plain, second) = (app(state.clone()), app(state.clone()));
    let (upgraded, stopping, house) = (upgraded.clone(), state.stopping.clone(), state.house.clone());
    HttpService::build()
        .keep_alive(Duration::from_secs(settings.keep_alive_secs))
        .client_request_timeout(Duration::from_secs(settings.head_timeout_secs))
        .graceful_shutdown_signal(move || stopping.clone().cancelled_owned())
        .on_connect_ext(|stream: &TcpStream, _| {
            // Small frames must not wait for one another, and a peer that acknowledges nothing must not stay.
            let socket = SockRef::from(stream);
            let set =
                socket.set_tcp_nodelay(true).and_then(|()| socket.set_tcp_user_timeout(Some(DEAD_AFTER)));
            if let Err(error) = set {
                tracing::debug!(%error, "a connection keeps the system's own settings");
            }
        })
        // Called once on the thread of each worker.
        .upgrade(fn_factory(move || {
            let (app, upgraded) = (second.new_service(()), upgraded.clone());
            house.lend_this_thread();
            async move {
                let app = Rc::new(app.await?);
                Ok::<_, ()>(fn_service(move |(req, framed)| {
                    upgraded.clone().serve(Rc::clone(&app), req, framed)
                }))
            }
        }))
        .finish(plain)
        .tcp()
}

/// Serves until `shutdown` is ready; then tells live connections to say goodbye, stops the house, whose parties live on
/// the threads of the network, lets requests under way finish, and returns.
///
/// # Errors
/// When the listener or a thread fails.
pub async fn run(
    listener: TcpListener,
    state: Data<AppState>,
    settings: Settings,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    let (stopping, house) = (state.stopping.clone(), state.house.clone());
    let workers = settings.workers.max(1);
    let (max_connections, shutdown_secs) = (settings.max_connections, settings.shutdown_secs);
    let upgraded = Upgraded::new(max_connections.saturating_mul(workers));
    let sockets = upgraded.clone();
    let server = Server::build()
        .workers(workers)
        .max_concurrent_connections(max_connections)
        .shutdown_timeout(shutdown_secs)
        .disable_signals()
        .listen("soiree", listener, move || connections(&settings, &state, &upgraded))?
        .run();
    let handle = server.handle();
    let mut server = std::pin::pin!(server);
    tokio::select! {
        ended = &mut server => return ended,
        () = shutdown => {}
    }
    stopping.cancel();
    // Workers do not wait for connections that have left HTTP.
    let _in_time = timeout(Duration::from_secs(shutdown_secs), sockets.over()).await;
    house.stop().await;
    let (_stopped, ended) = tokio::join!(handle.stop(true), server);
    ended
}
