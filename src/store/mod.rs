//! What `idempotency` and `inbox` share: keys, tokens, errors, and how a store is called.

mod backoff;
mod call;
mod error;
mod heartbeat;
mod key;
mod purge;
mod response;
mod retention;
#[cfg(feature = "test-util")]
pub(crate) mod suite;
mod token;

pub(crate) use backoff::{Backoff, jittered};
#[cfg(feature = "idempotency")]
pub(crate) use call::poll_once;
pub(crate) use call::{Panicked, bounded, catch};
pub use error::{StoreError, StoreErrorKind};
pub(crate) use heartbeat::keep_while;
pub use key::{EventKey, InvalidKey};
pub use purge::{purge_every, purge_in_batches};
pub use response::DUPLICATE_HEADER;
#[cfg(feature = "inbox")]
pub(crate) use response::received;
#[cfg(feature = "idempotency")]
pub(crate) use response::{STORE_RETRY_AFTER, json, retry};
pub(crate) use response::{duplicate, store_down, unverified};
pub use retention::Retention;
pub use token::Token;
