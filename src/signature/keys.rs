//! Keyed HMAC states: as sensitive as the secrets they are made from, and wiped on drop.

use hmac::{Hmac, KeyInit};
use sha2::Sha256;

use crate::secret::Secret;

pub(super) type HmacSha256 = Hmac<Sha256>;

/// The keyed state of HMAC-SHA256: computed once for a secret, cloned for each message.
pub(super) fn keyed(secret: &Secret) -> HmacSha256 {
    HmacSha256::new_from_slice(secret.expose()).expect("HMAC takes keys of any length")
}

/// One item inline and any others on the heap, so that a single item allocates nothing.
#[derive(Clone)]
pub(super) struct OneOrMore<T> {
    pub(super) first: T,
    pub(super) rest: Vec<T>,
}

impl<T> OneOrMore<T> {
    pub(super) fn new(first: T) -> Self {
        Self {
            first,
            rest: Vec::new(),
        }
    }

    pub(super) fn push(&mut self, item: T) {
        self.rest.push(item);
    }

    /// Like `push`, for secret items. A vector that grows leaves its old items unwiped; this one drops them.
    pub(super) fn push_secret(&mut self, item: T)
    where
        T: Clone,
    {
        let mut grown = Vec::with_capacity(self.rest.len() + 1);
        grown.extend_from_slice(&self.rest);
        grown.push(item);
        self.rest = grown;
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        std::iter::once(&self.first).chain(&self.rest)
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        std::iter::once(&mut self.first).chain(&mut self.rest)
    }
}
