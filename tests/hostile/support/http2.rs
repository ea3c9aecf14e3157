//! An HTTP/2 client with any number of requests open, and bodies that are fed frame by frame.

use std::{
    convert::Infallible,
    net::{self, Shutdown, SocketAddr},
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http::Request;
use http_body::{Body, Frame};
use http_body_util::BodyExt;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::{
    net::TcpStream,
    sync::mpsc::{self, UnboundedReceiver, UnboundedSender},
    task::JoinHandle,
    time::sleep,
};

use super::{Answer, PATH, within_reason};

/// One connection.
pub(crate) struct Http2 {
    sender: http2::SendRequest<Fed>,
    // The same socket, for an end that the protocol knows nothing of.
    socket: net::TcpStream,
}

impl Http2 {
    pub(crate) async fn connect(address: SocketAddr) -> Self {
        let stream = within_reason(TcpStream::connect(address)).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let stream = stream.into_std().unwrap();
        let socket = stream.try_clone().unwrap();
        let stream = TokioIo::new(TcpStream::from_std(stream).unwrap());
        let handshake = http2::handshake(TokioExecutor::new(), stream);
        let (sender, connection) = within_reason(handshake).await.unwrap();
        tokio::spawn(connection);
        Self { sender, socket }
    }

    /// Sends the request in the background: what it comes to is the task's.
    pub(crate) fn start(&self, request: Request<Fed>) -> JoinHandle<Result<Answer, hyper::Error>> {
        let mut sender = self.sender.clone();
        tokio::spawn(async move {
            sender.ready().await?;
            let response = sender.send_request(request).await?;
            let status = response.status().as_u16();
            let body = response.into_body().collect().await?.to_bytes();
            Ok((status, String::from_utf8(body.to_vec()).unwrap()))
        })
    }

    /// The answer, or why there is none.
    pub(crate) async fn try_send(&self, request: Request<Fed>) -> Result<Answer, hyper::Error> {
        within_reason(self.start(request)).await.unwrap()
    }

    pub(crate) async fn send(&self, request: Request<Fed>) -> Answer {
        self.try_send(request).await.unwrap()
    }

    /// Waits until the server has closed the connection.
    pub(crate) async fn closed(mut self) {
        while self.sender.ready().await.is_ok() {
            sleep(Duration::from_millis(10)).await;
        }
    }

    /// Drops the connection, whatever is open on it.
    pub(crate) fn disconnect(self) {
        self.socket.shutdown(Shutdown::Both).unwrap();
    }
}

/// A body that consists of what is sent into its channel, and ends when the sending end is dropped.
#[derive(Debug)]
pub(crate) struct Fed(UnboundedReceiver<Frame<Bytes>>);

pub(crate) fn fed() -> (UnboundedSender<Frame<Bytes>>, Fed) {
    let (feed, receiver) = mpsc::unbounded_channel();
    (feed, Fed(receiver))
}

pub(crate) fn data(bytes: impl AsRef<[u8]>) -> Frame<Bytes> {
    Frame::data(Bytes::copy_from_slice(bytes.as_ref()))
}

/// A body in frames of this size.
pub(crate) fn pieces(body: &str, size: usize) -> Fed {
    let (feed, fed) = fed();
    for piece in body.as_bytes().chunks(size) {
        feed.send(data(piece)).unwrap();
    }
    fed
}

impl Body for Fed {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0.poll_recv(cx).map(|frame| frame.map(Ok))
    }
}

/// A POST to the webhook with these headers.
pub(crate) fn post(headers: &[(&str, &str)], body: Fed) -> Request<Fed> {
    let mut request = Request::post(format!("http://localhost{PATH}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(body).unwrap()
}
