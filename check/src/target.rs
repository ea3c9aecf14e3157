//! A receiver at a URL, over HTTP/1.1.

use std::{convert::Infallible, error::Error, fmt, future::pending, io, sync::Arc, time::Duration};

use http::{
    HeaderValue, Method, Request, Uri,
    header::{CONTENT_LENGTH, HOST, USER_AGENT},
};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    sync::Mutex,
    time::sleep,
};

use crate::{
    delivery::{Delivery, Payload},
    endpoint::{Answer, BoxFuture, Endpoint, NoAnswer},
    feed::body,
    in_process::headers,
};

type Connect = dyn Fn() -> BoxFuture<'static, io::Result<Box<dyn Stream>>> + Send + Sync;

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// A receiver at a URL. Each delivery has its own connection.
#[derive(Clone)]
pub struct Target {
    host: HeaderValue,
    uri: Uri,
    connect: Arc<Connect>,
    turn: Arc<Mutex<()>>,
}

/// Between two connections: a server with a backlog of five, as Python's are, accepts one in this
/// time. One that is dropped is tried again after a second.
const APART: Duration = Duration::from_millis(1);

impl Target {
    /// A receiver at an `http` URL.
    ///
    /// # Errors
    ///
    /// If the URL has another scheme, no host, or user and password.
    ///
    /// ```
    /// use tower_loops_check::Target;
    ///
    /// assert!(Target::http("http://127.0.0.1:3000/hook".parse()?).is_ok());
    /// assert!(Target::http("https://shop.example.com/hook".parse()?).is_err());
    /// # Ok::<(), http::uri::InvalidUri>(())
    /// ```
    pub fn http(url: Uri) -> Result<Self, InvalidTarget> {
        if url.scheme_str() != Some("http") {
            return Err(InvalidTarget::Scheme);
        }
        let host = url.host().filter(|host| !host.is_empty());
        let host = host.ok_or(InvalidTarget::Host)?;
        let host = host
            .trim_start_matches('[')
            .trim_end_matches(']')
            .to_owned();
        let port = url.port_u16().unwrap_or(80);
        Self::new(url, move || {
            let host = host.clone();
            async move { TcpStream::connect((host, port)).await }
        })
    }

    /// A receiver at a URL of any scheme, on connections that `connect` makes: to a proxy, over
    /// TLS (offer `http/1.1`), or to a Unix socket.
    ///
    /// # Errors
    ///
    /// If the URL has no host, or user and password.
    pub fn new<C, F, S>(url: Uri, connect: C) -> Result<Self, InvalidTarget>
    where
        C: Fn() -> F + Send + Sync + 'static,
        F: Future<Output = io::Result<S>> + Send + 'static,
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let authority = url.authority().ok_or(InvalidTarget::Host)?.as_str();
        if authority.contains('@') {
            return Err(InvalidTarget::Credentials);
        }
        let path = url.path_and_query().map_or("/", |path| path.as_str());
        Ok(Self {
            host: HeaderValue::try_from(authority).map_err(|_| InvalidTarget::Host)?,
            uri: Uri::try_from(path).map_err(|_| InvalidTarget::Host)?,
            connect: Arc::new(move || {
                let stream = connect();
                Box::pin(async move { Ok(Box::new(stream.await?) as Box<dyn Stream>) })
            }),
            turn: Arc::default(),
        })
    }

    fn request(&self, delivery: &Delivery) -> Request<()> {
        let mut request = Request::new(());
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.uri.clone();
        *request.headers_mut() = headers(delivery);
        let headers = request.headers_mut();
        headers.insert(HOST, self.host.clone());
        headers.insert(USER_AGENT, HeaderValue::from_static(AGENT));
        let length = match &delivery.body {
            Payload::Whole(bytes) | Payload::Held(bytes, _) | Payload::Dripped(bytes) => {
                bytes.len() as u64
            }
            Payload::Declared(length) => *length,
            Payload::Undeclared(_) => return request,
        };
        headers.insert(CONTENT_LENGTH, length.into());
        request
    }
}

const AGENT: &str = concat!("tower-loops-check/", env!("CARGO_PKG_VERSION"));

impl Endpoint for Target {
    fn deliver(&self, delivery: Delivery) -> BoxFuture<'static, Result<Answer, NoAnswer>> {
        let connect = Arc::clone(&self.connect);
        let turn = Arc::clone(&self.turn);
        let request = self.request(&delivery);
        Box::pin(async move {
            let turn = turn.lock().await;
            sleep(APART).await;
            drop(turn);
            let stream = connect().await;
            let stream = stream.map_err(|error| NoAnswer::Unreachable(error.to_string()))?;
            let broken = |error: hyper::Error| NoAnswer::broken(&error);
            let mut http = http1::Builder::new();
            let http = http.title_case_headers(true);
            let (mut requests, connection) =
                http.handshake(TokioIo::new(stream)).await.map_err(broken)?;
            let (body, feeding) = body(delivery.body);
            let exchange = async {
                let response = requests.send_request(request.map(|()| body)).await;
                Answer::read(response.map_err(broken)?).await
            };
            tokio::select! {
                biased;
                answer = exchange => answer,
                never = forever(connection) => match never {},
                never = forever(feeding) => match never {},
            }
        })
    }

    fn has_connections(&self) -> bool {
        true
    }
}

/// Drives the future, and ends only with the exchange.
async fn forever(future: impl Future) -> Infallible {
    future.await;
    pending().await
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Target")
            .field("host", &self.host)
            .field("uri", &self.uri)
            .finish_non_exhaustive()
    }
}

/// Why a URL is not a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidTarget {
    /// The scheme is not `http`.
    Scheme,
    /// The URL has no host.
    Host,
    /// User and password are not sent.
    Credentials,
}

impl fmt::Display for InvalidTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Scheme => "the URL does not begin with http://",
            Self::Host => "the URL has no host",
            Self::Credentials => "the URL has a user or a password",
        })
    }
}

impl Error for InvalidTarget {}
