//! One delivery being checked, frame by frame.

use std::{fmt, time::SystemTime};

use bytes::{Buf, BufMut, Bytes, BytesMut};
use hmac::Mac;
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};

use super::{
    HmacSha256, OneOrMore, Verifier,
    header::{Candidate, SignatureHeader},
    timestamp::check_timestamp,
};
use crate::{Rejection, VerifiedEvent};

/// The incremental form of [`Verifier::verify`]: the header is checked, the body is still arriving.
///
/// ```
/// # use std::time::SystemTime;
/// # use tower_loops::{Secret, Signer, Verifier};
/// # let secret = Secret::new("whsec_example")?;
/// # let now = SystemTime::now();
/// # let header = Signer::new(secret.clone()).sign(br#"{"id":"evt_1","type":"invoice.payment_failed"}"#, now);
/// let mut verification = Verifier::new(secret).begin(header.as_bytes(), now)?;
/// verification.update(&br#"{"id":"evt_1","#[..]);
/// verification.update(&br#""type":"invoice.payment_failed"}"#[..]);
/// assert_eq!(verification.finish()?.id(), "evt_1");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "nothing is proved before `finish`"]
pub struct Verification {
    macs: OneOrMore<HmacSha256>,
    candidates: OneOrMore<Candidate>,
    signed_at: SystemTime,
    body: Gathered,
}

impl Verification {
    #[inline]
    pub(super) fn begin(
        verifier: &Verifier,
        signature_header: &[u8],
        now: SystemTime,
    ) -> Result<Self, Rejection> {
        let header = SignatureHeader::parse(signature_header)
            .map_err(|reason| Rejection::MalformedSignature { reason })?;
        let signed_at = check_timestamp(header.timestamp, now, verifier.tolerance)
            .map_err(|age| Rejection::TimestampOutsideTolerance { age })?;
        let candidates = header.candidates.ok_or(Rejection::InvalidSignature)?;
        let mut macs = verifier.keys.clone();
        for mac in macs.iter_mut() {
            mac.update(header.timestamp_text);
            mac.update(b".");
        }
        Ok(Self {
            macs,
            candidates,
            signed_at,
            body: Gathered::Nothing,
        })
    }

    /// MACs the next part of the body and keeps it: the bytes it proves are its own.
    ///
    /// A body that comes in one `Bytes` is kept without a copy; further ones are gathered in one growing buffer. There is
    /// no bound here: the caller decides how much it lets in.
    pub fn update(&mut self, frame: impl Buf) {
        let added = self.body.push(frame);
        for mac in self.macs.iter_mut() {
            mac.update(added);
        }
    }

    /// Compares, and reads the event from the bytes that were proved.
    ///
    /// # Errors
    ///
    /// [`Rejection::InvalidSignature`] when no `v1` matches under any secret, [`Rejection::InvalidPayload`] when the signed
    /// body is not an event.
    #[inline]
    pub fn finish(self) -> Result<VerifiedEvent, Rejection> {
        let secret_index = matching(self.macs, &self.candidates)?;
        VerifiedEvent::parse(self.body.into_bytes(), self.signed_at, secret_index)
            .map_err(|reason| Rejection::InvalidPayload { reason })
    }
}

/// The index of the first secret under which some candidate matches.
///
/// Every candidate is compared under every secret, in constant time, so that the time taken tells neither how much of a
/// digest was right nor which pair matched.
fn matching(
    macs: OneOrMore<HmacSha256>,
    candidates: &OneOrMore<Candidate>,
) -> Result<usize, Rejection> {
    let mut found = Choice::from(0);
    let mut secret_index = 0_u64;
    let mut compare = |index: u64, mac: HmacSha256| {
        let expected = words(&mac.finalize().into_bytes().into());
        let matches = candidates
            .iter()
            .fold(Choice::from(0), |matches, candidate| {
                matches | words(candidate).ct_eq(&expected)
            });
        secret_index.conditional_assign(&index, matches & !found);
        found |= matches;
    };
    compare(0, macs.first);
    for (index, mac) in (1..).zip(&macs.rest) {
        // A copy: what is moved out of a vector leaves its bytes there, unwiped.
        compare(index, mac.clone());
    }
    if found.into() {
        Ok(secret_index as usize)
    } else {
        Err(Rejection::InvalidSignature)
    }
}

/// A digest in parts that take four comparisons rather than thirty-two.
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

/// The body so far: nothing, one part as it came, or several joined.
enum Gathered {
    Nothing,
    One(Bytes),
    Several(BytesMut),
}

impl Gathered {
    /// Keeps the part, and returns it as it is kept.
    fn push(&mut self, mut part: impl Buf) -> &[u8] {
        if !part.has_remaining() {
            return &[];
        }
        let start = self.len();
        *self = match std::mem::replace(self, Self::Nothing) {
            Self::Nothing => Self::One(part.copy_to_bytes(part.remaining())),
            Self::One(first) => {
                let mut joined = BytesMut::from(first);
                joined.put(part);
                Self::Several(joined)
            }
            Self::Several(mut joined) => {
                joined.put(part);
                Self::Several(joined)
            }
        };
        &self.as_slice()[start..]
    }

    fn as_slice(&self) -> &[u8] {
        match self {
            Self::Nothing => &[],
            Self::One(part) => part,
            Self::Several(joined) => joined,
        }
    }

    fn len(&self) -> usize {
        self.as_slice().len()
    }

    fn into_bytes(self) -> Bytes {
        match self {
            Self::Nothing => Bytes::new(),
            Self::One(part) => part,
            Self::Several(joined) => joined.freeze(),
        }
    }
}
