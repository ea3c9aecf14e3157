//! Inputs of the benches: events, signed deliveries of them, and bodies in frames.

mod delivery;
mod event;
mod frames;
mod guesses;

pub use delivery::{SECRET, delivery, request, secret, signature};
pub use event::{KIB, SIZES, charge, event, indented, unread};
pub use frames::Frames;
pub use guesses::{Guesses, SECRETS};
