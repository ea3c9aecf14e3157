//! The store.

use std::{fmt, time::Duration};

use deadpool_postgres::Pool;
use tokio_postgres::{Error, Row};
use tower_loops::idempotency::{
    Claim, Completion, EventKey, EventStore, Retention, StoreError, Token,
};
use tower_loops_sql::postgres::{Statements, TableName};

use crate::{call::Call, connection::Connections};

/// Remembers events in a table of a PostgreSQL database. Clones share the pool.
#[derive(Clone)]
pub struct PostgresStore {
    pub(crate) connections: Connections,
    pub(crate) mark_retention: Retention,
}

impl PostgresStore {
    /// A store in the table `tower_loops_events` of the pool's database, found by the connections'
    /// `search_path`. [`ensure_schema`](Self::ensure_schema) creates the table.
    #[must_use]
    pub fn new(pool: Pool) -> Self {
        Self {
            connections: Connections {
                pool,
                statements: Statements::new(&TableName::default()).into(),
                are_prepared: false,
            },
            mark_retention: Retention::Forever,
        }
    }

    /// Sets whether statements are prepared by name, once for each connection. Default: `false`.
    ///
    /// Prepared statements save the server the planning. They need their own connections: a
    /// pooler in transaction mode, such as pgbouncer, may hand a statement to a server that does
    /// not know it.
    #[must_use]
    pub fn with_prepared_statements(mut self, prepared: bool) -> Self {
        self.connections.are_prepared = prepared;
        self
    }
}

impl EventStore for PostgresStore {
    async fn claim(
        &self,
        key: &EventKey,
        token: Token,
        lease: Duration,
    ) -> Result<Claim, StoreError> {
        let call = Call::of(|sql| &sql.claim, key, token).with_time(lease);
        let call = call.unless(&[|sql| &sql.claim_absent, |sql| &sql.find_taken]);
        self.connections.execute(call, read_claim).await
    }

    async fn extend(
        &self,
        key: &EventKey,
        token: Token,
        lease: Duration,
    ) -> Result<bool, StoreError> {
        let call = Call::of(|sql| &sql.extend, key, token).with_time(lease);
        self.connections.execute(call, is_some).await
    }

    async fn complete(
        &self,
        key: &EventKey,
        token: Token,
        retention: Retention,
    ) -> Result<Completion, StoreError> {
        let call = |sql| Call::of(sql, key, token).with_time(retention);
        let held = call(|sql| &sql.complete_held);
        if self.connections.execute(held, is_some).await? {
            return Ok(Completion::Held);
        }
        let was_held = self.connections.execute(call(|sql| &sql.complete), |row| {
            row.map(|row| row.try_get(0)).transpose()
        });
        Ok(match was_held.await? {
            true => Completion::Held,
            false => Completion::LeaseLost,
        })
    }

    async fn release(&self, key: &EventKey, token: Token) -> Result<bool, StoreError> {
        let call = Call::of(|sql| &sql.release, key, token);
        self.connections.execute(call, is_some).await
    }
}

fn is_some(row: Option<Row>) -> Result<Option<bool>, Error> {
    Ok(Some(row.is_some()))
}

/// No row: a transaction that this one did not see has changed the key.
fn read_claim(row: Option<Row>) -> Result<Option<Claim>, Error> {
    let Some(row) = row else { return Ok(None) };
    Ok(Some(match row.try_get(0)? {
        None => Claim::Claimed,
        Some(true) => Claim::Done,
        Some(false) => {
            let remaining: f64 = row.try_get(1)?;
            let retry_after = Duration::try_from_secs_f64(remaining.max(0.0));
            Claim::InFlight {
                retry_after: retry_after.unwrap_or(Duration::MAX),
            }
        }
    }))
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore")
            .field("table", &self.connections.statements.table)
            .field("prepared_statements", &self.connections.are_prepared)
            .field("mark_retention", &self.mark_retention)
            .finish_non_exhaustive()
    }
}
