//! The checks before the body is read: the signature header lines, and the declared length.

use http::{HeaderMap, HeaderValue};

use super::delivery::Delivery;
use crate::{
    rejection::Rejection,
    signature::{SIGNATURE_HEADER, Verification, Verifier},
};

/// Checks 1 to 6, then the declared length of check 7.
pub(super) fn begin(
    verifier: &Verifier,
    headers: &HeaderMap,
    delivery: &Delivery,
) -> Result<Verification, Rejection> {
    let lines = headers.get_all(SIGNATURE_HEADER).iter();
    let lines = lines.map(HeaderValue::as_bytes);
    let verification = verifier.begin_lines(lines, delivery.received_at)?;
    let limit = verifier.max_body_size();
    if delivery.declares_more_than(limit) {
        return Err(Rejection::BodyTooLarge {
            limit: Some(limit),
            declared: delivery.declared_length(),
            received: None,
        });
    }
    Ok(verification)
}
