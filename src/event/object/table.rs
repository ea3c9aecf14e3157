//! The paths of a struct's fields, prepared at compile time to find the few known keys of an object
//! among many unknown ones.

use memchr::memchr_iter;

/// Paths, each with the length of its first key, and a byte that is equal for equal keys: so most
/// keys that are not in the table cost one search through these bytes.
pub(super) struct Table<const N: usize> {
    paths: &'static [&'static str],
    lengths: [usize; N],
    tags: [u8; N],
}

impl<const N: usize> Table<N> {
    pub(super) const fn new(paths: &'static [&'static str]) -> Self {
        let mut table = Self {
            paths,
            lengths: [0; N],
            tags: [0; N],
        };
        let mut index = 0;
        while index < N {
            let path = paths[index].as_bytes();
            let mut length = 0;
            while length < path.len() && path[length] != b'.' {
                length += 1;
            }
            table.lengths[index] = length;
            table.tags[index] = tag(path, length);
            index += 1;
        }
        table
    }

    /// Calls `found` with the index of each path that begins with this key.
    pub(super) fn find(&self, key: &str, mut found: impl FnMut(usize)) {
        for index in memchr_iter(tag(key.as_bytes(), key.len()), &self.tags) {
            let is_equal = self.lengths[index] == key.len()
                && self.paths[index].as_bytes().starts_with(key.as_bytes());
            if is_equal {
                found(index);
            }
        }
    }
}

/// The key of what an object says it is, in the table of one that has a kind.
pub(super) const fn object_key(_kind: &str) -> &'static str {
    "object"
}

/// Mixes the length, the first and the last byte of a key.
const fn tag(key: &[u8], length: usize) -> u8 {
    if length == 0 {
        return 0;
    }
    let ends = key[0].wrapping_mul(31) ^ key[length - 1].wrapping_mul(7);
    ends ^ (length as u8).wrapping_mul(17)
}
