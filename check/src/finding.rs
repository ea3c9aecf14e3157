//! What a check found.

/// The result of a check: `Ok` is as expected. The text says what happened.
pub(crate) type Found = Result<String, Finding>;

pub(crate) enum Finding {
    Wrong(String),
    Unknown(String),
    /// No time was left.
    Over,
}

impl Finding {
    /// Adds which delivery it was.
    pub(crate) fn to(self, delivery: &str) -> Self {
        match self {
            Self::Wrong(got) => Self::Wrong(format!("{got} to {delivery}")),
            unknown => unknown,
        }
    }
}
