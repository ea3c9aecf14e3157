//! The web page of `listen`: what was received, live. Served on loopback, for this machine only.
//!
//! Whatever a delivery contains is hostile: the script puts it into text nodes only, and the policy
//! of the page forbids inline scripts and everything from elsewhere.

mod guard;
mod live;
mod replay;
mod responses;
mod server;

pub(crate) use server::Page;
