//! What is wrong with a delivery: its header, its time, and what the search finds.

use std::{
    borrow::Borrow,
    fmt,
    time::{Duration, SystemTime},
};

use bytes::Bytes;

use super::{Cause, Explanation, Finding, delivery::Delivery, search::search};
use crate::{
    event::VerifiedEvent,
    rejection::Rejection,
    secret::Secret,
    signature::{SignatureHeader, Verifier},
};

/// Names why a captured delivery is not accepted. For operators and tests, never for a response:
/// see the [module](super).
///
/// It keeps the secrets, to try other readings of them. `Debug` is redacted.
#[derive(Clone)]
pub struct Explainer {
    secrets: Vec<Secret>,
    verifier: Verifier,
}

impl Explainer {
    /// Explains with this secret, exactly as configured: quotes and line breaks included.
    #[must_use]
    pub fn new(secret: impl Borrow<Secret>) -> Self {
        Self {
            secrets: vec![secret.borrow().clone()],
            verifier: Verifier::new(secret),
        }
    }

    /// Also tries this secret. A delivery that it signed is valid.
    #[must_use]
    pub fn with_additional_secret(mut self, secret: impl Borrow<Secret>) -> Self {
        self.secrets.push(secret.borrow().clone());
        self.verifier = self.verifier.with_additional_secret(secret);
        self
    }

    /// Explains a delivery by the values of its signature header lines, its body, and the time at
    /// which it arrived.
    ///
    /// The work is bounded: all attempts together hash at most about 256 MiB.
    #[must_use]
    pub fn explain<'a>(
        &self,
        header_lines: impl IntoIterator<Item = &'a [u8]>,
        body: &[u8],
        now: SystemTime,
    ) -> Explanation {
        let lines: Vec<&[u8]> = header_lines.into_iter().collect();
        let of_header = |cause, detail: String| {
            let mut findings = vec![Finding::new(cause, detail)];
            findings.extend(empty(body));
            Explanation::invalid(findings)
        };
        let line = match lines[..] {
            [line] => line,
            [] => {
                let detail =
                    "there is no signature header: it was removed, or this is not a delivery";
                return of_header(Cause::MissingSignature, detail.to_owned());
            }
            _ => {
                let detail = format!(
                    "there are {} signature header lines: one is expected",
                    lines.len()
                );
                return of_header(Cause::AmbiguousSignature, detail);
            }
        };
        let header = match SignatureHeader::parse(line) {
            Ok(header) => header,
            Err(error) => return of_header(Cause::MalformedSignature, error.to_string()),
        };
        let (mut findings, is_off) = self.time(&header, line, now);
        let signatures = SignatureHeader::signature_texts(line);
        let mut delivery = Delivery::new(&header, signatures, body);
        match search(&self.secrets, &mut delivery) {
            Some(causes)
                if causes
                    .iter()
                    .all(|finding| finding.cause() == Cause::SecretOther) =>
            {
                genuine(body, findings, is_off, causes)
            }
            causes => {
                let seen = findings;
                findings = empty(body).into_iter().collect();
                let unknown = || vec![unknown(body)];
                let causes = causes.or_else(|| findings.is_empty().then(unknown));
                findings.extend(causes.into_iter().flatten());
                findings.extend(seen);
                Explanation::invalid(findings)
            }
        }
    }

    /// What is wrong with the time, and whether it is off by no more than a wrong clock explains.
    fn time(
        &self,
        header: &SignatureHeader<'_>,
        line: &[u8],
        now: SystemTime,
    ) -> (Vec<Finding>, bool) {
        // Seconds reach 11 digits in the year 5138.
        if header.timestamp >= 100_000_000_000 {
            let detail = "`t` counts milliseconds: seconds are expected";
            return (
                vec![Finding::new(Cause::TimestampInMilliseconds, detail)],
                false,
            );
        }
        let Err(Rejection::TimestampOutsideTolerance { age, tolerance }) =
            self.verifier.begin(line, now)
        else {
            return (Vec::new(), false);
        };
        let seconds = age.unsigned_abs();
        let (cause, direction) = if age > 0 {
            (Cause::TimestampTooOld, "before")
        } else {
            (Cause::TimestampTooNew, "after")
        };
        let tolerance = tolerance.as_secs();
        let detail =
            format!("`t` is {seconds} s {direction} the given time: {tolerance} s are tolerated");
        // The largest difference of two time zones.
        const ZONES: Duration = Duration::from_secs(26 * 3600);
        let is_off = age < 0 || seconds <= ZONES.as_secs();
        (vec![Finding::new(cause, detail)], is_off)
    }
}

/// The signature is genuine, with the first secret or another.
fn genuine(
    body: &[u8],
    mut findings: Vec<Finding>,
    is_off: bool,
    other_secret: Vec<Finding>,
) -> Explanation {
    if is_off {
        let detail = "the signature is genuine: compare the clocks of both machines";
        findings.push(Finding::new(Cause::ClockSkew, detail));
    }
    let payload = VerifiedEvent::parse(Bytes::copy_from_slice(body), SystemTime::UNIX_EPOCH, 0);
    if let Err(error) = payload {
        let detail = format!("the signature is genuine, but the body is not an event: {error}");
        findings.push(Finding::new(Cause::InvalidPayload, detail));
    }
    if findings.is_empty() {
        Explanation::valid(other_secret)
    } else {
        findings.extend(other_secret);
        Explanation::invalid(findings)
    }
}

fn empty(body: &[u8]) -> Option<Finding> {
    let detail =
        "the body is empty: something read it before, or a redirect turned the POST into a GET";
    body.is_empty()
        .then(|| Finding::new(Cause::BodyEmpty, detail))
}

fn unknown(body: &[u8]) -> Finding {
    let detail = format!(
        "no known cause makes the signature match: compare the {} bytes of the body with what was \
         sent, and the secret with that of this endpoint",
        body.len()
    );
    Finding::new(Cause::Unknown, detail)
}

impl fmt::Debug for Explainer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Explainer")
            .field("secrets", &self.secrets.len())
            .finish_non_exhaustive()
    }
}
