//! The store.

use std::{fmt, time::Duration};

use deadpool_postgres::Pool;
use tokio_postgres::{Error, Row};
use tower_loops::idempotency::{
    Claim, Completion, EventKey, EventStore, Retention, StoreError, Token,
};
use tower_loops_sql::postgres::{Statements, TableName};

use crate::{
    batch::Batches,
    call::Call,
    claims::{ClaimOf, Claims},
    completions::{CompletionOf, Completions},
    connection::Connections,
};

/// Remembers events in a table of a PostgreSQL database. Clones share the pool.
#[derive(Clone)]
pub struct PostgresStore {
    pub(crate) connections: Connections,
    claims: Batches<Claims>,
    completions: Batches<Completions>,
    has_batches: bool,
    pub(crate) mark_retention: Retention,
}

impl PostgresStore {
    /// A store in the table `tower_loops_events` of the pool's database, found by the connections'
    /// `search_path`. [`ensure_schema`](Self::ensure_schema) creates the table.
    #[must_use]
    pub fn new(pool: Pool) -> Self {
        let connections = Connections {
            pool,
            statements: Statements::new(&TableName::default()).into(),
            are_prepared: false,
        };
        Self::of(connections, true, Retention::Forever)
    }

    /// Sets whether statements are prepared by name, once for each connection. Default: `false`.
    ///
    /// Prepared statements save the server the planning. They need their own connections: a
    /// pooler in transaction mode, such as pgbouncer, may hand a statement to a server that does
    /// not know it.
    #[must_use]
    pub fn with_prepared_statements(mut self, prepared: bool) -> Self {
        self.connections.are_prepared = prepared;
        self.with_new_batches()
    }

    /// Sets whether operations that arrive while others are under way share a statement. Default:
    /// `true`.
    ///
    /// While two claims are under way, further ones gather, at most 64; they are then one statement
    /// and one transaction. Completions likewise. A single operation is sent at once, as it is
    /// without batches. If an operation fails or its row is locked, the others neither fail
    /// nor wait with it.
    ///
    /// Without batches, each operation has a connection of its own, as far as the pool has them.
    /// That answers a few deliveries at once earlier where the server's disk is slow and its
    /// processors are idle.
    #[must_use]
    pub fn with_batches(mut self, batches: bool) -> Self {
        self.has_batches = batches;
        self.with_new_batches()
    }

    /// To be called after each change of a setting.
    pub(crate) fn with_new_batches(self) -> Self {
        Self::of(self.connections, self.has_batches, self.mark_retention)
    }

    fn of(connections: Connections, has_batches: bool, mark_retention: Retention) -> Self {
        Self {
            claims: Batches::new(Claims::new(connections.clone()), has_batches),
            completions: Batches::new(Completions(connections.clone()), has_batches),
            connections,
            has_batches,
            mark_retention,
        }
    }
}

impl EventStore for PostgresStore {
    async fn claim(
        &self,
        key: &EventKey,
        token: Token,
        lease: Duration,
    ) -> Result<Claim, StoreError> {
        let key = key.clone();
        self.claims.execute(ClaimOf { key, token, lease }).await
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
        let key = key.clone();
        let completion = CompletionOf {
            key,
            token,
            retention,
        };
        self.completions.execute(completion).await
    }

    async fn release(&self, key: &EventKey, token: Token) -> Result<bool, StoreError> {
        let call = Call::of(|sql| &sql.release, key, token);
        self.connections.execute(call, is_some).await
    }
}

fn is_some(row: Option<Row>) -> Result<Option<bool>, Error> {
    Ok(Some(row.is_some()))
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore")
            .field("table", &self.connections.statements.table)
            .field("prepared_statements", &self.connections.are_prepared)
            .field("batches", &self.has_batches)
            .field("mark_retention", &self.mark_retention)
            .finish_non_exhaustive()
    }
}
