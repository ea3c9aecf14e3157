//! What the tests of the frameworks share.

mod deliveries;
pub(crate) mod example;
pub(crate) mod wire;

pub(crate) use deliveries::{event_of, layer, signed};
pub(crate) use testkit::{
    delivery::{EVENT, PATH, SECRET, forged, now, secret, unsigned},
    response::{Answer, INVALID, MISSING, TOO_LARGE},
};
