//! Deliveries over a socket.

const PROGRAM: &str = env!("CARGO_BIN_EXE_actix");

include!("../../support/deliveries.rs");
