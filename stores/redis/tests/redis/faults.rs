//! A server that pauses, dies and comes back, under an endpoint that goes on.

use std::time::Duration;

use redis::AsyncCommands;
use testkit::endpoint::Endpoint;

use crate::server::Server;

/// Longer than a test: only a release frees an event.
const LEASE: Duration = Duration::from_secs(600);

/// Redis claims after the pause, when the layer has stopped waiting: the layer releases the events.
#[tokio::test]
async fn paused() {
    let server = Server::start(&[]);
    let endpoint = Endpoint::new(server.store().await, LEASE);
    let signal = |signal| server.signal(signal);
    endpoint
        .survives(async || signal("-STOP"), async || signal("-CONT"))
        .await;
}

/// The server is killed and restarted under load: each event is handled, and no success is lost.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_under_load() {
    let mut server = Server::start(&[]);
    let endpoint = Endpoint::new(server.store().await, LEASE);
    let load = async {
        for number in 0..1_000 {
            endpoint.until_answered(&format!("evt_{number}")).await;
        }
    };
    let faults = async {
        for _ in 0..3 {
            let goal = endpoint.handled() + 50;
            while endpoint.handled() < goal {
                tokio::task::yield_now().await;
            }
            server.kill();
            server.start_again();
        }
    };
    tokio::join!(load, faults);
    let handled = endpoint.handled();
    assert!(handled >= 1_000, "{handled}");
    for number in 0..1_000 {
        let id = format!("evt_{number}");
        assert!(endpoint.until_answered(&id).await, "{id} is forgotten");
    }
    assert_eq!(endpoint.handled(), handled, "nothing is handled again");
}

#[tokio::test]
async fn scripts_that_the_server_has_forgotten_are_loaded_again() {
    let server = Server::start(&[]);
    let endpoint = Endpoint::new(server.store().await, LEASE);
    let mut manager = server.manager().await;
    for id in ["one", "two"] {
        assert!(!endpoint.until_answered(id).await, "{id}");
        assert!(endpoint.until_answered(id).await, "{id}");
        server.run("SCRIPT FLUSH").await;
    }
    let key = "loops:default:charge.succeeded:two";
    let value: String = manager.get(key).await.unwrap();
    assert_eq!(value, "D");
}
