//! The adapter on a PostgreSQL server, which each test starts for itself.
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

use std::{future::pending, time::Duration};

use axum::Router;
use engine::Postgres;
use queue_graphile_worker::{GraphileInbox, Handler, receiver, work};
use testkit::poll::within_reason;
use tokio::time::sleep;
use tokio_postgres::NoTls;
use tower::service_fn;
use tower_loops::inbox::conformance;

use crate::support::{Runs, deliver, deliver_until_accepted, handler, run_program, signature};

#[path = "../../support.rs"]
mod support;

#[tokio::test(flavor = "multi_thread")]
async fn inbox_conforms() {
    let server = Postgres::start();
    conformance::accepts(inbox(&server).await).await;
}

#[tokio::test]
async fn duplicate_is_acknowledged_and_runs_once() {
    let server = Postgres::start();
    let (app, mut runs) = start(&server, 0).await;
    assert!(deliver(&app, "evt_1").await.is_handled());
    assert!(deliver(&app, "evt_1").await.is_duplicate());
    assert_eq!(runs.next().await, "evt_1");
    // The job and its key in the queue are gone.
    until_count(&server, "true", 0).await;
    assert!(deliver(&app, "evt_1").await.is_duplicate());
    assert!(deliver(&app, "evt_2").await.is_handled());
    assert_eq!(runs.next().await, "evt_2");
}

#[tokio::test]
async fn no_server_is_503_and_ends_no_worker() {
    let server = Postgres::start();
    let (app, mut runs) = start(&server, 0).await;
    assert!(deliver(&app, "evt_1").await.is_handled());
    assert_eq!(runs.next().await, "evt_1");
    server.stop();
    let answer = deliver(&app, "evt_2").await;
    assert_eq!(
        (answer.status.as_u16(), answer.retry_after()),
        (503, Some("5"))
    );
    // An outage that the worker notices.
    sleep(Duration::from_secs(3)).await;
    server.start_again();
    deliver_until_accepted(&app, "evt_2").await;
    assert_eq!(runs.next().await, "evt_2");
}

#[tokio::test]
async fn failed_event_runs_again() {
    let server = Postgres::start();
    let (app, mut runs) = start(&server, 1).await;
    assert!(deliver(&app, "evt_1").await.is_handled());
    assert_eq!(runs.next().await, "evt_1");
    until_count(&server, "last_error LIKE '%to fail%'", 1).await;
    assert_eq!(runs.next().await, "evt_1");
}

#[tokio::test]
async fn panic_is_a_failure() {
    let server = Postgres::start();
    let service = service_fn(async |_| panic!("it is to panic"));
    let app = start_with(&server, Handler::new(service)).await;
    assert!(deliver(&app, "evt_1").await.is_handled());
    until_count(&server, "last_error LIKE '%to panic%'", 1).await;
}

#[tokio::test]
async fn event_is_dead_after_its_last_attempt_until_it_is_redriven() {
    let server = Postgres::start();
    let inbox = inbox(&server).await;
    let app = receiver(inbox.clone(), signature());
    assert!(deliver(&app, "evt_1").await.is_handled());
    let client = client(&server).await;
    let one = "UPDATE graphile_worker._private_jobs SET max_attempts = 1";
    client.batch_execute(one).await.unwrap();
    let (service, mut runs) = handler(1);
    tokio::spawn(async move { work(&inbox, service, pending()).await });
    assert_eq!(runs.next().await, "evt_1");
    let dead = "attempts = max_attempts AND last_error LIKE '%to fail%'";
    until_count(&server, dead, 1).await;
    // As the README says.
    let redrive = "UPDATE graphile_worker._private_jobs SET attempts = 0, run_at = now()
        WHERE attempts >= max_attempts AND locked_at IS NULL";
    client.batch_execute(redrive).await.unwrap();
    assert_eq!(runs.next().await, "evt_1");
}

/// With the time of its last heartbeat set back, in place of a minute's wait.
#[tokio::test]
async fn event_of_a_dead_worker_runs_again() {
    let server = Postgres::start();
    let inbox = inbox(&server).await;
    let app = receiver(inbox.clone(), signature());
    assert!(deliver(&app, "evt_1").await.is_handled());
    let client = client(&server).await;
    let claim = "UPDATE graphile_worker._private_jobs SET locked_by = 'dead', locked_at = now();
        INSERT INTO graphile_worker._private_workers (id, last_heartbeat_at)
        VALUES ('dead', now() - interval '61 seconds')";
    client.batch_execute(claim).await.unwrap();
    let (service, mut runs) = handler(0);
    tokio::spawn(async move { work(&inbox, service, pending()).await });
    assert_eq!(runs.next().await, "evt_1");
}

#[tokio::test]
async fn program_says_what_it_lacks() {
    let program = env!("CARGO_BIN_EXE_queue-graphile-worker");
    let output = run_program(
        program,
        "DATABASE_URL",
        "postgres://postgres@127.0.0.1:1/postgres",
    );
    assert_eq!(output.status.code(), Some(1));
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.contains("DATABASE_URL"), "{stderr}");
}

async fn inbox(server: &Postgres) -> GraphileInbox {
    let inbox = GraphileInbox::new(&server.url()).unwrap();
    inbox.ensure_schema().await.unwrap();
    inbox
}

/// A receiver, and a worker whose handler fails at first.
async fn start(server: &Postgres, failures: usize) -> (Router, Runs) {
    let (service, runs) = handler(failures);
    (start_with(server, service).await, runs)
}

async fn start_with(server: &Postgres, handler: Handler) -> Router {
    let inbox = inbox(server).await;
    let app = receiver(inbox.clone(), signature());
    tokio::spawn(async move { work(&inbox, handler, pending()).await });
    app
}

async fn client(server: &Postgres) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(&server.url(), NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// Waits until as many jobs are so.
async fn until_count(server: &Postgres, condition: &str, count: i64) {
    let client = client(server).await;
    let sql = format!("SELECT count(*) FROM graphile_worker._private_jobs WHERE {condition}");
    let counted =
        async { while client.query_one(&sql, &[]).await.unwrap().get::<_, i64>(0) != count {} };
    within_reason(counted).await;
}
