//! Two keys, and the HMAC states derived from them.

use sha2::block_api::compress256;

use crate::heap::count_in_heap;

const LENGTH: usize = 40;

/// A key that is computed, so that the program does not contain it.
pub(crate) fn key(index: u8) -> [u8; LENGTH] {
    std::array::from_fn(|at| (at as u8).wrapping_mul(167) ^ 0x5a ^ index)
}

/// Counts the keys, their inner and their outer states in the heap.
pub(crate) fn keys_in_heap() -> [usize; 3] {
    let mut found = [0; 3];
    for index in 0..2 {
        let key = key(index);
        found[0] += count_in_heap(&key);
        found[1] += count_in_heap(&state(&key, 0x36));
        found[2] += count_in_heap(&state(&key, 0x5c));
    }
    found
}

/// The state of SHA-256 after a key block of HMAC, as in memory.
fn state(key: &[u8], pad: u8) -> [u8; 32] {
    let mut block = [pad; 64];
    for (byte, key) in block.iter_mut().zip(key) {
        *byte ^= key;
    }
    #[rustfmt::skip]
    let mut state = [
        0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a,
        0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
    ];
    compress256(&mut state, &[block]);
    let mut bytes = [0; 32];
    for (chunk, word) in bytes.chunks_mut(4).zip(state) {
        chunk.copy_from_slice(&u32::to_ne_bytes(word));
    }
    bytes
}
