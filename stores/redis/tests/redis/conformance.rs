//! The suite that every store must pass.

use tower_loops::idempotency::{AnyStore, conformance};
use tower_loops_redis::RedisStore;

use crate::server::Server;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_server() {
    let server = Server::start(&[]).await;
    conformance::run(server.store().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_of_a_cluster() {
    let server = Server::start(&["--cluster-enabled", "yes"]).await;
    let mut manager = server.manager().await;
    let slots = redis::cmd("CLUSTER")
        .arg("ADDSLOTSRANGE")
        .arg(0)
        .arg(16_383)
        .exec_async(&mut manager)
        .await;
    slots.expect("the node takes all slots");
    crate::entries::until_claimed(&RedisStore::new(manager.clone()), "the cluster is up").await;
    conformance::run(AnyStore::new(RedisStore::new(manager))).await;
}
