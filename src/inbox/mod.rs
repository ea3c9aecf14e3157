//! Store each event, respond 200, and handle it afterwards.
//!
//! Loops asks for a quick 200, for another status if processing failed, and for each event to be
//! handled once. Slow work satisfies all three only if the event is stored before the 200, and the
//! receiver itself retries.
//!
//! [`Accept`] stores each verified event in an [`Inbox`] and responds 200 after the commit. A
//! [`Worker`] takes events from the same inbox, a [`Queue`], and calls a Tower service with each.
//! Receivers and workers may be one process or many.
//!
//! # Responses of `Accept`
//!
//! | delivery | response |
//! |---|---|
//! | of a new event, which is durable now | 200, `{"received": true}` |
//! | of an event that was stored before | 200, `{"received": true}`, `x-loops-webhook-duplicate: true` |
//! | while the inbox fails, is full, or takes longer than two seconds | 503 with `Retry-After: 5` |
//! | without a [`VerifiedEvent`](crate::VerifiedEvent) | 500, and an error in the log: the service is not inside a [`LoopsSignatureLayer`](crate::LoopsSignatureLayer) |
//!
//! # Example
//!
//! With `SqliteInbox` of `tower-loops-sqlite`; `PostgresInbox` of `tower-loops-postgres` is used in
//! the same way, and stores events that arrive together in one statement.
//!
//! ```
//! # use tower_loops::inbox::{Inbox, Queue};
//! use axum::{Router, routing::post_service};
//! use tower::{ServiceBuilder, service_fn, timeout::TimeoutLayer};
//! use tower_loops::{
//!     BoxError, LoopsSignatureLayer,
//!     inbox::{Accept, Job, Permanent, Worker},
//! };
//!
//! async fn fulfil(job: Job) -> Result<(), BoxError> {
//!     // No other attempt reads another payload.
//!     let charge: tower_loops::Charge = job.object_as().map_err(Permanent::new)?;
//! #   let _ = charge;
//!     Ok(())
//! }
//!
//! # async fn serve<SqliteInbox: Queue + Clone>(
//! #     inbox: SqliteInbox,
//! #     shutdown: impl Future<Output = ()>,
//! # ) -> Result<(), BoxError> {
//! // let inbox = SqliteInbox::open("inbox.db")?;
//! let accept = post_service(Accept::new(inbox.clone()));
//! let hook = accept.route_layer(LoopsSignatureLayer::from_env()?);
//! let app: Router = Router::new().route("/api/webhooks/loops", hook);
//!
//! let handler = ServiceBuilder::new()
//!     .layer(TimeoutLayer::new(std::time::Duration::from_secs(30)))
//!     .service_fn(fulfil);
//! Worker::new(inbox, handler).with_concurrency(8).run(shutdown).await;
//! # let _ = app;
//! # Ok(())
//! # }
//! ```
//!
//! An adapter for a queue that has its own workers needs [`Inbox`] alone:
//!
//! ```
//! use std::{collections::HashMap, sync::Mutex};
//!
//! use http::Request;
//! use tower::ServiceExt;
//! use tower_loops::{
//!     StoredEvent, VerifiedEvent,
//!     inbox::{Accept, Accepted, DUPLICATE_HEADER, EventKey, Inbox, StoreError},
//! };
//!
//! /// In memory, so no inbox for use: an `Ok` must mean that the event survives a crash.
//! #[derive(Default)]
//! struct Memory(Mutex<HashMap<EventKey, StoredEvent>>);
//!
//! impl Inbox for Memory {
//!     async fn accept(
//!         &self,
//!         key: &EventKey,
//!         event: &StoredEvent,
//!     ) -> Result<Accepted, StoreError> {
//!         let mut events = self.0.lock().expect("nobody panics");
//!         match events.insert(key.clone(), event.clone()) {
//!             None => Ok(Accepted::New),
//!             Some(_) => Ok(Accepted::Known),
//!         }
//!     }
//! }
//!
//! # let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
//! # runtime.block_on(async {
//! # let event = {
//! #     use tower_loops::{Secret, Signer, Verifier};
//! #     let (secret, now) = (Secret::new("whsec_doc")?, std::time::SystemTime::now());
//! #     let body = bytes::Bytes::from(r#"{"id":"evt_1","type":"charge.succeeded"}"#);
//! #     let signature = Signer::new(&secret).sign(&body, now);
//! #     Verifier::new(secret).verify(signature.as_bytes(), body, now)?
//! # };
//! let accept = Accept::new(Memory::default());
//! for is_duplicate in [false, true] {
//!     // The layer puts the event there.
//!     let mut request = Request::new(());
//!     request.extensions_mut().insert(event.clone());
//!     let response = accept.clone().oneshot(request).await?;
//!     assert_eq!(response.status(), 200);
//!     assert_eq!(response.headers().contains_key(DUPLICATE_HEADER), is_duplicate);
//! }
//! # Ok::<_, tower_loops::BoxError>(())
//! # })?;
//! # Ok::<_, tower_loops::BoxError>(())
//! ```
//!
//! # What is promised
//!
//! - An event that was answered 200 is in the inbox, whatever happens to the process afterwards.
//! - It is stored once for each key: [`EventKey::of`] its namespace, id and type.
//! - The service runs **at least once** for each stored event, until it succeeds or the event is
//!   *dead*. An event is dead when an attempt fails with a [`Permanent`] error, or when all
//!   attempts have failed. It is kept with its error and time. [`Queue::dead`] lists it,
//!   [`Queue::redrive`] makes it wait again.
//! - An event that fails waits for its next attempt, and delays no other. New events and those
//!   whose pause or lease has ended share the worker equally, so neither group delays the other.
//! - The events of a worker that dies are taken by another one after their lease.
//! - An event that cannot be read back is dead, with that as its error. The others go on.
//!
//! A service that succeeds runs again for the same event
//!
//! - if its process ends between its effects and the record of them;
//! - in *another* process, if for longer than a lease the first one could not reach the queue, or
//!   blocked its thread; also if the engine's clock is set forward by more than a lease.
//!
//! If the effects are rows of the inbox's database, use `mark_processed` of the SQL stores with
//! [`Job::key`]. The mark commits together with the effects, so they happen exactly once.
//!
//! # Attempts
//!
//! An attempt begins when a worker takes the event, and counts even if the process dies. It fails
//! when the service returns an error from `call` or its future, or panics anywhere. If `poll_ready`
//! returns an *error*, no event was passed to the service. The worker then logs the error and
//! releases its events, which costs them no attempt. Other workers can take them. It polls the
//! service again after pauses of 100 milliseconds to 10 seconds.
//!
//! | setting of [`Worker`] | default |
//! |---|---|
//! | [`with_concurrency`](Worker::with_concurrency) | 16 events at once |
//! | [`with_lease`](Worker::with_lease) | 60 seconds, renewed after each third |
//! | [`with_max_attempts`](Worker::with_max_attempts) | 20, over about six hours, at most eight |
//! | [`with_backoff`](Worker::with_backoff) | one second, doubled up to one hour, with jitter |
//! | [`with_poll_interval`](Worker::with_poll_interval) | one second |
//!
//! # Operation
//!
//! A worker that has a clone of the receiver's inbox starts at once. Workers of other processes
//! poll, each second by default. With `with_listener`, `PostgresInbox` also wakes them at once. On
//! SQLite, nothing does.
//!
//! Any number of processes may share an inbox, old and new ones during a deployment. A database
//! whose schema has a version that the process does not know is an error of `ensure_schema`.
//!
//! The example `inbox` of `tower-loops-sqlite` lists and redrives dead events. [`Queue::counts`] is
//! cheap enough to call every few seconds. Alert on the number of dead events and on the age of the
//! oldest waiting one. As text for Prometheus:
//!
//! ```
//! use std::time::Duration;
//! use tower_loops::inbox::Counts;
//!
//! fn metrics(counts: &Counts) -> String {
//!     let oldest = counts.oldest_waiting.unwrap_or_default();
//!     let gauges = [
//!         ("loops_webhook_inbox_waiting", counts.waiting),
//!         ("loops_webhook_inbox_running", counts.running),
//!         ("loops_webhook_inbox_dead", counts.dead),
//!         ("loops_webhook_inbox_oldest_seconds", oldest.as_secs()),
//!     ];
//!     let gauge = |(name, value)| format!("# TYPE {name} gauge\n{name} {value}\n");
//!     gauges.map(gauge).concat()
//! }
//!
//! // Of `inbox.counts().await?`, in the handler of a route.
//! let oldest_waiting = Some(Duration::from_secs(90));
//! let counts = Counts { waiting: 3, oldest_waiting, ..Counts::default() };
//! let text = metrics(&counts);
//! let waiting = "# TYPE loops_webhook_inbox_waiting gauge\nloops_webhook_inbox_waiting 3\n";
//! assert!(text.starts_with(waiting));
//! assert!(text.ends_with("loops_webhook_inbox_oldest_seconds 90\n"));
//! ```
//!
//! # What is kept
//!
//! A handled event keeps its payload until it is purged (`purge_every` of the inbox). Its key is
//! kept for the retention, 30 days by default. For that time, a redelivery is recognized. Dead
//! events are kept until they are handled.
//!
//! # When to use a job queue
//!
//! Events are not ordered. The inbox has no schedules, no priorities, no queues with limits of
//! their own, no jobs of other kinds, and no dashboard. Use a job queue if you need one of these,
//! or have a queue already: [`StoredEvent`](crate::StoredEvent) goes through any of them, behind an
//! [`Inbox`] of your own.

mod accept;
mod attempt;
mod config;
#[cfg(feature = "test-util")]
pub mod conformance;
mod failure;
mod hold;
#[expect(
    clippy::module_inception,
    reason = "the trait is what the module is about"
)]
mod inbox;
mod job;
mod permanent;
mod queue;
mod record;
mod retry;
mod run;
mod unready;
mod worker;

pub use accept::{Accept, ResponseFuture};
pub use inbox::{Accepted, Inbox};
pub use job::Job;
pub use permanent::Permanent;
pub use queue::{MAX_DEAD, Queue};
pub use record::{Counts, DeadEvent, Outcome, Taken};
pub use worker::Worker;

pub use crate::store::{
    DUPLICATE_HEADER, EventKey, InvalidKey, Retention, StoreError, StoreErrorKind, Token,
    purge_every, purge_in_batches,
};
