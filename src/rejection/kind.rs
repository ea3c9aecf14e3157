//! The kinds of rejection, for counting, and what each one responds.

use std::fmt;

use http::StatusCode;

macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $status:ident, $text:literal;)*) => {
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

            pub(super) const fn status(self) -> StatusCode {
                match self {
                    $(Self::$variant => StatusCode::$status,)*
                }
            }

            pub(super) const fn text(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                }
            }

            pub(super) const fn json(self) -> &'static str {
                match self {
                    $(Self::$variant => concat!("{\"error\":\"", $text, "\"}"),)*
                }
            }
        }
    };
}

kinds! {
    /// There is no signature header.
    MissingSignature = "missing_signature", BAD_REQUEST, "Missing signature";
    /// There is more than one signature header line.
    AmbiguousSignature = "ambiguous_signature", BAD_REQUEST, "Ambiguous signature";
    /// The signature header does not follow the grammar.
    MalformedSignature = "malformed_signature", BAD_REQUEST, "Malformed signature";
    /// The signed time is older than the tolerance.
    TimestampTooOld = "timestamp_too_old", UNAUTHORIZED, "Webhook timestamp too old";
    /// The signed time is further ahead than the tolerance.
    TimestampTooNew = "timestamp_too_new", UNAUTHORIZED, "Webhook timestamp too new";
    /// No signature matches.
    InvalidSignature = "invalid_signature", UNAUTHORIZED, "Invalid signature";
    /// The body is longer than the limit.
    BodyTooLarge = "body_too_large", PAYLOAD_TOO_LARGE, "Payload too large";
    /// The body could not be read to its end.
    UnreadableBody = "unreadable_body", BAD_REQUEST, "Unreadable body";
    /// The body arrived too slowly.
    BodyTimeout = "body_timeout", REQUEST_TIMEOUT, "Body timed out";
    /// The signed body is not an event.
    InvalidPayload = "invalid_payload", BAD_REQUEST, "Invalid payload";
}

impl fmt::Display for RejectionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
