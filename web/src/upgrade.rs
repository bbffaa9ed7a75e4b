//! Connections that stop speaking HTTP: the application answers the request as any other, and then its body and the
//! socket are joined directly.
//!
//! The framework's own dispatcher would keep its buffers for as long as the connection lives, and grow them to the
//! largest write. Here an idle connection has none: what comes in is read through one scratch buffer per thread, what
//! goes out is written from the bytes of the body themselves. One read is at most [`READ_BYTES`]. A client that has
//! been told everything has [`LINGER`] to say goodbye itself.

use actix_codec::{Framed, FramedParts};
use actix_http::{
    ConnectionType, Payload, Request, Response,
    body::{BoxBody, MessageBody},
    error::PayloadError,
    h1::{Codec, Message},
};
use actix_web::{
    Error,
    dev::{Service, ServiceResponse},
    http::StatusCode,
    rt::{self, net::TcpStream},
};
use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt};
use socket2::SockRef;
use std::{
    cell::RefCell,
    future::poll_fn,
    io,
    net::Shutdown,
    pin::{Pin, pin},
    rc::Rc,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::{sync::Semaphore, time::timeout};
use tokio_util::codec::Encoder;

/// Bytes read from a connection at a time.
const READ_BYTES: usize = 16 * 1_024;
/// How long a client may take to close its side after the server has closed its own.
const LINGER: Duration = Duration::from_secs(1);

/// What a client hears for whom there is no place.
const FULL: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

thread_local! {
    static SCRATCH: RefCell<Box<[u8]>> = RefCell::new(vec![0; READ_BYTES].into());
}

/// The upgraded connections of a server: how many there may be, and when the last of them is over.
#[derive(Clone)]
pub(crate) struct Upgraded {
    places: Arc<Semaphore>,
    most: u32,
}

impl Upgraded {
    /// At most so many at a time.
    pub(crate) fn new(most: usize) -> Self {
        let most = u32::try_from(most.min(Semaphore::MAX_PERMITS)).unwrap_or(u32::MAX);
        Self { places: Arc::new(Semaphore::new(most as usize)), most }
    }

    /// Ready when none is left.
    pub(crate) async fn over(&self) {
        let _all = self.places.acquire_many(self.most).await;
    }

    /// Answers a request that asks for another protocol. What follows is a task of its own, so that the connection's
    /// state in HTTP goes.
    ///
    /// # Errors
    /// When the application fails.
    pub(crate) async fn serve<S>(
        self,
        app: Rc<S>,
        mut req: Request,
        framed: Framed<TcpStream, Codec>,
    ) -> Result<(), Error>
    where
        S: Service<Request, Response = ServiceResponse<BoxBody>, Error = Error>,
    {
        let FramedParts { io, mut codec, read_buf, write_buf, .. } = framed.into_parts();
        let io = Rc::new(io);
        // An empty part of the buffer would keep the whole of it.
        let first = if read_buf.is_empty() { Bytes::new() } else { Bytes::copy_from_slice(&read_buf) };
        *req.payload() = Payload::Stream { payload: Box::pin(Reading::new(Rc::clone(&io), first)) };
        let Ok(place) = self.places.try_acquire_owned() else {
            let _gone_already = write(&io, FULL).await;
            return Ok(());
        };
        // The way through the application needs more memory than what follows.
        let answer = Box::pin(app.call(req)).await;
        let (mut head, body) =
            answer.map_or_else(|error| error.error_response().into(), Response::from).into_parts();
        let raw = head.status() == StatusCode::SWITCHING_PROTOCOLS;
        if !raw {
            // Whoever asked for another protocol and did not get it has to connect again.
            head.head_mut().set_connection_type(ConnectionType::Close);
        }
        let mut opening = write_buf;
        codec.encode(Message::Item((head, body.size())), &mut opening)?;
        let codec = if raw { None } else { Some(Box::new(codec)) };
        rt::spawn(async move {
            let _place = place;
            if let Err(error) = stay(io, opening, body, codec).await {
                tracing::debug!(%error, "an upgraded connection broke");
            }
        });
        Ok(())
    }
}

/// Writes the opening and the body, and closes.
async fn stay(
    io: Rc<TcpStream>,
    opening: BytesMut,
    body: BoxBody,
    codec: Option<Box<Codec>>,
) -> io::Result<()> {
    write(&io, &opening).await?;
    drop(opening);
    send(&io, body, codec).await?;
    linger(&io).await;
    Ok(())
}

/// Writes a body to its end: the bytes themselves, or as the codec of plain HTTP frames them.
async fn send(io: &TcpStream, body: BoxBody, mut codec: Option<Box<Codec>>) -> io::Result<()> {
    let mut body = pin!(body);
    while let Some(chunk) = poll_fn(|cx| body.as_mut().poll_next(cx)).await {
        let chunk = chunk.map_err(|error| io::Error::other(error.to_string()))?;
        write(io, &framed(codec.as_deref_mut(), chunk)?).await?;
    }
    let mut end = BytesMut::new();
    if let Some(codec) = &mut codec {
        codec.encode(Message::Chunk(None), &mut end)?;
    }
    write(io, &end).await
}

fn framed(codec: Option<&mut Codec>, chunk: Bytes) -> io::Result<Bytes> {
    let Some(codec) = codec else { return Ok(chunk) };
    let mut framed = BytesMut::new();
    codec.encode(Message::Chunk(Some(chunk)), &mut framed)?;
    Ok(framed.freeze())
}

async fn write(io: &TcpStream, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match io.try_write(bytes) {
            Ok(written) => bytes = &bytes[written..],
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => io.writable().await?,
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Closes the writing side and waits for the client to close its own: a connection that is dropped with bytes unread
/// is reset, and the client might lose the last that was written.
async fn linger(io: &Rc<TcpStream>) {
    if SockRef::from(&**io).shutdown(Shutdown::Write).is_err() {
        return;
    }
    let mut rest = Reading::new(Rc::clone(io), Bytes::new());
    let closed = async { while let Some(Ok(_)) = rest.next().await {} };
    let _in_time = timeout(LINGER, closed).await;
}

/// What comes in: first what was read along with the request's head.
struct Reading {
    io: Rc<TcpStream>,
    first: Bytes,
}

impl Reading {
    fn new(io: Rc<TcpStream>, first: Bytes) -> Self {
        Self { io, first }
    }
}

impl Stream for Reading {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if !self.first.is_empty() {
            return Poll::Ready(Some(Ok(std::mem::take(&mut self.first))));
        }
        loop {
            ready!(self.io.poll_read_ready(cx))?;
            let read = SCRATCH.with_borrow_mut(|scratch| {
                let read = self.io.try_read(scratch)?;
                Ok(Bytes::copy_from_slice(&scratch[..read]))
            });
            match read {
                Ok(bytes) if bytes.is_empty() => return Poll::Ready(None),
                Ok(bytes) => return Poll::Ready(Some(Ok(bytes))),
                Err(error) if io::Error::kind(&error) == io::ErrorKind::WouldBlock => {}
                Err(error) => return Poll::Ready(Some(Err(error.into()))),
            }
        }
    }
}
