//! The known causes: `explainer` detects those in the header, the time and the event, and an empty
//! body; `delivery` those in the signature, `bodies` and `rewritten` those in the body, `secrets`
//! and `search` those in the secret.

use std::fmt;

use serde::{Serialize, Serializer};

macro_rules! causes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// Why a delivery is not accepted.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Cause {
            $($(#[$doc])* $variant,)*
        }

        impl Cause {
            /// The name of the cause: `body_newline_added`, for example.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

causes! {
    /// There is no signature header.
    MissingSignature = "missing_signature",
    /// There is more than one signature header line.
    AmbiguousSignature = "ambiguous_signature",
    /// The signature header breaks the grammar.
    MalformedSignature = "malformed_signature",
    /// The timestamp is older than the tolerance.
    TimestampTooOld = "timestamp_too_old",
    /// The timestamp is further ahead than the tolerance.
    TimestampTooNew = "timestamp_too_new",
    /// The signature is genuine and only the time is wrong: two clocks differ.
    ClockSkew = "clock_skew",
    /// The timestamp counts milliseconds.
    TimestampInMilliseconds = "timestamp_in_milliseconds",
    /// A line break was added at the end of the body.
    BodyNewlineAdded = "body_newline_added",
    /// A line break at the end of the body was lost.
    BodyNewlineLost = "body_newline_lost",
    /// Line breaks within the body were changed or removed.
    BodyLineEndings = "body_line_endings",
    /// A byte-order mark was added to the body, or lost; or the body became UTF-16 with one.
    BodyBom = "body_bom",
    /// The JSON was parsed and written again with other white space.
    BodyReserialised = "body_reserialised",
    /// Characters of the JSON were replaced by `\u` escapes, or the other way round.
    BodyUnicodeEscapes = "body_unicode_escapes",
    /// Slashes of the JSON were escaped, or the other way round.
    BodySlashEscapes = "body_slash_escapes",
    /// The body is the Base64 of what was signed.
    BodyBase64 = "body_base64",
    /// The body is compressed, with gzip or deflate; what was signed is not.
    BodyGzip = "body_gzip",
    /// The body is a JSON string that contains what was signed.
    BodyJsonString = "body_json_string",
    /// UTF-8 was taken for Latin-1, or converted to it.
    BodyLatin1 = "body_latin1",
    /// The body is empty.
    BodyEmpty = "body_empty",
    /// White space around the body was removed.
    BodyTrimmed = "body_trimmed",
    /// The secret has white space or an invisible character around it, or lacks a line break.
    SecretWhitespace = "secret_whitespace",
    /// The secret is in quotes, or lacks them.
    SecretQuotes = "secret_quotes",
    /// The secret has a prefix that does not belong to it, or lacks one.
    SecretPrefix = "secret_prefix",
    /// The secret was decoded from Base64 on one side only.
    SecretBase64 = "secret_base64",
    /// The secret was decoded from hex on one side only.
    SecretHex = "secret_hex",
    /// Another of the given secrets matches, not the first.
    SecretOther = "secret_other",
    /// The signature covers the body only, without the timestamp.
    SignatureOfBodyOnly = "signature_of_body_only",
    /// The signature is Base64, not hex.
    SignatureBase64 = "signature_base64",
    /// The signature is of another hash function, or is a hash without HMAC.
    SignatureOtherHash = "signature_other_hash",
    /// The signature is genuine, but the body is not an event.
    InvalidPayload = "invalid_payload",
    /// None of the known causes.
    Unknown = "unknown",
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Serialize for Cause {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
