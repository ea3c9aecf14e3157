//! The layer with a clock that stands still, and inner services that record.

use std::{
    convert::Infallible,
    future::{Ready, ready},
    sync::{Arc, Mutex},
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use testkit::{
    delivery::{SECRET, now, secret},
    response::Answer,
};
use tokio::time::timeout;
use tower::{Layer, Service, ServiceExt};
use tower_loops::{LoopsSignature, LoopsSignatureLayer};
use tower_test::mock;

pub(crate) type Inner = Request<Full<Bytes>>;

/// The layer with its defaults at [`now`].
pub(crate) fn layer() -> LoopsSignatureLayer {
    LoopsSignatureLayer::new(secret(SECRET)).with_clock(now)
}

/// The layer around a fresh recorder, and that recorder.
pub(crate) fn recording(layer: &LoopsSignatureLayer) -> (LoopsSignature<Recorder>, Recorder) {
    let recorder = Recorder::default();
    (layer.layer(recorder.clone()), recorder)
}

/// Responds 200 and keeps every request. Its clones share what they keep.
#[derive(Clone, Default)]
pub(crate) struct Recorder(Arc<Mutex<Vec<Inner>>>);

impl Recorder {
    pub(crate) fn calls(&self) -> usize {
        self.0.lock().expect("not poisoned").len()
    }

    pub(crate) fn only_request(&self) -> Inner {
        let mut requests = self.0.lock().expect("not poisoned");
        assert_eq!(requests.len(), 1, "calls of the inner service");
        requests.remove(0)
    }

    /// The number of clones, this one included.
    pub(crate) fn clones(&self) -> usize {
        Arc::strong_count(&self.0)
    }
}

impl Service<Inner> for Recorder {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Inner) -> Self::Future {
        self.0.lock().expect("not poisoned").push(request);
        ready(Ok(Response::new(Full::from(r#"{"received":true}"#))))
    }
}

/// One request through one service, which must not fail. With a paused clock, a service that never
/// responds fails the test at once.
pub(crate) async fn send<S, Req, Res>(service: S, request: Req) -> Answer
where
    S: Service<Req, Response = Response<Res>>,
    S::Error: std::fmt::Debug,
    Res: http_body::Body,
{
    let response = timeout(Duration::from_secs(3600), service.oneshot(request));
    let response = response.await.expect("a response within the hour");
    Answer::of(response.expect("a response, not an error")).await
}

/// What the layer does with a request: `accepted`, or the text of the rejection.
pub(crate) async fn outcome<B>(layer: &LoopsSignatureLayer, request: Request<B>) -> String
where
    B: http_body::Body<Error: Into<tower_loops::BoxError>>,
{
    send(recording(layer).0, request).await.outcome()
}

pub(crate) type Mock = mock::Mock<Inner, Response<Full<Bytes>>>;
pub(crate) type Handle = mock::Handle<Inner, Response<Full<Bytes>>>;

/// The next request of the mock. With a paused clock, none fails the test at once.
pub(crate) async fn next_request(
    handle: &mut Handle,
) -> (Inner, mock::SendResponse<Response<Full<Bytes>>>) {
    let request = timeout(Duration::from_secs(3600), handle.next_request());
    let request = request.await.expect("a request within the hour");
    request.expect("a request, not the end")
}
