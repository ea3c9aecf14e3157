//! The examples `axum` and `hyper`, run as a user runs them, and attacked over sockets, with
//! HTTP/1.1 and HTTP/2.
//!
//! Under each attack genuine deliveries are handled, nothing else is, memory is bounded by what was
//! sent, and once the clients have disconnected, no CPU is used. Here is what only sockets show:
//! how the layer and the server share a connection. The rest is in `tests/core` and `tests/layer`.
//!
//! `cargo test` builds the examples before it runs this; `cargo test --test hostile` does not, and
//! needs `cargo build --examples` before it.
//!
//! # Defects of other crates
//!
//! Each of these was found in a published middleware, library or guide for webhooks. This crate
//! rejects them:
//!
//! | | defect | test |
//! |---|---|---|
//! | D1 | memory reserved for the declared length, before any check: one request ends the process | [`declared`], `tests/layer/limit.rs` |
//! | D2 | a body that fails is polled forever: clients that disconnect burn CPU | [`cut_off`], `tests/layer/body.rs` |
//! | D3 | only the first part of each frame is hashed | `tests/layer/limit.rs`, `tests/core/verification.rs` |
//! | D4 | the whole body is held and hashed before the header is checked, without a limit | [`endless`] |
//! | D5 | the layer does not compile in the framework that it is for | `tests/frameworks/axum/mounting.rs` |
//! | D6 | one MAC of the body for each `v1` | `tests/core/verification.rs` |
//! | D7 | the inner service is called without being ready: a panic for genuine deliveries | `tests/layer/readiness.rs` |
//! | D8 | a body that is too large or cannot be read is a panic | [`endless`], [`cut_off`], `tests/layer/rejections.rs` |
//! | D9 | times are never compared with the clock; bodies and signatures are logged | `tests/core/timestamp.rs`, `tests/layer/logging.rs` |
//! | D10 | as D1, with a plausible header, whatever the limit; bodies over it are cut | [`declared`], [`stalled`], [`endless`] |
//! | D11 | a time at the end of a number's range overflows before the signature is checked | `tests/core/timestamp.rs` |
//! | D12 | only the last `v1` counts | `tests/core/header.rs` |
//! | D13 | an empty secret is a key, with which anybody can sign | `tests/core/secret.rs`, `tests/frameworks/examples.rs` |
//! | D14 | `Debug` shows the secret; attackers write to the error log and read inner errors | `tests/core/redaction.rs`, `tests/layer/{logging,rejections}.rs` |
//! | D15 | the layer leaves the check to an extractor, which a handler may lack | `tests/frameworks/axum/mounting.rs` |
//! | D16 | every failure of a body is 413; `+f` is a hex digit | `tests/layer/rejections.rs`, `tests/core/header.rs` |
//! | D17 | trailers are lost | not signed, so dropped on purpose: `tests/layer/body.rs` |
//! | D18 | an unknown type of event is kept by one parser and rejected by another | each genuine event here is of such a type; `tests/core/event_type.rs` |
//! | D19 | times in the future are not bounded | `tests/core/timestamp.rs` |
//! | D20 | of two `t` or `v1`, each language takes another; `parseInt` takes `123abc` | [`pipelined`], `tests/core/header.rs`, `tests/layer/rejections.rs` |
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod cut_off;
mod declared;
mod drained;
mod endless;
mod pipelined;
mod rejected;
mod silent;
mod stalled;
mod support;
