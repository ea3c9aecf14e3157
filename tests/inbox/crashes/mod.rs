//! Receivers and workers in their own processes, which are killed. For the tests of the engines:
//! the test's own program is started again, with the role of the process in its environment.
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod events;
mod faults;
mod process;
mod receivers;
mod workers;

pub(crate) use events::{event, store};
pub(crate) use faults::{assert_recovers, assert_unavailable, handled_ids, until_unavailable};
#[allow(
    unused_imports,
    reason = "one engine alone has processes for its store as well"
)]
pub(crate) use process::{Process, say};
pub(crate) use process::{database, rounds};
pub(crate) use receivers::{assert_stored_once, deliver, kill_receivers, receive};
pub(crate) use workers::{assert_each_succeeds_once, assert_taken_over, hold, work};
