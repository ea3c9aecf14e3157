//! An HTTP client for deliveries: http and https, bounded in time and size, without redirects.

use std::{
    error::Error,
    fmt,
    time::{Duration, Instant},
};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, Uri, header, uri::Scheme};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{self, connect::HttpConnector},
    rt::TokioExecutor,
};
use rustls::{ClientConfig, RootCertStore};

use crate::{exit::CannotRun, tls};

pub(crate) const USER_AGENT: HeaderValue =
    HeaderValue::from_static(concat!("tower-loops/", env!("CARGO_PKG_VERSION")));

pub(crate) const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Longer than the answer of any endpoint, and small enough for memory.
const MAX_ANSWER: usize = 16 * 1024 * 1024;

#[derive(Clone)]
pub(crate) struct Client {
    client: legacy::Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    timeout: Duration,
}

/// A whole answer.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) time: Duration,
}

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum NoAnswer {
    /// No connection: nothing was sent.
    Unreachable(String),
    /// The connection broke, the data on it is not an answer, or none came in time.
    Broken(String),
}

impl Client {
    /// A client for this URL. Only https needs the certificates of the system.
    pub(crate) fn new(timeout: Duration, uri: &Uri) -> Result<Self, CannotRun> {
        let mut http = HttpConnector::new();
        http.enforce_http(false);
        http.set_connect_timeout(Some(timeout));
        http.set_nodelay(true);
        let tls = if uri.scheme() == Some(&Scheme::HTTPS) {
            tls::client_config()?
        } else {
            ClientConfig::builder()
                .with_root_certificates(RootCertStore::empty())
                .with_no_client_auth()
        };
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls)
            .https_or_http()
            .enable_http1()
            .wrap_connector(http);
        let client = legacy::Client::builder(TokioExecutor::new()).build(connector);
        Ok(Self { client, timeout })
    }

    /// Sends one request. The length of the body is always declared.
    pub(crate) async fn send(
        &self,
        method: Method,
        uri: Uri,
        headers: HeaderMap,
        body: Bytes,
    ) -> Result<Answer, NoAnswer> {
        let length = body.len();
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = method;
        *request.uri_mut() = uri;
        *request.headers_mut() = headers;
        (request.headers_mut()).insert(header::CONTENT_LENGTH, length.into());
        tokio::time::timeout(self.timeout, self.exchange(request))
            .await
            .unwrap_or_else(|_| Err(NoAnswer::late(self.timeout)))
    }

    async fn exchange(&self, request: Request<Full<Bytes>>) -> Result<Answer, NoAnswer> {
        let start = Instant::now();
        let response = self.client.request(request).await.map_err(|error| {
            let cause = root_cause(&error);
            if error.is_connect() {
                NoAnswer::Unreachable(cause)
            } else {
                NoAnswer::Broken(cause)
            }
        })?;
        let (parts, body) = response.into_parts();
        let body = Limited::new(body, MAX_ANSWER).collect().await;
        let body = body.map_err(|error| {
            NoAnswer::Broken(if error.is::<LengthLimitError>() {
                "the answer is longer than 16 MiB".to_owned()
            } else {
                root_cause(&*error)
            })
        })?;
        Ok(Answer {
            status: parts.status,
            headers: parts.headers,
            body: body.to_bytes(),
            time: start.elapsed(),
        })
    }
}

impl NoAnswer {
    fn late(timeout: Duration) -> Self {
        Self::Broken(format!("no answer within {} s", timeout.as_secs_f64()))
    }
}

impl fmt::Display for NoAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable(cause) => write!(f, "{cause}; is the server running?"),
            Self::Broken(cause) => f.write_str(cause),
        }
    }
}

/// The innermost of nested errors: the one that says `Connection refused`.
fn root_cause(error: &dyn Error) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}
