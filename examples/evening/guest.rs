//! A guest with a socket of their own.

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::error::Error;
use tokio::net::TcpStream;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async, tungstenite::Message};

pub(crate) type Failure = Box<dyn Error>;

pub(crate) struct Guest {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    pub(crate) user: String,
}

impl Guest {
    pub(crate) async fn connect(address: &str, name: &str) -> Result<Self, Failure> {
        let (socket, _) = connect_async(format!("ws://{address}/ws")).await?;
        let mut guest = Self { socket, user: String::new() };
        guest.send(json!({ "type": "hello", "name": name })).await?;
        let welcome = guest.until(|frame| frame["type"] == "welcome").await?;
        guest.user = welcome["user"].as_str().unwrap_or_default().to_owned();
        Ok(guest)
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
