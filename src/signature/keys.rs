//! Keyed HMAC states: as sensitive as the secrets they are made from, and wiped on drop.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::secret::Secret;

pub(super) type HmacSha256 = Hmac<Sha256>;

/// The keyed state of HMAC-SHA256: computed once for a secret, cloned for each message.
pub(super) fn keyed(secret: &Secret) -> HmacSha256 {
    HmacSha256::new_from_slice(secret.expose()).expect("HMAC takes keys of any length")
}

/// The keyed states of all accepted secrets, on the heap: a move of their owner leaves no copy of
/// them behind.
#[derive(Clone)]
pub(super) struct Keys(Box<[HmacSha256]>);

impl Keys {
    pub(super) fn new(secret: &Secret) -> Self {
        Self(Box::new([keyed(secret)]))
    }

    /// A vector that grows would leave its old items behind, unwiped. The old box wipes them.
    pub(super) fn push(&mut self, secret: &Secret) {
        let mut states = Vec::with_capacity(self.0.len() + 1);
        states.extend_from_slice(&self.0);
        states.push(keyed(secret));
        self.0 = states.into();
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// MACs the bytes under every key.
    #[inline]
    pub(super) fn update(&mut self, bytes: &[u8]) {
        for mac in &mut self.0 {
            mac.update(bytes);
        }
    }

    /// The MACs so far. They are computed from copies, so that the states are wiped where they are.
    pub(super) fn digests(&self) -> impl Iterator<Item = [u8; 32]> {
        self.0
            .iter()
            .map(|mac| mac.clone().finalize().into_bytes().into())
    }
}

/// One item inline and any others on the heap, so that a single item allocates nothing.
pub(super) struct OneOrMore<T> {
    first: T,
    rest: Vec<T>,
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

    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        std::iter::once(&self.first).chain(&self.rest)
    }
}
