//! The mark of an event in the transaction of its effects.

use rusqlite::Transaction;
use tower_loops::idempotency::{EventKey, Mark, Retention, StoreError};
use tower_loops_sql::sqlite::MARK;

use crate::{SqliteStore, error::without_effect, statements};

impl SqliteStore {
    /// Marks an event as processed, in a transaction of your own: the effects of the event and the
    /// mark commit together, or neither does. Where all effects of an event are rows of one
    /// database, they happen exactly once.
    ///
    /// Marks and the claims of the layer are separate, so both can be used for one event. Marks are
    /// kept forever, unless [a retention is set](Self::with_mark_retention). The transaction is one
    /// of a connection of yours, to the store's file or any other with the table
    /// ([`SCHEMA`](crate::SCHEMA)). This blocks: use `spawn_blocking`. As any insert, a mark
    /// changes `last_insert_rowid()`.
    ///
    /// Begin the transaction as [immediate](rusqlite::TransactionBehavior::Immediate): a deferred
    /// one that has read fails here if another connection has written since.
    ///
    /// ```
    /// use rusqlite::{Connection, TransactionBehavior};
    /// use tower_loops::idempotency::EventKey;
    /// use tower_loops_sqlite::{Mark, SCHEMA};
    /// # use tower_loops_sqlite::SqliteStore;
    ///
    /// # let store = SqliteStore::from_connection(Connection::open_in_memory()?);
    /// # let mut connection = Connection::open_in_memory()?;
    /// # connection.execute_batch("CREATE TABLE payments (amount INTEGER)")?;
    /// connection.execute_batch(SCHEMA)?;
    /// // In a handler: `EventKey::of("billing", &event)`.
    /// let key = EventKey::new("billing", "evt_1");
    /// for expected in [Mark::Fresh, Mark::Duplicate] {
    ///     let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    ///     let mark = store.mark_processed(&transaction, &key)?;
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
    /// If the database is locked, read-only or full, or has no such table. Roll back and respond
    /// with a failure, so that Loops sends the event again.
    pub fn mark_processed(
        &self,
        transaction: &Transaction<'_>,
        key: &EventKey,
    ) -> Result<Mark, StoreError> {
        let retention = match self.mark_retention {
            Retention::For(time) => Some(time.as_secs_f64()),
            Retention::Forever => None,
        };
        statements::mark(transaction, key, retention).map_err(|error| without_effect(&error))
    }

    /// The statement of [`mark_processed`](Self::mark_processed), for any other SQLite driver. It
    /// is stable: later versions of this crate change neither its parameters nor its meaning.
    ///
    /// | parameter | value |
    /// |---|---|
    /// | `?1` | [`key.namespace()`](EventKey::namespace) |
    /// | `?2` | [`key.id()`](EventKey::id) |
    /// | `?3` | the retention in seconds; `NULL` for forever |
    ///
    /// If it changes one row, the event is [fresh](Mark::Fresh); if it changes none, it is a
    /// [duplicate](Mark::Duplicate).
    ///
    /// ```
    /// # use rusqlite::Connection;
    /// # use tower_loops::idempotency::EventKey;
    /// # use tower_loops_sqlite::{SCHEMA, SqliteStore};
    /// # let mut connection = Connection::open_in_memory()?;
    /// # connection.execute_batch(SCHEMA)?;
    /// # let store = SqliteStore::from_connection(Connection::open_in_memory()?);
    /// # let transaction = connection.transaction()?;
    /// let key = EventKey::new("billing", "evt_1");
    /// let marked = transaction.execute(
    ///     store.mark_sql(),
    ///     (key.namespace(), key.id(), None::<i64>),
    /// )?;
    /// assert_eq!(marked, 1);
    /// # Ok::<(), rusqlite::Error>(())
    /// ```
    #[must_use]
    pub fn mark_sql(&self) -> &'static str {
        MARK
    }
}
