//! What the attacks share.

mod deliveries;
pub(crate) mod http2;
mod responses;
#[path = "../../../examples/support/serve.rs"]
pub(crate) mod serve;
pub(crate) mod server;
mod usage;

pub(crate) use deliveries::{
    ATTACK, GENUINE, attackers, delivery, forgery, genuine_event, line_of, signature, stale,
};
pub(crate) use responses::{received, rejected};
pub(crate) use server::{BODY_LIMIT, EXAMPLES, MIB};
pub(crate) use testkit::{
    body::{channel, data, pieces},
    delivery::{PATH, SECRET, event_of},
    poll::within_reason,
    raw::{CHUNKED, Raw, Reply, chunks, content_length, head, request, signature_line},
};
