//! Stacks with tower-http: its layers further out see the refusal, change the body that is verified, or fail it.

use std::{
    convert::Infallible,
    error::Error,
    io::Write,
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use http::{Request, Response, header::CONTENT_ENCODING};
use http_body_util::{BodyExt, Full, combinators::UnsyncBoxBody};
use tower::{BoxError, ServiceBuilder, ServiceExt};
use tower_http::{
    catch_panic::CatchPanicLayer,
    decompression::RequestDecompressionLayer,
    limit::RequestBodyLimitLayer,
    map_request_body::MapRequestBodyLayer,
    timeout::{RequestBodyTimeoutLayer, TimeoutError},
    trace::TraceLayer,
};
use tower_loops::{Rejection, VerifiedEvent};

use crate::{
    scripted_body::{ChannelBody, ScriptedBody},
    support::{Answer, EVENT, Recorder, forged, full, genuine, layer, send, signed, unsigned},
};

#[tokio::test]
async fn trace_further_out_sees_why_a_request_was_refused() {
    let seen: Arc<Mutex<Vec<String>>> = Arc::default();
    let log = Arc::clone(&seen);
    let trace = TraceLayer::new_for_http().on_response(
        move |response: &Response<_>, _: Duration, _: &_| {
            let reason: Option<&Rejection> = response.extensions().get();
            let reason = reason.map_or_else(|| "accepted".into(), ToString::to_string);
            log.lock().expect("not poisoned").push(reason);
        },
    );
    let service = ServiceBuilder::new()
        .layer(trace)
        .layer(layer())
        .service(Recorder::default());
    assert_eq!(send(service.clone(), genuine()).await.status(), 200);
    assert_eq!(send(service.clone(), forged()).await.status(), 401);
    assert_eq!(send(service, unsigned(full(EVENT))).await.status(), 400);
    let seen = seen.lock().expect("not poisoned");
    assert_eq!(
        *seen,
        ["accepted", "Invalid signature", "Missing signature"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_request_body_timeout_further_out_makes_a_slow_body_unreadable() {
    let recorder = Recorder::default();
    let service = ServiceBuilder::new()
        .layer(RequestBodyTimeoutLayer::new(Duration::from_secs(10)))
        .layer(layer())
        .service(recorder.clone());
    assert_eq!(send(service.clone(), genuine()).await.status(), 200);

    let start = tokio::time::Instant::now();
    let (sender, body) = ChannelBody::new();
    sender.send(EVENT.into()).expect("the body is wanted");
    let answer = send(service, signed(EVENT, body)).await;
    assert_eq!(start.elapsed().as_secs(), 10);
    assert_eq!(answer.status(), 400);
    assert_eq!(answer.text(), r#"{"error":"Unreadable body"}"#);
    let source = answer.rejection().and_then(Error::source);
    assert!(
        source.is_some_and(<dyn Error>::is::<TimeoutError>),
        "{source:?}"
    );
    assert_eq!(recorder.calls(), 1, "the first request alone");
}

fn gzip(text: &str) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).expect("memory");
    encoder.finish().expect("memory").into()
}

/// Sends a compressed body through the decompression of tower-http, further out than the layer.
async fn send_gzipped(recorder: &Recorder, signed_bytes: &[u8], body: Bytes) -> Answer {
    let service = ServiceBuilder::new()
        .layer(RequestDecompressionLayer::new())
        .layer(layer())
        .service(recorder.clone());
    let mut request = signed(signed_bytes, full(body));
    let gzip = "gzip".parse().expect("a header value");
    request.headers_mut().insert(CONTENT_ENCODING, gzip);
    let response = service.oneshot(request).await.expect("a response");
    // Its layers box the body: the answer is read before that is taken off.
    Answer::of(response).await
}

#[tokio::test]
async fn decompression_further_out_leaves_the_signature_over_the_decompressed_bytes() {
    let recorder = Recorder::default();
    let answer = send_gzipped(&recorder, EVENT.as_bytes(), gzip(EVENT)).await;
    assert_eq!(answer.verdict(), "accepted");
    let request = recorder.only_request();
    let event: Option<&VerifiedEvent> = request.extensions().get();
    assert_eq!(event.expect("the event").payload(), EVENT);
    let Ok(body) = request.into_body().collect().await;
    assert_eq!(body.to_bytes(), EVENT);
}

#[tokio::test]
async fn decompression_further_out_spoils_a_signature_over_the_compressed_bytes() {
    let recorder = Recorder::default();
    let answer = send_gzipped(&recorder, &gzip(EVENT), gzip(EVENT)).await;
    assert_eq!(answer.status(), 401);
    assert_eq!(answer.verdict(), "Invalid signature");
    assert_eq!(recorder.calls(), 0, "calls of the inner service");
}

#[tokio::test]
async fn the_limit_counts_decompressed_bytes() {
    let bomb = format!("{EVENT}{}", " ".repeat(1024 * 1024));
    let compressed = gzip(&bomb);
    assert!(compressed.len() < 4096, "small on the wire");
    let answer = send_gzipped(&Recorder::default(), bomb.as_bytes(), compressed).await;
    assert_eq!(answer.verdict(), "Payload too large");
}

#[tokio::test]
async fn a_broken_gzip_stream_is_an_unreadable_body() {
    let mut cut = gzip(EVENT);
    cut.truncate(cut.len() - 9);
    let answer = send_gzipped(&Recorder::default(), EVENT.as_bytes(), cut).await;
    assert_eq!(answer.status(), 400);
    assert_eq!(answer.verdict(), "Unreadable body");
}

#[tokio::test]
async fn catch_panic_further_out_answers_500_for_a_handler_that_panics() {
    let service = ServiceBuilder::new()
        .layer(CatchPanicLayer::new())
        .layer(layer())
        .service_fn(
            async |_: Request<Full<Bytes>>| -> Result<Response<Full<Bytes>>, Infallible> {
                panic!("a mistake of the handler")
            },
        );
    assert_eq!(send(service.clone(), genuine()).await.status(), 500);
    let answer = send(service, forged()).await;
    assert_eq!(answer.verdict(), "Invalid signature");
    assert_eq!(answer.text(), r#"{"error":"Invalid signature"}"#);
}

/// A handler that wants a body type of its own, as those of frameworks do.
async fn handler_of_boxed_bodies(
    request: Request<UnsyncBoxBody<Bytes, BoxError>>,
) -> Result<Response<Full<Bytes>>, BoxError> {
    let event: VerifiedEvent = request.extensions().get().cloned().ok_or("no event")?;
    let body = request.into_body().collect().await?.to_bytes();
    assert_eq!(event.payload(), &body);
    Ok(Response::new(full(body)))
}

fn boxed(body: Full<Bytes>) -> UnsyncBoxBody<Bytes, BoxError> {
    body.map_err(BoxError::from).boxed_unsync()
}

#[tokio::test]
async fn map_request_body_inside_gives_the_handler_its_body_type() {
    let service = ServiceBuilder::new()
        .layer(layer())
        .layer(MapRequestBodyLayer::new(boxed))
        .service_fn(handler_of_boxed_bodies);
    let answer = send(service, genuine()).await;
    assert_eq!(answer.verdict(), "accepted");
    assert_eq!(answer.text(), EVENT);
}

/// Everything at once, in the order of a production stack.
#[tokio::test(start_paused = true)]
async fn a_whole_stack() {
    let service = ServiceBuilder::new()
        .layer(TraceLayer::new_for_http())
        .layer(CatchPanicLayer::new())
        .layer(RequestBodyTimeoutLayer::new(Duration::from_secs(10)))
        .layer(RequestBodyLimitLayer::new(4096))
        .layer(RequestDecompressionLayer::new())
        .layer(layer())
        .load_shed()
        .concurrency_limit(8)
        .timeout(Duration::from_secs(30))
        .layer(MapRequestBodyLayer::new(boxed))
        .service_fn(handler_of_boxed_bodies);

    let (_sender, stalled) = ChannelBody::new();
    let frames = ScriptedBody::new([Bytes::from(vec![b' '; 4000]), Bytes::from(vec![b' '; 97])]);
    let rows = [
        ("genuine", genuine().map(boxed), "accepted"),
        ("forged", forged().map(boxed), "Invalid signature"),
        (
            "slow",
            signed(EVENT, stalled.boxed_unsync()),
            "Unreadable body",
        ),
        (
            "long",
            signed(EVENT, frames.boxed_unsync()),
            "Payload too large",
        ),
    ];
    for (name, request, expected) in rows {
        let answer = send(service.clone(), request).await;
        assert_eq!(answer.verdict(), expected, "{name}");
    }
}
