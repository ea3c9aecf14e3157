//! PostgreSQL locked, paused, killed and restarted: 503 until it is back, and no success is lost.

use std::time::Duration;

use testkit::endpoint::Endpoint;

use crate::server::Server;

const LEASE: Duration = Duration::from_secs(3);

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_table_is_answered_503_until_the_lock_goes() {
    let server = Server::start().await;
    let endpoint = Endpoint::new(server.store().await, LEASE);
    endpoint.before_an_outage().await;
    let lock = server.lock("tower_loops_events").await;
    endpoint.is_unavailable().await;
    lock.batch_execute("COMMIT").await.unwrap();
    endpoint.goes_on().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_server_is_answered_503_until_it_continues() {
    let server = Server::start().await;
    let endpoint = Endpoint::new(server.store().await, LEASE);
    endpoint.before_an_outage().await;
    server.signal_all("-STOP");
    endpoint.is_unavailable().await;
    server.signal_all("-CONT");
    endpoint.goes_on().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_is_answered_503_and_remembers_after_a_restart() {
    let server = Server::start().await;
    let endpoint = Endpoint::new(server.store().await, LEASE);
    endpoint.before_an_outage().await;
    server.kill();
    endpoint.is_unavailable().await;
    server.start_again();
    endpoint.goes_on().await;
}
