//! An HTTP client that does one thing: POST a JSON body under the signature headers it is given, and time the answer.

use std::{
    convert::Infallible,
    error::Error,
    time::{Duration, Instant},
};

use bytes::Bytes;
use http::{
    HeaderValue, Request, StatusCode, Uri,
    header::{CONTENT_LENGTH, CONTENT_TYPE},
};
use http_body::Body as _;
use http_body_util::{BodyExt, combinators::BoxBody};
use hyper_util::{
    client::legacy::{self, connect::HttpConnector},
    rt::TokioExecutor,
};
use tower_loops::SIGNATURE_HEADER;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) type Body = BoxBody<Bytes, Infallible>;

pub(crate) struct Client(legacy::Client<HttpConnector, Body>);

/// What came back, and how long that took from the first byte of the connection to the last of the body.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) body: String,
    pub(crate) time: Duration,
}

impl Client {
    pub(crate) fn new() -> Self {
        Self(legacy::Client::builder(TokioExecutor::new()).build_http())
    }

    /// Posts the body with as many signature header lines as are given; the error is for people.
    pub(crate) async fn post(
        &self,
        url: &Uri,
        signatures: &[HeaderValue],
        body: Body,
    ) -> Result<Answer, String> {
        let length = body.size_hint().exact();
        let mut request = Request::post(url)
            .header(CONTENT_TYPE, "application/json")
            .body(body)
            .map_err(|error| error.to_string())?;
        let headers = request.headers_mut();
        // An empty body has a length too.
        if let Some(length) = length {
            headers.insert(CONTENT_LENGTH, length.into());
        }
        for signature in signatures {
            headers.append(SIGNATURE_HEADER, signature.clone());
        }
        tokio::time::timeout(PATIENCE, self.exchange(request))
            .await
            .map_err(|_| format!("no answer within {} s", PATIENCE.as_secs()))?
    }

    async fn exchange(&self, request: Request<Body>) -> Result<Answer, String> {
        let start = Instant::now();
        let response = self.0.request(request).await;
        let response = response.map_err(|error| {
            let hint = if error.is_connect() {
                "; is the server running?"
            } else {
                ""
            };
            root_cause(&error) + hint
        })?;
        let status = response.status();
        let body = response.into_body().collect().await;
        let body = body.map_err(|error| root_cause(&error))?.to_bytes();
        Ok(Answer {
            status,
            body: String::from_utf8_lossy(&body).into_owned(),
            time: start.elapsed(),
        })
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
