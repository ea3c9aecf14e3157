//! What `Accept` responds, and what it has stored then.

use std::{future::pending, time::Duration};

use http::{Request, StatusCode};
use http_body_util::{BodyExt, Full};
use tokio::time::Instant;
use tower::{Layer, Service, ServiceExt};
use tower_loops::{
    LoopsSignatureLayer, SIGNATURE_HEADER, Secret, Signer, StoredEvent, VerifiedEvent,
    inbox::{
        Accept, Accepted, DUPLICATE_HEADER, EventKey, Inbox, Queue, StoreError, StoreErrorKind,
        Token,
    },
};

use crate::{
    memory_queue::MemoryQueue,
    support::{event, signed_at},
};

/// Status, body, whether it is marked as a duplicate, and `Retry-After`.
type Answer = (StatusCode, String, bool, Option<String>);

async fn deliver<I: Inbox>(accept: &Accept<I>, event: Option<VerifiedEvent>) -> Answer {
    let mut request = Request::new(());
    if let Some(event) = event {
        request.extensions_mut().insert(event);
    }
    let Ok(response) = accept.clone().call(request).await;
    let (parts, body) = response.into_parts();
    assert_eq!(parts.headers["content-type"], "application/json");
    let body = body.collect().await.expect("a body").to_bytes();
    let retry_after = parts.headers.get("retry-after");
    (
        parts.status,
        String::from_utf8(body.into()).expect("text"),
        parts.headers.contains_key(DUPLICATE_HEADER),
        retry_after.map(|value| value.to_str().expect("ASCII").to_owned()),
    )
}

fn received(is_duplicate: bool) -> Answer {
    let body = r#"{"received": true}"#.to_owned();
    (StatusCode::OK, body, is_duplicate, None)
}

fn is_down(answer: &Answer) -> bool {
    (answer.0, answer.3.as_deref()) == (StatusCode::SERVICE_UNAVAILABLE, Some("5"))
}

#[tokio::test]
async fn stored_and_known_events_are_answered_200() {
    let accept = Accept::new(MemoryQueue::default());
    for is_duplicate in [false, true, true] {
        let answer = deliver(&accept, Some(event("evt_1"))).await;
        assert_eq!(answer, received(is_duplicate));
    }
    let seen = deliver(&accept, Some(event("evt_2"))).await;
    assert_eq!(seen, received(false));
}

#[tokio::test]
async fn behind_the_layer_the_signed_bytes_are_stored() {
    let queue = std::sync::Arc::new(MemoryQueue::default());
    let secret = Secret::new("whsec_inbox").expect("a secret");
    let layer = LoopsSignatureLayer::new(&secret).with_clock(signed_at);
    let service = layer.layer(Accept::new(queue.clone()).with_namespace("billing"));
    let body = "{ \"id\":\"evt_1\",\n\"type\" : \"charge.succeeded\", \"é\":1.0 }";
    let request = Request::post("/")
        .header(
            SIGNATURE_HEADER,
            Signer::new(&secret).sign(body.as_bytes(), signed_at()),
        )
        .body(Full::new(bytes::Bytes::from(body)))
        .expect("a request");
    let response = service.oneshot(request).await;
    assert_eq!(response.expect("a response").status(), StatusCode::OK);

    let taken = queue
        .take(Token::random(), 10, Duration::from_secs(9))
        .await;
    let [taken] = &taken.expect("taken")[..] else {
        panic!("not one event");
    };
    let event = taken.event.clone().trust().expect("an event");
    assert_eq!(taken.key, EventKey::of("billing", &event));
    let seen = (&event.payload()[..], event.signed_at());
    assert_eq!(seen, (body.as_bytes(), signed_at()));
}

#[tokio::test]
async fn without_a_verified_event_nothing_is_stored() {
    let queue = std::sync::Arc::new(MemoryQueue::default());
    let (status, ..) = deliver(&Accept::new(queue.clone()), None).await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(queue.counts().await.expect("counts").waiting, 0);
}

/// An inbox in trouble.
enum Trouble {
    Full,
    Panics,
    Stalls,
}

impl Inbox for Trouble {
    async fn accept(&self, _: &EventKey, _: &StoredEvent) -> Result<Accepted, StoreError> {
        match self {
            Self::Full => Err(StoreError::new(StoreErrorKind::Full, "no room")),
            Self::Panics => panic!("the inbox panics"),
            Self::Stalls => pending().await,
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_inbox_in_trouble_is_answered_503_in_time() {
    for (trouble, limit) in [
        (Trouble::Full, 0),
        (Trouble::Panics, 0),
        (Trouble::Stalls, 2),
    ] {
        let start = Instant::now();
        let answer = deliver(&Accept::new(trouble), Some(event("evt_1"))).await;
        assert!(is_down(&answer), "{answer:?}");
        assert_eq!(start.elapsed().as_secs(), limit);
    }
    let accept = Accept::new(Trouble::Stalls).with_timeout(Duration::from_millis(300));
    let start = Instant::now();
    assert!(is_down(&deliver(&accept, Some(event("evt_1"))).await));
    assert!(start.elapsed() < Duration::from_secs(1));
}
