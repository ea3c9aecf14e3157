//! The signature scheme: what is signed, how it is checked, and by what clock.
//!
//! Everything here is arithmetic on bytes and times that the caller brings: no HTTP service, no clock, no async.

mod header;
mod signer;
mod timestamp;
mod verification;
mod verifier;

pub use header::HeaderError;
pub use signer::Signer;
pub use verification::Verification;
pub use verifier::Verifier;

use hmac::{Hmac, KeyInit};
use http::HeaderName;
use sha2::Sha256;

use crate::Secret;

/// The header that carries the signature: `X-Loops-Signature: t=<unix seconds>,v1=<hex>`.
pub const SIGNATURE_HEADER: HeaderName = HeaderName::from_static("x-loops-signature");

type HmacSha256 = Hmac<Sha256>;

/// The keyed state of HMAC-SHA256: made once for a secret, cloned for each message.
fn keyed(secret: &Secret) -> HmacSha256 {
    HmacSha256::new_from_slice(secret.expose()).expect("HMAC takes keys of any length")
}

/// One item in place and any further ones on the heap, so that the usual one allocates nothing.
#[derive(Clone)]
struct OneOrMore<T> {
    first: T,
    rest: Vec<T>,
}

impl<T> OneOrMore<T> {
    fn new(first: T) -> Self {
        Self {
            first,
            rest: Vec::new(),
        }
    }

    fn push(&mut self, item: T) {
        self.rest.push(item);
    }

    /// The same for secret items. A vector that grows leaves its old items behind, unwiped; this one is dropped, items and all.
    fn push_secret(&mut self, item: T)
    where
        T: Clone,
    {
        let mut grown = Vec::with_capacity(self.rest.len() + 1);
        grown.extend_from_slice(&self.rest);
        grown.push(item);
        self.rest = grown;
    }

    fn iter(&self) -> impl Iterator<Item = &T> {
        std::iter::once(&self.first).chain(&self.rest)
    }

    fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        std::iter::once(&mut self.first).chain(&mut self.rest)
    }
}
