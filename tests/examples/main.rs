//! The examples, run as a user runs them: the built binaries, over loopback.

mod endpoint;
mod idempotent;
mod process;
mod quickstart;
mod send_event;
mod served;
