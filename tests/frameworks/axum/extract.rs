//! The event as an extractor, alone and beside others.

use axum::{Extension, Router, body::Bytes, extract::State, http::HeaderMap, routing::post};
use testkit::log::Log;
use tower_loops::{BoxError, MissingLayer, SIGNATURE_HEADER, VerifiedEvent};
use tracing_subscriber::filter::LevelFilter;

use super::{oneshot, receive};
use crate::support::{EVENT, PATH, layer, signed, unsigned};

#[tokio::test]
async fn it_stands_beside_other_extractors() {
    let handler = async |State(state): State<&'static str>,
                         headers: HeaderMap,
                         event: VerifiedEvent,
                         Extension(extension): Extension<VerifiedEvent>,
                         body: Bytes| {
        assert!(headers.contains_key(SIGNATURE_HEADER));
        assert_eq!(event.payload(), &body);
        format!("{state} {} {}", event.id(), extension.id())
    };
    let router = Router::new().route(PATH, post(handler)).layer(layer());
    let answer = oneshot(&router.with_state("state"), signed(EVENT)).await;
    assert_eq!(answer.seen(), (200, "state evt_1 evt_1"));
}

#[tokio::test]
async fn without_the_layer_the_response_is_empty_and_the_log_names_the_layer() {
    let (log, _guard) = Log::capture(LevelFilter::TRACE);
    let router = Router::new().route(PATH, post(receive));
    for request in [unsigned(), signed(EVENT)] {
        let answer = oneshot(&router, request).await;
        assert_eq!(answer.seen(), (500, ""));
        let logged = log.take().join("\n");
        assert_eq!(logged.lines().count(), 1, "{logged}");
        for part in ["ERROR ", "no LoopsSignatureLayer", "dropped"] {
            assert!(logged.contains(part), "{logged}");
        }
    }
}

#[tokio::test]
async fn missing_layer_is_an_error() {
    let handler = async |event: Result<VerifiedEvent, MissingLayer>| match event {
        Ok(event) => event.id().to_owned(),
        Err(error) => BoxError::from(error).to_string(),
    };
    let open = Router::new().route(PATH, post(handler));
    let guarded = open.clone().layer(layer());
    let text = oneshot(&open, signed(EVENT)).await.text;
    assert!(text.starts_with("a handler takes a VerifiedEvent, but the request has none"));
    assert_eq!(oneshot(&guarded, signed(EVENT)).await.text, "evt_1");
}
