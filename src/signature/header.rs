//! The grammar of the `X-Loops-Signature` header.

use http::HeaderName;
use memchr::memchr;

use super::keys::OneOrMore;
use crate::rejection::HeaderError;

/// The header that carries the signature: `X-Loops-Signature: t=<unix seconds>,v1=<hex>`.
pub const SIGNATURE_HEADER: HeaderName = HeaderName::from_static("x-loops-signature");

/// The longest accepted header in bytes: enough for some sixty signatures.
const MAX_LEN: usize = 4096;

/// A SHA-256 digest from the header, not yet compared.
pub(super) type Candidate = [u8; 32];

/// The parsed header: `t` as bytes and as a number, and every `v1` that could match.
pub(crate) struct SignatureHeader<'a> {
    pub(crate) timestamp_text: &'a [u8],
    pub(crate) timestamp: u64,
    /// The number of `v1` elements, well-formed or not.
    pub(super) signatures: usize,
    /// `None` if no `v1` element is 64 hex digits.
    pub(super) candidates: Option<OneOrMore<Candidate>>,
}

impl<'a> SignatureHeader<'a> {
    /// Parses the header in one pass. Other elements than `t=…` and `v1=…` are ignored, for future
    /// schemes.
    pub(crate) fn parse(header: &'a [u8]) -> Result<Self, HeaderError> {
        if header.len() > MAX_LEN {
            return Err(HeaderError::TooLong);
        }
        let mut timestamp = None;
        let mut signatures = 0;
        let mut candidates: Option<OneOrMore<Candidate>> = None;
        for element in elements(header) {
            let element = trim(element);
            if let Some(text) = element.strip_prefix(b"t=") {
                // Parsers disagree on which of two counts.
                if timestamp.is_some() {
                    return Err(HeaderError::DuplicateTimestamp);
                }
                timestamp = Some((text, parse_decimal(text)?));
            } else if let Some(hex) = element.strip_prefix(b"v1=") {
                signatures += 1;
                if let Some(candidate) = decode_hex(hex) {
                    match &mut candidates {
                        Some(candidates) => candidates.push(candidate),
                        None => candidates = Some(OneOrMore::new(candidate)),
                    }
                }
            }
        }
        let (timestamp_text, timestamp) = timestamp.ok_or(HeaderError::MissingTimestamp)?;
        if signatures == 0 {
            return Err(HeaderError::MissingSignature);
        }
        Ok(Self {
            timestamp_text,
            timestamp,
            signatures,
            candidates,
        })
    }

    /// The texts of all `v1` elements, also of those that are not digests.
    #[cfg(feature = "explain")]
    pub(crate) fn signature_texts(header: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
        elements(header).filter_map(|element| trim(element).strip_prefix(b"v1="))
    }
}

/// Splits the header at its commas.
fn elements(header: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(header);
    std::iter::from_fn(move || {
        let header = rest?;
        let Some(comma) = memchr(b',', header) else {
            return rest.take();
        };
        let (element, after) = header.split_at(comma);
        rest = Some(&after[1..]);
        Some(element)
    })
}

fn trim(element: &[u8]) -> &[u8] {
    let is_space = |byte: &u8| matches!(byte, b' ' | b'\t');
    let Some(start) = element.iter().position(|byte| !is_space(byte)) else {
        return &[];
    };
    let end = element
        .iter()
        .rposition(|byte| !is_space(byte))
        .map_or(start, |last| last + 1);
    &element[start..end]
}

/// Parses one or more ASCII digits that fit a `u64`. No sign, space or fraction.
fn parse_decimal(text: &[u8]) -> Result<u64, HeaderError> {
    if text.is_empty() {
        return Err(HeaderError::InvalidTimestamp);
    }
    text.iter()
        .try_fold(0_u64, |number, byte| {
            let digit = byte.checked_sub(b'0').filter(|digit| *digit < 10)?;
            number.checked_mul(10)?.checked_add(u64::from(digit))
        })
        .ok_or(HeaderError::InvalidTimestamp)
}

/// Decodes 64 hex digits of either case. Invalid digits are decoded too: without branches, the
/// compiler vectorizes the loop.
fn decode_hex(hex: &[u8]) -> Option<Candidate> {
    let hex: &[u8; 64] = hex.try_into().ok()?;
    let wrong = hex.iter().fold(0, |wrong: u8, digit| {
        wrong + u8::from(!digit.is_ascii_hexdigit())
    });
    let nibbles = hex.map(nibble);
    let mut digest = [0; 32];
    for (byte, [upper, lower]) in digest.iter_mut().zip(nibbles.as_chunks().0) {
        *byte = upper << 4 | lower;
    }
    (wrong == 0).then_some(digest)
}

/// The value of a hex digit. In ASCII, the low four bits of `A` and `a` are 1, and only letters
/// have bit 6 set.
fn nibble(digit: u8) -> u8 {
    (digit & 0xf) + 9 * (digit >> 6)
}
