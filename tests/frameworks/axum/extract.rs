//! The event as an extractor, alone and beside others.

use axum::{
    Extension, Json, Router,
    body::Bytes,
    extract::{Request, State},
    http::HeaderMap,
    routing::post,
};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use testkit::log::Log;
use tower_loops::{BoxError, MissingLayer, VerifiedEvent};
use tracing_subscriber::filter::LevelFilter;

use super::{oneshot, receive};
use crate::support::{EVENT, PATH, layer, signed, unsigned};

#[tokio::test]
async fn it_stands_beside_any_other_extractor() {
    /// Id and bytes: equal for every extractor.
    fn seen(event: &VerifiedEvent, body: &[u8]) -> String {
        let body = str::from_utf8(body).unwrap();
        assert_eq!(event.payload(), body);
        format!("{} {body}", event.id())
    }
    let rows = [
        (
            "Bytes",
            post(async |event: VerifiedEvent, body: Bytes| seen(&event, &body)),
        ),
        (
            "String",
            post(async |event: VerifiedEvent, body: String| seen(&event, body.as_bytes())),
        ),
        (
            "Json",
            post(async |event: VerifiedEvent, Json(body): Json<Value>| {
                assert_eq!(body, json!({"id": "evt_1", "type": "charge.succeeded"}));
                seen(&event, event.payload())
            }),
        ),
        (
            "Extension<VerifiedEvent>",
            post(
                async |Extension(event): Extension<VerifiedEvent>, body: Bytes| seen(&event, &body),
            ),
        ),
        (
            "Request",
            post(async |event: VerifiedEvent, request: Request| {
                let body = request.into_body().collect().await.unwrap();
                seen(&event, &body.to_bytes())
            }),
        ),
        (
            "State and headers",
            post(
                async |State(prefix): State<&'static str>,
                       headers: HeaderMap,
                       event: VerifiedEvent| {
                    assert!(headers.contains_key(tower_loops::SIGNATURE_HEADER));
                    assert_eq!(prefix, "state");
                    seen(&event, event.payload())
                },
            ),
        ),
        (
            "Result<VerifiedEvent, MissingLayer>",
            post(async |event: Result<VerifiedEvent, MissingLayer>| {
                let event = event.unwrap();
                seen(&event, event.payload())
            }),
        ),
    ];
    for (name, handler) in rows {
        let router = Router::new().route(PATH, handler).layer(layer());
        let router = router.with_state("state");
        let answer = oneshot(&router, signed(EVENT)).await;
        assert_eq!(answer.seen(), (200, &*format!("evt_1 {EVENT}")), "{name}");
    }
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
        for part in [
            "ERROR ",
            "no LoopsSignatureLayer",
            "dropped the request's extensions",
        ] {
            assert!(logged.contains(part), "{logged}");
        }
    }
}

#[tokio::test]
async fn missing_layer_is_an_error() {
    let handler = async |event: Result<VerifiedEvent, MissingLayer>| {
        let error: BoxError = event.unwrap_err().into();
        error.to_string()
    };
    let router = Router::new().route(PATH, post(handler));
    let text = oneshot(&router, signed(EVENT)).await.text;
    assert!(text.starts_with("a handler takes a VerifiedEvent, but the request has none"));
}

#[tokio::test]
async fn the_extension_is_missing_without_the_layer() {
    let handler = async |event: Option<Extension<VerifiedEvent>>| format!("{}", event.is_some());
    let open = Router::new().route(PATH, post(handler));
    let guarded = open.clone().layer(layer());
    assert_eq!(oneshot(&open, signed(EVENT)).await.seen(), (200, "false"));
    assert_eq!(oneshot(&guarded, signed(EVENT)).await.seen(), (200, "true"));
}
