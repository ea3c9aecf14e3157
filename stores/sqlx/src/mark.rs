//! The id of an event in the transaction of its effects.

use tower_loops::idempotency::{EventKey, Mark, StoreError};

use crate::{
    SqlxStore,
    engine::{Call, Engine},
    error::of_statement,
};

impl<DB: Engine> SqlxStore<DB> {
    /// Marks an event as processed, in a transaction of your own: its effects and the mark commit
    /// together, or neither does. If all effects of an event are rows of this database, they happen
    /// exactly once.
    ///
    /// Marks are apart from the claims of the layer, so both can be used for one event in one
    /// namespace. They are kept forever, unless [a retention is set](Self::with_mark_retention).
    /// While another transaction that marks the same event is open, this waits for its end: a
    /// commit makes this one a duplicate, a rollback leaves it fresh. On MySQL this changes the
    /// session's `LAST_INSERT_ID()`.
    ///
    /// ```no_run
    /// use tower_loops::{BoxError, VerifiedEvent, idempotency::{EventKey, Mark}};
    /// use tower_loops_sqlx::SqlxStore;
    ///
    /// async fn handle(
    ///     store: SqlxStore<sqlx::Postgres>,
    ///     pool: sqlx::PgPool,
    ///     event: VerifiedEvent,
    /// ) -> Result<(), BoxError> {
    ///     let mut transaction = pool.begin().await?;
    ///     let key = EventKey::of("billing", &event);
    ///     if store.mark_processed(&mut *transaction, &key).await? == Mark::Fresh {
    ///         let paid = sqlx::query("UPDATE accounts SET paid = true WHERE id = 1");
    ///         paid.execute(&mut *transaction).await?;
    ///     }
    ///     transaction.commit().await?;
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// If the statement fails. Roll back then, and answer with a failure, so that the event is sent
    /// again. A conflict with another transaction (a serialization failure or a deadlock) is not
    /// repeated here: only the whole transaction can be.
    pub async fn mark_processed(
        &self,
        transaction: &mut DB::Connection,
        key: &EventKey,
    ) -> Result<Mark, StoreError> {
        let call = Call {
            key: key.clone(),
            token: None,
            time: Some(self.mark_retention),
        };
        let is_fresh = DB::mark(transaction, &call).await;
        match is_fresh.map_err(of_statement::<DB>)? {
            Some(true) => Ok(Mark::Fresh),
            _ => Ok(Mark::Duplicate),
        }
    }

    /// The statement of [`mark_processed`](Self::mark_processed), for transactions in which it
    /// cannot be called. It is stable: it binds `key.namespace()`, `key.id()` and the retention in
    /// seconds (`NULL`: forever). One row affected means fresh, none a duplicate.
    ///
    /// On MySQL a mark whose retention has ended counts until it is purged.
    #[must_use]
    pub fn mark_sql(&self) -> &'static str {
        DB::mark_sql()
    }
}
