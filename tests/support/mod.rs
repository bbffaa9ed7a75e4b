//! A real `soiree serve` in a process of its own, and small clients for it.
#![allow(dead_code, reason = "each test binary uses its own part of this module")]

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::{
    path::{Path, PathBuf},
    process::Stdio,
    sync::atomic::{AtomicU32, Ordering},
};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    process::{Child, Command},
};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, tungstenite::Message};

static FOLDERS: AtomicU32 = AtomicU32::new(0);

/// A folder of its own, deleted at the end.
pub(crate) struct TempDir(PathBuf);

impl TempDir {
    pub(crate) fn new() -> Self {
        let n = FOLDERS.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("soiree-test-{}-{n}", std::process::id()));
        std::fs::create_dir_all(&path).expect("the temporary folder can be written");
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for TempDir {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The program under test.
pub(crate) fn soiree() -> &'static str {
    env!("CARGO_BIN_EXE_soiree")
}

/// A running server; killed when dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: String,
    pub(crate) data_dir: PathBuf,
}

impl Server {
    /// Starts a server on a free port and waits until it says where it listens.
    pub(crate) async fn start(data_dir: &Path, settings: &[(&str, &str)]) -> Self {
        let mut command = Command::new(soiree());
        command
            .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(data_dir)
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .kill_on_drop(true)
            .env("SOIREE__LOG__FILTER", "error")
            // A test on a busy machine waits longer than a person would.
            .env("SOIREE__RECOMMEND__DEADLINE_MS", "60000");
        for (key, value) in settings {
            command.env(key, value);
        }
        let mut child = command.spawn().expect("the program starts");
        let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let address = loop {
            let line = lines.next_line().await.expect("readable").expect("the server says where it listens");
            if let Some((_, rest)) = line.split_once("http://") {
                break rest
                    .split(|c: char| c.is_whitespace() || c == '/')
                    .next()
                    .expect("an address")
                    .to_owned();
            }
        };
        // Whatever else it prints is read, so that it never waits for us.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Self { child, address, data_dir: data_dir.to_owned() }
    }

    /// The process.
    pub(crate) fn pid(&self) -> String {
        self.child.id().expect("running").to_string()
    }

    /// Waits for the end of a server that was killed.
    pub(crate) async fn reap(mut self) {
        self.child.wait().await.expect("waited");
    }

    /// Asks it to stop and waits for the end; true when it ended well.
    pub(crate) async fn stop(&mut self) -> bool {
        let pid = self.pid();
        let sent = Command::new("kill").args(["-TERM", &pid]).status().await.expect("kill runs");
        assert!(sent.success());
        self.child.wait().await.expect("waited").success()
    }

    /// The API key of the first start.
    pub(crate) fn key(&self) -> String {
        let text =
            std::fs::read_to_string(self.data_dir.join("api-key")).expect("the first start leaves a key");
        text.trim().to_owned()
    }

    /// One HTTP request; `None` when the connection broke.
    pub(crate) async fn http(
        &self,
        method: &str,
        path: &str,
        key: Option<&str>,
        body: Option<&Value>,
    ) -> Option<Answer> {
        let mut stream = TcpStream::connect(&self.address).await.ok()?;
        let body = body.map(Value::to_string).unwrap_or_default();
        let auth = key.map(|key| format!("Authorization: Bearer {key}\r\n")).unwrap_or_default();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Type: application/json\r\n\
             {auth}Content-Length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        );
        stream.write_all(request.as_bytes()).await.ok()?;
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).await.ok()?;
        Answer::parse(&bytes)
    }

    /// A WebSocket as a guest, or with a token. Returns it with its `welcome`.
    pub(crate) async fn socket(&self, name: &str, token: Option<&str>) -> Option<Socket> {
        let url = format!("ws://{}/ws", self.address);
        let (stream, _) = tokio_tungstenite::connect_async(url).await.ok()?;
        let mut socket = Socket { stream, welcome: Value::Null };
        let mut hello = json!({ "type": "hello", "name": name });
        if let Some(token) = token {
            hello["token"] = token.into();
        }
        socket.send(&hello).await?;
        socket.welcome = socket.until(|frame| frame["type"] == "welcome").await?;
        Some(socket)
    }
}

/// An HTTP answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    fn parse(bytes: &[u8]) -> Option<Self> {
        let text = String::from_utf8_lossy(bytes);
        let (head, body) = text.split_once("\r\n\r\n")?;
        let status = head.split(' ').nth(1)?.parse().ok()?;
        let body = if head.to_lowercase().contains("transfer-encoding: chunked") {
            unchunked(body)
        } else {
            body.into()
        };
        Some(Self { status, head: head.to_owned(), body })
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("{e} in {:?}", self.body))
    }
}

fn unchunked(mut body: &str) -> String {
    let mut out = String::new();
    while let Some((size, rest)) = body.split_once("\r\n") {
        let size = usize::from_str_radix(size.trim(), 16).unwrap_or(0);
        if size == 0 || rest.len() < size {
            break;
        }
        out.push_str(&rest[..size]);
        body = rest[size..].trim_start_matches("\r\n");
    }
    out
}

/// A live connection.
pub(crate) struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    pub(crate) welcome: Value,
}

impl Socket {
    /// Sends a frame; `None` when the connection broke.
    pub(crate) async fn send(&mut self, frame: &Value) -> Option<()> {
        self.stream.send(Message::text(frame.to_string())).await.ok()
    }

    /// The next text frame; `None` when the connection ended.
    pub(crate) async fn next(&mut self) -> Option<Value> {
        loop {
            match self.stream.next().await?.ok()? {
                Message::Text(text) => return serde_json::from_str(text.as_str()).ok(),
                Message::Close(_) => return None,
                _ => {}
            }
        }
    }

    /// Reads on until a frame fits.
    pub(crate) async fn until(&mut self, fits: impl Fn(&Value) -> bool) -> Option<Value> {
        loop {
            let frame = self.next().await?;
            if fits(&frame) {
                return Some(frame);
            }
        }
    }
}
