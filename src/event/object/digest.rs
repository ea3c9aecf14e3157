//! A `Debug` of objects that shows no payload, but differs for different values.

use std::{
    hash::{BuildHasher, Hash, RandomState},
    sync::LazyLock,
};

/// Each process has its own key, so that nobody can look up or guess the digested text.
static KEYS: LazyLock<RandomState> = LazyLock::new(RandomState::new);

/// A short digest of a whole value.
pub(crate) fn digest(value: &impl Hash) -> String {
    format!("{:016x}", KEYS.hash_one(value))
}
