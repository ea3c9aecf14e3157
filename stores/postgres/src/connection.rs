//! A connection of the pool, for one statement.

use std::{sync::Arc, time::Duration};

use deadpool_postgres::{Client, Object, Pool};
use tokio::time::{sleep, timeout};
use tokio_postgres::{Error, Row, types::ToSql};
use tower_loops::idempotency::{StoreError, StoreErrorKind};
use tower_loops_sql::{conflict_pause, postgres::Statements};

use crate::{
    call::Call,
    error::{contention, is_conflict, is_in_failed_transaction, of_pool, of_statement},
};

/// A connection without an answer after this time counts as dead.
const LONGEST: Duration = Duration::from_secs(30);

/// Maximum attempts of a statement on conflicts with others.
const MAX_ATTEMPTS: u32 = 12;

/// How a store executes its statements.
#[derive(Clone)]
pub(crate) struct Connections {
    pub(crate) pool: Pool,
    pub(crate) statements: Arc<Statements>,
    pub(crate) are_prepared: bool,
}

impl Connections {
    /// Executes a statement that returns one row at most, and reads it. Repeats the statement on
    /// conflicts, and while `read` returns `None`.
    ///
    /// It runs to its end even if the caller stops waiting. A connection with an outstanding answer
    /// must not return to the pool: the next statement would wait behind the first. It must not be
    /// closed at once: the server would not notice, and the pool would open more and more of them.
    pub(crate) async fn execute<T: Send + 'static>(
        &self,
        call: Call,
        read: fn(Option<Row>) -> Result<Option<T>, Error>,
    ) -> Result<T, StoreError> {
        self.execute_all(call, move |rows| read(rows.into_iter().next()))
            .await
    }

    /// As [`execute`](Self::execute), of a statement that returns any number of rows.
    pub(crate) async fn execute_all<T: Send + 'static>(
        &self,
        call: Call,
        read: impl Fn(Vec<Row>) -> Result<Option<T>, Error> + Send + Sync + 'static,
    ) -> Result<T, StoreError> {
        let client = self.client().await?;
        let this = self.clone();
        let task = tokio::spawn(async move { this.run(&mut Some(client), &call, &read).await });
        match task.await {
            Ok(result) => result,
            Err(stopped) => Err(StoreError::new(StoreErrorKind::Unavailable, stopped)),
        }
    }

    pub(crate) async fn client(&self) -> Result<Client, StoreError> {
        self.pool.get().await.map_err(of_pool)
    }

    /// As [`execute_all`](Self::execute_all), on this connection or a new one, in a task that is not
    /// cancelled. Sets `client` to `None` if the connection did not answer.
    pub(crate) async fn run<T>(
        &self,
        client: &mut Option<Client>,
        call: &Call,
        read: &(impl Fn(Vec<Row>) -> Result<Option<T>, Error> + Sync),
    ) -> Result<T, StoreError> {
        let connection = match client {
            Some(client) => client,
            None => client.insert(self.client().await?),
        };
        match timeout(LONGEST, self.repeat(connection, call, read)).await {
            Ok(result) => result,
            Err(elapsed) => {
                drop(client.take().map(Object::take));
                let error = StoreError::new(StoreErrorKind::Unavailable, elapsed);
                Err(error.with_advice("PostgreSQL did not answer"))
            }
        }
    }

    async fn repeat<T>(
        &self,
        client: &Client,
        call: &Call,
        read: &(impl Fn(Vec<Row>) -> Result<Option<T>, Error> + Sync),
    ) -> Result<T, StoreError> {
        for attempt in 1..=MAX_ATTEMPTS {
            match self.attempt(client, call).await.and_then(read) {
                Ok(Some(outcome)) => return Ok(outcome),
                // The previous user of the connection left a failed transaction open.
                Err(error) if attempt < MAX_ATTEMPTS && is_in_failed_transaction(&error) => {
                    let rolled_back = client.batch_execute("ROLLBACK").await;
                    rolled_back.map_err(|error| of_statement(error, &self.statements.table))?;
                }
                Err(error) if attempt == MAX_ATTEMPTS || !is_conflict(&error) => {
                    return Err(of_statement(error, &self.statements.table));
                }
                Ok(None) | Err(_) => sleep(conflict_pause(attempt)).await,
            }
        }
        Err(contention())
    }

    async fn attempt(&self, client: &Client, call: &Call) -> Result<Vec<Row>, Error> {
        let sql = (call.sql)(&self.statements);
        if !self.are_prepared {
            for before in call.before {
                let sql = before(&self.statements);
                let rows = client.query_typed(sql, &call.parameters()).await?;
                if !rows.is_empty() {
                    return Ok(rows);
                }
            }
            return client.query_typed(sql, &call.parameters()).await;
        }
        let (parameters, types): (Vec<&(dyn ToSql + Sync)>, Vec<_>) =
            call.parameters().into_iter().unzip();
        let statement = client.prepare_typed_cached(sql, &types).await?;
        client.query(&statement, &parameters).await
    }
}
