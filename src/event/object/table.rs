//! The paths of a struct's fields, as a hash table that is built at compile time: most members of
//! an object are unknown, and cost one look into it.

/// A power of two.
const BUCKETS: usize = 64;

/// The paths, each with the length of its first key, in a chain with those whose first key has the
/// same hash.
pub(super) struct Table<const N: usize> {
    paths: &'static [&'static str],
    lengths: [usize; N],
    /// The first index of each chain; `N` if there is none.
    first: [usize; BUCKETS],
    /// The next index of the chain; `N` at its end.
    next: [usize; N],
}

impl<const N: usize> Table<N> {
    pub(super) const fn new(paths: &'static [&'static str]) -> Self {
        let mut table = Self {
            paths,
            lengths: [0; N],
            first: [N; BUCKETS],
            next: [N; N],
        };
        let mut index = 0;
        while index < N {
            let path = paths[index].as_bytes();
            let mut length = 0;
            while length < path.len() && path[length] != b'.' {
                length += 1;
            }
            let bucket = bucket(path, length);
            table.lengths[index] = length;
            table.next[index] = table.first[bucket];
            table.first[bucket] = index;
            index += 1;
        }
        table
    }

    /// Calls `found` with the index of each path that begins with this key. Returns whether there
    /// is one.
    #[inline]
    pub(super) fn find(&self, key: &str, mut found: impl FnMut(usize)) -> bool {
        let mut is_known = false;
        let mut index = self.first[bucket(key.as_bytes(), key.len())];
        while index < N {
            let is_equal = self.lengths[index] == key.len()
                && self.paths[index].as_bytes().starts_with(key.as_bytes());
            if is_equal {
                is_known = true;
                found(index);
            }
            index = self.next[index];
        }
        is_known
    }
}

/// The key of what an object says it is, in the table of one that has a kind.
pub(super) const fn object_key(_kind: &str) -> &'static str {
    "object"
}

/// Hashes the length, the first and the last byte of a key.
const fn bucket(key: &[u8], length: usize) -> usize {
    if length == 0 {
        return 0;
    }
    let ends = key[0] as usize * 31 + key[length - 1] as usize * 7;
    (ends + length * 17) % BUCKETS
}
