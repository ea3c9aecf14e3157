//! The layer with the layers of Tower and tower-http, inside and outside.

use std::{convert::Infallible, io::Write, time::Duration};

use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use http::{Request, Response, header::CONTENT_ENCODING};
use http_body_util::{BodyExt, Full, combinators::UnsyncBoxBody};
use testkit::{
    body::{ScriptedBody, channel, data},
    delivery::{EVENT, event_of, forged, genuine, signed},
};
use tower::{BoxError, ServiceBuilder, ServiceExt, timeout::error::Elapsed};
use tower_http::{
    catch_panic::CatchPanicLayer, decompression::RequestDecompressionLayer,
    limit::RequestBodyLimitLayer, map_request_body::MapRequestBodyLayer,
    timeout::RequestBodyTimeoutLayer, trace::TraceLayer,
};
use tower_loops::VerifiedEvent;

use crate::support::{Inner, Recorder, layer, send};

#[tokio::test(start_paused = true)]
async fn a_timeout_counts_the_body_outside_and_the_handler_alone_inside() {
    let limit = Duration::from_secs(5);
    let outside = ServiceBuilder::new().timeout(limit).layer(layer());
    let (_sender, body) = channel();
    let service = outside.service(Recorder::default());
    let late = service.oneshot(signed(EVENT, body)).await;
    let error = late.expect_err("too late");
    assert!(error.is::<Elapsed>(), "{error}");

    let inside = ServiceBuilder::new().layer(layer()).timeout(limit);
    let (sender, body) = channel();
    let service = inside.clone().service(Recorder::default());
    let slow = tokio::spawn(send(service, signed(EVENT, body)));
    tokio::time::sleep(4 * limit).await;
    sender.send(data(EVENT)).expect("the body is read");
    drop(sender);
    assert_eq!(slow.await.expect("no panic").outcome(), "accepted");
    let stuck = inside
        .service_fn(|_: Inner| std::future::pending::<Result<Response<Full<Bytes>>, Infallible>>());
    let error = stuck.oneshot(genuine()).await.expect_err("too late");
    assert!(error.is::<Elapsed>(), "{error}");
}

fn gzip(text: &str) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).expect("memory");
    encoder.finish().expect("memory").into()
}

#[tokio::test]
async fn decompression_outside_leaves_the_signature_over_the_decompressed_bytes() {
    let bomb = event_of("charge.succeeded", 1024 * 1024 + 1);
    let compressed = gzip(EVENT);
    let cut_off = compressed.slice(..compressed.len() - 9);
    let compressed_bomb = gzip(&bomb);
    assert!(compressed_bomb.len() < 4096, "small on the wire");
    for (signed_bytes, body, expected) in [
        (EVENT.as_bytes(), compressed.clone(), "accepted"),
        (&compressed, compressed.clone(), "Invalid signature"),
        (EVENT.as_bytes(), cut_off, "Unreadable body"),
        (bomb.as_bytes(), compressed_bomb, "Payload too large"),
    ] {
        let service = ServiceBuilder::new()
            .layer(RequestDecompressionLayer::new())
            .layer(layer())
            .service(Recorder::default());
        let mut request = signed(signed_bytes, Full::new(body));
        let gzip = "gzip".parse().expect("a header value");
        request.headers_mut().insert(CONTENT_ENCODING, gzip);
        assert_eq!(send(service, request).await.outcome(), expected);
    }
}

/// A handler with its own body type, as those of frameworks have.
async fn handler_of_boxed_bodies(
    request: Request<UnsyncBoxBody<Bytes, BoxError>>,
) -> Result<Response<Full<Bytes>>, BoxError> {
    let event: VerifiedEvent = request.extensions().get().cloned().ok_or("no event")?;
    let body = request.into_body().collect().await?.to_bytes();
    assert_eq!(event.payload(), &body);
    Ok(Response::new(Full::new(body)))
}

fn boxed<B>(body: B) -> UnsyncBoxBody<Bytes, BoxError>
where
    B: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
{
    body.map_err(Into::into).boxed_unsync()
}

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
        .layer(MapRequestBodyLayer::new(boxed::<Full<Bytes>>))
        .service_fn(handler_of_boxed_bodies);

    let (_sender, slow) = channel();
    let long = ScriptedBody::new([vec![b' '; 4000], vec![b' '; 97]].map(Bytes::from));
    for (request, expected) in [
        (genuine().map(boxed), "accepted"),
        (forged().map(boxed), "Invalid signature"),
        (signed(EVENT, boxed(slow)), "Unreadable body"),
        (signed(EVENT, boxed(long)), "Payload too large"),
    ] {
        let answer = send(service.clone(), request).await;
        assert_eq!(answer.outcome(), expected);
        if expected == "accepted" {
            assert_eq!(answer.text, EVENT);
        }
    }
}
