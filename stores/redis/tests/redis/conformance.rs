//! The suite that every store must pass.

use tower_loops::idempotency::{AnyStore, conformance};

use crate::server::Server;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_server() {
    let server = Server::start(&[]).await;
    conformance::run(server.store().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_of_a_cluster() {
    let server = Server::start(&["--cluster-enabled", "yes"]).await;
    server.run("CLUSTER ADDSLOTSRANGE 0 16383").await;
    let store = server.store().await;
    crate::entries::until_claimed(&store, "the cluster is up").await;
    conformance::run(AnyStore::new(store)).await;
}
