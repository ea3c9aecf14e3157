//! axum: where the layer may stand, and what handlers and middleware around it see.

mod extract;
mod from_fn;
mod limits;
mod mounting;
mod receiver;
mod rejection;

use receiver::{HANDLED, is_guarded, oneshot, receive};
