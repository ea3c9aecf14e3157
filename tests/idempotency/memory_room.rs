//! The embedded store's room: how much there is, who has to make way, and what is said when nobody can.

use std::time::Duration;

use tokio::time::advance;
use tower_loops::idempotency::{Claim, Completion, EventStore, MemoryStore, StoreErrorKind, Token};

use crate::memory_store::{LEASE, RETENTION, claim, complete, handle, key, state};

#[tokio::test]
async fn the_oldest_done_goes_first() {
    let store = MemoryStore::new().with_capacity(4);
    let held = Token::random();
    claim(&store, "held", held).await;
    for id in 1..=3 {
        handle(&store, id).await;
    }
    // Done again, the first is the youngest.
    complete(&store, 1, Token::random()).await;
    handle(&store, 4).await;
    assert_eq!(store.len(), 4);
    for (id, expected) in [
        ("held", "held"),
        ("1", "done"),
        ("3", "done"),
        ("4", "done"),
    ] {
        assert_eq!(state(&store, id).await, expected, "{id}");
    }
    handle(&store, 5).await;
    assert_eq!(state(&store, 1).await, "done");
    assert_eq!(state(&store, 4).await, "done");
    assert_eq!(complete(&store, "held", held).await, Completion::Held);
}

#[tokio::test(start_paused = true)]
async fn a_store_full_of_held_events_says_so() {
    let store = MemoryStore::new().with_capacity(2);
    let tokens = [Token::random(), Token::random()];
    claim(&store, "a", tokens[0]).await;
    claim(&store, "b", tokens[1]).await;
    let error = store.claim(&key("c"), Token::random(), LEASE).await;
    let error = error.expect_err("full");
    assert_eq!(error.kind(), StoreErrorKind::Full);
    assert_eq!(error.to_string(), "the event store is full");
    let source = std::error::Error::source(&error)
        .expect("a cause")
        .to_string();
    assert!(source.contains("with_capacity"), "what to do: {source}");

    // Neither what is in it nor those who hold it notice.
    assert_eq!(claim(&store, "a", tokens[0]).await, Claim::Claimed);
    assert!(
        store
            .extend(&key("b"), tokens[1], LEASE)
            .await
            .expect("works")
    );
    assert_eq!(complete(&store, "a", tokens[0]).await, Completion::Held);
    handle(&store, "c").await;
    assert_eq!(state(&store, "b").await, "held");

    advance(LEASE).await;
    handle(&store, "d").await;
    handle(&store, "e").await;
}

#[tokio::test]
async fn nothing_fits_into_no_room() {
    let store = MemoryStore::new().with_capacity(0);
    let token = Token::random();
    let error = store
        .claim(&key("evt"), token, LEASE)
        .await
        .expect_err("full");
    assert_eq!(error.kind(), StoreErrorKind::Full);
    let error = store.complete(&key("evt"), token, RETENTION).await;
    assert_eq!(error.expect_err("full").kind(), StoreErrorKind::Full);
    assert!(store.is_empty());
}

#[tokio::test]
async fn less_room_than_entries_takes_the_oldest_done_and_nothing_held() {
    let store = MemoryStore::new();
    let (held, other) = (Token::random(), Token::random());
    claim(&store, "held", held).await;
    claim(&store, "other", other).await;
    for id in 1..=8 {
        handle(&store, id).await;
    }
    let store = store.with_capacity(3);
    handle(&store, 9).await;
    assert!(store.len() <= 3, "{} entries", store.len());
    assert_eq!(state(&store, 9).await, "done");

    let store = store.with_capacity(1);
    let extended = store.extend(&key("held"), held, LEASE).await;
    assert!(extended.expect("its place is its own"));
    assert_eq!(complete(&store, "other", other).await, Completion::Held);
    let extended = store.extend(&key("held"), held, LEASE).await;
    assert!(extended.expect("still held"));
}

#[tokio::test(start_paused = true)]
async fn it_does_not_grow_with_the_ids_it_has_seen() {
    let bounded = MemoryStore::new().with_capacity(1000);
    let expiring = MemoryStore::new();
    for id in 0..200_000 {
        handle(&bounded, id).await;
        if id % 4 == 0 {
            handle(&expiring, id).await;
            advance(Duration::from_secs(1)).await;
        }
    }
    assert_eq!(bounded.len(), 1000);
    for (id, expected) in [(199_000, "done"), (199_999, "done")] {
        assert_eq!(state(&bounded, id).await, expected, "{id}");
    }
    assert_eq!(expiring.len(), 599, "one a second, each for 600");
    advance(Duration::from_secs(600)).await;
    assert!(expiring.is_empty());
}

#[tokio::test]
async fn it_holds_a_hundred_thousand_unless_told_otherwise() {
    let store = MemoryStore::default();
    for id in 0..100_000 {
        claim(&store, id, Token::random()).await;
    }
    let error = store.claim(&key("one more"), Token::random(), LEASE).await;
    assert_eq!(error.expect_err("full").kind(), StoreErrorKind::Full);
    assert_eq!(store.len(), 100_000);
}
