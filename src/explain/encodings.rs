//! Bodies in another encoding.

use std::io::Read;

use flate2::read::{GzDecoder, ZlibDecoder};

/// A compressed body is decompressed up to this many bytes.
const MAX_DECOMPRESSED: u64 = 1024 * 1024;

/// From gzip, or from what HTTP calls deflate.
pub(super) fn decompressed(body: &[u8]) -> Option<Vec<u8>> {
    let read = |decoder: &mut dyn Read| {
        let mut original = Vec::new();
        let mut decoder = decoder.take(MAX_DECOMPRESSED);
        decoder.read_to_end(&mut original).ok()?;
        Some(original)
    };
    read(&mut GzDecoder::new(body)).or_else(|| read(&mut ZlibDecoder::new(body)))
}

/// The text of a body in UTF-16 with a byte-order mark, as PowerShell writes files.
pub(super) fn from_utf16(body: &[u8]) -> Option<Vec<u8>> {
    let (units, unit): (_, fn([u8; 2]) -> u16) = match body {
        [0xff, 0xfe, units @ ..] => (units, u16::from_le_bytes),
        [0xfe, 0xff, units @ ..] => (units, u16::from_be_bytes),
        _ => return None,
    };
    let units = units.as_chunks().0.iter().map(|bytes| unit(*bytes));
    let text: Result<String, _> = char::decode_utf16(units).collect();
    text.ok().map(String::into_bytes)
}
