//! The response body: the inner service's, frame by frame, or a rejection of known length.

use std::{
    convert::Infallible,
    future::ready,
    pin::Pin,
    sync::{Arc, Mutex},
    task::Poll,
};

use bytes::Bytes;
use http::{HeaderMap, Response};
use http_body::{Body, Frame};
use http_body_util::BodyExt;
use testkit::{
    body::{ScriptedBody, Step},
    delivery::{forged, genuine},
    poll::poll_once,
};
use tower::{BoxError, Layer, ServiceExt, service_fn};
use tower_loops::ResponseBody;

use crate::support::{Inner, layer};

/// The response of the layer, where the inner service responds with `inner`.
async fn respond(request: Inner, inner: ScriptedBody) -> Response<ResponseBody<ScriptedBody>> {
    let inner = Arc::new(Mutex::new(Some(inner)));
    let service = service_fn(move |_: Inner| {
        let body = inner.lock().expect("not poisoned").take();
        let response = Response::builder()
            .status(202)
            .header("x-handler", "yes")
            .extension("an extension")
            .body(body.expect("called once"));
        ready(Ok::<_, Infallible>(response.expect("a response")))
    });
    let Ok(response) = layer().layer(service).oneshot(request).await;
    response
}

fn next_frame<B: Body + Unpin>(body: &mut B) -> Option<Result<Frame<B::Data>, B::Error>> {
    match poll_once(Pin::new(&mut body.frame())) {
        Poll::Ready(frame) => frame,
        Poll::Pending => panic!("a scripted body is never pending"),
    }
}

#[tokio::test]
async fn the_inner_response_is_passed_through_frame_by_frame() {
    let first = Bytes::from(b"first".to_vec());
    let mut trailers = HeaderMap::new();
    trailers.insert("grpc-status", 0.into());
    let inner = ScriptedBody::new([
        Step::Data(first.clone()),
        Step::Data(Bytes::new()),
        Step::Trailers(trailers.clone()),
        Step::Fail("broken pipe".into()),
    ]);
    let watch = inner.watch();
    let response = respond(genuine(), inner).await;
    assert_eq!(response.status(), 202);
    assert_eq!(response.headers().len(), 1);
    assert_eq!(response.headers()["x-handler"], "yes");
    assert_eq!(response.extensions().get(), Some(&"an extension"));
    assert_eq!(watch.polls(), 0, "nothing is read ahead");

    let mut body = response.into_body();
    let mut frame = || next_frame(&mut body).expect("a frame");
    let data = frame().expect("a frame").into_data().expect("data");
    assert_eq!(data.as_ptr(), first.as_ptr(), "data without a copy");
    let data = frame().expect("a frame").into_data().expect("data");
    assert!(data.is_empty());
    let seen = frame().expect("a frame").into_trailers().expect("trailers");
    assert_eq!(seen, trailers);
    let error: BoxError = frame().expect_err("an error");
    assert_eq!(error.to_string(), "broken pipe");
    assert!(next_frame(&mut body).is_none(), "the end");
    assert_eq!(watch.polls(), 5, "a poll for a poll");
}

#[tokio::test]
async fn end_of_stream_and_size_hints_are_the_inner_bodys() {
    for (end, lower, upper) in [(false, 0, None), (true, 3, None), (true, 3, Some(7))] {
        let inner = ScriptedBody::new(["done"])
            .saying_end(end)
            .saying_size(lower, upper);
        let body = respond(genuine(), inner).await.into_body();
        assert_eq!(body.is_end_stream(), end);
        let hint = body.size_hint();
        assert_eq!((hint.lower(), hint.upper()), (lower, upper));
    }
}

#[tokio::test]
async fn a_rejection_has_an_exact_length_and_knows_its_end() {
    let response = respond(forged(), ScriptedBody::new(["never"])).await;
    let mut body = response.into_body();
    let text = r#"{"error":"Invalid signature"}"#;
    assert_eq!(body.size_hint().exact(), Some(text.len() as u64));
    assert!(!body.is_end_stream(), "before it was read");
    let frame = next_frame(&mut body).expect("a frame").expect("data");
    assert_eq!(frame.into_data().expect("data"), text);
    assert_eq!(body.size_hint().exact(), Some(0));
    assert!(body.is_end_stream(), "after it was read");
    assert!(next_frame(&mut body).is_none(), "the end");
}

/// Outer layers that respond in place of the service need it.
#[test]
fn the_default_is_empty_and_shows_nothing() {
    let mut body = ResponseBody::<ScriptedBody>::default();
    assert_eq!(body.size_hint().exact(), Some(0));
    assert!(body.is_end_stream());
    assert!(next_frame(&mut body).is_none());
    assert_eq!(format!("{body:?}"), "ResponseBody { .. }");
}
