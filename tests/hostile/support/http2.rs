//! An HTTP/2 client with any number of open requests.

use std::{
    net::{self, Shutdown, SocketAddr},
    time::Duration,
};

use http::Request;
use http_body_util::BodyExt;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use testkit::body::ChannelBody;
use tokio::{net::TcpStream, task::JoinHandle, time::sleep};
use tower_loops::SIGNATURE_HEADER;

use super::{PATH, Reply, within_reason};

/// One connection.
pub(crate) struct Http2 {
    sender: http2::SendRequest<ChannelBody>,
    // The same socket, to disconnect without telling the protocol.
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

    /// Sends the request in a task, which returns the response.
    pub(crate) fn start(
        &self,
        request: Request<ChannelBody>,
    ) -> JoinHandle<Result<Reply, hyper::Error>> {
        let mut sender = self.sender.clone();
        tokio::spawn(async move {
            sender.ready().await?;
            let response = sender.send_request(request).await?;
            let status = response.status().as_u16();
            let body = response.into_body().collect().await?.to_bytes();
            Ok((status, String::from_utf8(body.to_vec()).unwrap()))
        })
    }

    pub(crate) async fn send(&self, request: Request<ChannelBody>) -> Reply {
        let response = within_reason(self.start(request)).await;
        response.unwrap().unwrap()
    }

    /// Waits until the server has closed the connection.
    pub(crate) async fn closed(mut self) {
        while self.sender.ready().await.is_ok() {
            sleep(Duration::from_millis(10)).await;
        }
    }

    /// Disconnects, whatever is open on the connection.
    pub(crate) fn disconnect(self) {
        self.socket.shutdown(Shutdown::Both).unwrap();
    }
}

/// A POST to the endpoint with this signature.
pub(crate) fn post(signature: Option<&str>, body: ChannelBody) -> Request<ChannelBody> {
    let mut request = Request::post(format!("http://localhost{PATH}"));
    if let Some(signature) = signature {
        request = request.header(SIGNATURE_HEADER, signature);
    }
    request.body(body).unwrap()
}
