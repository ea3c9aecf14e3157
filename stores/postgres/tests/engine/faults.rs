//! PostgreSQL locked, paused, killed and restarted: 503 until it is back, and no success is lost.

use std::time::Duration;

use testkit::endpoint::Endpoint;

use crate::server::Server;

const LEASE: Duration = Duration::from_secs(3);

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_table_is_answered_503_until_the_lock_goes() {
    let server = Server::start().await;
    let endpoint = Endpoint::new(server.store().await, LEASE);
    let lock = server.pool(1).get().await.unwrap();
    let begin = "BEGIN; LOCK TABLE tower_loops_events";
    let run = async |sql: &str| lock.batch_execute(sql).await.unwrap();
    endpoint
        .survives(async || run(begin).await, async || run("COMMIT").await)
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_server_is_answered_503_until_it_continues() {
    let server = Server::start().await;
    let endpoint = Endpoint::new(server.store().await, LEASE);
    let signal = |signal| server.signal_all(signal);
    endpoint
        .survives(async || signal("-STOP"), async || signal("-CONT"))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_is_answered_503_and_remembers_after_a_restart() {
    let server = Server::start().await;
    let endpoint = Endpoint::new(server.store().await, LEASE);
    endpoint
        .survives(async || server.kill(), async || server.start_again())
        .await;
}
