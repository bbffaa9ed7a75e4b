//! A server to try, and clients that speak frames to it.

use crate::{
    access::keys::{Prefix, Wish},
    app::{self, AppState},
    live::{JsonFrames, LiveSettings},
    server,
};
use actix_web::{rt, web::Data};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use soiree_actors::{
    clock::Clock,
    house::{House, Parts, Settings},
};
use soiree_domain::{Role, User, UserId, UserKind};
use soiree_engine::Catalogue;
use soiree_storage::{Key, Store, StoreOptions};
use std::{
    net::SocketAddr,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};
use tokio::{sync::oneshot, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Error, Message, client::IntoClientRequest},
};

static NEXT: AtomicU32 = AtomicU32::new(0);

/// A running server.
pub(super) struct Rig {
    pub(super) addr: SocketAddr,
    pub(super) state: Data<AppState>,
    pub(super) stop: Option<oneshot::Sender<()>>,
    pub(super) ended: rt::task::JoinHandle<std::io::Result<()>>,
    pub(super) dir: PathBuf,
}

impl Rig {
    pub(super) async fn start(change: impl FnOnce(&mut LiveSettings)) -> Self {
        Self::start_with(Clock::system(), |settings, _| change(&mut settings.live)).await
    }

    pub(super) async fn start_with(
        clock: Clock,
        change: impl FnOnce(&mut app::Settings, &mut Settings),
    ) -> Self {
        let (mut edge, mut inside) = (app::Settings::default(), Settings::default());
        change(&mut edge, &mut inside);
        let n = NEXT.fetch_add(1, Ordering::Relaxed);
        let dir = std::env::temp_dir().join(format!("soiree-live-{}-{n}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        let url = format!("sqlite://{}", dir.join("soiree.db").display());
        let house = House::start(Parts {
            store: Store::open(&url, &StoreOptions::default()).await.unwrap(),
            clock,
            encode: Arc::new(JsonFrames::new()),
            catalogue: Catalogue::new(Vec::new(), &[]),
            served: None,
            settings: inside,
        })
        .unwrap();
        let state = Data::new(AppState::new(house, edge, Arc::new(String::new), None));
        let listener = server::bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let addr = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let network = server::Settings { workers: 1, ..server::Settings::default() };
        let ended = rt::spawn(server::run(listener, state.clone(), network, async {
            let _either_way = stopped.await;
        }));
        Self { addr, state, stop: Some(stop), ended, dir }
    }

    pub(super) fn request(&self) -> tokio_tungstenite::tungstenite::handshake::client::Request {
        format!("ws://{}/ws", self.addr).into_client_request().unwrap()
    }

    pub(super) async fn open(&self) -> Client {
        Client(connect_async(self.request()).await.unwrap().0)
    }

    pub(super) async fn guest(&self, name: &str) -> Client {
        let mut client = self.open().await;
        let welcome = client.ask(json!({"type": "hello", "ref": "h", "name": name})).await;
        assert_eq!((&welcome["type"], &welcome["name"]), (&json!("welcome"), &json!(name)));
        client
    }

    /// Makes a person with a key of this role; the key and its secret.
    pub(super) async fn person(&self, id: &str, role: Role) -> (Key, String) {
        let user = User::new(UserId::new(id).unwrap(), id, UserKind::Person);
        self.state.house.put_users(vec![user.clone()]).await.unwrap();
        let wish = Wish { name: "k".into(), role, user: Some(user.id), prefix: Prefix::Key, lives_ms: None };
        let now_ms = self.state.house.clock().now_ms();
        let (key, token) = self.state.keys.create(wish, now_ms).await.unwrap();
        (key, token.reveal().to_owned())
    }

    pub(super) async fn stop(mut self) {
        self.stop.take().unwrap().send(()).unwrap();
        self.ended.await.unwrap().unwrap();
        self.state.house.stop().await;
        // Connections that are still open write beside the database while the folder goes.
        self.state.house.store().close().await;
        std::fs::remove_dir_all(&self.dir).unwrap();
    }
}

/// A client that speaks frames.
pub(super) struct Client(pub(super) WebSocketStream<MaybeTlsStream<tokio::net::TcpStream>>);

/// What comes from the server.
#[derive(Debug, PartialEq)]
pub(super) enum Got {
    Frame(Value),
    Pong(Vec<u8>),
    Ping,
    Closed(u16),
    Gone,
}

impl Client {
    pub(super) async fn send(&mut self, frame: Value) {
        self.0.send(Message::text(frame.to_string())).await.unwrap();
    }

    pub(super) async fn got(&mut self) -> Got {
        let next = timeout(Duration::from_secs(10), self.0.next()).await.expect("the server says something");
        match next {
            Some(Ok(Message::Text(text))) => Got::Frame(serde_json::from_str(&text).unwrap()),
            Some(Ok(Message::Pong(payload))) => Got::Pong(payload.to_vec()),
            Some(Ok(Message::Ping(_))) => Got::Ping,
            Some(Ok(Message::Close(close))) => Got::Closed(close.map_or(1005, |close| close.code.into())),
            Some(Ok(other)) => panic!("unexpected {other:?}"),
            None
            | Some(Err(Error::ConnectionClosed | Error::AlreadyClosed | Error::Protocol(_) | Error::Io(_))) => {
                Got::Gone
            }
            Some(Err(error)) => panic!("{error}"),
        }
    }

    /// The next frame of this type.
    pub(super) async fn until(&mut self, kind: &str) -> Value {
        loop {
            match self.got().await {
                Got::Frame(frame) if frame["type"] == kind => return frame,
                Got::Frame(frame) if frame["type"] == "problem" => panic!("{frame}"),
                Got::Frame(_) | Got::Ping => {}
                end => panic!("waiting for {kind}: {end:?}"),
            }
        }
    }

    /// Sends a command and gives what carries its `ref`.
    pub(super) async fn ask(&mut self, frame: Value) -> Value {
        let reference = frame["ref"].clone();
        assert!(reference.is_string());
        self.send(frame).await;
        loop {
            match self.got().await {
                Got::Frame(frame) if frame["ref"] == reference => return frame,
                Got::Frame(_) | Got::Ping => {}
                end => panic!("waiting for the answer to {reference}: {end:?}"),
            }
        }
    }

    /// Reads to the end: the problems and farewells on the way, and the close code.
    pub(super) async fn end(&mut self) -> (Vec<String>, u16) {
        let mut words = Vec::new();
        loop {
            match self.got().await {
                Got::Frame(frame) => words.push(frame["code"].as_str().unwrap_or_default().to_owned()),
                Got::Closed(code) => return (words, code),
                Got::Gone => panic!("closed without a word after {words:?}"),
                Got::Ping | Got::Pong(_) => {}
            }
        }
    }
}

pub(super) fn code(frame: &Value) -> &str {
    frame["code"].as_str().unwrap_or_default()
}

/// Opens a party and gives its id.
pub(super) async fn party(client: &mut Client) -> String {
    let made = client.ask(json!({"type": "party.create", "ref": "c", "name": "Friday"})).await;
    assert_eq!((&made["type"], &made["recovered"]), (&json!("party.snapshot"), &json!(false)), "{made}");
    made["party"]["id"].as_str().unwrap().to_owned()
}
