//! An event's id in the transaction of its effects.

use rusqlite::Transaction;
use tower_loops::idempotency::{EventKey, StoreError, StoreErrorKind};

use crate::{SqliteStore, error::store_error, sql, timespan::retention_millis};

/// Whether an event was marked before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "the effects of a duplicate must not happen again"]
pub enum Mark {
    /// It was not: this transaction has marked it, and its effects are to happen in the same one.
    Fresh,
    /// A committed transaction has marked it, and its effects have happened.
    Duplicate,
}

impl SqliteStore {
    /// Marks an event as processed, in the caller's own transaction: its effects and the mark commit together, or neither
    /// does. Where all effects of an event are rows of one database, this makes them happen exactly once.
    ///
    /// Marks are apart from the claims of the layer, so that both can be used for one event in one namespace. They are kept
    /// for ever, unless [told otherwise](Self::with_mark_retention). The transaction is one of a connection of yours, to the
    /// store's file or any that has the table ([`SCHEMA`](crate::SCHEMA)). It blocks: use `spawn_blocking`.
    ///
    /// Begin the transaction as [immediate](rusqlite::TransactionBehavior::Immediate): a deferred one that has read already
    /// fails here when another connection has written since.
    ///
    /// ```
    /// use rusqlite::{Connection, TransactionBehavior};
    /// use tower_loops_sqlite::{Mark, SCHEMA};
    /// # use tower_loops_sqlite::SqliteStore;
    ///
    /// # let store = SqliteStore::from_connection(Connection::open_in_memory()?);
    /// # let mut connection = Connection::open_in_memory()?;
    /// # connection.execute_batch("CREATE TABLE payments (amount INTEGER)")?;
    /// connection.execute_batch(SCHEMA)?;
    /// for expected in [Mark::Fresh, Mark::Duplicate] {
    ///     let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    ///     let mark = store.mark_processed(&transaction, "billing", "evt_1")?;
    ///     if mark == Mark::Fresh {
    ///         transaction.execute("INSERT INTO payments VALUES (1999)", [])?;
    ///     }
    ///     transaction.commit()?;
    ///     assert_eq!(mark, expected);
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When the event id is empty: it names nothing, and all events with one would be duplicates of the first. And when the
    /// database is locked, read-only or full, or has no such table. Roll back then, and answer with a failure, so that the event
    /// is sent again.
    pub fn mark_processed(
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
        let retention = retention_millis(self.mark_retention);
        sql::mark(transaction, &namespace, key.id(), retention).map_err(store_error)
    }
}
