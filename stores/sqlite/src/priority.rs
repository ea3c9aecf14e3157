//! The order of operations.

/// What runs first. Completions, renewals and releases end what claims begin.
#[derive(Clone, Copy)]
pub(crate) enum Priority {
    Completion,
    /// A claim that must write, as a look at its event has shown.
    ReadClaim,
    Claim,
    Purge,
}
