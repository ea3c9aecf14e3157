//! The id of an event in the transaction that does its work.

use tokio_postgres::{Transaction, types::Type};
use tower_loops::idempotency::{EventKey, StoreError, StoreErrorKind};

use crate::{PostgresStore, error};

/// Whether an event was marked before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "the effects of a duplicate must not happen again"]
pub enum Mark {
    /// It was not: this transaction has marked it, and its effects are to happen in the same one.
    Fresh,
    /// A committed transaction has marked it, and its effects have happened.
    Duplicate,
}

impl PostgresStore {
    /// Marks an event as processed, in the caller's own transaction: its effects and the mark commit together, or neither
    /// does. Where all effects of an event are rows of one database, this makes them happen exactly once.
    ///
    /// Marks are apart from the claims of the layer, so that both can be used for one event in one namespace. They are kept
    /// for ever, unless [told otherwise](Self::with_mark_retention). While another transaction that marks the same event is
    /// open, this waits for its end: a commit makes this one a duplicate, a rollback leaves it fresh.
    ///
    /// Takes a [`tokio_postgres::Transaction`] or a [`deadpool_postgres::Transaction`].
    ///
    /// # Errors
    ///
    /// When the event id is empty: it names nothing, and all events with one would be duplicates of the first. And when the
    /// statement fails: PostgreSQL then lets the transaction only be rolled back. In a transaction above READ COMMITTED it may be
    /// a serialization failure: the whole transaction is to be repeated.
    pub async fn mark_processed(
        &self,
        transaction: &Transaction<'_>,
        namespace: &str,
        event_id: &str,
    ) -> Result<Mark, StoreError> {
        if event_id.is_empty() {
            let why = "an empty event id names nothing: all events with one would be duplicates of the first";
            return Err(StoreError::new(StoreErrorKind::Other, why));
        }
        let key = EventKey::new(namespace, event_id);
        // No key of the layer has a colon in its namespace.
        let namespace = format!("processed:{}", key.namespace());
        let seconds = self.mark_seconds();
        let marked = transaction
            .execute_typed(
                &self.statements.mark,
                &[
                    (&namespace, Type::TEXT),
                    (&key.id(), Type::TEXT),
                    (&seconds, Type::FLOAT8),
                ],
            )
            .await
            .map_err(|error| error::of_statement(error, &self.statements.table))?;
        Ok(if marked == 1 {
            Mark::Fresh
        } else {
            Mark::Duplicate
        })
    }
}
