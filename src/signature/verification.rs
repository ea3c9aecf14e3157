//! The verification of one delivery, frame by frame.

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use bytes::Buf;
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};

use super::{
    body_buffer::BodyBuffer,
    header::{Candidate, SignatureHeader},
    keys::{Keys, OneOrMore},
    timestamp::check_timestamp,
};
use crate::{event::VerifiedEvent, rejection::Rejection};

/// The incremental form of [`Verifier::verify`](crate::Verifier::verify): the header has passed,
/// the body is still arriving.
///
/// ```
/// # use std::time::SystemTime;
/// # use tower_loops::{Secret, Signer, Verifier};
/// # let secret = Secret::new("whsec_example")?;
/// # let now = SystemTime::now();
/// # let body = br#"{"id":"evt_1","type":"invoice.payment_failed"}"#;
/// # let header = Signer::new(secret.clone()).sign(body, now);
/// let mut verification = Verifier::new(secret).begin(header.as_bytes(), now)?;
/// verification.update(&br#"{"id":"evt_1","#[..]);
/// verification.update(&br#""type":"invoice.payment_failed"}"#[..]);
/// assert_eq!(verification.finish()?.id(), "evt_1");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "nothing is verified before `finish`"]
pub struct Verification {
    macs: Keys,
    candidates: OneOrMore<Candidate>,
    signatures: usize,
    signed_at: SystemTime,
    received: u64,
    body: BodyBuffer,
}

impl Verification {
    #[inline]
    pub(super) fn begin(
        keys: &Keys,
        tolerance: Duration,
        max_body_size: usize,
        signature_header: &[u8],
        now: SystemTime,
    ) -> Result<Self, Rejection> {
        let header = SignatureHeader::parse(signature_header)
            .map_err(|reason| Rejection::MalformedSignature { reason })?;
        let signed_at = check_timestamp(header.timestamp, now, tolerance)
            .map_err(|age| Rejection::TimestampOutsideTolerance { age, tolerance })?;
        let signatures = header.signatures;
        let candidates = header.candidates.ok_or(Rejection::InvalidSignature {
            signatures,
            secrets: keys.len(),
            received: None,
        })?;
        let mut macs = keys.clone();
        macs.update(header.timestamp_text);
        macs.update(b".");
        Ok(Self {
            macs,
            candidates,
            signatures,
            signed_at,
            received: 0,
            body: BodyBuffer::new(max_body_size),
        })
    }

    /// MACs the next frame of the body and keeps it: the bytes it proves are its own.
    ///
    /// A body in one frame is kept without a copy; the frames of others are gathered in one buffer.
    /// Beyond the [limit](crate::Verifier::with_max_body_size), nothing is kept and
    /// [`finish`](Self::finish) returns [`Rejection::BodyTooLarge`]; the caller decides whether it
    /// reads on.
    pub fn update(&mut self, frame: impl Buf) {
        let length = u64::try_from(frame.remaining()).unwrap_or(u64::MAX);
        self.received = self.received.saturating_add(length);
        self.macs.update(self.body.push(frame));
    }

    /// Whether the body is longer than the [limit](crate::Verifier::with_max_body_size): no further
    /// frame can help.
    #[must_use]
    pub fn is_too_large(&self) -> bool {
        self.body.is_too_large()
    }

    /// Compares the signatures, then reads the event from the verified bytes.
    ///
    /// # Errors
    ///
    /// [`Rejection::BodyTooLarge`] if the body is longer than the limit,
    /// [`Rejection::InvalidSignature`] if no `v1` matches under any secret,
    /// [`Rejection::InvalidPayload`] if the signed body is not an event.
    #[inline]
    pub fn finish(mut self) -> Result<VerifiedEvent, Rejection> {
        self.conclude()
    }

    /// `finish` in place: the key states are wiped where they are, and never moved out of a
    /// future's memory.
    #[inline]
    pub(crate) fn conclude(&mut self) -> Result<VerifiedEvent, Rejection> {
        if self.is_too_large() {
            return Err(Rejection::BodyTooLarge {
                limit: Some(self.body.limit()),
                declared: None,
                received: Some(self.received),
            });
        }
        let secret_index = self.matching().ok_or_else(|| Rejection::InvalidSignature {
            signatures: self.signatures,
            secrets: self.macs.len(),
            received: Some(self.received),
        })?;
        VerifiedEvent::parse(self.body.take(), self.signed_at, secret_index).map_err(|reason| {
            Rejection::InvalidPayload {
                reason,
                received: Some(self.received),
            }
        })
    }

    /// The index of the first secret under which some candidate matches.
    ///
    /// Every candidate is compared under every secret, in constant time. The time taken reveals
    /// neither how much of a digest was right nor which pair matched.
    fn matching(&self) -> Option<usize> {
        let mut found = Choice::from(0);
        let mut secret_index = 0_u64;
        for (index, digest) in (0..).zip(self.macs.digests()) {
            let expected = words(&digest);
            let matches = self
                .candidates
                .iter()
                .fold(Choice::from(0), |matches, candidate| {
                    matches | words(candidate).ct_eq(&expected)
                });
            secret_index.conditional_assign(&index, matches & !found);
            found |= matches;
        }
        bool::from(found).then_some(secret_index as usize)
    }

    /// The number of body bytes passed to [`update`](Self::update).
    pub(crate) fn received(&self) -> u64 {
        self.received
    }
}

/// A digest as four words, which take four comparisons instead of thirty-two.
fn words(digest: &Candidate) -> [u64; 4] {
    let (words, _) = digest.as_chunks();
    std::array::from_fn(|at| u64::from_ne_bytes(words[at]))
}

impl fmt::Debug for Verification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verification")
            .field("signed_at", &self.signed_at)
            .finish_non_exhaustive()
    }
}
