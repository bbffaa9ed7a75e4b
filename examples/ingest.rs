//! Interactions per second that a running server acknowledges after their commit.
//!
//! ```text
//! cargo run --release --example ingest -- 127.0.0.1:8080 API_KEY [SECONDS]
//! ```
//!
//! First in batches of 500 over 4 connections, then one by one over 64. Uses people and items of its own.

use serde_json::{Value, json};
use std::{error::Error, io::Write, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    time::Instant,
};

type Failure = Box<dyn Error + Send + Sync>;

/// One kept-alive connection.
struct Connection {
    stream: BufReader<TcpStream>,
    head: String,
}

impl Connection {
    async fn open(address: &str, key: &str) -> Result<Self, Failure> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let head = format!(
            "Host: {address}\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\nContent-Length: "
        );
        Ok(Self { stream: BufReader::new(stream), head })
    }

    async fn post(&mut self, path: &str, body: &str) -> Result<u16, Failure> {
        let request = format!("POST {path} HTTP/1.1\r\n{}{}\r\n\r\n{body}", self.head, body.len());
        self.stream.write_all(request.as_bytes()).await?;
        let mut line = String::new();
        self.stream.read_line(&mut line).await?;
        let status = line.split(' ').nth(1).and_then(|s| s.parse().ok()).ok_or("no status line")?;
        let mut length = 0;
        loop {
            line.clear();
            self.stream.read_line(&mut line).await?;
            if line.trim().is_empty() {
                break;
            }
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse()?;
            }
        }
        let mut answer = vec![0; length];
        self.stream.read_exact(&mut answer).await?;
        Ok(status)
    }
}

const PEOPLE: usize = 1_000;
const ITEMS: usize = 500;

fn deed(n: usize) -> Value {
    json!({ "user": format!("load:u{}", n % PEOPLE), "item": format!("load:i{}", n * 7 % ITEMS), "kind": "play", "value": 1 })
}

async fn prepare(address: &str, key: &str) -> Result<(), Failure> {
    let mut connection = Connection::open(address, key).await?;
    let items: Vec<_> = (0..ITEMS)
        .map(|n| json!({ "id": format!("load:i{n}"), "domain": "film", "title": format!("Load film {n}") }))
        .collect();
    let status = connection.post("/api/v1/items", &Value::from(items).to_string()).await?;
    if status >= 300 {
        return Err(format!("items were refused with {status}").into());
    }
    for n in 0..PEOPLE {
        let user = json!({ "id": format!("load:u{n}"), "name": "Load" }).to_string();
        let status = connection.post("/api/v1/users", &user).await?;
        if status >= 300 {
            return Err(format!("a person was refused with {status}").into());
        }
    }
    Ok(())
}

/// Rows per second over `connections`, `batch` rows a request.
async fn run(
    address: &str,
    key: &str,
    connections: usize,
    batch: usize,
    time: Duration,
) -> Result<f64, Failure> {
    let started = Instant::now();
    let end = started + time;
    let shared: Arc<(String, String)> = Arc::new((address.to_owned(), key.to_owned()));
    let mut tasks = Vec::new();
    for lane in 0..connections {
        let shared = Arc::clone(&shared);
        tasks.push(tokio::spawn(async move {
            let mut connection = Connection::open(&shared.0, &shared.1).await?;
            let (mut rows, mut n) = (0, lane * 1_000_003);
            while Instant::now() < end {
                let body = if batch == 1 {
                    deed(n).to_string()
                } else {
                    Value::from((n..n + batch).map(deed).collect::<Vec<_>>()).to_string()
                };
                let status = connection.post("/api/v1/interactions", &body).await?;
                if status != 202 {
                    return Err(Failure::from(format!("refused with {status}")));
                }
                rows += batch;
                n += batch;
            }
            Ok(rows)
        }));
    }
    let mut rows = 0;
    for task in tasks {
        rows += task.await??;
    }
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    Ok(rows as f64 / started.elapsed().as_secs_f64())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [address, key, rest @ ..] = arguments.as_slice() else {
        return Err("usage: ingest ADDRESS API_KEY [SECONDS]".into());
    };
    let time = Duration::from_secs(rest.first().map_or(Ok(5), |s| s.parse())?);
    prepare(address, key).await?;
    let mut out = std::io::stdout();
    let batched = run(address, key, 4, 500, time).await?;
    writeln!(out, "batches of 500, 4 connections:  {batched:.0} interactions/s acknowledged")?;
    let single = run(address, key, 64, 1, time).await?;
    writeln!(out, "single requests, 64 connections: {single:.0} interactions/s acknowledged")?;
    Ok(())
}
