//! The adapter on a PostgreSQL server, which each test starts for itself.
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

use std::{future::pending, time::Duration};

use apalis::prelude::TaskBuilder;
use apalis_postgres::queries::push_tasks;
use axum::Router;
use engine::Postgres;
use queue_apalis_postgres::{ApalisInbox, Handler, receiver, work};
use sqlx::postgres::{PgPool, PgPoolOptions};
use testkit::poll::within_reason;
use tokio::time::sleep;
use tower::service_fn;
use tower_loops::inbox::{Permanent, conformance};

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
    let (app, mut runs, pool) = start(&server, 0).await;
    assert!(deliver(&app, "evt_1").await.is_handled());
    assert!(deliver(&app, "evt_1").await.is_duplicate());
    assert_eq!(runs.next().await, "evt_1");
    until_one(&pool, "status = 'Done'").await;
    assert!(deliver(&app, "evt_1").await.is_duplicate());
    assert!(deliver(&app, "evt_2").await.is_handled());
    assert_eq!(runs.next().await, "evt_2");
}

#[tokio::test]
async fn no_server_is_503_and_ends_no_worker() {
    let server = Postgres::start();
    // A pool that does not wait for the server.
    let options = PgPoolOptions::new().acquire_timeout(Duration::from_millis(500));
    let inbox = ApalisInbox::new(options.connect(&server.url()).await.unwrap());
    inbox.ensure_schema().await.unwrap();
    let app = receiver(inbox.clone(), signature());
    let (service, mut runs) = handler(0);
    tokio::spawn(async move { work(&inbox, service, pending()).await });
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
async fn failed_event_runs_again_after_a_pause() {
    let server = Postgres::start();
    let (app, mut runs, pool) = start(&server, 1).await;
    assert!(deliver(&app, "evt_1").await.is_handled());
    assert_eq!(runs.next().await, "evt_1");
    until_one(
        &pool,
        "status = 'Failed' AND last_result::text LIKE '%to fail%' AND run_at > now()",
    )
    .await;
    assert_eq!(runs.next().await, "evt_1");
    until_one(&pool, "status = 'Done'").await;
}

#[tokio::test]
async fn permanent_failure_is_dead_until_it_is_redriven() {
    let server = Postgres::start();
    let permanent = service_fn(async |_| Err(Permanent::new("no such order").into()));
    let (app, pool) = start_with(&server, Handler::new(permanent)).await;
    assert!(deliver(&app, "evt_1").await.is_handled());
    let dead = "status = 'Killed' AND last_result::text LIKE '%no such order%'";
    until_one(&pool, dead).await;
    // As the README says.
    let redrive = "UPDATE apalis.jobs SET status = 'Pending', attempts = 0, last_result = NULL
        WHERE job_type = 'loops_events' AND status = 'Killed'";
    sqlx::query(redrive).execute(&pool).await.unwrap();
    until_one(&pool, dead).await;
}

#[tokio::test]
async fn panic_is_a_failure() {
    let server = Postgres::start();
    let panics = service_fn(async |_| panic!("it is to panic"));
    let (app, pool) = start_with(&server, Handler::new(panics)).await;
    assert!(deliver(&app, "evt_1").await.is_handled());
    until_one(
        &pool,
        "status = 'Failed' AND last_result::text LIKE '%panic%'",
    )
    .await;
}

/// An event whose worker died in each attempt.
#[tokio::test]
async fn event_with_too_many_attempts_is_dead_without_another_run() {
    let server = Postgres::start();
    let inbox = inbox(&server).await;
    let (app, pool) = (receiver(inbox.clone(), signature()), pool(&server).await);
    assert!(deliver(&app, "evt_1").await.is_handled());
    let attempts = "UPDATE apalis.jobs SET attempts = 12";
    sqlx::query(attempts).execute(&pool).await.unwrap();
    let (service, _runs) = handler(0);
    tokio::spawn(async move { work(&inbox, service, pending()).await });
    until_one(
        &pool,
        "status = 'Killed' AND last_result::text LIKE '%worker died%'",
    )
    .await;
}

/// With the time of its last heartbeat set back, in place of a minute's wait.
#[tokio::test]
async fn event_of_a_dead_worker_runs_again() {
    let server = Postgres::start();
    let inbox = inbox(&server).await;
    let app = receiver(inbox.clone(), signature());
    assert!(deliver(&app, "evt_1").await.is_handled());
    let claim = "WITH worker AS (INSERT INTO apalis.workers
            (id, worker_type, storage_name, layers, last_seen)
            VALUES ('dead', 'loops_events', '', '', now() - interval '61 seconds') RETURNING id)
        UPDATE apalis.jobs SET status = 'Running', lock_at = now(), lock_by = worker.id FROM worker";
    sqlx::query(claim)
        .execute(&pool(&server).await)
        .await
        .unwrap();
    let (service, mut runs) = handler(0);
    tokio::spawn(async move { work(&inbox, service, pending()).await });
    assert_eq!(runs.next().await, "evt_1");
}

/// Why the adapter does not use the keys of apalis: a duplicate takes its whole batch with it.
#[tokio::test]
async fn repeated_idempotency_key_of_apalis_fails_its_batch() {
    let server = Postgres::start();
    inbox(&server).await;
    let pool = pool(&server).await;
    let task = |key: &str| TaskBuilder::new(Vec::new()).idempotency_key(key).build();
    let mut connection = pool.acquire().await.unwrap();
    let pushed = push_tasks(&mut *connection, "queue", vec![task("evt_1")]).await;
    pushed.unwrap();
    let batch = vec![task("evt_1"), task("evt_2")];
    let pushed = push_tasks(&mut *connection, "queue", batch).await;
    assert!(pushed.unwrap_err().to_string().contains("duplicate key"));
    until_one(&pool, "job_type = 'queue'").await;
}

#[tokio::test]
async fn purge_forgets_handled_events() {
    let server = Postgres::start();
    let (app, mut runs, pool) = start(&server, 0).await;
    let inbox = ApalisInbox::new(pool.clone());
    assert!(deliver(&app, "evt_1").await.is_handled());
    assert_eq!(runs.next().await, "evt_1");
    until_one(&pool, "status = 'Done'").await;
    assert_eq!(inbox.purge(Duration::from_secs(3600)).await.unwrap(), 0);
    assert_eq!(inbox.purge(Duration::ZERO).await.unwrap(), 2);
    assert!(deliver(&app, "evt_1").await.is_handled());
}

#[tokio::test]
async fn program_says_what_it_lacks() {
    let program = env!("CARGO_BIN_EXE_queue-apalis-postgres");
    let output = run_program(
        program,
        "DATABASE_URL",
        "postgres://postgres@127.0.0.1:1/postgres",
    );
    assert_eq!(output.status.code(), Some(1));
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.contains("DATABASE_URL"), "{stderr}");
}

async fn inbox(server: &Postgres) -> ApalisInbox {
    let inbox = ApalisInbox::new(pool(server).await);
    inbox.ensure_schema().await.unwrap();
    inbox
}

async fn pool(server: &Postgres) -> PgPool {
    let options = PgPoolOptions::new().max_connections(16);
    options.connect(&server.url()).await.unwrap()
}

/// A receiver, and a worker whose handler fails at first.
async fn start(server: &Postgres, failures: usize) -> (Router, Runs, PgPool) {
    let (service, runs) = handler(failures);
    let (app, pool) = start_with(server, service).await;
    (app, runs, pool)
}

async fn start_with(server: &Postgres, handler: Handler) -> (Router, PgPool) {
    let inbox = inbox(server).await;
    let (app, pool) = (receiver(inbox.clone(), signature()), pool(server).await);
    tokio::spawn(async move { work(&inbox, handler, pending()).await });
    (app, pool)
}

/// Waits until one task is so.
async fn until_one(pool: &PgPool, condition: &str) {
    let sql = format!("SELECT count(*) FROM apalis.jobs WHERE {condition}");
    let found = async {
        loop {
            let count = sqlx::query_scalar(sqlx::AssertSqlSafe(sql.clone())).fetch_one(pool);
            if count.await.unwrap_or(0_i64) == 1 {
                return;
            }
        }
    };
    within_reason(found).await;
}
