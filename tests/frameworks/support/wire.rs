//! Loopback sockets, and requests on separate connections.

use std::net::SocketAddr;

use bytes::Bytes;
use http::{HeaderValue, Request, header::HOST};
use http_body::Body;
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use testkit::{poll::within_reason, response::Answer};
use tokio::net::{TcpListener, TcpStream};
use tower_loops::BoxError;

pub(crate) async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Version {
    Http1,
    Http2,
}

/// One request on a new connection.
pub(crate) async fn send<B>(
    version: Version,
    address: SocketAddr,
    mut request: Request<B>,
) -> Answer
where
    B: Body<Data = Bytes> + Unpin + Send + 'static,
    B::Error: Into<BoxError>,
{
    let exchange = async {
        let stream = TokioIo::new(TcpStream::connect(address).await.unwrap());
        let response = match version {
            Version::Http1 => {
                let (mut sender, connection) = http1::handshake(stream).await.unwrap();
                tokio::spawn(connection);
                let host = HeaderValue::from_static("localhost");
                request.headers_mut().insert(HOST, host);
                sender.send_request(request).await
            }
            Version::Http2 => {
                let executor = TokioExecutor::new();
                let (mut sender, connection) = http2::handshake(executor, stream).await.unwrap();
                tokio::spawn(connection);
                let uri = format!("http://localhost{}", request.uri());
                *request.uri_mut() = uri.parse().unwrap();
                sender.send_request(request).await
            }
        };
        Answer::of(response.unwrap()).await
    };
    within_reason(exchange).await
}
