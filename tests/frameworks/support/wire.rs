//! Loopback sockets: servers, and clients that keep their connection open.

use std::net::SocketAddr;

use bytes::Bytes;
use http::{Request, Response, header::HOST};
use http_body::Body;
use hyper::{
    body::Incoming,
    client::conn::{http1, http2},
};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
    service::TowerToHyperService,
};
use testkit::{poll::within_reason, response::Answer};
use tokio::net::{TcpListener, TcpStream};
use tower::Service;
use tower_loops::BoxError;

pub(crate) async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

/// A service on plain hyper, over HTTP/1.1 and HTTP/2.
pub(crate) async fn serve<S, ResBody>(service: S) -> SocketAddr
where
    S: Service<Request<Incoming>, Response = Response<ResBody>> + Clone + Send + Sync + 'static,
    S::Future: Send,
    S::Error: Into<BoxError>,
    ResBody: Body<Data = Bytes> + Send + 'static,
    ResBody::Error: Into<BoxError>,
{
    let (listener, address) = listen().await;
    let service = TowerToHyperService::new(service);
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let service = service.clone();
            tokio::spawn(async move {
                let server = auto::Builder::new(TokioExecutor::new());
                // The client checks how the connection ends.
                let _ = server.serve_connection(TokioIo::new(stream), service).await;
            });
        }
    });
    address
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Version {
    Http1,
    Http2,
}

/// One connection, for one request after another.
pub(crate) enum Connection<B> {
    Http1(http1::SendRequest<B>),
    Http2(http2::SendRequest<B>),
}

impl<B> Connection<B>
where
    B: Body<Data = Bytes> + Unpin + Send + 'static,
    B::Error: Into<BoxError>,
{
    pub(crate) async fn open(version: Version, address: SocketAddr) -> Self {
        let stream = TokioIo::new(TcpStream::connect(address).await.unwrap());
        match version {
            Version::Http1 => {
                let (sender, connection) = http1::handshake(stream).await.unwrap();
                tokio::spawn(connection);
                Self::Http1(sender)
            }
            Version::Http2 => {
                let executor = TokioExecutor::new();
                let (sender, connection) = http2::handshake(executor, stream).await.unwrap();
                tokio::spawn(connection);
                Self::Http2(sender)
            }
        }
    }

    pub(crate) async fn send(&mut self, request: Request<B>) -> Answer {
        within_reason(self.exchange(request)).await
    }

    async fn exchange(&mut self, mut request: Request<B>) -> Answer {
        let response = match self {
            Self::Http1(sender) => {
                let host = http::HeaderValue::from_static("localhost");
                request.headers_mut().insert(HOST, host);
                sender.ready().await.unwrap();
                sender.send_request(request).await.unwrap()
            }
            Self::Http2(sender) => {
                let uri = format!("http://localhost{}", request.uri());
                *request.uri_mut() = uri.parse().unwrap();
                sender.ready().await.unwrap();
                sender.send_request(request).await.unwrap()
            }
        };
        Answer::of(response).await
    }
}

/// One request on a connection of its own.
pub(crate) async fn send<B>(version: Version, address: SocketAddr, request: Request<B>) -> Answer
where
    B: Body<Data = Bytes> + Unpin + Send + 'static,
    B::Error: Into<BoxError>,
{
    Connection::open(version, address).await.send(request).await
}
