//! What a disconnect or a store in trouble does not cancel.

use std::time::Duration;

use http::StatusCode;
use tokio::time::sleep;
use tower::Layer;
use tower_loops::idempotency::{EventKey, IdempotencyLayer, MemoryStore};

use crate::{
    log::Log,
    scripted_store::{Mood, Op, ScriptedStore},
    support::{Calls, deliver, spawn_delivery},
};

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[tokio::test(start_paused = true)]
async fn a_disconnect_does_not_cancel_the_record_of_a_success() {
    for detached in [true, false] {
        let (store, calls) = (ScriptedStore::default(), Calls::default());
        let service = IdempotencyLayer::new(store.clone())
            .with_detached_handler(detached)
            .layer(calls.succeeding());
        store.set(Op::Complete, Mood::IsLate(seconds(1)));
        let connection = spawn_delivery(&service, "evt_1");
        sleep(Duration::from_millis(500)).await;
        assert_eq!(store.count(Op::Complete), 1, "it is being recorded");
        connection.abort();
        sleep(seconds(120)).await;
        assert!(
            deliver(&service, "evt_1").await.is_duplicate(),
            "{detached}"
        );
        assert_eq!(calls.count(), 1, "{detached}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_store_that_hangs_midway_is_asked_again_until_it_records() {
    let (store, calls) = (ScriptedStore::default(), Calls::default());
    let service = IdempotencyLayer::new(store.clone()).layer(calls.succeeding());
    store.set(Op::Complete, Mood::Hangs);
    assert_eq!(deliver(&service, "evt_1").await.status, 200);
    sleep(seconds(30)).await;
    store.set(Op::Complete, Mood::Works);
    sleep(seconds(20)).await;
    assert!(deliver(&service, "evt_1").await.is_duplicate());
    assert_eq!(calls.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn completion_with_lost_reply_is_not_reported_as_lost_lease() {
    let (store, calls) = (ScriptedStore::default(), Calls::default());
    let service = IdempotencyLayer::new(store.clone()).layer(calls.succeeding());
    let (log, _guard) = Log::catch();
    store.set(Op::Complete, Mood::WorksAndHangs);
    assert_eq!(deliver(&service, "evt_1").await.status, 200);
    store.set(Op::Complete, Mood::Works);
    sleep(seconds(20)).await;
    assert_eq!(log.count("WARN", "ran out"), 0);
    assert!(deliver(&service, "evt_1").await.is_duplicate());
}

#[test]
#[should_panic(expected = "an event in flight is not acknowledged")]
fn an_event_in_flight_cannot_be_acknowledged() {
    let layer = IdempotencyLayer::new(MemoryStore::new());
    let _ = layer.with_in_flight_status(StatusCode::ACCEPTED);
}

#[test]
fn a_namespace_cannot_pass_for_another_ones_digest() {
    let long = EventKey::new(&"n".repeat(1000), "evt_1");
    let look_alike = EventKey::new(long.namespace(), "evt_1");
    assert_ne!(long, look_alike);
}
