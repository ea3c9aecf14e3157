//! Failures that no other attempt can mend.

use std::{error::Error, fmt};

use crate::box_error::BoxError;

/// An error that makes an event dead after this attempt, however many are left.
///
/// The worker looks for it in the whole chain of `source()`, because Tower layers wrap errors.
///
/// ```
/// use tower_loops::{BoxError, inbox::{Job, Permanent}};
///
/// async fn fulfil(job: Job) -> Result<(), BoxError> {
///     let charge = job.object_as::<tower_loops::Charge>().map_err(Permanent::new)?;
///     let Some(order) = charge.metadata.unwrap_or_default().remove("order_id") else {
///         return Err(Permanent::new("the charge names no order").into());
///     };
/// #   let _ = order;
///     Ok(())
/// }
/// ```
#[derive(Debug)]
pub struct Permanent(Marked);

/// The error in a [`Permanent`]. A separate type, because some boxes, such as anyhow's, hide the
/// outermost error and begin with its source.
#[derive(Debug)]
pub(super) struct Marked(BoxError);

impl Permanent {
    /// Marks an error as permanent.
    #[must_use]
    pub fn new(error: impl Into<BoxError>) -> Self {
        Self(Marked(error.into()))
    }
}

impl fmt::Display for Permanent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("permanent failure")
    }
}

impl Error for Permanent {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

impl fmt::Display for Marked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Error for Marked {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()
    }
}
