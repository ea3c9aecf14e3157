//! What is wrong with a signature header.

use std::{error::Error, fmt};

/// Why an `X-Loops-Signature` header is a
/// [`MalformedSignature`](super::Rejection::MalformedSignature).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HeaderError {
    /// It is longer than 4,096 bytes.
    TooLong,
    /// It has no `t` element.
    MissingTimestamp,
    /// It has more than one `t` element.
    DuplicateTimestamp,
    /// Its `t` is not plain decimal digits that fit 64 bits.
    InvalidTimestamp,
    /// It has no `v1` element.
    MissingSignature,
}

impl fmt::Display for HeaderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooLong => "the signature header is longer than 4096 bytes",
            Self::MissingTimestamp => "the signature header has no `t`",
            Self::DuplicateTimestamp => "the signature header has more than one `t`",
            Self::InvalidTimestamp => "the `t` of the signature header is not a decimal number",
            Self::MissingSignature => "the signature header has no `v1`",
        })
    }
}

impl Error for HeaderError {}
