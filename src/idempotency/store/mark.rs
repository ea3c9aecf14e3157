//! The outcome of a mark.

/// Whether an event was marked as processed before, in a transaction of the user's own.
///
/// The SQL stores return it from `mark_processed`. The mark commits together with the effects of
/// the event, so the effects happen exactly once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use = "the effects of a duplicate must not happen again"]
pub enum Mark {
    /// The event was not marked before. This transaction has marked it: apply its effects in the
    /// same transaction, then commit.
    Fresh,
    /// A committed transaction has marked the event, so its effects have happened: skip them.
    Duplicate,
}
