//! What a check is about.

use std::{error::Error, fmt, str::FromStr};

use serde::Serialize;

/// What a check is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Concern {
    /// Genuine deliveries are accepted, forged ones rejected.
    Signature,
    /// The age of a delivery is limited in both directions, and `t` is digits.
    Timestamp,
    /// There is one signature header, and it has one meaning.
    Header,
    /// The raw bytes are what is verified.
    Body,
    /// Whatever Loops may send is acknowledged.
    Payload,
    /// Each event has its effects once.
    Duplicates,
    /// Nobody can exhaust the server.
    Limits,
    /// The responses tell Loops what happened, and an attacker nothing.
    Answers,
}

impl Concern {
    /// All of them, in the order in which they are checked.
    pub const ALL: [Self; 8] = [
        Self::Signature,
        Self::Timestamp,
        Self::Header,
        Self::Body,
        Self::Payload,
        Self::Duplicates,
        Self::Limits,
        Self::Answers,
    ];

    /// Its name, such as `signature`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Signature => "signature",
            Self::Timestamp => "timestamp",
            Self::Header => "header",
            Self::Body => "body",
            Self::Payload => "payload",
            Self::Duplicates => "duplicates",
            Self::Limits => "limits",
            Self::Answers => "answers",
        }
    }
}

impl fmt::Display for Concern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Concern {
    type Err = UnknownConcern;

    fn from_str(name: &str) -> Result<Self, UnknownConcern> {
        let mut all = Self::ALL.into_iter();
        all.find(|concern| concern.as_str() == name)
            .ok_or(UnknownConcern)
    }
}

/// No [`Concern`] has this name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownConcern;

impl fmt::Display for UnknownConcern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = Concern::ALL.map(Concern::as_str).join(", ");
        write!(f, "unknown concern; the concerns are {names}")
    }
}

impl Error for UnknownConcern {}
