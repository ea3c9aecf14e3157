//! The response body: the inner service's, passed through frame by frame, or a refusal of known length.

use std::{pin::Pin, task::Poll};

use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode};
use http_body::{Body, Frame};
use http_body_util::{BodyExt, Full};
use tower::{BoxError, Layer, ServiceExt, service_fn};
use tower_loops::ResponseBody;

use crate::{
    scripted_body::{ScriptedBody, Step},
    support::{forged, genuine, layer, poll_once},
};

/// The answer of the layer to this request, where the inner service answers with `inner`.
async fn answer(
    request: Request<Full<Bytes>>,
    inner: ScriptedBody,
) -> Response<ResponseBody<ScriptedBody>> {
    let inner = std::sync::Mutex::new(Some(inner));
    let inner = std::sync::Arc::new(inner);
    let service = service_fn(move |_: Request<Full<Bytes>>| {
        let body = inner.lock().expect("not poisoned").take();
        let response = Response::builder()
            .status(StatusCode::ACCEPTED)
            .header("x-handler", "yes")
            .extension("an extension")
            .body(body.expect("called once"))
            .expect("a valid response");
        std::future::ready(Ok::<_, std::convert::Infallible>(response))
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
async fn status_headers_and_extensions_of_the_inner_response_are_passed_through() {
    let response = answer(genuine(), ScriptedBody::new(["done"])).await;
    assert_eq!(response.status(), StatusCode::ACCEPTED);
    assert_eq!(response.headers().len(), 1);
    assert_eq!(response.headers()["x-handler"], "yes");
    assert_eq!(response.extensions().get(), Some(&"an extension"));
}

#[tokio::test]
async fn data_trailers_and_errors_are_passed_through_in_order() {
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
    let mut body = answer(genuine(), inner).await.into_body();
    assert_eq!(watch.polls(), 0, "nothing is read ahead");

    let frame = next_frame(&mut body).expect("a frame").expect("data");
    let data = frame.into_data().expect("data");
    assert_eq!(data.as_ptr(), first.as_ptr(), "data without a copy");
    let frame = next_frame(&mut body).expect("a frame").expect("data");
    assert!(
        frame.into_data().expect("data").is_empty(),
        "an empty frame"
    );
    let frame = next_frame(&mut body).expect("a frame").expect("trailers");
    assert_eq!(frame.into_trailers().expect("trailers"), trailers);
    let error: BoxError = next_frame(&mut body)
        .expect("a frame")
        .expect_err("an error");
    assert_eq!(error.to_string(), "broken pipe");
    assert!(next_frame(&mut body).is_none(), "the end");
    assert_eq!(watch.polls(), 5, "a poll for a poll");
}

#[tokio::test]
async fn end_of_stream_is_what_the_inner_body_says() {
    for says in [false, true] {
        let inner = ScriptedBody::new(["done"]).saying_end(says);
        let body = answer(genuine(), inner).await.into_body();
        assert_eq!(body.is_end_stream(), says);
    }
}

#[tokio::test]
async fn size_hints_are_what_the_inner_body_says() {
    for (lower, upper) in [
        (0, None),
        (0, Some(7)),
        (3, None),
        (3, Some(7)),
        (7, Some(7)),
    ] {
        let inner = ScriptedBody::new(["done"]).saying_size(lower, upper);
        let hint = answer(genuine(), inner).await.into_body().size_hint();
        assert_eq!((hint.lower(), hint.upper()), (lower, upper));
    }
}

#[tokio::test]
async fn a_refusal_has_an_exact_length_and_knows_its_end() {
    let mut body = answer(forged(), ScriptedBody::new(["never"]))
        .await
        .into_body();
    let text = r#"{"error":"Invalid signature"}"#;
    assert_eq!(body.size_hint().exact(), Some(text.len() as u64));
    assert!(!body.is_end_stream(), "before it was read");

    let frame = next_frame(&mut body).expect("a frame").expect("data");
    assert_eq!(frame.into_data().expect("data"), text);
    assert_eq!(body.size_hint().exact(), Some(0));
    assert!(body.is_end_stream(), "after it was read");
    assert!(next_frame(&mut body).is_none(), "the end");
}

/// What layers further out that answer in the service's place make.
#[test]
fn the_default_is_empty_and_at_its_end() {
    let mut body = ResponseBody::<ScriptedBody>::default();
    assert_eq!(body.size_hint().exact(), Some(0));
    assert!(body.is_end_stream());
    assert!(next_frame(&mut body).is_none());
}

#[tokio::test]
async fn debug_shows_nothing_of_the_body() {
    for request in [genuine(), forged()] {
        let body = answer(request, ScriptedBody::new(["private"]))
            .await
            .into_body();
        assert_eq!(format!("{body:?}"), "ResponseBody { .. }");
    }
}
