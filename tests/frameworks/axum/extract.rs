//! The event as an extractor, alone and beside others.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
};

use axum::{
    Extension, Json, Router,
    body::Bytes,
    extract::{Request, State},
    http::HeaderMap,
    routing::post,
};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower_loops::{BoxError, MissingLayer, VerifiedEvent};
use tracing_subscriber::util::SubscriberInitExt;

use super::{oneshot, receive};
use crate::support::{
    EVENT, PATH, layer, signed, unsigned,
    wire::{self, Version},
};

#[tokio::test]
async fn it_stands_beside_any_other_extractor() {
    /// Id and bytes: equal for every way of taking them.
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
                assert_eq!(body["data"]["object"], json!({ "amount": 1999 }));
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
        let address = wire::serve_router(router).await;
        let answer = wire::send(Version::Http1, address, signed(EVENT)).await;
        assert_eq!(
            answer.seen(),
            (200, &*format!("evt_1 {EVENT}")),
            "{name}, socket"
        );
    }
}

#[tokio::test]
async fn without_the_layer_the_sender_learns_nothing_and_the_log_names_the_layer() {
    let log = Log::default();
    let writer = log.clone();
    let _guard = tracing_subscriber::fmt()
        .with_writer(move || writer.clone())
        .with_ansi(false)
        .set_default();

    let router = Router::new().route(PATH, post(receive));
    for (name, request) in [("unsigned", unsigned()), ("signed", signed(EVENT))] {
        log.0.lock().unwrap().clear();
        let answer = oneshot(&router, request).await;
        assert_eq!(answer.seen(), (500, ""), "{name}");

        let logged = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        assert_eq!(logged.lines().count(), 1, "{name}: {logged}");
        assert!(logged.contains(" ERROR "), "{name}: {logged}");
        for cause in ["no LoopsSignatureLayer", "dropped the request's extensions"] {
            assert!(logged.contains(cause), "{name}: {logged}");
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

/// What was logged by this thread.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
