//! PostgreSQL locked, paused, killed and restarted: 503 meanwhile, and no success is lost.

use std::time::{Duration, Instant};

use tower_loops::idempotency::{Claim, EventKey, EventStore, Token};

use crate::{deliveries::Endpoint, server::Server};

const LEASE: Duration = Duration::from_secs(3);

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_table_is_answered_503_until_the_lock_goes() {
    let server = Server::start().await;
    let endpoint = Endpoint::new(server.store().await, LEASE);
    assert!(!endpoint.deliver_until_answered("evt_before").await);

    let mut client = server.pool(1).get().await.unwrap();
    let transaction = client.transaction().await.unwrap();
    let lock = "LOCK TABLE tower_loops_events IN ACCESS EXCLUSIVE MODE";
    transaction.batch_execute(lock).await.unwrap();
    endpoint.assert_unavailable("locked").await;
    transaction.commit().await.unwrap();

    assert_all_goes_on(&endpoint).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_server_is_answered_503_until_it_continues() {
    let server = Server::start().await;
    let endpoint = Endpoint::new(server.store().await, LEASE);
    assert!(!endpoint.deliver_until_answered("evt_before").await);

    server.signal_all("-STOP");
    endpoint.assert_unavailable("paused").await;
    server.signal_all("-CONT");

    assert_all_goes_on(&endpoint).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_is_answered_503_and_remembers_after_a_restart() {
    let mut server = Server::start().await;
    let endpoint = Endpoint::new(server.store().await, LEASE);
    assert!(!endpoint.deliver_until_answered("evt_before").await);

    server.kill();
    endpoint.assert_unavailable("killed").await;
    server.start_again().await;

    assert_all_goes_on(&endpoint).await;
}

#[tokio::test]
async fn a_claim_of_a_holder_that_died_is_free_after_its_lease() {
    let server = Server::start().await;
    let store = server.store().await;
    let key = EventKey::new("default", "charge.succeeded:evt_1");
    let begun = Instant::now();
    let claim = store.claim(&key, Token::random(), LEASE).await.unwrap();
    assert_eq!(claim, Claim::Claimed);
    let endpoint = Endpoint::new(store, LEASE);
    let is_duplicate = endpoint.deliver_until_answered("evt_1").await;
    let held_for = begun.elapsed();
    assert!(held_for >= LEASE / 2, "free after {held_for:?}");
    assert_eq!((is_duplicate, endpoint.handled()), (false, 1));
}

/// The deliveries with 503 were not handled: each is now, once. What was done before is still done.
async fn assert_all_goes_on(endpoint: &Endpoint) {
    assert!(endpoint.deliver_until_answered("evt_before").await);
    assert_eq!(endpoint.handled(), 1);
    for number in 0..40 {
        let id = format!("evt_{number}");
        assert!(!endpoint.deliver_until_answered(&id).await, "{id}");
        assert!(endpoint.deliver_until_answered(&id).await, "{id}");
    }
    assert_eq!(endpoint.handled(), 41);
}
