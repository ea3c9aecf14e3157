//! The suite that every store must pass.

use std::time::Duration;

use testkit::poll::until;
use tower_loops::idempotency::{AnyStore, EventKey, EventStore, Token, conformance};

use crate::server::Server;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_server() {
    let server = Server::start(&[]);
    conformance::run(server.store().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_of_a_cluster() {
    let server = Server::start(&["--cluster-enabled", "yes"]);
    server.run("CLUSTER ADDSLOTSRANGE 0 16383").await;
    let store = server.store().await;
    let (key, token) = (EventKey::new("ns", "evt"), Token::random());
    let claims = async || {
        store
            .claim(&key, token, Duration::from_secs(60))
            .await
            .is_ok()
    };
    until("the cluster is up", claims).await;
    conformance::run(AnyStore::new(store)).await;
}
