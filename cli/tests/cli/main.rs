//! The command as people and programs run it: the built binary, over loopback.

mod bad_input;
mod check;
mod explain;
mod forward;
mod help;
mod https;
mod interrupted;
mod limits;
mod listen;
mod page;
mod record;
mod replay;
mod send;
mod support;
