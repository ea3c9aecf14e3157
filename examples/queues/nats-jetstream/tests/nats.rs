//! The adapter on a NATS server, which each test starts for itself.
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

use std::{future::pending, time::Duration};

use async_nats::jetstream::{self, Context};
use axum::Router;
use engine::Nats;
use futures_util::StreamExt;
use queue_nats_jetstream::{Handler, JetStreamInbox, Worker, receiver, redrive};
use testkit::poll::within_reason;
use tower::service_fn;
use tower_loops::inbox::{Permanent, conformance};

use crate::support::{Runs, deliver, deliver_until_accepted, handler, run_program, signature};

#[path = "../../support.rs"]
mod support;

#[tokio::test(flavor = "multi_thread")]
async fn inbox_conforms() {
    let server = Nats::start();
    conformance::accepts(JetStreamInbox::connect(&server.url(), 1).await.unwrap()).await;
}

#[tokio::test]
async fn duplicate_is_acknowledged_and_runs_once() {
    let server = Nats::start();
    let (app, mut runs) = start(&server, 0).await;
    assert!(deliver(&app, "evt_1").await.is_handled());
    assert!(deliver(&app, "evt_1").await.is_duplicate());
    assert_eq!(runs.next().await, "evt_1");
    assert!(deliver(&app, "evt_1").await.is_duplicate());
    assert!(deliver(&app, "evt_2").await.is_handled());
    assert_eq!(runs.next().await, "evt_2");
}

#[tokio::test]
async fn handled_event_is_known_after_a_crash_of_the_server() {
    let mut server = Nats::start();
    let (app, mut runs) = start(&server, 0).await;
    assert!(deliver(&app, "evt_1").await.is_handled());
    assert_eq!(runs.next().await, "evt_1");
    server.kill();
    server.start_again();
    let answer = deliver_until_accepted(&app, "evt_1").await;
    assert!(answer.is_duplicate());
}

#[tokio::test]
async fn no_server_is_503_and_ends_no_worker() {
    let mut server = Nats::start();
    let (app, mut runs) = start(&server, 0).await;
    assert!(deliver(&app, "evt_1").await.is_handled());
    assert_eq!(runs.next().await, "evt_1");
    server.kill();
    let answer = deliver(&app, "evt_2").await;
    assert_eq!(
        (answer.status.as_u16(), answer.retry_after()),
        (503, Some("5"))
    );
    server.start_again();
    deliver_until_accepted(&app, "evt_2").await;
    // The server may have crashed before it recorded that the first event was handled.
    while runs.next().await != "evt_2" {}
}

#[tokio::test]
async fn acknowledged_event_survives_a_crash_of_the_server() {
    let mut server = Nats::start();
    let inbox = JetStreamInbox::connect(&server.url(), 1).await.unwrap();
    let app = receiver(inbox, signature());
    assert!(deliver(&app, "evt_1").await.is_handled());
    server.kill();
    server.start_again();
    let (_, mut runs) = start(&server, 0).await;
    assert_eq!(runs.next().await, "evt_1");
}

#[tokio::test]
async fn full_stream_is_503_and_keeps_its_events() {
    let server = Nats::start();
    let inbox = JetStreamInbox::connect(&server.url(), 1).await.unwrap();
    let app = receiver(inbox, signature());
    assert!(deliver(&app, "evt_1").await.is_handled());
    let jetstream = jetstream(&server).await;
    let mut stream = jetstream.get_stream("LOOPS_EVENTS").await.unwrap();
    let mut config = stream.cached_info().config.clone();
    config.max_messages = 1;
    jetstream.update_stream(config).await.unwrap();
    assert_eq!(deliver(&app, "evt_2").await.status, 503);
    let state = &stream.info().await.unwrap().state;
    assert_eq!((state.first_sequence, state.messages), (1, 1));
}

#[tokio::test]
async fn failed_event_runs_again() {
    let server = Nats::start();
    let (app, mut runs) = start(&server, 2).await;
    assert!(deliver(&app, "evt_1").await.is_handled());
    for _ in 0..3 {
        assert_eq!(runs.next().await, "evt_1");
    }
}

#[tokio::test]
async fn event_is_dead_after_its_last_attempt_until_it_is_redriven() {
    let server = Nats::start();
    let (app, mut runs) = start(&server, 3).await;
    assert!(deliver(&app, "evt_1").await.is_handled());
    for _ in 0..3 {
        assert_eq!(runs.next().await, "evt_1");
    }
    assert!(next_dead(&server).await.contains("it is to fail"));
    let inbox = JetStreamInbox::connect(&server.url(), 1).await.unwrap();
    assert_eq!(redrive(&inbox).await.unwrap(), 1);
    assert_eq!(runs.next().await, "evt_1");
    assert_eq!(redrive(&inbox).await.unwrap(), 0);
}

#[tokio::test]
async fn permanent_failure_is_dead_at_once() {
    let server = Nats::start();
    let service = service_fn(async |_| Err(Permanent::new("no such\norder").into()));
    let app = start_with(&server, Handler::new(service)).await;
    assert!(deliver(&app, "evt_1").await.is_handled());
    assert!(next_dead(&server).await.contains("order"));
}

#[tokio::test]
async fn panic_is_a_failure() {
    let server = Nats::start();
    let service = service_fn(async |_| panic!("it is to panic"));
    let app = start_with(&server, Handler::new(service)).await;
    assert!(deliver(&app, "evt_1").await.is_handled());
    assert!(next_dead(&server).await.contains("it is to panic"));
}

/// An event whose worker died in each attempt is delivered once more.
#[tokio::test]
async fn event_with_too_many_attempts_is_dead_without_another_run() {
    let server = Nats::start();
    let (service, _runs) = handler(0);
    let inbox = JetStreamInbox::connect(&server.url(), 1).await.unwrap();
    let worker = Worker::new(&inbox, service).await.unwrap();
    tokio::spawn(worker.with_attempts(0, Duration::ZERO).run(pending()));
    assert!(
        deliver(&receiver(inbox, signature()), "evt_1")
            .await
            .is_handled()
    );
    assert_eq!(next_dead(&server).await, "the worker died");
}

#[tokio::test]
async fn small_messages_are_an_error_at_the_start() {
    let server = Nats::start_with("max_payload: 1MB");
    let Err(error) = JetStreamInbox::connect(&server.url(), 1).await else {
        panic!("it is connected");
    };
    assert!(error.to_string().contains("max_payload"), "{error}");
}

#[tokio::test]
async fn program_says_what_it_lacks() {
    let program = env!("CARGO_BIN_EXE_queue-nats-jetstream");
    let output = run_program(program, "NATS_URL", "nats://127.0.0.1:1");
    assert_eq!(output.status.code(), Some(1));
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.contains("NATS_URL"), "{stderr}");
}

/// A receiver, and a worker of three attempts whose handler fails this many times at first.
async fn start(server: &Nats, failures: usize) -> (Router, Runs) {
    let (service, runs) = handler(failures);
    (start_with(server, service).await, runs)
}

async fn start_with(server: &Nats, handler: Handler) -> Router {
    let inbox = JetStreamInbox::connect(&server.url(), 1).await.unwrap();
    let worker = Worker::new(&inbox, handler).await.unwrap();
    let worker = worker.with_attempts(3, Duration::from_millis(10));
    tokio::spawn(worker.run(pending()));
    receiver(inbox, signature())
}

async fn jetstream(server: &Nats) -> Context {
    jetstream::new(async_nats::connect(server.url()).await.unwrap())
}

/// The error of the event that died first.
async fn next_dead(server: &Nats) -> String {
    let stream = jetstream(server)
        .await
        .get_stream("LOOPS_DEAD")
        .await
        .unwrap();
    let config = jetstream::consumer::pull::Config::default();
    let consumer = stream.create_consumer(config).await.unwrap();
    let mut messages = consumer.messages().await.unwrap();
    let message = within_reason(messages.next()).await.unwrap().unwrap();
    let headers = message.headers.as_ref().unwrap();
    headers.get("Loops-Error").unwrap().to_string()
}
