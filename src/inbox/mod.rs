//! Answer at once, lose nothing: store each event, respond, and handle it afterwards.
//!
//! Loops wants a 200 soon, another status if processing failed, and each event handled once. Work
//! that takes long fits that only if the event is durable before the 200, and the retries are the
//! receiver's own.
//!
//! [`Accept`] stores each verified event in an [`Inbox`] and responds 200 after the commit. A
//! [`Worker`] takes events from the same inbox, a [`Queue`], and has a Tower service handle them.
//! The receiver and the worker may be one process or many.
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
//! With `SqliteInbox` of `tower-loops-sqlite`; `PostgresInbox` of `tower-loops-postgres` is used
//! alike.
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
//! # async fn serve<SqliteInbox: Queue + Clone>(inbox: SqliteInbox, shutdown: impl Future<Output = ()>) -> Result<(), BoxError> {
//! // let inbox = SqliteInbox::open("inbox.db")?;
//! let hook = post_service(Accept::new(inbox.clone())).route_layer(LoopsSignatureLayer::from_env()?);
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
//! # What is promised
//!
//! - An event that was answered 200 is in the inbox, whatever happens to the process afterwards.
//! - It is stored once for each key: [`EventKey::of`] its namespace, id and type.
//! - The service runs **at least once** for each stored event, until it succeeds or the event is
//!   *dead*: an attempt failed with a [`Permanent`] error, or all attempts have failed. A dead
//!   event is kept with its error and time. [`Queue::dead`] lists it, [`Queue::redrive`] makes it
//!   wait again.
//! - An event that fails waits for its next attempt, and delays no other.
//! - The events of a worker that dies are taken by another one after their lease.
//!
//! A service that succeeds runs again for the same event
//!
//! - if its process ends between its effects and the record of them;
//! - in *another* process, if the queue was out of reach of the first one for longer than a lease,
//!   if the first blocked its thread for longer than a lease, or if the engine's clock is set
//!   forward by more than a lease.
//!
//! Where the effects are rows of the inbox's database, `mark_processed` of the SQL stores with
//! [`Job::key`] commits the mark together with them: they happen exactly once.
//!
//! Events are not ordered. The inbox is no general job queue: it has no schedules, no priorities,
//! and no other jobs. Use one of those if you need them; [`StoredEvent`](crate::StoredEvent) goes
//! through any queue.
//!
//! # What is kept
//!
//! A handled event keeps its payload until it is purged, and then its key for the retention (30
//! days by default): until then, a redelivery is known. Dead events are kept until they are
//! handled.

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
