//! The suite that every store must pass.

use std::{net::TcpListener, time::Duration};

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
    // Free for now. By default all clusters of a machine have one port.
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port().to_string();
    drop(free);
    let bus = ["--bind", "127.0.0.1", "--cluster-port", &port];
    let server = Server::start(&[&["--cluster-enabled", "yes"], &bus[..]].concat());
    server.run("CLUSTER ADDSLOTSRANGE 0 16383").await;
    let store = server.store().await;
    let (key, token) = (EventKey::new("ns", "evt"), Token::random());
    let minute = Duration::from_secs(60);
    let claims = async || store.claim(&key, token, minute).await.is_ok();
    until("the cluster is up", claims).await;
    conformance::run(AnyStore::new(store)).await;
}
