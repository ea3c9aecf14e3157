//! What the tests share: signed requests, a clock that stands still, and an inner service that records.

use std::{
    convert::Infallible,
    future::{Future, Ready, ready},
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll, Waker},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use tokio::time::timeout;
use tower::{Layer, Service, ServiceExt};
use tower_loops::{
    BoxError, LoopsSignature, LoopsSignatureLayer, Rejection, SIGNATURE_HEADER, Secret, Signer,
};
use tower_test::mock;

pub(crate) const SECRET: &str = "whsec_of_the_layer_tests";
pub(crate) const EVENT: &str = r#"{"id":"evt_1","type":"charge.succeeded"}"#;

pub(crate) fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_700_000_000)
}

pub(crate) fn secret() -> Secret {
    Secret::new(SECRET).expect("not empty")
}

/// The layer with its defaults, and with a clock that stands at [`now`].
pub(crate) fn layer() -> LoopsSignatureLayer {
    LoopsSignatureLayer::new(secret()).with_clock(now)
}

/// The default layer around a fresh recorder, and that recorder.
pub(crate) fn recording(layer: &LoopsSignatureLayer) -> (LoopsSignature<Recorder>, Recorder) {
    let recorder = Recorder::default();
    (layer.layer(recorder.clone()), recorder)
}

pub(crate) fn sign(body: impl AsRef<[u8]>) -> HeaderValue {
    Signer::new(secret()).sign(body.as_ref(), now())
}

/// A request with `body` under the signature of `signed_bytes`.
pub(crate) fn signed<B>(signed_bytes: impl AsRef<[u8]>, body: B) -> Request<B> {
    with_header(sign(signed_bytes), body)
}

pub(crate) fn with_header<B>(signature: HeaderValue, body: B) -> Request<B> {
    let mut request = unsigned(body);
    request.headers_mut().insert(SIGNATURE_HEADER, signature);
    request
}

pub(crate) fn unsigned<B>(body: B) -> Request<B> {
    Request::post("/webhooks/loops")
        .body(body)
        .expect("a valid request")
}

pub(crate) fn full(bytes: impl Into<Bytes>) -> Full<Bytes> {
    Full::new(bytes.into())
}

pub(crate) fn genuine() -> Request<Full<Bytes>> {
    signed(EVENT, full(EVENT))
}

/// Well formed, of the right time, and signed with another secret.
pub(crate) fn forged() -> Request<Full<Bytes>> {
    let other = Secret::new("whsec_of_somebody_else").expect("not empty");
    let signature = Signer::new(other).sign(EVENT.as_bytes(), now());
    with_header(signature, full(EVENT))
}

/// Answers 200 at once and keeps every request. Its clones share what they keep.
#[derive(Clone, Default)]
pub(crate) struct Recorder(Arc<Mutex<Vec<Request<Full<Bytes>>>>>);

impl Recorder {
    pub(crate) fn calls(&self) -> usize {
        self.0.lock().expect("not poisoned").len()
    }

    /// The one request that came.
    pub(crate) fn only_request(&self) -> Request<Full<Bytes>> {
        let mut requests = self.0.lock().expect("not poisoned");
        assert_eq!(requests.len(), 1, "calls of the inner service");
        requests.remove(0)
    }

    /// How many clones of this recorder there are, this one included.
    pub(crate) fn clones(&self) -> usize {
        Arc::strong_count(&self.0)
    }
}

impl Service<Request<Full<Bytes>>> for Recorder {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Full<Bytes>>) -> Self::Future {
        self.0.lock().expect("not poisoned").push(request);
        ready(Ok(Response::new(Full::from(r#"{"received":true}"#))))
    }
}

/// What came back, read to its end.
pub(crate) struct Answer {
    pub(crate) response: Response<Bytes>,
}

impl Answer {
    pub(crate) async fn of<B>(response: Response<B>) -> Self
    where
        B: http_body::Body,
        B::Error: Into<BoxError>,
    {
        let (parts, body) = response.into_parts();
        let Ok(body) = body.collect().await else {
            panic!("the body of the response failed");
        };
        Self {
            response: Response::from_parts(parts, body.to_bytes()),
        }
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.response.status()
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(self.response.body()).expect("text")
    }

    pub(crate) fn rejection(&self) -> Option<&Rejection> {
        self.response.extensions().get()
    }

    /// The fixed text of the refusal, or `accepted`.
    pub(crate) fn verdict(&self) -> String {
        self.rejection()
            .map_or_else(|| "accepted".to_owned(), Rejection::to_string)
    }
}

/// One request through one service whose errors should not be. Where the clock is paused, a service that never answers
/// fails the test at once.
pub(crate) async fn send<S, Req, Res>(service: S, request: Req) -> Answer
where
    S: Service<Req, Response = Response<Res>>,
    S::Error: std::fmt::Debug,
    Res: http_body::Body,
    Res::Error: Into<BoxError>,
{
    let response = timeout(Duration::from_secs(3600), service.oneshot(request))
        .await
        .expect("an answer within the hour")
        .expect("a response, not an error");
    Answer::of(response).await
}

pub(crate) type Mock = mock::Mock<Request<Full<Bytes>>, Response<Full<Bytes>>>;
pub(crate) type Handle = mock::Handle<Request<Full<Bytes>>, Response<Full<Bytes>>>;

/// The request that the mock gets next. Where the clock is paused, none fails the test at once.
pub(crate) async fn next_request(
    handle: &mut Handle,
) -> (
    Request<Full<Bytes>>,
    mock::SendResponse<Response<Full<Bytes>>>,
) {
    timeout(Duration::from_secs(3600), handle.next_request())
        .await
        .expect("a request within the hour")
        .expect("a request, not the end")
}

/// Polls once, without anybody to be woken.
pub(crate) fn poll_once<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}
