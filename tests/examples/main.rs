//! The examples, run as a stranger runs them: the built binaries, over loopback.

mod endpoint;
mod idempotent;
mod process;
mod quickstart;
mod refused_arguments;
mod send_event;
mod served;
