//! The examples `axum` and `hyper`, run as a user runs them, and attacked over sockets, with HTTP/1.1 and HTTP/2.
//!
//! Whatever is done to them: genuine deliveries go through meanwhile and afterwards, nothing else is handled, memory is bounded
//! by what was sent, and once the clients are gone, no CPU is used. What the server underneath rejects by itself is in here,
//! too: that, and how the layer and the server share a connection, is what only sockets show.
//!
//! `cargo test` builds the examples before it runs this; `cargo test --test hostile` does not, and needs
//! `cargo build --examples` before it.
//!
//! # Defects of other crates
//!
//! Each of these was found in a published middleware, library or guide for webhooks, and is tried here on this one.
//!
//! | | defect | bounced by |
//! |---|---|---|
//! | D1 | memory reserved for the declared length, before any check: one request ends the process | [`declared`] |
//! | D2 | a body that fails is polled forever: senders that disconnect burn CPU | [`cut_off`]; `tests/layer/body.rs` |
//! | D3 | only the first part of each frame is hashed | [`drip`]; in one frame, which no socket makes: `tests/layer/body.rs` |
//! | D4 | the whole body is held and hashed before the header is looked at, without a limit | [`endless`] |
//! | D5 | the layer does not compile in the framework that it is for | no attack: `tests/frameworks/axum/mounting.rs` |
//! | D6 | one MAC of the body for each `v1` | [`long_headers`] |
//! | D7 | the inner service is called without being ready: a panic for genuine deliveries | no attack: `tests/layer/readiness.rs` |
//! | D8 | a body that is too large or cannot be read is a panic | [`endless`], [`lengths`], [`cut_off`] |
//! | D9 | times are never compared with the clock; bodies and signatures are logged | [`texts`]; `tests/layer/logging.rs` |
//! | D10 | as D1, with a plausible header, whatever the limit; bodies over it are cut | [`declared`], and up to the limit [`stalled`]; [`endless`] |
//! | D11 | a time at the end of a number's range overflows before the signature is checked | [`texts`] |
//! | D12 | only the last `v1` counts | [`texts`] |
//! | D13 | an empty secret is a key, with which anybody can sign | `tests/frameworks/examples.rs`, `tests/core/secret.rs` |
//! | D14 | `Debug` shows the secret; attackers write to the error log and read inner errors | every answer here is a fixed text; `tests/core/redaction.rs`, `tests/layer/logging.rs` |
//! | D15 | the layer leaves the check to an extractor, which a handler may lack | no attack: `tests/frameworks/axum/mounting.rs`; what the crate depends on is for the gate |
//! | D16 | every failure of a body is 413; `+f` is a hex digit | [`lengths`], [`texts`] |
//! | D17 | trailers are lost | as they should be, for nobody signed them: [`trailers`] |
//! | D18 | an unknown type of event is kept by one parser and rejected by another | each genuine event here is of such a type; `tests/core/event_type.rs` |
//! | D19 | times in the future are not bounded | [`texts`] |
//! | D20 | of two `t` or `v1`, each language takes another; `parseInt` takes `123abc` | [`duplicates`], [`texts`] |
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod cut_off;
mod declared;
mod drained;
mod drip;
mod duplicates;
mod endless;
mod gzip;
mod lengths;
mod long_headers;
mod pipelined;
mod rejected;
mod silent;
mod stalled;
mod support;
mod texts;
mod trailers;
