//! The sender's side of the scheme.

use std::{
    borrow::Borrow,
    fmt,
    time::{SystemTime, UNIX_EPOCH},
};

use hmac::Mac;
use http::{HeaderValue, header::InvalidHeaderValue};

use super::keys::{HmacSha256, keyed};
use crate::{hex::hex, secret::Secret};

/// Signs bodies as Loops does: for tests of your own handler, local deliveries and replays.
///
/// ```
/// use std::time::{Duration, UNIX_EPOCH};
/// use tower_loops::{Secret, Signer};
///
/// let signer = Signer::new(Secret::new("whsec_example")?);
/// let header = signer.sign(b"{}", UNIX_EPOCH + Duration::from_secs(1_700_000_000));
/// assert!(header.to_str()?.starts_with("t=1700000000,v1="));
/// assert!(header.is_sensitive());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Signer {
    key: HmacSha256,
}

impl Signer {
    /// Signs with this secret.
    #[must_use]
    pub fn new(secret: impl Borrow<Secret>) -> Self {
        Self {
            key: keyed(secret.borrow()),
        }
    }

    /// The value of the [`SIGNATURE_HEADER`](crate::SIGNATURE_HEADER) for this body, sent at this
    /// time: `t=…,v1=…`, marked sensitive. The time is cut to whole seconds; one before 1970 counts
    /// as 1970.
    #[must_use]
    #[expect(
        clippy::missing_panics_doc,
        reason = "the text is always a header value"
    )]
    pub fn sign(&self, body: &[u8], at: SystemTime) -> HeaderValue {
        let t = at
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_secs());
        self.header(body, &t.to_string())
            .expect("digits, hex and punctuation are a header value")
    }

    /// The same with any text in place of the timestamp, such as `170x`: for tests of receivers,
    /// which must reject it.
    ///
    /// # Errors
    ///
    /// If the text cannot be part of a header value.
    #[cfg(feature = "test-util")]
    pub fn sign_text(
        &self,
        body: &[u8],
        timestamp: &str,
    ) -> Result<HeaderValue, InvalidHeaderValue> {
        self.header(body, timestamp)
    }

    fn header(&self, body: &[u8], t: &str) -> Result<HeaderValue, InvalidHeaderValue> {
        let mut mac = self.key.clone();
        mac.update(t.as_bytes());
        mac.update(b".");
        mac.update(body);
        let text = format!("t={t},v1={}", hex(&mac.finalize().into_bytes()));
        let mut value = HeaderValue::try_from(text)?;
        value.set_sensitive(true);
        Ok(value)
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signer(..)")
    }
}
