//! Deliveries over a socket.

const PROGRAM: &str = env!("CARGO_BIN_EXE_rocket-adapter");

include!("../../support/deliveries.rs");
