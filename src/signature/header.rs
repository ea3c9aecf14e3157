//! The grammar of the `X-Loops-Signature` header.

use std::{error::Error, fmt};

use memchr::memchr;

use super::OneOrMore;

/// The longest header that is looked at, in bytes: room for some sixty signatures.
const MAX_LEN: usize = 4096;

/// A SHA-256 digest as the header claims it, not yet compared with anything.
pub(super) type Candidate = [u8; 32];

/// The header, parsed: `t` as it was sent and as a number, and every `v1` that could match.
pub(super) struct SignatureHeader<'a> {
    pub(super) timestamp_text: &'a [u8],
    pub(super) timestamp: u64,
    /// `None` when there are `v1` elements but none is 64 hex digits.
    pub(super) candidates: Option<OneOrMore<Candidate>>,
}

impl<'a> SignatureHeader<'a> {
    /// Reads the header in one pass. Elements that are not `t=…` or `v1=…` are let through, for schemes still to come.
    pub(super) fn parse(header: &'a [u8]) -> Result<Self, HeaderError> {
        if header.len() > MAX_LEN {
            return Err(HeaderError::TooLong);
        }
        let mut timestamp = None;
        let mut has_signature = false;
        let mut candidates: Option<OneOrMore<Candidate>> = None;
        for element in elements(header) {
            let element = trim(element);
            if let Some(text) = element.strip_prefix(b"t=") {
                // Whoever reads the first of two and whoever reads the last would disagree on what was signed.
                if timestamp.is_some() {
                    return Err(HeaderError::RepeatedTimestamp);
                }
                timestamp = Some((text, parse_decimal(text)?));
            } else if let Some(hex) = element.strip_prefix(b"v1=") {
                has_signature = true;
                if let Some(candidate) = decode_hex(hex) {
                    match &mut candidates {
                        Some(candidates) => candidates.push(candidate),
                        None => candidates = Some(OneOrMore::new(candidate)),
                    }
                }
            }
        }
        let (timestamp_text, timestamp) = timestamp.ok_or(HeaderError::NoTimestamp)?;
        if !has_signature {
            return Err(HeaderError::NoSignature);
        }
        Ok(Self {
            timestamp_text,
            timestamp,
            candidates,
        })
    }
}

/// What stands between the commas.
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

/// Digits only: no sign, no space, no fraction, at least one, and a `u64` can hold them.
fn parse_decimal(text: &[u8]) -> Result<u64, HeaderError> {
    if text.is_empty() {
        return Err(HeaderError::BadTimestamp);
    }
    text.iter()
        .try_fold(0_u64, |number, byte| {
            let digit = byte.checked_sub(b'0').filter(|digit| *digit < 10)?;
            number.checked_mul(10)?.checked_add(u64::from(digit))
        })
        .ok_or(HeaderError::BadTimestamp)
}

/// 64 hex digits of either case. All are decoded, right or not: that takes no branches, so a compiler does sixteen at once.
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

/// What a hex digit stands for. In ASCII, the low four bits of `A` and `a` are 1, and only letters have the bit above `?`.
fn nibble(digit: u8) -> u8 {
    (digit & 0xf) + 9 * (digit >> 6)
}

/// What is wrong with an `X-Loops-Signature` header that is
/// [`MalformedSignature`](crate::Rejection::MalformedSignature).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HeaderError {
    /// It is longer than 4,096 bytes.
    TooLong,
    /// It has no `t` element.
    NoTimestamp,
    /// It has more than one `t` element.
    RepeatedTimestamp,
    /// Its `t` is not plain decimal digits that fit 64 bits.
    BadTimestamp,
    /// It has no `v1` element.
    NoSignature,
}

impl fmt::Display for HeaderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooLong => "the signature header is longer than 4096 bytes",
            Self::NoTimestamp => "the signature header has no `t`",
            Self::RepeatedTimestamp => "the signature header has more than one `t`",
            Self::BadTimestamp => "the `t` of the signature header is not a decimal number",
            Self::NoSignature => "the signature header has no `v1`",
        })
    }
}

impl Error for HeaderError {}
