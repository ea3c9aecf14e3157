//! Which bytes of a text end the plain part of a JSON string: quotes, backslashes and control characters, 64 bytes at a time.

/// A bit for each byte, of one block of the text.
type Bits = u64;

const BLOCK: usize = Bits::BITS as usize;

/// The marks of the block in which the walk is. It only moves forward.
///
/// Blocks begin at multiples of 64 and not where a string does: so a processor can mark the next block while it does not yet
/// know where the string before it ends.
#[derive(Clone, Copy, Default)]
pub(super) struct Marks {
    bits: Bits,
    /// The end of the block that the bits are of.
    end: usize,
}

impl Marks {
    /// The first marked byte from `at` on. The end of the text counts as marked, so it is at or behind that where no other is.
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
        self.bits = mark(text.get(self.end..).unwrap_or_default());
        self.end += BLOCK;
    }
}

/// Marks the first block of a text, which the last one does not fill: what is missing is as good as control characters.
///
/// A call, so that the registers are the walk's.
#[inline(never)]
fn mark(text: &[u8]) -> Bits {
    if let Some(block) = text.first_chunk() {
        return mark_block(block);
    }
    let mut block = [0; BLOCK];
    for (byte, of_text) in block.iter_mut().zip(text) {
        *byte = *of_text;
    }
    mark_block(&block)
}

/// Compares sixteen bytes at a time, for which compilers have vector instructions, and then gathers the bits: of what is eight
/// rows of eight bytes, each row's marks are first collected in another bit of the same eight bytes.
#[inline(always)]
fn mark_block(block: &[u8; BLOCK]) -> Bits {
    let mut columns = [0; 16];
    for at in 0..16 {
        let bit = if at < 8 { 0b01 } else { 0b10 };
        columns[at] = mark_byte(block[at], bit)
            | mark_byte(block[at + 16], bit << 2)
            | mark_byte(block[at + 32], bit << 4)
            | mark_byte(block[at + 48], bit << 6);
    }
    let columns = u128::from_le_bytes(columns);
    transpose(columns as u64 | (columns >> 64) as u64)
}

fn mark_byte(byte: u8, bit: u8) -> u8 {
    let is_marked = (byte == b'"') | (byte == b'\\') | (byte <= 0x1f);
    if is_marked { bit } else { 0 }
}

/// Mirrors eight rows of eight bits at their diagonal, by exchanging ever larger squares.
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
