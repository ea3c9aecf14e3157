//! What a check found.

/// What was found: `Ok` is right. The text is what happened.
pub(crate) type Found = Result<String, Finding>;

pub(crate) enum Finding {
    Wrong(String),
    Unknown(String),
    /// There was no time left.
    Over,
}

impl Finding {
    /// Names the delivery in question.
    pub(crate) fn to(self, delivery: &str) -> Self {
        match self {
            Self::Wrong(got) => Self::Wrong(format!("{got} to {delivery}")),
            unknown => unknown,
        }
    }
}
