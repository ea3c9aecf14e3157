//! The guide: one page for each task.
//!
//! | you want to | page |
//! |---|---|
//! | know what is checked, and why each default is what it is | [`scheme`] |
//! | know what attackers try, and what stops them | [`attacks`] |
//! | put the layer on a route and leave the others alone | [`mounting`] |
//! | combine it with limits, timeouts, tracing and a proxy | [`layers`] |
//! | use axum 0.7, hyper, tonic, warp, salvo, poem, actix-web or Rocket | [`frameworks`] |
//! | run it on AWS Lambda | [`lambda`] |
//! | know which event fulfils an order | [`events`] |
//! | handle each event once | [`once`] |
//! | use sqlx, PostgreSQL, SQLite, MySQL, Redis, diesel or SeaORM for that | [`databases`] |
//! | answer at once and work afterwards | [`inbox`] |
//! | test a handler | [`testing`] |
//! | change the secret without an outage | [`rotation`] |
//! | log, count and alert | [`operating`] |
//! | find out why a delivery is rejected | [`troubleshooting`] |
//! | understand a compiler error | [`compiler_errors`] |
//! | copy a whole program | [`cookbook`] |
//!
//! A test pastes each Rust snippet into a new crate and compiles it, except two kinds: the
//! fragments for axum 0.7, warp, poem and salvo in [`frameworks`], and the examples that must not
//! compile.

#[doc = include_str!("links.md")]
#[doc = include_str!("attacks.md")]
pub mod attacks {}

#[doc = include_str!("links.md")]
#[doc = include_str!("compiler_errors.md")]
pub mod compiler_errors {}

#[doc = include_str!("links.md")]
#[doc = include_str!("cookbook.md")]
pub mod cookbook {}

#[doc = include_str!("links.md")]
#[doc = include_str!("databases.md")]
pub mod databases {}

#[doc = include_str!("links.md")]
#[doc = include_str!("events.md")]
#[expect(clippy::test_attr_in_doctest, reason = "`tests/snippets` runs them")]
pub mod events {}

#[doc = include_str!("links.md")]
#[doc = include_str!("frameworks.md")]
pub mod frameworks {}

#[doc = include_str!("links.md")]
#[doc = include_str!("inbox.md")]
pub mod inbox {}

#[doc = include_str!("links.md")]
#[doc = include_str!("lambda.md")]
pub mod lambda {}

#[doc = include_str!("links.md")]
#[doc = include_str!("layers.md")]
pub mod layers {}

#[doc = include_str!("links.md")]
#[doc = include_str!("mounting.md")]
pub mod mounting {}

#[doc = include_str!("links.md")]
#[doc = include_str!("once.md")]
pub mod once {}

#[doc = include_str!("links.md")]
#[doc = include_str!("operating.md")]
pub mod operating {}

#[doc = include_str!("links.md")]
#[doc = include_str!("rotation.md")]
pub mod rotation {}

#[doc = include_str!("links.md")]
#[doc = include_str!("scheme.md")]
pub mod scheme {}

#[doc = include_str!("links.md")]
#[doc = include_str!("testing.md")]
#[expect(clippy::test_attr_in_doctest, reason = "`tests/snippets` runs them")]
pub mod testing {}

#[doc = include_str!("links.md")]
#[doc = include_str!("troubleshooting.md")]
pub mod troubleshooting {}
