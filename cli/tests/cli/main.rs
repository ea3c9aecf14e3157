//! The command as people and programs run it: the built binary, over loopback.

mod bad_input;
mod check;
mod explain;
mod forward;
mod help;
mod https;
mod listen;
mod page_server;
mod record;
mod replay;
mod send;
#[path = "../support/mod.rs"]
mod support;
