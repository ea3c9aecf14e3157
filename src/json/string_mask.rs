//! Finds where the plain part of a JSON string ends: a bit for each quote, backslash and control
//! character, of 64 bytes at a time.
//!
//! The technique is the first stage of simdjson (G. Langdale, D. Lemire, "Parsing Gigabytes of JSON
//! per Second", VLDB Journal 28, 2019), written so that compilers vectorise it: comparisons of 16
//! bytes, whose results are gathered by an 8 x 8 bit transpose (H. S. Warren, "Hacker's Delight",
//! section 7-3).

/// A bit for each byte, of one block of the text.
type Bits = u64;

const BLOCK: usize = Bits::BITS as usize;

/// The mask of the block in which the scan is. It only moves forward.
///
/// Blocks begin at multiples of 64 and not where a string does, so that a processor can compute the
/// next mask before it knows where the current string ends.
#[derive(Clone, Copy, Default)]
pub(super) struct StringMask {
    bits: Bits,
    /// The end of the block of these bits.
    end: usize,
}

impl StringMask {
    /// The first byte from `at` on whose bit is set. Bytes after the end of the text count as set.
    #[inline(always)]
    pub(super) fn next(&mut self, text: &[u8], at: usize) -> usize {
        while at >= self.end {
            self.advance(text);
        }
        let bits = self.bits >> (at % BLOCK);
        if bits != 0 {
            return at + bits.trailing_zeros() as usize;
        }
        loop {
            let start = self.end;
            self.advance(text);
            if self.bits != 0 {
                return start + self.bits.trailing_zeros() as usize;
            }
        }
    }

    #[inline(always)]
    fn advance(&mut self, text: &[u8]) {
        self.bits = mask(text.get(self.end..).unwrap_or_default());
        self.end += BLOCK;
    }
}

/// The mask of the first block of a text. Bytes after the end of the text count as control
/// characters.
///
/// Not inlined, so that the scan keeps its registers.
#[inline(never)]
fn mask(text: &[u8]) -> Bits {
    if let Some(block) = text.first_chunk() {
        return mask_block(block);
    }
    let mut block = [0; BLOCK];
    for (byte, of_text) in block.iter_mut().zip(text) {
        *byte = *of_text;
    }
    mask_block(&block)
}

/// Compares sixteen bytes at a time, for which compilers have vector instructions, and collects
/// each row of eight bytes in another bit of the same eight bytes, which [`transpose`] then
/// gathers.
#[inline(always)]
fn mask_block(block: &[u8; BLOCK]) -> Bits {
    let mut columns = [0; 16];
    for at in 0..16 {
        let bit = if at < 8 { 0b01 } else { 0b10 };
        columns[at] = mask_byte(block[at], bit)
            | mask_byte(block[at + 16], bit << 2)
            | mask_byte(block[at + 32], bit << 4)
            | mask_byte(block[at + 48], bit << 6);
    }
    let columns = u128::from_le_bytes(columns);
    transpose(columns as u64 | (columns >> 64) as u64)
}

fn mask_byte(byte: u8, bit: u8) -> u8 {
    let is_set = (byte == b'"') | (byte == b'\\') | (byte <= 0x1f);
    if is_set { bit } else { 0 }
}

/// Transposes eight rows of eight bits by exchanging ever larger squares.
#[inline(always)]
fn transpose(bits: u64) -> u64 {
    let swap = |bits: u64, distance: u32, which: u64| {
        let differing = (bits ^ bits >> distance) & which;
        bits ^ differing ^ differing << distance
    };
    let bits = swap(bits, 7, 0x00aa_00aa_00aa_00aa);
    let bits = swap(bits, 14, 0x0000_cccc_0000_cccc);
    swap(bits, 28, 0x0000_0000_f0f0_f0f0)
}
