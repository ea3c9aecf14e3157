//! The error of a request body.

use std::{error::Error, fmt, sync::Arc};

use http_body_util::LengthLimitError;

use crate::box_error::BoxError;

/// The error of the request body behind [`Rejection::UnreadableBody`](crate::Rejection), which is
/// its [`source`](Error::source).
///
/// Its `Display` and `Debug` show nothing of the source: such an error may quote what the client
/// sent.
#[derive(Clone)]
pub struct BodyError {
    source: Arc<dyn Error + Send + Sync>,
    pub(super) received: Option<u64>,
}

impl BodyError {
    /// Wraps the error of a body, for an adapter. Convert it with `Rejection::from`, which
    /// recognizes length limits.
    #[must_use]
    pub fn new(error: impl Into<BoxError>) -> Self {
        Self {
            source: error.into().into(),
            received: None,
        }
    }

    /// Adds the number of body bytes received before the error.
    #[must_use]
    pub fn with_received(mut self, bytes: u64) -> Self {
        self.received = Some(bytes);
        self
    }

    /// Whether the source, or a cause of it, is the length limit of an outer body limiter.
    pub(super) fn is_length_limit(&self) -> bool {
        let mut cause: Option<&(dyn Error + 'static)> = Some(&*self.source);
        while let Some(error) = cause {
            if error.is::<LengthLimitError>() {
                return true;
            }
            cause = error.source();
        }
        false
    }
}

impl fmt::Display for BodyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the body could not be read")
    }
}

impl Error for BodyError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.source)
    }
}

impl fmt::Debug for BodyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BodyError(..)")
    }
}
