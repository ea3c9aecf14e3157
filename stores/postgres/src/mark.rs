//! The mark of an event in the transaction of its effects.

use tokio_postgres::{Transaction, types::Type};
use tower_loops::idempotency::{EventKey, Mark, Retention, StoreError};

use crate::{PostgresStore, call::in_seconds, error::of_statement};

impl PostgresStore {
    /// Sets for how long [`mark_processed`](Self::mark_processed) remembers an event. Default:
    /// [`Retention::Forever`].
    #[must_use]
    pub fn with_mark_retention(mut self, retention: impl Into<Retention>) -> Self {
        self.mark_retention = retention.into();
        self
    }

    /// Marks an event as processed, in a transaction of your own: the effects of the event and the
    /// mark commit together, or neither does. Where all effects of an event are rows of one
    /// database, they happen exactly once.
    ///
    /// Marks and the claims of the layer are separate, so both can be used for one event. Marks are
    /// kept forever, unless [a retention is set](Self::with_mark_retention). While another
    /// transaction that marks the same event is open, this waits for its end: a commit makes this
    /// one a duplicate, a rollback leaves it fresh.
    ///
    /// Takes a [`tokio_postgres::Transaction`] or a [`deadpool_postgres::Transaction`].
    ///
    /// ```no_run
    /// use tower_loops::{BoxError, VerifiedEvent, idempotency::EventKey};
    /// use tower_loops_postgres::{Mark, PostgresStore};
    ///
    /// async fn handle(
    ///     client: &mut deadpool_postgres::Client,
    ///     store: &PostgresStore,
    ///     event: &VerifiedEvent,
    /// ) -> Result<(), BoxError> {
    ///     let transaction = client.transaction().await?;
    ///     let key = EventKey::of("billing", event);
    ///     if store.mark_processed(&transaction, &key).await? == Mark::Fresh {
    ///         let effect = "INSERT INTO payments (event_id) VALUES ($1)";
    ///         transaction.execute(effect, &[&event.id()]).await?;
    ///     }
    ///     transaction.commit().await?;
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// If the statement fails: PostgreSQL then lets the transaction only be rolled back. Respond
    /// with a failure, so that Loops sends the event again. Above READ COMMITTED it may be a
    /// serialization failure: repeat the whole transaction.
    pub async fn mark_processed(
        &self,
        transaction: &Transaction<'_>,
        key: &EventKey,
    ) -> Result<Mark, StoreError> {
        let statements = &self.connections.statements;
        let seconds = in_seconds(self.mark_retention);
        let parameters = [
            (&key.namespace() as _, Type::TEXT),
            (&key.id() as _, Type::TEXT),
            (&seconds as _, Type::FLOAT8),
        ];
        let marked = transaction.execute_typed(&statements.mark, &parameters);
        match marked.await {
            Ok(0) => Ok(Mark::Duplicate),
            Ok(_) => Ok(Mark::Fresh),
            Err(error) => Err(of_statement(error, &statements.table)),
        }
    }

    /// The statement of [`mark_processed`](Self::mark_processed), for any other PostgreSQL driver.
    /// It is stable: later versions of this crate change neither its parameters nor its meaning.
    ///
    /// | parameter | value |
    /// |---|---|
    /// | `$1` | [`key.namespace()`](EventKey::namespace) |
    /// | `$2` | [`key.id()`](EventKey::id) |
    /// | `$3` | the retention in seconds, of any numeric type; `NULL` for forever |
    ///
    /// If it changes one row, the event is [fresh](Mark::Fresh); if it changes none, it is a
    /// [duplicate](Mark::Duplicate). For the table `tower_loops_events` the same text is
    /// `tower_loops_sql::postgres::MARK`.
    #[must_use]
    pub fn mark_sql(&self) -> &str {
        &self.connections.statements.mark
    }
}
