//! A server that pauses, dies and comes back, under an endpoint that goes on.

use std::time::Instant;

use axum::{
    body::Body,
    http::{Response, StatusCode, header::RETRY_AFTER},
};
use redis::AsyncCommands;

use crate::{
    layer::{Endpoint, is_duplicate, is_fresh},
    server::{Server, TIMEOUT},
};

#[tokio::test]
async fn paused() {
    let server = Server::start(&[]).await;
    let endpoint = Endpoint::new(server.store().await);
    until_fresh(&endpoint, "before").await;

    server.signal("-STOP");
    assert_unavailable(&endpoint, "paused, at once").await;
    assert_unavailable(&endpoint, "paused, still").await;
    assert_unavailable(&endpoint, "paused, before").await;
    assert_eq!(endpoint.handled(), 1, "nothing is handled unclaimed");

    server.signal("-CONT");
    until_fresh(&endpoint, "after").await;
    until_duplicate(&endpoint, "before").await;
    assert_eq!(endpoint.handled(), 2);
}

/// Redis claims after the pause, when the layer has stopped waiting: the layer releases the event.
#[tokio::test]
async fn a_claim_whose_answer_was_lost_blocks_nothing() {
    let server = Server::start(&[]).await;
    let endpoint = Endpoint::new(server.store().await);
    until_fresh(&endpoint, "before").await;

    server.signal("-STOP");
    assert_unavailable(&endpoint, "evt").await;
    server.signal("-CONT");
    // Far sooner than the lease ends.
    until_fresh(&endpoint, "evt").await;
    assert_eq!(endpoint.handled(), 2);
}

#[tokio::test]
async fn killed_and_restarted() {
    let mut server = Server::start(&[]).await;
    let endpoint = Endpoint::new(server.store().await);
    for number in 0..50 {
        until_fresh(&endpoint, &format!("evt_{number}")).await;
    }

    server.kill();
    assert_unavailable(&endpoint, "dead, at once").await;
    assert_unavailable(&endpoint, "dead, while reconnecting").await;
    assert_eq!(endpoint.handled(), 50, "nothing is handled unclaimed");

    server.restart().await;
    until_fresh(&endpoint, "after").await;
    for number in 0..50 {
        until_duplicate(&endpoint, &format!("evt_{number}")).await;
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
        until_duplicate(&endpoint, &format!("evt_{number}")).await;
    }
    assert_eq!(endpoint.handled(), handled, "nothing is handled again");
}

#[tokio::test]
async fn scripts_that_the_server_has_forgotten_are_loaded_again() {
    let server = Server::start(&[]).await;
    let endpoint = Endpoint::new(server.store().await);
    let mut manager = server.manager().await;
    for id in ["one", "two"] {
        until_fresh(&endpoint, id).await;
        until_duplicate(&endpoint, id).await;
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

/// That the answer is in time is tested with a paused clock, which a busy machine cannot delay.
async fn assert_unavailable(endpoint: &Endpoint, id: &str) {
    let response = endpoint.deliver(id).await;
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE, "{id}");
    assert_eq!(response.headers()[RETRY_AFTER], "5", "{id}");
}

/// Delivers until the handler has run for it.
async fn until_fresh(endpoint: &Endpoint, id: &str) {
    let response = until_ok(endpoint, id).await;
    assert!(is_fresh(&response), "{id} is no duplicate");
}

/// Delivers until it is acknowledged as a duplicate.
async fn until_duplicate(endpoint: &Endpoint, id: &str) {
    let response = until_ok(endpoint, id).await;
    assert!(is_duplicate(&response), "{id} is forgotten");
}

/// Delivers until it is acknowledged, possibly as a duplicate.
async fn until_ok(endpoint: &Endpoint, id: &str) -> Response<Body> {
    let begun = Instant::now();
    loop {
        let response = endpoint.deliver(id).await;
        let status = response.status();
        if status == StatusCode::OK {
            return response;
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
