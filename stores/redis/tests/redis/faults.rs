//! A server that pauses, dies and comes back, under an endpoint that goes on.

use std::time::Instant;

use axum::http::{StatusCode, header::RETRY_AFTER};
use redis::AsyncCommands;

use crate::{
    layer::{Endpoint, STORE_TIMEOUT, is_duplicate, is_fresh},
    server::{Server, TIMEOUT},
};

#[tokio::test]
async fn paused() {
    let server = Server::start(&[]).await;
    let endpoint = Endpoint::new(server.store().await);
    assert!(is_fresh(&endpoint.deliver("before").await));

    server.signal("-STOP");
    assert_unavailable(&endpoint, "paused, at once").await;
    assert_unavailable(&endpoint, "paused, still").await;
    assert_unavailable(&endpoint, "paused, before").await;
    assert_eq!(endpoint.handled(), 1, "nothing is handled unclaimed");

    server.signal("-CONT");
    until_fresh(&endpoint, "after").await;
    assert!(is_duplicate(&endpoint.deliver("before").await));
    assert_eq!(endpoint.handled(), 2);
}

/// Redis claims after the pause, when the layer has stopped waiting: the layer releases the event.
#[tokio::test]
async fn a_claim_whose_answer_was_lost_blocks_nothing() {
    let server = Server::start(&[]).await;
    let endpoint = Endpoint::new(server.store().await);
    assert!(is_fresh(&endpoint.deliver("before").await));

    server.signal("-STOP");
    assert_unavailable(&endpoint, "evt").await;
    server.signal("-CONT");
    let begun = Instant::now();
    until_fresh(&endpoint, "evt").await;
    assert!(begun.elapsed() < TIMEOUT, "far less than the lease");
    assert_eq!(endpoint.handled(), 2);
}

#[tokio::test]
async fn killed_and_restarted() {
    let mut server = Server::start(&[]).await;
    let endpoint = Endpoint::new(server.store().await);
    for number in 0..50 {
        let response = endpoint.deliver(&format!("evt_{number}")).await;
        assert!(is_fresh(&response), "evt_{number}");
    }

    server.kill();
    assert_unavailable(&endpoint, "dead, at once").await;
    assert_unavailable(&endpoint, "dead, while reconnecting").await;
    assert_eq!(endpoint.handled(), 50, "nothing is handled unclaimed");

    server.restart().await;
    until_fresh(&endpoint, "after").await;
    for number in 0..50 {
        let response = endpoint.deliver(&format!("evt_{number}")).await;
        assert!(is_duplicate(&response), "evt_{number} is forgotten");
    }
    assert_eq!(endpoint.handled(), 51);
}

/// The server is killed and restarted under load: each event is handled, and no success is lost.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_under_load() {
    let mut server = Server::start(&[]).await;
    let endpoint = Endpoint::new(server.store().await);
    let load = async {
        for number in 0..1_000 {
            until_ok(&endpoint, &format!("evt_{number}")).await;
        }
    };
    let faults = async {
        for _ in 0..3 {
            until_handled_more(&endpoint, 50).await;
            server.kill();
            server.restart().await;
        }
    };
    tokio::join!(load, faults);
    let handled = endpoint.handled();
    assert!(handled >= 1_000, "{handled}");
    for number in 0..1_000 {
        let id = format!("evt_{number}");
        assert!(
            is_duplicate(&endpoint.deliver(&id).await),
            "{id} is forgotten"
        );
    }
    assert_eq!(endpoint.handled(), handled, "nothing is handled again");
}

#[tokio::test]
async fn scripts_that_the_server_has_forgotten_are_loaded_again() {
    let server = Server::start(&[]).await;
    let endpoint = Endpoint::new(server.store().await);
    let mut manager = server.manager().await;
    for id in ["one", "two"] {
        assert!(is_fresh(&endpoint.deliver(id).await), "{id}");
        assert!(is_duplicate(&endpoint.deliver(id).await), "{id}");
        redis::cmd("SCRIPT")
            .arg("FLUSH")
            .exec_async(&mut manager)
            .await
            .unwrap();
    }
    let value: String = manager
        .get("loops:default:charge.succeeded:two")
        .await
        .unwrap();
    assert_eq!(value, "D");
}

async fn assert_unavailable(endpoint: &Endpoint, id: &str) {
    let begun = Instant::now();
    let response = endpoint.deliver(id).await;
    let elapsed = begun.elapsed();
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE, "{id}");
    assert_eq!(response.headers()[RETRY_AFTER], "5", "{id}");
    assert!(elapsed < 3 * STORE_TIMEOUT, "{id}: after {elapsed:?}");
}

/// Delivers until the handler has run for it.
async fn until_fresh(endpoint: &Endpoint, id: &str) {
    let begun = Instant::now();
    loop {
        let response = endpoint.deliver(id).await;
        if is_fresh(&response) {
            return;
        }
        let status = response.status();
        assert_ne!(status, StatusCode::OK, "{id} is no duplicate");
        assert!(begun.elapsed() < TIMEOUT, "{id}: still {status}");
        tokio::task::yield_now().await;
    }
}

/// Delivers until it is acknowledged, possibly as a duplicate.
async fn until_ok(endpoint: &Endpoint, id: &str) {
    let begun = Instant::now();
    loop {
        let status = endpoint.deliver(id).await.status();
        if status == StatusCode::OK {
            return;
        }
        assert!(begun.elapsed() < TIMEOUT, "{id}: still {status}");
        tokio::task::yield_now().await;
    }
}

async fn until_handled_more(endpoint: &Endpoint, more: usize) {
    let goal = endpoint.handled() + more;
    while endpoint.handled() < goal {
        tokio::task::yield_now().await;
    }
}
