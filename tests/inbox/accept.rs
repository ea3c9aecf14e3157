//! What `Accept` responds, and what it has stored then.

use std::{future::pending, time::Duration};

use http::Request;
use testkit::{
    delivery::{self, SECRET, event, now, passed_on, secret},
    response::Answer,
};
use tokio::time::Instant;
use tower::{Layer, Service, ServiceExt};
use tower_loops::{
    LoopsSignatureLayer, StoredEvent,
    inbox::{Accept, Accepted, EventKey, Inbox, Queue, StoreError, StoreErrorKind, Token},
};

use crate::memory_queue::MemoryQueue;

async fn deliver<I: Inbox>(accept: &Accept<I>, request: Request<()>) -> Answer {
    let Ok(response) = accept.clone().call(request).await;
    let answer = Answer::of(response).await;
    assert_eq!(answer.header("content-type"), Some("application/json"));
    answer
}

fn is_down(answer: &Answer) -> bool {
    answer.status == 503 && answer.retry_after() == Some("5")
}

#[tokio::test]
async fn stored_and_known_events_are_answered_200() {
    let accept = Accept::new(MemoryQueue::default());
    for (id, is_duplicate) in [("1", false), ("1", true), ("1", true), ("2", false)] {
        let answer = deliver(&accept, passed_on(event(id))).await;
        assert_eq!(answer.seen(), (200, r#"{"received": true}"#));
        assert_eq!(answer.is_duplicate(), is_duplicate, "{id}");
        assert_eq!(answer.headers.len(), 1 + usize::from(is_duplicate), "{id}");
    }
}

#[tokio::test]
async fn behind_the_layer_the_signed_bytes_are_stored() {
    let queue = MemoryQueue::default();
    let layer = LoopsSignatureLayer::new(secret(SECRET)).with_clock(now);
    let service = layer.layer(Accept::new(queue.clone()).with_namespace("billing"));
    let body = "{ \"id\":\"evt_1\",\n\"type\" : \"charge.succeeded\", \"é\":1.0 }";
    let response = service.oneshot(delivery::delivery(body)).await;
    assert_eq!(response.expect("a response").status(), 200);

    let minute = Duration::from_secs(60);
    let taken = queue.take(Token::random(), 10, minute).await;
    let [taken] = &taken.expect("taken")[..] else {
        panic!("not one event");
    };
    let event = taken.event.clone().trust().expect("an event");
    assert_eq!(taken.key, EventKey::of("billing", &event));
    let seen = (&event.payload()[..], event.signed_at());
    assert_eq!(seen, (body.as_bytes(), now()));
}

#[tokio::test]
async fn without_a_verified_event_nothing_is_stored() {
    let queue = MemoryQueue::default();
    let answer = deliver(&Accept::new(queue.clone()), Request::new(())).await;
    assert_eq!(answer.status, 500);
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
        let answer = deliver(&Accept::new(trouble), passed_on(event("evt_1"))).await;
        assert!(is_down(&answer), "{answer:?}");
        assert_eq!(start.elapsed().as_secs(), limit);
    }
    let accept = Accept::new(Trouble::Stalls).with_timeout(Duration::from_millis(300));
    let start = Instant::now();
    assert!(is_down(&deliver(&accept, passed_on(event("evt_1"))).await));
    assert!(start.elapsed() < Duration::from_secs(1));
}
