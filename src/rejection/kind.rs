//! The kinds of rejection, for counting.

use std::fmt;

macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident = $name:literal;)*) => {
        /// The kind of a [`Rejection`](crate::Rejection), without its details: for counting and for
        /// labels of metrics.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum RejectionKind {
            $($(#[$doc])* $variant,)*
        }

        impl RejectionKind {
            /// The name of the kind, as logs and metrics show it: `missing_signature`, for example.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

kinds! {
    /// There is no signature header.
    MissingSignature = "missing_signature";
    /// There is more than one signature header line.
    AmbiguousSignature = "ambiguous_signature";
    /// The signature header does not follow the grammar.
    MalformedSignature = "malformed_signature";
    /// The signed time is older than the tolerance.
    TimestampTooOld = "timestamp_too_old";
    /// The signed time is further ahead than the tolerance.
    TimestampTooNew = "timestamp_too_new";
    /// No signature matches.
    InvalidSignature = "invalid_signature";
    /// The body is longer than the limit.
    BodyTooLarge = "body_too_large";
    /// The body could not be read to its end.
    UnreadableBody = "unreadable_body";
    /// The body arrived too slowly.
    BodyTimeout = "body_timeout";
    /// The signed body is not an event.
    InvalidPayload = "invalid_payload";
}

impl fmt::Display for RejectionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
