//! The embedded store: its capacity, and the memory of an entry. The model and the conformance
//! suite prove the operations and what is evicted.

use allocation_counter::measure;
use tokio::{runtime::Builder, time::advance};
use tower_loops::idempotency::{
    Claim, Completion, EventKey, EventStore, MemoryStore, Retention, StoreErrorKind, Token,
};

use crate::support::seconds;

pub(crate) fn key(id: impl ToString) -> EventKey {
    EventKey::new("tests", &id.to_string())
}

async fn claim(store: &MemoryStore, id: impl ToString, token: Token) -> Claim {
    let claim = store.claim(&key(id), token, seconds(60)).await;
    claim.expect("room")
}

async fn complete(store: &MemoryStore, id: impl ToString, token: Token) -> Completion {
    let retention = Retention::For(seconds(600));
    let completion = store.complete(&key(id), token, retention).await;
    completion.expect("room")
}

async fn handle(store: &MemoryStore, id: impl ToString) {
    let (id, token) = (id.to_string(), Token::random());
    assert_eq!(claim(store, &id, token).await, Claim::Claimed, "{id}");
    assert_eq!(complete(store, &id, token).await, Completion::Held, "{id}");
}

async fn assert_full(store: &MemoryStore) {
    let key = key("one more");
    let claim = store.claim(&key, Token::random(), seconds(60)).await;
    let error = claim.expect_err("full");
    assert_eq!(error.kind(), StoreErrorKind::Full);
    assert_eq!(error.to_string(), "the event store is full");
    let advice = std::error::Error::source(&error).expect("advice");
    assert!(advice.to_string().contains("with_capacity"), "{advice}");
}

#[tokio::test(start_paused = true)]
async fn a_store_full_of_held_events_rejects_others_until_they_expire() {
    let store = MemoryStore::new().with_capacity(2);
    let tokens = [Token::random(), Token::random()];
    claim(&store, "a", tokens[0]).await;
    claim(&store, "b", tokens[1]).await;
    assert_full(&store).await;
    assert_eq!(complete(&store, "a", tokens[0]).await, Completion::Held);
    handle(&store.clone(), "c").await;
    assert_full(&MemoryStore::new().with_capacity(0)).await;
    advance(seconds(60)).await;
    handle(&store, "d").await;
    handle(&store, "e").await;
}

#[tokio::test]
async fn a_smaller_capacity_evicts_what_is_done_and_nothing_held() {
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
    assert_eq!(claim(&store, 9, held).await, Claim::Done);

    let store = store.with_capacity(1);
    assert_eq!(complete(&store, "other", other).await, Completion::Held);
    let extended = store.extend(&key("held"), held, seconds(60)).await;
    assert!(extended.expect("still held"));
}

#[tokio::test]
async fn the_default_capacity_is_a_hundred_thousand() {
    let store = MemoryStore::default();
    for id in 0..100_000 {
        claim(&store, id, Token::random()).await;
    }
    assert_full(&store).await;
    assert_eq!(store.len(), 100_000);
}

#[test]
fn an_entry_takes_at_most_200_bytes() {
    let runtime = Builder::new_current_thread().build().expect("a runtime");
    // Before and after the tables grow, and the default capacity.
    for count in [57_000, 60_000, 100_000] {
        let mut kept = None;
        let allocated = measure(|| {
            let store = MemoryStore::new();
            runtime.block_on(async {
                for number in 0..count {
                    // As long as the layer makes it.
                    let id = format!("charge.succeeded:evt_3MtwBwLkdIwHu7ix{number:08}");
                    handle(&store, id).await;
                }
            });
            kept = Some(store);
        });
        let each = allocated.bytes_current / count;
        assert!(each <= 200, "{each} bytes each of {count} entries");
        assert_eq!(kept.map(|store| store.len() as i64), Some(count));
    }
}
