//! A person with a socket of their own, for the examples.

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::error::Error;
use tokio::net::TcpStream;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async, tungstenite::Message};

pub(crate) type Failure = Box<dyn Error>;

pub(crate) struct Client {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    pub(crate) user: String,
}

impl Client {
    /// Says hello with one more field: a `name` for a guest, or a `token`.
    pub(crate) async fn connect(address: &str, field: &str, value: &str) -> Result<Self, Failure> {
        let (socket, _) = connect_async(format!("ws://{address}/ws")).await?;
        let mut client = Self { socket, user: String::new() };
        client.send(json!({ "type": "hello", field: value })).await?;
        let welcome = client.until(|frame| frame["type"] == "welcome").await?;
        client.user = welcome["user"].as_str().unwrap_or_default().to_owned();
        Ok(client)
    }

    pub(crate) async fn send(&mut self, frame: Value) -> Result<(), Failure> {
        Ok(self.socket.send(Message::text(frame.to_string())).await?)
    }

    pub(crate) async fn next(&mut self) -> Result<Value, Failure> {
        loop {
            match self.socket.next().await.ok_or("the server hung up")?? {
                Message::Text(text) => return Ok(serde_json::from_str(text.as_str())?),
                Message::Close(_) => return Err("the server closed the connection".into()),
                _ => {}
            }
        }
    }

    pub(crate) async fn until(&mut self, fits: impl Fn(&Value) -> bool) -> Result<Value, Failure> {
        loop {
            let frame = self.next().await?;
            if frame["type"] == "problem" {
                return Err(frame.to_string().into());
            }
            if fits(&frame) {
                return Ok(frame);
            }
        }
    }
}
